"""French grammar of figures: places, subjects, units and ordinals, agreed and elided.

Names come from files: they are taken as they are, only their spaces are mended. Typography (narrow
no-break spaces, apostrophes) is put last, by :func:`sentence`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpts_data import french
from cpts_data.indicators import Indicator
from cpts_data.territories import Level

_DE = {
    "du": "Calvados|Cantal|Cher|Doubs|Finistère|Gard|Gers|Jura|Loir-et-Cher|Loiret|Lot|"
    "Lot-et-Garonne|Morbihan|Nord|Pas-de-Calais|Puy-de-Dôme|Bas-Rhin|Haut-Rhin|Rhône|Tarn|"
    "Tarn-et-Garonne|Var|Vaucluse|Val-de-Marne|Val-d'Oise|Territoire de Belfort",
    "de l’": "Ain|Aisne|Allier|Ardèche|Ariège|Aube|Aude|Aveyron|Essonne|Eure|Hérault|Indre|Isère|"
    "Oise|Orne|Yonne",
    "d’": "Eure-et-Loir|Ille-et-Vilaine|Indre-et-Loire",
    "des": "Alpes-de-Haute-Provence|Hautes-Alpes|Alpes-Maritimes|Ardennes|Bouches-du-Rhône|"
    "Côtes-d'Armor|Deux-Sèvres|Landes|Hautes-Pyrénées|Pyrénées-Atlantiques|Pyrénées-Orientales|"
    "Vosges|Yvelines|Hauts-de-Seine",
    "de": "Maine-et-Loire|Meurthe-et-Moselle|Saône-et-Loire|Seine-et-Marne|Seine-Saint-Denis|"
    "Paris|Mayotte|La Réunion",
    "de la": "Charente|Charente-Maritime|Corrèze|Corse-du-Sud|Haute-Corse|Côte-d'Or|Creuse|"
    "Dordogne|Drôme|Haute-Garonne|Gironde|Loire|Haute-Loire|Loire-Atlantique|Lozère|Manche|Marne|"
    "Haute-Marne|Mayenne|Meuse|Moselle|Nièvre|Sarthe|Haute-Saône|Savoie|Haute-Savoie|"
    "Seine-Maritime|Somme|Vendée|Vienne|Haute-Vienne|Guadeloupe|Martinique|Guyane",
}
_ARTICLES = {name: article for article, names in _DE.items() for name in names.split("|")}
_PROSE_UNITS = {
    "consultations/an/hab. standardisé": (
        "consultation par an et par habitant standardisé",
        "consultations par an et par habitant standardisé",
    ),
    "hab./km²": ("habitant par km²", "habitants par km²"),
    "€/an": ("€ par an", "€ par an"),
    "indice": ("", ""),
}
_PLURAL_NOUN = re.compile(r"[^\W\d_]+s")
# « de » before a vowel or a mute h; « onze », « oui » and most y are said as after a consonant.
_ELISION = re.compile(
    r"\b([dD])e (?=(?!onz|oui)[aeiouàâéèêëîïôùûœ]|h[ôo]pita|habitant|homme)", re.I
)
_AGES = re.compile(r"(\d+)-(\d+)")
_AGED = re.compile(r"(\d+)\+")
_FEMININE_LEVELS = (Level.COMMUNE, Level.CPTS, Level.REGION, Level.FRANCE)


@dataclass(frozen=True)
class Wording:
    """How a sentence names an indicator: its subject, with gender and number, and its persons."""

    subject: str
    plural: bool
    feminine: bool
    persons: str

    @classmethod
    def of(cls, indicator: Indicator) -> Wording:
        """The wording of an indicator; without a subject of its own, « l'indicateur « … » »."""
        subject = indicator.sentence_subject
        if not subject:
            label = re.sub(r"\s*»", "”", re.sub(r"«\s*", "“", indicator.label))
            return cls(f"l'indicateur « {label} »", False, False, indicator.persons)
        subject = _ELISION.sub(r"\1'", subject)
        return cls(subject, indicator.plural, indicator.feminine, indicator.persons)

    def verb(self, singular: str, plural: str) -> str:
        """The form of a verb that agrees with the subject."""
        return plural if self.plural else singular

    def agreed(self, participle: str) -> str:
        """A past participle or adjective that agrees: connu, connue, connus, connues."""
        ending = "e" if self.feminine else ""
        if self.plural and not (participle + ending).endswith(("s", "x")):
            ending += "s"
        return participle + ending


