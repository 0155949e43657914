"""Context files: deprivation by commune, exports by zone, travel times, local resources."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.names import DEPARTEMENTS, REGION
from demonstration.provenance import DemonstrationFile
from demonstration.residents import WOMEN, band_weights
from demonstration.truth import Truth
from demonstration.workbooks import plain_number, text_bytes
from demonstration.workforce import present
from demonstration.zone_files import canton_towns

_BOM = b"\xef\xbb\xbf"
_SECRET = "N/A - secret statistique"
_UNAVAILABLE = "N/A - résultat non disponible"
_FDEP = (
    "Code commune",
    "Nombre d’habitants de la commune",
    "Indice de défavorisation en quintiles",
    "Quintile sans pondération sur le nombre d’habitants de la commune",
    "Quintile avec pondération sur le nombre d’habitants de la commune",
    "Département",
    "Région",
    "Département Code",
    "Région Code",
)
_MINIMUM_KM = 0.9
_RESOURCES = (
    "nom;type;competence;adresse;code_commune;commune;cpts_id;horaires;contact_structure;"
    "valide_jusqu_au;remarque"
)
# Family of establishments -> type of resource, what it offers, its hours.
_OFFERS = {
    "msp": ("structure_d_exercice", "Soins de premier recours en équipe",
            "lundi au vendredi, 8 h à 19 h"),
    "centre_de_sante": ("structure_d_exercice", "Médecine générale et soins infirmiers",
                        "lundi au samedi, 8 h à 18 h"),
    "maison_medicale_de_garde": ("permanence_de_soins", "Garde de médecine générale",
                                 "soirs de 20 h à minuit, week-ends et jours fériés"),
    "centre_medico_psychologique": ("sante_mentale_addictologie", "Consultations de psychiatrie",
                                    "lundi au vendredi, 9 h à 17 h"),
    "csapa": ("sante_mentale_addictologie", "Addictologie, sans rendez-vous le mercredi",
              "lundi au vendredi, 9 h à 17 h 30"),
    "pmi": ("prevention", "Protection maternelle et infantile, vaccinations",
            "lundi, mardi et jeudi, 9 h à 16 h"),
    "cegidd": ("prevention", "Dépistage gratuit et anonyme", "mardi et vendredi, 13 h à 18 h"),
    "dac": ("aide_et_accompagnement", "Appui aux parcours complexes",
            "lundi au vendredi, 9 h à 18 h"),
    "hopital": ("etablissement_de_sante", "Consultations et hospitalisation", "tous les jours"),
    "ssiad": ("medico_social", "Soins infirmiers à domicile", "tous les jours"),
}  # fmt: skip


def context_files(truth: Truth) -> list[DemonstrationFile]:
    """FDep, Statistiques locales, CartoSanté, travel times, local resources."""
    return [_fdep(truth), _zones(truth), *_health_zones(truth), _travel(truth), _resources(truth)]


def _fdep(truth: Truth) -> DemonstrationFile:
    """The index follows deprivation; quintiles count communes, then inhabitants."""
    communes = truth.communes
    rng = np.random.default_rng([truth.seed, 34])
    score = 0.42 * communes["defavorisation"] + 0.06 * rng.standard_normal(len(communes))
    population = communes["population"]
    order = score.sort_values().index
    by_commune = pd.Series(np.arange(len(order)) * 5 // len(order) + 1, index=order)
    share = population[order].cumsum() / population.sum()
    by_people = np.minimum((share - 1e-9) * 5, 4.999).astype(int) + 1
    lines = [",".join(_FDEP)]
    for code, row in communes.iterrows():
        dep = row["departement"]
        quintiles = [f"{float(by_commune[code]):.1f}", f"{float(by_people[code]):.1f}"]
        cells = [str(code), f"{float(row['population']):.1f}", repr(round(float(score[code]), 14))]
        lines.append(",".join([*cells, *quintiles, DEPARTEMENTS[dep], REGION, dep, "00"]))
    return DemonstrationFile(
        "spf_fdep",
        "indice-de-defavorisation-sociale-fdep-par-commune.csv",
        "indice de défavorisation sociale des communes",
        "2021",
        text_bytes(lines),
    )


def _export(title: str, level: str, labels: list[str], rows: list[list[str]]) -> bytes:
    """An export by zone: two titles filled with « ; », header on the third line."""
    filled = "; " * (len(labels) + 1)
    head = [f"{title}{filled}", f"Référentiel géographique : France par {level}{filled}"]
    lines = [*head, ";".join(["Code", "Libellé", *labels]), *[";".join(row) for row in rows]]
    return _BOM + text_bytes(lines)


def _by_zone(truth: Truth, zone: pd.Series) -> pd.DataFrame:
    """People, women, doctors… of each zone in 2022 to 2024."""
    health, communes = truth.health, truth.communes
    people = health.residents[2022]
    table = pd.DataFrame(index=communes.index)
    table["people"] = people.sum(axis=(1, 2))
    table["young"] = people.sum(axis=1) @ band_weights(0, 14)
    table["old"] = people.sum(axis=1) @ band_weights(75, 120)
    table["women"] = people[:, WOMEN].sum(axis=1)
    table["surface"] = communes["surface_km2"]
    table["ald"] = health.illness.ald[2024].sum(axis=(1, 2))
    table["now"] = health.residents[2024].sum(axis=(1, 2))
    table["households"] = truth.incomes["NBMENFISC21"]
    table["persons"] = truth.incomes["NBPERSMENFISC21"]
    table["poor"] = truth.incomes["PAUVRES"]
    table["median"] = truth.incomes["MED21"] * truth.incomes["NBPERSMENFISC21"]
    apl = truth.apl[2023]
    table["standard"] = apl["population_standardisee"]
    table["apl"] = apl["apl"] * apl["population_standardisee"]
    workers = present(health.professionals, 2024)
    workers = workers[workers["mode"] == "L"]
    for metier in ("medecin_generaliste", "infirmier", "orthophoniste", "sage_femme"):
        counts = workers.loc[workers["metier"] == metier, "code"].value_counts()
        table[metier] = counts.reindex(communes.index, fill_value=0)
    pharmacies = health.establishments
    pharmacies = pharmacies.loc[pharmacies["famille"] == "pharmacie", "code"].value_counts()
    table["pharmacie"] = pharmacies.reindex(communes.index, fill_value=0)
    sums = table.groupby(zone).sum()
    chief = communes["population"].groupby(zone).idxmax()
    sums.insert(0, "name", communes["nom"].reindex(chief[sums.index]).to_numpy())
    return sums


def _zones(truth: Truth) -> DemonstrationFile:
    """Statistiques locales by life area: one secret, one unavailable cell."""
    zones = _by_zone(truth, truth.communes["bassin_de_vie"])
    labels = [
        "Nombre de décès domiciliés 2024",
        "Part des pers. âgées de 75 ans ou + 2022",
        "Taux de pauvreté 2021",
        "Médiane du niveau de vie 2021",
        "Part des pers. âgées de - 15 ans 2022",
        "Taille moyenne des ménages 2022",
        "Densité de population (historique depuis 1876) 2022",
    ]
    rows = []
    smallest = zones["people"].sort_values().index
    for code, zone in zones.iterrows():
        people = zone["people"]
        cells = [
            f"{zone['old'] * 0.083:.0f}",
            plain_number(100 * zone["old"] / people, 1),
            plain_number(100 * zone["poor"] / zone["persons"], 1),
            f"{round(zone['median'] / zone['persons'], -1):.0f}",
            plain_number(100 * zone["young"] / people, 1),
            plain_number(zone["persons"] / zone["households"], 2),
            plain_number(people / zone["surface"], 1),
        ]
        if code == smallest[0]:
            cells[2] = _SECRET
        if code == smallest[1]:
            cells[0] = _UNAVAILABLE
        rows.append([str(code), str(zone["name"]), *cells])
    content = _export("Insee - Statistiques locales", "bassin de vie", labels, rows)
    return DemonstrationFile(
        "statistiques_locales",
        "insee_statloc_bassins_de_vie.csv",
        "indicateurs par bassin de vie",
        "2024",
        content,
    )


def _health_zones(truth: Truth) -> list[DemonstrationFile]:
    """CartoSanté by life area, and its APL by life area / canton-town."""
    zones = _by_zone(truth, truth.communes["bassin_de_vie"])
    labels = [
        "APL Médecins généralistes 2023",
        "Densité d'orthophonistes lib. 2024",
        "Densité de généralistes lib. 2024",
        "Densité d'infirmiers lib. 2024",
        "Densité de sages-femmes lib. 2024",
        "Part des bénéf. en ALD dans la pop 2024",
        "Densité des pharmacies pour 10 000 hab. 2024",
    ]
    rows = []
    smallest = zones["people"].idxmin()
    for code, zone in zones.iterrows():
        counted = ("orthophoniste", "medecin_generaliste", "infirmier", "sage_femme")
        cells = [plain_number(zone["apl"] / zone["standard"], 1)]
        cells += [plain_number(10_000 * zone[name] / zone["now"], 1) for name in counted]
        ill = plain_number(100 * zone["ald"] / zone["now"], 1)
        cells.append(_SECRET if code == smallest else ill)
        cells.append(plain_number(10_000 * zone["pharmacie"] / zone["now"], 1))
        rows.append([str(code), str(zone["name"]), *cells])
    first = _export("CartoSanté", "bassin de vie", labels, rows)
    towns = _by_zone(truth, canton_towns(truth))
    rows = [
        [str(code), str(zone["name"]), plain_number(zone["apl"] / zone["standard"], 1)]
        for code, zone in towns.iterrows()
    ]
    second = _export("CartoSanté", "bassin de vie / canton-ville", labels[:1], rows)
    subject = "indicateurs de santé par"
    return [
        DemonstrationFile(
            "cartosante", "cartosante_bassins_de_vie.csv", f"{subject} bassin de vie", "2024", first
        ),
        DemonstrationFile(
            "cartosante", "cartosante_bvcv.csv", f"{subject} canton-ville", "2023", second
        ),
    ]


def _travel(truth: Truth) -> DemonstrationFile:
    """Metric: each pair once (the first code is the smaller), no diagonal, no last end of line."""
    codes = truth.communes.index
    position = truth.communes[["x", "y"]].to_numpy()
    far = np.hypot(*(position[:, None] - position[None, :]).T) / 1000
    # Roads wind, and more so in the mountains, where they are slow.
    winding = 1.18 + 0.10 * np.clip(truth.minutes / np.maximum(far, 1) - 1.2, 0, 2)
    km = np.maximum(far * winding, _MINIMUM_KM)
    near_capital = np.exp(-truth.minutes[:, 0] / 15)
    peak = truth.minutes * (1 + 0.12 * np.maximum(near_capital[:, None], near_capital[None, :]))
    lines = ["COM1,COM2,KM,HC,HP"]
    for a, b in zip(*np.triu_indices(len(codes), 1), strict=True):
        minutes = f"{truth.minutes[a, b]:.1f},{peak[a, b]:.1f}"
        lines.append(f"{codes[a]},{codes[b]},{km[a, b]:.1f},{minutes}")
    return DemonstrationFile(
        "temps_de_trajet",
        "metric_commune_distancier.csv",
        "temps de trajet entre communes",
        "2024",
        text_bytes(lines, encoding="ascii", last=False),
    )


def _resources(truth: Truth) -> DemonstrationFile:
    """The template as CPTS fill it: its example line is still there, a few lines lack details."""
    communes = truth.communes
    sites = truth.health.establishments
    sites = sites[sites["famille"].isin(_OFFERS) & (sites["fermeture"] == 0)]
    lines = [_RESOURCES]
    lines.append(
        "EXEMPLE Maison de santé du Port;structure_d_exercice;Soins non programmés, suture;"
        "3 rue du Docteur Roux;01004;Ambérieu-en-Bugey;cpts-plaine-01;"
        "lundi au vendredi, 8 h à 20 h;04 74 00 00 00;31/12/2026;accès aux fauteuils roulants"
    )
    for number, site in enumerate(sites.itertuples()):
        commune = communes.loc[site.code]
        if not commune["cpts"]:
            continue
        kind, offer, hours = _OFFERS[str(site.famille)]
        # 01 99 00 is set aside for works of fiction.
        phone = f"01 99 00 {number // 100:02d} {number % 100:02d}"
        until = "31/12/2026" if number % 7 else "2025-06-30"
        name = str(site.nom).title().replace("Msp", "MSP").replace("Cmp ", "CMP ")
        cells = [name, kind, offer, f"{1 + number % 40} rue du Port", str(site.code)]
        cells += [str(commune["nom"]), str(commune["cpts"]), hours]
        cells += ["" if number % 11 == 0 else phone, until]
        lines.append(";".join([*cells, "sur rendez-vous" if number % 3 == 0 else ""]))
    return DemonstrationFile(
        "ressources_locales",
        "ressources_cpts.csv",
        "ressources locales des CPTS",
        "2024",
        _BOM + text_bytes(lines, end="\r\n"),
    )
