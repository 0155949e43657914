"""Zones in the official layouts: EPCI, vie-santé, zoning, density, QPV, map of the CPTS."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from demonstration.names import DEPARTEMENTS, REGION
from demonstration.places import CAPITAL, CPTS, EAST, EPCI, SOUTH
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes, workbook_bytes

REGION_CODE = "00"
CANTON_TOWN = 8_000
_DENSITY_NAMES = {
    1: "Grands centres urbains",
    2: "Centres urbains intermédiaires",
    3: "Petites villes",
    4: "Ceintures urbaines",
    5: "Bourgs ruraux",
    6: "Rural à habitat dispersé",
    7: "Rural à habitat très dispersé",
}
_ZONING = (
    "Identifiant unique",
    "Code de la région",
    "Libellé de la région",
    "Code du territoire de vie-santé",
    "Libellé du territoire de vie-santé",
    "Code de la commune",
    "Libellé de la commune",
    "Qualification nationale issue de la concertation de 2017",
    "Qualification attribuée par l'arrêté régional",
    "Population totale (2021)",
)
_NATIONAL_WORDS = {
    "ZIP": "ZIP",
    "ZAC": "ZAC",
    "ZV": "Zone de vigilance",
    "HV": "Hors vivier",
}
# QPV: code, name, town, bearing and distance (metres) of its centre, its radius.
_QUARTERS = (
    ("QN00001N", "Les Hauts-Quais", CAPITAL, 2.2, 1_500, 480),
    ("QN00002N", "Vérouse-Arsenal", CAPITAL, 5.1, 1_250, 420),
    ("QN00003M", "La Cité-des-Vents", CAPITAL, 0.4, 2_600, 520),
    ("QN00004N", "Les Conserveries", SOUTH, 1.2, 450, 330),
    ("QN09601N", "Port-Vieux", EAST, 3.6, 600, 380),
    ("QN09602I", "Les Forges", EAST, 0.9, 900, 360),
)
_STAGES = {
    "aci_signe": "Signataire",
    "projet_sante": "Projet de santé validé",
    "lettre_intention": "En cours de rédaction",
    "emergence": "Initiative",
    "sans_statut": "",
}


def zone_files(truth: Truth) -> list[DemonstrationFile]:
    """Every file of zones, and the national map of the CPTS."""
    return [
        _epci(truth),
        *_health_areas(truth),
        *_zonings(truth),
        _density(truth),
        _quarters(truth),
        _quarter_incomes(truth),
        _cpts_map(truth),
    ]


def _epci(truth: Truth) -> DemonstrationFile:
    """INSEE's ``EPCI_au_01-01-2024.xlsx``: two sheets, codes on line 6."""
    communes = truth.communes
    names = {epci.code: epci.nom for epci in EPCI}
    title: list[list[object]] = [
        ["Intercommunalité - Métropole au 1er janvier 2024"],
        ["Données fictives de démonstration"],
        [],
        [],
    ]
    labels = ["Établissement public", "Nom de l'établissement public", "Nature", "Communes"]
    count = communes["epci"].value_counts()
    listed = [[code, name, name[:2], int(count[code])] for code, name in names.items()]
    members = [
        [code, row["nom"], row["epci"], names[row["epci"]], row["departement"], REGION_CODE]
        for code, row in communes.iterrows()
    ]
    words = ["Code géographique", "Libellé géographique", *labels[:2], "Département", "Région"]
    sheets = {
        "EPCI": [*title, labels, ["EPCI", "LIBEPCI", "NATURE_EPCI", "NB_COM"], *listed],
        "Composition_communale": [
            *title,
            words,
            ["CODGEO", "LIBGEO", "EPCI", "LIBEPCI", "DEP", "REG"],
            *members,
        ],
    }
    return DemonstrationFile(
        "insee_epci",
        "EPCI_au_01-01-2024.xlsx",
        "intercommunalités et leurs communes",
        "2024",
        workbook_bytes(sheets),
    )


