"""The establishments of the island: hospitals, pharmacies, team practices, homes, and where.

Numbers begin with the code of the département, as in the FINESS; points lie within the commune.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from demonstration.names import plain_capitals
from demonstration.places import BAY, CAPE, CAPITAL, CPTS, EAST, NORTH, RIVER, SOUTH, WEST

PROPHARMACY = "627"


@dataclass(frozen=True)
class Kind:
    """A category of the FINESS: code, label, aggregate code and label, our family, its name."""

    code: str
    label: str
    group: str
    group_label: str
    famille: str
    name: str


_CARE = ("2205", "Autres Etablissements de Soins")
_PRIMARY = ("2204", "Centres de Santé")
_KINDS = (
    Kind("355", "Centre Hospitalier (C.H.)", "1102", "Centres Hospitaliers", "hopital", "CH DE"),
    Kind("365", "Etablissement de Soins Pluridisciplinaire", "1205",
         "Autres Etablissements Relevant de la Loi Hospitalière", "hopital", "POLYCLINIQUE DE"),
    Kind("106", "Centre hospitalier, ex Hôpital local", "1106", "Hôpitaux Locaux", "hopital",
         "HOPITAL DE PROXIMITE DE"),
    Kind("292", "Centre Hospitalier Spécialisé lutte Maladies Mentales", "1111",
         "Centres Hospitaliers Spécialisés", "hopital_psychiatrique", "CHS DE"),
    Kind("109", "Etablissement de santé privé autorisé en SSR", "1109", "Etablissements de SSR",
         "soins_medicaux_et_readaptation", "CENTRE DE READAPTATION DE"),
    Kind("362", "Etablissement de Soins Longue Durée", "1110",
         "Etablissements de Soins de Longue Durée", "soins_de_longue_duree", "USLD DE"),
    Kind("127", "Hospitalisation à Domicile", "1205",
         "Autres Etablissements Relevant de la Loi Hospitalière", "hospitalisation_a_domicile",
         "HAD DE"),
    Kind("146", "Structure d'Alternative à la dialyse en centre", *_CARE, "dialyse",
         "UNITE DE DIALYSE DE"),
    Kind("124", "Centre de Santé", *_PRIMARY, "centre_de_sante", "CENTRE DE SANTE DE"),
    Kind("603", "Maison de santé (L.6223-3)", "2206", "Maisons de Santé", "msp", "MSP DE"),
    Kind("604", "Communautés professionnelles territoriales de santé (CPTS)", "2207",
         "Exercice Coordonné", "cpts", ""),
    Kind("606", "Dispositif d'appui à la coordination", "2207", "Exercice Coordonné", "dac",
         "DAC DE"),
    Kind("617", "Maison médicale de garde (MMG)", *_CARE, "maison_medicale_de_garde",
         "MAISON MEDICALE DE GARDE DE"),
    Kind("620", "Pharmacie d'Officine", "3101", "Pharmacies d'Officine", "pharmacie",
         "PHARMACIE DE"),
    Kind(PROPHARMACY, "Propharmacie", "3102", "Autres Pharmacies", "propharmacie", ""),
    Kind("611", "Laboratoire de Biologie Médicale", "3201", "Laboratoires", "laboratoire",
         "LABORATOIRE DE"),
    Kind("500", "Etablissement d'hébergement pour personnes âgées dépendantes", "4401",
         "Etablissements d'Hébergement pour Personnes Agées", "ehpad", "EHPAD DE"),
    Kind("202", "Résidences autonomie", "4401",
         "Etablissements d'Hébergement pour Personnes Agées", "residence_autonomie",
         "RESIDENCE AUTONOMIE DE"),
    Kind("354", "Service de Soins Infirmiers A Domicile (S.S.I.A.D)", "4105",
         "Services à Domicile pour Personnes Agées", "ssiad", "SSIAD DE"),
    Kind("156", "Centre Médico-Psychologique (C.M.P.)", "1111",
         "Lutte contre les Maladies Mentales", "centre_medico_psychologique", "CMP DE"),
    Kind("189", "Centre Médico-Psycho-Pédagogique (C.M.P.P.)", "4106",
         "Services à Domicile ou Ambulatoires pour Handicapés", "cmpp", "CMPP DE"),
    Kind("190", "Centre Action Médico-Sociale Précoce (C.A.M.S.P.)", "4106",
         "Services à Domicile ou Ambulatoires pour Handicapés", "camsp", "CAMSP DE"),
    Kind("197", "Centre soins accompagnement prévention addictologie (CSAPA)", "4604",
         "Addictologie", "csapa", "CSAPA DE"),
    Kind("223", "Protection Maternelle et Infantile (P.M.I.)", "2301", "Prévention", "pmi",
         "PMI DE"),
    Kind("228", "Centre de santé sexuelle", "2301", "Prévention", "centre_de_sante_sexuelle",
         "CENTRE DE SANTE SEXUELLE DE"),
    Kind("638", "Centre gratuit d'information de dépistage et de diagnostic", "2301",
         "Prévention", "cegidd", "CEGIDD DE"),
    Kind("609", "Maison départementale des personnes handicapées", "4701", "Autres", "mdph",
         "MDPH DE"),
)  # fmt: skip
KINDS = {kind.code: kind for kind in _KINDS}
# Category, town by rank, relative size.
_IN_TOWNS: tuple[tuple[str, int, float], ...] = (
    ("355", CAPITAL, 9.0), ("355", EAST, 3.6), ("355", SOUTH, 1.8), ("365", CAPITAL, 2.6),
    ("365", WEST, 0.9), ("106", BAY, 0.7), ("106", NORTH, 0.5), ("292", CAPITAL, 3.0),
    ("109", CAPITAL, 1.6), ("109", SOUTH, 1.2), ("109", EAST, 1.0), ("362", CAPITAL, 0.8),
    ("362", EAST, 0.5), ("127", CAPITAL, 0.6), ("127", EAST, 0.4), ("146", CAPITAL, 0.4),
    ("146", EAST, 0.3), ("146", SOUTH, 0.2), ("606", CAPITAL, 0.2), ("606", EAST, 0.2),
    ("617", CAPITAL, 0.1), ("617", EAST, 0.1), ("617", SOUTH, 0.1), ("189", CAPITAL, 0.3),
    ("189", EAST, 0.2), ("190", CAPITAL, 0.2), ("190", EAST, 0.2), ("197", CAPITAL, 0.3),
    ("197", EAST, 0.2), ("197", SOUTH, 0.2), ("223", CAPITAL, 0.2), ("223", EAST, 0.2),
    ("223", SOUTH, 0.1), ("223", WEST, 0.1), ("228", CAPITAL, 0.1), ("228", EAST, 0.1),
    ("638", CAPITAL, 0.1), ("638", EAST, 0.1), ("609", CAPITAL, 0.3), ("609", EAST, 0.3),
    ("124", CAPITAL, 1.0), ("124", CAPITAL, 0.7), ("124", EAST, 0.8), ("124", SOUTH, 0.5),
    ("156", CAPITAL, 0.4), ("156", EAST, 0.3), ("156", SOUTH, 0.3), ("156", WEST, 0.2),
    ("156", BAY, 0.2), ("156", RIVER, 0.2), ("156", NORTH, 0.2), ("156", CAPE, 0.2),
)  # fmt: skip
EMERGENCY_TOWNS = (CAPITAL, EAST, SOUTH)
CLOSED_EMERGENCY = WEST
CLOSURE = 2020


def build_establishments(
    communes: pd.DataFrame,
    minutes: np.ndarray,
    contours: np.ndarray,
    elders: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """All establishments, closed ones too; ``elders`` are the inhabitants of 75 and over.

    Columns: ``finess, finess_ej, categorie, famille, nom, code, x, y`` (EPSG:2154), ``ouverture``
    (date), ``fermeture`` (year, 0 when open), ``taille`` (relative), ``urgences`` (boolean).
    """
    rows = [*_towns(communes), *_spread(communes, minutes, elders, rng), *_seats(communes)]
    table = pd.DataFrame(rows, columns=["categorie", "code", "taille", "nom"])
    table["famille"] = table["categorie"].map({kind.code: kind.famille for kind in _KINDS})
    table["fermeture"] = 0
    rank = communes["rang_ville"]
    clinic = (table["categorie"] == "365") & (table["code"].map(rank) == CLOSED_EMERGENCY)
    table.loc[clinic, "fermeture"] = CLOSURE
    order = table.sort_values(["code", "categorie", "nom"], kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    table["nom"] = _distinct(table["nom"])
    number = table.groupby(table["code"].str[:2]).cumcount()
    table["finess"] = table["code"].str[:2] + (10_010 + 13 * number).astype(str).str.zfill(7)
    table["finess_ej"] = table["code"].str[:2] + (780_010 + 7 * number).astype(str).str.zfill(7)
    table["x"], table["y"] = _points(table["code"], communes, contours, rng)
    table["ouverture"] = _openings(table, rng)
    here = table["code"].map(rank).isin(EMERGENCY_TOWNS)
    table["urgences"] = ((table["categorie"] == "355") & here) | (table["fermeture"] > 0)
    return table


def _name(kind: str, place: str) -> str:
    return f"{KINDS[kind].name} {plain_capitals(place)}"


def _towns(communes: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    by_rank = communes[communes["rang_ville"] >= 0].reset_index().set_index("rang_ville")
    return [
        (kind, by_rank.at[rank, "code"], size, _name(kind, by_rank.at[rank, "nom"]))
        for kind, rank, size in _IN_TOWNS
    ]


def _spread(
    communes: pd.DataFrame, minutes: np.ndarray, elders: np.ndarray, rng: np.random.Generator
) -> list[tuple[str, str, float, str]]:
    """What every market town has: pharmacies, team practices, homes, laboratories, home care."""
    population = communes["population"].to_numpy(dtype=float)
    bourg = population >= np.where(minutes <= 11, population, 0).max(axis=1)
    chance = population / 2_650
    pharmacies = np.floor(chance + rng.random(len(communes)) * (population > 1_100)).astype(int)
    pharmacies = np.maximum(pharmacies, (bourg & (population > 950)).astype(int))
    homes = np.floor(elders / 640 + 0.45 * rng.random(len(communes))).astype(int)
    village = (bourg & (population > 700)) & (rng.random(len(communes)) < 0.75)
    teams = np.select([population > 50_000, population > 5_000], [4, 1], village.astype(int))
    laboratories = np.where(population > 4_500, 1 + (population > 28_000) * 3, 0)
    nursing = (population > 4_000).astype(int)
    flats = np.where(population > 6_000, 1, 0)
    plan = (("620", pharmacies), ("500", homes), ("603", teams),
            ("611", laboratories), ("354", nursing), ("202", flats))  # fmt: skip
    rows = []
    for kind, counts in plan:
        for (code, row), count in zip(communes.iterrows(), counts, strict=True):
            rows += [(kind, str(code), 0.4, _name(kind, row["nom"]))] * int(count)
    lonely = np.where((communes["cpts"] == "").to_numpy() & (pharmacies == 0), population, 0)
    rows.append((PROPHARMACY, str(communes.index[int(lonely.argmax())]), 0.1, ""))
    return rows


def _seats(communes: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    """The seats of the CPTS that signed the ACI, in their most populous commune."""
    rows = []
    for cpts in CPTS:
        inside = communes[communes["cpts"] == cpts.id]
        if cpts.statut == "aci_signe":
            seat = str(inside["population"].idxmax())
            rows.append(("604", seat, 0.1, plain_capitals(cpts.nom)))
    return rows


def _distinct(names: pd.Series) -> pd.Series:
    """Number the establishments of one name: « PHARMACIE DE VALMERENCE 2 »."""
    rank = names.groupby(names).cumcount() + 1
    return names.where((rank == 1) | (names == ""), names + " " + rank.astype(str))


def _points(
    codes: pd.Series, communes: pd.DataFrame, contours: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A point near the heart of the commune, never out of it."""
    position = communes.index.get_indexer(codes)
    heart = communes[["x", "y"]].to_numpy()[position]
    spread = np.where(communes["rang_ville"].to_numpy()[position] == 0, 1_300.0, 320.0)
    moved = heart + spread[:, None] * rng.standard_normal((len(codes), 2))
    inside = shapely.contains_xy(contours[position], moved[:, 0], moved[:, 1])
    point = np.round(np.where(inside[:, None], moved, heart), 1)
    return point[:, 0], point[:, 1]


def _openings(table: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    recent = {"603": 2012, "604": 2020, "606": 2022, "124": 2008, "638": 2015, "617": 2005}
    days = []
    for kind in table["categorie"]:
        first = recent.get(kind, 1965)
        year = int(rng.integers(first, 2024))
        days.append(f"{year}-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}")
    unknown = rng.choice(len(table), size=3, replace=False)
    return ["1900-01-01" if row in unknown else day for row, day in enumerate(days)]
