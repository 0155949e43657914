"""Small files in the official layouts, and the five communes of the tests.

The five communes: Ambérieu-en-Bugey (01004, a zero that spreadsheets lose), Ajaccio (2A004),
Saint-Denis (97411, overseas), Beaumont-en-Verdunois (55039, no inhabitant) and Lyon (69123, nine
arrondissements 69381 to 69389).

==========  ==========  ================  ===============  ==============  ==================
commune     population  APL all, ≤ 65     standardised     poverty, %      standard of living
==========  ==========  ================  ===============  ==============  ==================
01004       1 000       2.0, 1.5          1 000            20,0            20 000
2A004       2 000       4.0, 3.0          3 000            masked (s)      22 000
97411       3 000       3.0, 2.5          2 000            40,0            unavailable (nd)
55039       0           no row            no row           no row          no row
each part   100         5.0, 4.0          100              10,0            masked (s)
Lyon        no row      no row            no row           12,0 (on 900)   24 000
==========  ==========  ================  ===============  ==============  ==================

Four CPTS: « plaine » = 01004 + 2A004; « rivage » = 2A004 (shared, whole) + 97411; « ville » = Lyon
whole + half of 97411; « désert » = 55039.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

LYON = tuple(str(code) for code in range(69381, 69390))
POPULATIONS = {"01004": 1000, "2A004": 2000, "97411": 3000, "55039": 0} | dict.fromkeys(LYON, 100)
APL = {
    "01004": (2.0, 1.5, 1000, 1000),
    "2A004": (4.0, 3.0, 3000, 2000),
    "97411": (3.0, 2.5, 2000, 3000),
} | dict.fromkeys(LYON, (5.0, 4.0, 100, 100))
FILOSOFI = {
    "01004": ("400", "1000", "20000", "20,0"),
    "2A004": ("800", "2000", "22000", "s"),
    "97411": ("1000", "3000", "nd", "40,0"),
    "69123": ("450", "900", "24000", "12,0"),
} | dict.fromkeys(LYON, ("50", "100", "s", "10,0"))
NAMES = {
    "01004": "Ambérieu-en-Bugey",
    "2A004": "Ajaccio",
    "97411": "Saint-Denis",
    "55039": "Beaumont-en-Verdunois",
    "69123": "Lyon",
} | {code: f"Lyon {rank}e Arrondissement" for rank, code in enumerate(LYON, start=1)}
PERIMETERS = (
    ("CPTS-A", "01004", ""),
    ("CPTS-A", "2A004", ""),
    ("CPTS-B", "2A004", ""),
    ("CPTS-B", "97411", ""),
    ("CPTS-C", "69123", ""),
    ("CPTS-C", "97411", "0,5"),
    ("CPTS-D", "55039", ""),
)
CPTS = (
    ("CPTS-A", "CPTS de la plaine", "aci_signe", "2022-03-31", "31/03/2022"),
    ("CPTS-B", "CPTS du rivage", "", "", ""),
    ("CPTS-C", "CPTS de la ville", "Projet de santé validé", "2024-01-01", ""),
    ("CPTS-D", "CPTS du désert", "en émergence", "", ""),
)
REGIONS = {"01": "84", "2A": "94", "974": "04", "55": "44", "69": "84"}
PLACES = {
    "01004": (5.36, 45.96),
    "2A004": (8.73, 41.92),
    "97411": (55.45, -21.0),
    "55039": (5.39, 49.2),
    "69123": (4.83, 45.76),
}


def departement(code: str) -> str:
    """The département of a commune code."""
    return code[:3] if code.startswith("97") else code[:2]


def write_csv(
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    end: str = "\r\n",
    quote_all: bool = False,
) -> Path:
    """Write rows as a delimited text."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def populations_rows(populations: Mapping[str, object] = POPULATIONS) -> list[list[object]]:
    """INSEE, populations légales: header and rows."""
    labels = "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT"
    rows: list[list[object]] = [list(labels.split(";"))]
    for code, people in populations.items():
        total = people + 10 if isinstance(people, int) else people
        place = [
            REGIONS.get(departement(code), "00"),
            "une région",
            departement(code),
            "1",
            "  ",
            code[-3:],
        ]
        rows.append([*place, code, NAMES.get(code, "Commune"), people, 10, total])
    return rows