def canton_towns(truth: Truth) -> pd.Series:
    """BVCV of each commune: the canton (four characters) of a large town, else the life area."""
    communes = truth.communes
    large = communes["population"] >= CANTON_TOWN
    return communes["bassin_de_vie"].where(~large, communes["departement"] + communes["canton"])


def _health_areas(truth: Truth) -> list[DemonstrationFile]:
    """Territoires de vie-santé (workbook); bassins de vie / cantons-villes, padded with ``_``."""
    communes = truth.communes
    names = communes["nom"]
    rows: list[list[object]] = [
        [
            "Code commune",
            "Libellé de la commune",
            "Code du territoire de vie-santé",
            "Libellé du territoire de vie-santé",
        ]
    ]
    rows += [
        [code, row["nom"], row["bassin_de_vie"], names[row["bassin_de_vie"]]]
        for code, row in communes.iterrows()
    ]
    lines = ["depcom,libcom,bvcv,libbvcv,code_reg,code_dep,libdep,libreg"]
    areas = canton_towns(truth)
    chief = communes["population"].groupby(areas).idxmax()
    for code, row in communes.iterrows():
        area = areas[code]
        dep = row["departement"]
        label = names[chief[area]]
        cells = [code, row["nom"], area.ljust(5, "_"), label, REGION_CODE, dep, DEPARTEMENTS[dep]]
        lines.append(",".join([*cells, REGION]))
    subject = "territoires de vie-santé des communes"
    return [
        DemonstrationFile(
            "territoires_de_vie_sante",
            "Correspondance_communes_tvs_2024.xlsx",
            subject,
            "2024",
            workbook_bytes({"TVS": rows}),
        ),
        DemonstrationFile(
            "territoires_de_vie_sante",
            "bvcv2024_com2024.csv",
            "bassins de vie et cantons-villes des communes",
            "2024",
            text_bytes(lines),
        ),
    ]


def doctor_zones(truth: Truth) -> pd.Series:
    """Zone of the doctors by territoire de vie-santé, from the least served to the best."""
    apl = truth.apl[2022]
    area = truth.communes["bassin_de_vie"]
    weighted = (apl["apl_65"] * apl["population_standardisee"]).groupby(area).sum()
    mean = weighted / apl["population_standardisee"].groupby(area).sum()
    people = truth.communes["population"].groupby(area).sum()
    share = people[mean.sort_values().index].cumsum() / people.sum()
    before = share.shift(fill_value=0.0)
    return pd.cut(before, [-1, 0.30, 0.48, 0.565, 2], labels=["ZIP", "ZAC", "ZV", "HV"]).astype(str)


