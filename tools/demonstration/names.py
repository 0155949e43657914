"""Invented place names, sorted by the kind of ground they suit, and INSEE's spelling rules.

No name is borne by a commune of France (checked by ``tests/test_demonstration.py`` against the
official code when it is at hand).
"""

from __future__ import annotations

import unicodedata

REGION = "Hespérie"
DEPARTEMENTS = {"00": "Rives-d'Hespérie", "96": "Monts-d'Hespérie"}
TOWNS = (
    "Valmérence",
    "Saint-Elme-les-Flots",
    "Port-Levantin",
    "Rochemarine",
    "Port-Galerne",
    "Port-Ponant",
    "Belœuvre",
    "Cap-Austral",
    "Havre-Nordique",
)
HOMONYM = "Saint-Ermin"
RIVERS = frozenset({"Vérouse", "Esquille", "Orvane"})

COAST = """
L'Anse-aux-Moines|Anse-Vermeille|L'Anse-du-Roy|Cap-Brumal|Cap-Noroît|La Pointe-aux-Loups
Les Brisants|Les Grèves-Blanches|Gravelune|Roche-Mouette|Talvernay-sur-Mer|Saint-Brévalan
Saint-Corentel-du-Large|Gourvillac|Notre-Dame-des-Vagues|Notre-Dame-du-Phare|Chassevent
Les Salines-d'Aval|Salenclos|Marésol|Falaizeau|Haute-Falaise|Crique-Dorée|Esnandelle
Rocamare|Goémonville|Meschinac-Plage|Noirlande|Sauzelay|Les Dunes-Hautes|Aigremarine
Saint-Pierre-aux-Filets|Saint-André-des-Marées|Saint-Jorval-les-Ondes|Orvillac-sur-Mer
Les Trois-Récifs|Vertonnay|Brise-Lames|Les Ormeaux-du-Large|Surgelay|Castelbrume|Courlevac
Penvignac|Vigie-Haute|Vayrelle-les-Bains|Soulandre|Tréhoudel|Balizac-sur-Mer|Chenal-le-Vieux
Montalbret|Cayrollac-sur-Mer|Beaucaillac|Fouranges|Brémontel|Guersac-la-Dune|Port-Ardent
Port-Cendré|Lanzelay|Trévigneau|Coquillac|Ambrelay|Corvelle|Marsouinac|Arzelay|Plélandre
Les Embruns|Saint-Malvoisin|Sainte-Gwendaine|Tourmarine|Le Phare-d'Aval|Saint-Nicolas-des-Mâts
L'Estran|Jardelle-Plage|Sainte-Avoline|Sainte-Aurée-des-Grèves|Le Grand-Estuaire|Petit-Havre
L'Abri-Côtier|Quillevent|Mauzelay-les-Flots|Saint-Guerlin|Saint-Évarzel|La Tremblière-sur-Mer
Port-l'Étoile|Bourg-Marin|Arcelonde|Le Sémaphore|Fontmarine|Les Salorgettes|Rivemer|La Vigie
"""

PLAIN = """
Clairfontelle|Vaudrelle|Orsevigne|Champ-l'Évesque|Fontcourbe|Saint-Aubry-sur-Vérouse
La Neuville-Vérouse|Pont-de-Vérouse|Pont-Esquille|Moulin-sur-Esquille|Les Trois-Moulinets
Grandpréau|La Chapelle-aux-Joncs|Les Essartelles|Brandeval|Maisoncelle-les-Saules|Courtebrelle
Coudrelles|Frênaie-le-Clos|La Frênaie-aux-Dames|L'Orme-Saint-Gilles|Ormevert|Noyalle
Saulzac-la-Plaine|Tremblaie|Hêtrelles|Aubressac|Montlouvet|Marsagny|Virevent|Le Vireloup
Champdoiseau|Bourg-l'Abbesse|La Ferté-Vérouse|Le Plessis-aux-Grives|Montfleuret|Rouvelines
Saint-Vigolin|Saint-Florentel|Saint-Thibert-des-Prés|Sainte-Oriane|Sainte-Ludivine-aux-Champs
Saint-Gaubert|Saint-Josselme|Villeravaud|Villemourette|Villars-Esquille|Courcelœuvre
Nœudpré|Vœuville|Mareuillac|Grangeneuve-en-Plaine|Lavandreau|Blancheronde|Rougeterre
Les Jonquerelles|La Jonchelle|Les Marais-d'Aval|Le Vieux-Lavoir|L'Abbatiale|L'Aubraie
L'Hermitelle|Ventenay|Le Clos-Vernier|Beauguéret|Le Gué-d'Orvane|Fontaine-Lisette
Épinac-le-Bas|Sainte-Épine|Saint-Éloi-la-Vérouse|Villeblanche-le-Comte|Châtelmont|Le Châtelmoulin
Pré-Vicomte|Saint-Brandin|Chantegrive|Chanteloube-les-Prés|Roselière|Le Vergeron|Vigneronde
Les Vignottes-du-Roy|Tuileries-le-Grand|Montcerisier|Pommeraux-le-Vieux|Poirelay|Bois-l'Archer
Le Bois-Vauclair|Forestelle|Chênelune|Aunelle|Saint-Lubert|Grisval|Vernelay|La Mesnilette
Boisjolivet|Clairvaude|Fontenelle-la-Douce|Les Grands-Sillons|Épivent|Moissonay|Garennes-le-Bas
Sainte-Clotine|Saint-Gervaud|Saint-Mérian-le-Neuf|Tréfontaine|Vallœuvre|Prœuilly|Luzeraye
"""