def clean(name: str) -> str:
    """A name without stray spaces."""
    return " ".join(str(name).split())


def in_place(level: Level | str, name: str) -> str:
    """Where: « dans la CPTS du Levant », « au Mans », « dans le département du Var »."""
    level, name = Level(level), clean(name)
    if level is Level.FRANCE:
        return "en France"
    if level in (Level.COMMUNE, Level.ARRONDISSEMENT):
        return _at(name)
    if level is Level.COMPOSED:
        quoted = re.sub(r"\s*»", "”", re.sub(r"«\s*", "“", name))
        return f"dans le territoire « {quoted} »"
    if level is Level.CPTS:
        spelled = re.match(r"(la )?(?=cpts\b|communauté\b)", name, re.IGNORECASE)
        return f"dans la {name[spelled.end() :] if spelled else f'CPTS {name}'}"
    if level is Level.DEPARTEMENT:
        article = _ARTICLES.get(name.replace("’", "'"))
        if article is None:
            return f"dans le département {name}"
        return f"dans le département {article}{'' if article.endswith('’') else ' '}{name}"
    if level is Level.REGION:
        return f"dans la région {name}"
    if level is Level.BASSIN_DE_VIE:
        return f"dans le bassin de vie {french.of(name)}"
    return f"dans l'EPCI {name}"


def stratum_words(stratum: str) -> str:
    """Which part of the population: « 75-89 » is « 75 à 89 ans », « 90+ » « 90 ans ou plus »."""
    ages, aged = _AGES.fullmatch(stratum), _AGED.fullmatch(stratum)
    if aged:
        return f"{int(aged[1])} ans ou plus"
    if ages and int(ages[1]) == 0:
        return f"moins de {int(ages[2]) + 1} ans"
    return f"{int(ages[1])} à {int(ages[2])} ans" if ages else clean(stratum)


def _at(commune: str) -> str:
    if commune.startswith("Le "):
        return f"au {commune[3:]}"
    if commune.startswith("Les "):
        return f"aux {commune[4:]}"
    return f"à {commune}"


def figure(value: float, unit: str, digits: int = 0) -> str:
    """A figure in a sentence: « 62,1 % », « 1,1 consultation par an et par habitant standardisé ».

    French counts singular under two. A unit written « /100 000 hab. » is said « pour ».
    """
    text = french.number(value, digits)
    if text == french.NOT_AVAILABLE or not unit:
        return text
    one = abs(round(value, digits)) < 2
    if unit in _PROSE_UNITS:
        unit = _PROSE_UNITS[unit][0 if one else 1]
    elif one and _PLURAL_NOUN.fullmatch(unit):
        unit = unit[:-1]
    unit = re.sub(r"\s*/\s*(?=\d)", " pour ", unit).strip()
    unit = re.sub(r"(?<=\d)[ \u00a0](?=\d{3})", french.NARROW, unit)
    if not unit:
        return text
    space = french.NARROW if unit.startswith(("%", "€")) else french.NO_BREAK
    return f"{text}{space}{unit}"


def bare(value: float, unit: str, digits: int = 0) -> str:
    """A figure beside another of the same unit: the unit is said only when it is a percentage."""
    return figure(value, "%" if unit.startswith("%") else "", digits)


def ordinal(place: float, feminine: bool = True) -> str:
    """« 1ʳᵉ », « 1ᵉʳ », « 3ᵉ »."""
    if int(place) == 1:
        return "1ʳᵉ" if feminine else "1ᵉʳ"
    return f"{french.number(int(place))}ᵉ"


def is_feminine(level: Level | str) -> bool:
    """Gender of the French word for a territory of a level."""
    return Level(level) in _FEMININE_LEVELS


def sentence(text: str) -> str:
    """A sentence as it is printed: capital, full stop, French spaces and apostrophes."""
    text = re.sub(r" {2,}", " ", text.strip())
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    if not text.endswith((".", "!", "?", "…")):
        text += "."
    return french.typography(text)


def words(text: str) -> str:
    """A group of words as it is printed, without capital nor full stop."""
    return french.typography(re.sub(r" {2,}", " ", text.strip()))