def _zonings(truth: Truth) -> list[DemonstrationFile]:
    """The order on doctors as the national workbook, that on nurses as a plain list."""
    communes, zones = truth.communes, doctor_zones(truth)
    names = communes["nom"]
    # The concertation of 2017 proposed less than the order decided, for one territory.
    proposed = zones.replace({"ZV": "HV"})
    people = communes["population"].groupby(communes["bassin_de_vie"]).sum()
    areas: list[list[object]] = [[*_ZONING[:5], *_ZONING[7:]]]
    for area in sorted(zones.index):
        row = [f"00-{area}", REGION_CODE, REGION, area, names[area]]
        words = [_NATIONAL_WORDS[proposed[area]], _NATIONAL_WORDS[zones[area]], int(people[area])]
        areas.append([*row, *words])
    rows: list[list[object]] = [list(_ZONING)]
    for code, row in communes.iterrows():
        area = row["bassin_de_vie"]
        start = [f"00-{code}", REGION_CODE, REGION, area, names[area], code, row["nom"]]
        words = [_NATIONAL_WORDS[proposed[area]], _NATIONAL_WORDS[zones[area]]]
        rows.append([*start, *words, int(row["population"])])
    quarters: list[list[object]] = [
        [
            "Code du quartier prioritaire",
            "Libellé du quartier prioritaire",
            "Qualification attribuée au QPV par l'arrêté régional",
            "Population (2018)",
        ]
    ]
    for number, (code, name, *_) in enumerate(_QUARTERS):
        # « 0 » is the producer's « not filled ».
        zone = "0" if number == 2 else "ZIP" if number % 2 else "ZAC"
        quarters.append([code, name, zone, 1_450 + 310 * number])
    sheets = {"Zonage_TVS": areas, "Zonage_communes": rows, "Zonage_QPV": quarters}
    lines = ["code_commune;nom;zone;profession;arrete;date_arrete"]
    levels = ["très sous-dotée", "sous-dotée", "intermédiaire", "très dotée", "sur-dotée"]
    supply = truth.apl[2023]["apl"].rank(pct=True)
    for code, row in communes.iterrows():
        level = levels[min(int(supply[code] * 4.6), 4)]
        cells = [code, row["nom"], level, "infirmiers", "Arrêté ARS 2023-00-117", "2023-12-20"]
        lines.append(";".join(str(cell) for cell in cells))
    return [
        DemonstrationFile(
            "zonage_medecins",
            "Zonage_medecin_2024.xlsx",
            "zonage des médecins",
            "2024",
            workbook_bytes(sheets),
        ),
        DemonstrationFile(
            "zonage_medecins",
            "zonage_infirmiers_2023.csv",
            "zonage des infirmiers",
            "2023",
            text_bytes(lines, end="\r\n"),
        ),
    ]


def density_degrees(truth: Truth) -> pd.Series:
    """Degree of density of each commune, 1 (large urban centre) to 7 (very scattered)."""
    communes = truth.communes
    density = communes["population"] / communes["surface_km2"]
    people, town = communes["population"], communes["rang_ville"]
    choices = [
        town == 0,
        people >= 25_000,
        people >= 6_000,
        (density > 260) & (people >= 1_200),
        people >= 1_500,
        density >= 35,
    ]
    return pd.Series(np.select(choices, [1, 2, 3, 4, 5, 6], 7), index=communes.index)


def _density(truth: Truth) -> DemonstrationFile:
    degrees = density_degrees(truth)
    grouped = degrees.map({1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3, 7: 3})
    rows: list[list[object]] = [
        ["Grille communale de densité"],
        ["Géographie au 01/01/2024 ; données fictives de démonstration"],
        [],
        ["Code commune", "Libellé", "Degré de densité", "Population", "Degré à 7 niveaux",
         "Libellé du degré"],
        ["CODGEO", "LIBGEO", "DENS", "PMUN21", "DENS7", "LIBDENS7"],
    ]  # fmt: skip
    for code, row in truth.communes.iterrows():
        degree = int(degrees[code])
        cells = [int(grouped[code]), int(row["population"]), degree, _DENSITY_NAMES[degree]]
        rows.append([code, row["nom"], *cells])
    content = workbook_bytes({"Lisez-moi": [["Grille à 7 niveaux"]], "Maille communale": rows})
    return DemonstrationFile(
        "grille_densite",
        "grille_densite_7_niveaux_2024.xlsx",
        "grille communale de densité",
        "2024",
        content,
    )


def _degrees(shapes: np.ndarray) -> np.ndarray:
    to_degrees = Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True)

    def convert(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])).round(5)

    return shapely.orient_polygons(shapely.transform(shapes, convert))