MOUNTAIN = """
Montbruyant|Haute-Combelle|Combenoire|Combe-l'Ours|La Combe-aux-Aigles|Roc-Saint-Bris
Rochecombelle|Le Pas-du-Loup|Pas-de-l'Échine|Col-Brumeux|Vallombrelle|Les Aiguillettes
Aiguemorne|Font-Froidure|Fraissinelle|Mont-Escoulier|Le Monteillard|Montsaurel
Sauveplane-le-Haut|Saint-Véramond|Saint-Chély-l'Échine|Saint-Jaumel|Saint-Privat-la-Cime
Sainte-Énimelle|Estréchoux|Le Chazelard|Chazeneuve|Les Bergeries-Hautes|Bergeronne|Pierrelaune
Pierre-Morne|Peyrelune|Peyroladelle|Peyrebrunelle|Malvaleix|Malpertuis|Vernoualle|Ventecime
Ventadoure|Neyrolac|L'Hospitalet-du-Vent|Hospice-Saint-Ours|Cimegrande|Sommaigre|Trévioux
Lauzeral|La Lauzière|Ravinac|Ravin-Rouge|L'Adrech|L'Ubac-Saint-Roman|Les Adrets-du-Morne
Mornebrune|Grand-Morne|Estivelles|Les Estives|Granges-Brûlées|Charbonnac|Forgevieille
Minerolles|Sapinhac|La Sapinière-Noire|Saint-Aigulon|Les Éboulis
Le Grand-Éboulis|Torrenac|Gorges-Mérelles|La Cluse-Haute|Crêtelongue|Les Crêtes
"""

NEW_COMMUNES = ("Vaux-en-Échine", "Val-d'Orvane")


def pools() -> dict[str, list[str]]:
    """Names by kind of ground: ``coast``, ``plain``, ``mountain``."""
    texts = {"coast": COAST, "plain": PLAIN, "mountain": MOUNTAIN}
    return {
        kind: [name.strip() for line in text.strip().splitlines() for name in line.split("|")]
        for kind, text in texts.items()
    }


def all_names() -> list[str]:
    """Every name that a commune, present or former, may bear."""
    listed = [name for pool in pools().values() for name in pool]
    return [*TOWNS, HOMONYM, *NEW_COMMUNES, *listed]


def rivers_of(departement: str, *, near_capital: bool) -> frozenset[str]:
    """Rivers after which a place may be named: the Vérouse waters the capital, the Esquille 96."""
    if near_capital:
        return frozenset({"Vérouse"})
    return frozenset({"Esquille"}) if departement == "96" else frozenset({"Orvane"})


def split_article(name: str) -> tuple[str, str, str]:
    """INSEE's ``TNCC`` code, ``NCCENR`` (no article) and ``NCC`` (capitals, no sign) of a name."""
    articles = {"L'": "5", "Le ": "2", "La ": "3", "Les ": "4"}
    for article, code in articles.items():
        if name.startswith(article):
            bare = name[len(article) :]
            return code, bare, plain_capitals(bare)
    first = plain_capitals(name)[0]
    mute = first in "AEIOUY" or (first == "H" and not name.startswith("Haut"))
    return "1" if mute else "0", name, plain_capitals(name)


def plain_capitals(name: str) -> str:
    """Capitals without accents, hyphens or apostrophes, as INSEE's ``NCC``."""
    text = name.replace("œ", "oe").replace("Œ", "OE").upper()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text.replace("-", " ").replace("'", " ").strip()


def sort_key(name: str) -> str:
    """Order of INSEE's code: by name without its article."""
    return split_article(name)[2]