def filosofi_rows(cells: Mapping[str, Sequence[str]] = FILOSOFI) -> list[list[object]]:
    """INSEE, Filosofi 2021: header and rows (the columns that we read, and one that we do not)."""
    labels = ["CODGEO", "NBMENFISC21", "NBPERSMENFISC21", "MED21", "PIMP21", "TP6021"]
    rows: list[list[object]] = [[*labels, "PIMPOT21", "D121", "D921"]]
    for code, (households, persons, median, poverty) in cells.items():
        rows.append([code, households, persons, median, "s", poverty, "-14,8", "s", "s"])
    return rows


def apl_workbook(
    path: Path,
    vintages: Mapping[int, Mapping[str, Sequence[float]]],
    *,
    younger: str = "APL aux médecins généralistes de moins de 65 ans",
    title: str = "Indicateur d'accessibilité potentielle localisée (APL)",
) -> Path:
    """DREES, APL workbook: header on line 9, units on line 10, empty lines at the end."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("Paramètres").write(0, 0, "Paramètres de l'indicateur d'APL")
        for year, rows in vintages.items():
            sheet = workbook.add_worksheet(f"APL {year}")
            sheet.write(0, 0, f"{title} {year} aux médecins généralistes")
            sheet.write(2, 0, f"Millésime : {year}")
            labels = [
                "Code commune INSEE",
                "Commune",
                "APL aux médecins généralistes",
                younger,
                f"Population standardisée {year - 2} pour la médecine générale",
                f"Population totale {year - 2}",
            ]
            sheet.write_row(8, 0, labels)
            unit = "consultations/visites accessibles par habitant standardisé"
            sheet.write_row(9, 2, [unit, unit, "habitants", "habitants"])
            for line, (code, values) in enumerate(rows.items(), start=10):
                sheet.write_string(line, 0, code)
                sheet.write_string(line, 1, NAMES.get(code, "Commune"))
                sheet.write_row(line, 2, values)
            for line in range(10 + len(rows), 20 + len(rows)):
                sheet.write_blank(line, 11, None, workbook.add_format({"bold": True}))
    return path


def square(west: float, south: float, side: float = 0.1) -> dict[str, object]:
    """A square in degrees, as GeoJSON."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def etalab_contours(path: Path) -> Path:
    """Etalab, contours administratifs: the five communes, Lyon whole and in nine parts."""
    features = []
    for code, (west, south) in PLACES.items():
        place = departement(code)
        properties = {
            "code": code,
            "nom": NAMES[code],
            "departement": place,
            "region": REGIONS[place],
            "epci": "200029999",
            "plm": code == "69123",
        }
        features.append((properties, square(west, south)))
    for rank, code in enumerate(LYON):
        properties = {"code": code, "nom": NAMES[code], "commune": "69123", "departement": "69"}
        features.append((properties, square(4.83 + rank * 0.01, 45.76, 0.01)))
    return geojson(path, features)


def geojson(path: Path, features: Iterable[tuple[Mapping[str, object], object]]) -> Path:
    """Write features as a GeoJSON collection."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": shape}
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def membership_rows() -> list[list[object]]:
    """INSEE, table d'appartenance as CSV, its last line made of commas only."""
    header = "CODGEO,LIBGEO,DEP,REG,EPCI,EPT,ARR,CANOV,ZE2020,BV2022"
    labels = header.split(",")
    rows: list[list[object]] = [list(labels)]
    for code in PLACES:
        epci = "ZZZZZZZZZ" if code == "55039" else f"20000{code[:2].replace('A', '0')}11"
        place = departement(code)
        cells = [code, NAMES[code], place, REGIONS[place], epci, "ZZZZZZZZZ", "ZZZZ"]
        rows.append([*cells, "0108", "8405", code])
    return [*rows, [""] * len(labels)]


def five_communes(folder: Path) -> dict[str, Path]:
    """Write the official files of the five communes; their paths by source."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = [("cpts_id", "nom", "statut", "date_statut", "date_signature"), *CPTS]
    held = [("cpts_id", "code_commune", "part"), *PERIMETERS]
    return {
        "contours_communes": etalab_contours(folder / "communes-50m.geojson"),
        "table_appartenance": write_csv(
            folder / "table-appartenance.csv", membership_rows(), separator=",", end="\n"
        ),
        "populations_legales": write_csv(folder / "donnees_communes.csv", populations_rows()),
        "drees_apl": apl_workbook(folder / "apl.xlsx", {2023: APL}),
        "insee_filosofi": write_csv(folder / "filosofi.csv", filosofi_rows(), end="\n"),
        "cpts_liste": write_csv(folder / "cpts.csv", listed),
        "cpts_perimetres": write_csv(folder / "perimetres.csv", held),
    }