def _collection(features: list[dict[str, object]]) -> bytes:
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def _quarters(truth: Truth) -> DemonstrationFile:
    """QPV as rounded blobs in the towns; one reaches into a second commune."""
    communes = truth.communes
    features = []
    for number, (code, name, rank, bearing, distance, radius) in enumerate(_QUARTERS, start=1):
        home = communes[communes["rang_ville"] == rank].iloc[0]
        centre = (home["x"] + distance * np.sin(bearing), home["y"] + distance * np.cos(bearing))
        angles = np.linspace(0, 2 * np.pi, 25)[:-1]
        reach = radius * (1 + 0.18 * np.sin(3 * angles + number) + 0.10 * np.cos(5 * angles))
        ring = np.column_stack(
            [centre[0] + reach * np.cos(angles), centre[1] + reach * np.sin(angles)]
        )
        blob = shapely.intersection(shapely.polygons(ring), shapely.union_all(truth.contours))
        share = shapely.area(shapely.intersection(truth.contours, blob)) / shapely.area(blob)
        held = communes.index[share > 0.03]
        properties = {
            "fid": number,
            "code_qp": code,
            "lib_qp": name,
            "insee_reg": REGION_CODE,
            "lib_reg": REGION,
            "insee_dep": home["departement"],
            "lib_dep": DEPARTEMENTS[home["departement"]],
            "insee_com": ", ".join(held),
            "lib_com": ", ".join(communes.loc[held, "nom"]),
            "siren_epci": home["epci"],
        }
        geometry = shapely.geometry.mapping(_degrees(np.array([blob]))[0])
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return DemonstrationFile(
        "qpv",
        "QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson",
        "quartiers prioritaires de la politique de la ville",
        "2024",
        _collection(features),
    )


def _quarter_incomes(truth: Truth) -> DemonstrationFile:
    """Incomes declared in the QPV, decimal comma; the smallest quarter is secret."""
    rng = np.random.default_rng([truth.seed, 33])
    shares = ("PACT", "PCHO", "PPEN", "PAUT")
    deciles = tuple(f"D{number}" for number in range(1, 10))
    names = ("Q1", "MED", "Q3", "EQ", *deciles, "RD", "GINI", "S80S20", *shares, "PMIMP")
    header = [*(f"DEC_{name}_A21" for name in names), "DEC_INCERT_A21", "DEC_NOTE_A21"]
    lines = [";".join(["CODGEO", *header])]
    for number, (code, *_) in enumerate(_QUARTERS):
        if number == 3:
            lines.append(";".join([code, *["s"] * len(names), "", "0"]))
            continue
        median = 10_400 + 900 * rng.standard_normal()
        at = median * np.array([0.12, 0.35, 0.55, 0.78, 1.0, 1.22, 1.48, 1.82, 2.35])
        low, high = median * 0.5, median * 1.62
        cells = [round(value, -1) for value in (low, median, high)] + [(high - low) / median]
        cells += [round(value, -1) for value in at]
        cells += [at[8] / at[0], 0.42, 11.4, 62.0, 7.4, 25.1, 5.5, 29.3]
        texts = [f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",") for value in cells]
        lines.append(";".join([code, *texts, "", "0"]))
    return DemonstrationFile(
        "qpv_revenus", "BASE_TD_FILO_DEC_QP_2021.csv", "revenus des quartiers prioritaires",
        "2021", text_bytes(lines),
    )  # fmt: skip


def _cpts_map(truth: Truth) -> DemonstrationFile:
    """Santégraphie's layer: one polygon by CPTS, whole communes; its own words for the stages."""
    shapes = []
    for cpts in CPTS:
        held = truth.members[(truth.members["cpts_id"] == cpts.id) & truth.members["part"].isna()]
        position = truth.communes.index.get_indexer(held["code"])
        area = shapely.coverage_union_all(truth.contours[position])
        shapes.append(shapely.simplify(area, 150.0))
    features = [
        {
            "type": "Feature",
            "id": f"AMBU_CPTS.{number}",
            "properties": {
                "id_cpts": cpts.id,
                "nom_cpts": cpts.nom,
                "statut": _STAGES[cpts.statut],
                "code_dep": cpts.departements[0],
            },
            "geometry": shapely.geometry.mapping(shape),
        }
        for number, (cpts, shape) in enumerate(
            zip(CPTS, _degrees(np.array(shapes, dtype=object)), strict=True), start=1
        )
    ]
    return DemonstrationFile(
        "cpts_carte_nationale",
        "cpts-santegraphie.geojson",
        "carte nationale des CPTS et des projets de CPTS",
        "2024",
        _collection(features),
    )
