"""The truth written in the layouts of the official files: territory, population, incomes, CPTS.

Separators, quoting, ends of line, decimals and marks are those of the publishers, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from demonstration import names
from demonstration.people import YEARS
from demonstration.places import CPTS, EAST
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth

REGION = "00"
CPTS_LIST, CPTS_PERIMETERS = "cpts_liste", "cpts_perimetres"
COG_SPELLING = ("TNCC", "NCC", "NCCENR", "LIBELLE")
COG_COMMUNE = ("TYPECOM", "COM", "REG", "DEP", "CTCD", "ARR", *COG_SPELLING, "CAN", "COMPARENT")
COG_DEPARTEMENT = ("DEP", "REG", "CHEFLIEU", *COG_SPELLING)
FILOSOFI_MEDIAN = ("NBMENFISC21", "NBPERSMENFISC21", "MED21")
FILOSOFI_RATES = (
    "PIMP21",
    "TP6021",
    *(f"TP60AGE{number}21" for number in range(1, 7)),
    "TP60TOL121",
    "TP60TOL221",
)
FILOSOFI_SHARES = (
    *("PACT21", "PTSA21", "PCHO21", "PBEN21", "PPEN21", "PPAT21"),
    *("PPSOC21", "PPFAM21", "PPMINI21", "PPLOGT21", "PIMPOT21"),
)
FILOSOFI_DECILES = ("D121", "D921", "RD21")
UNAVAILABLE = 3


def territory_files(truth: Truth) -> list[DemonstrationFile]:
    """Code officiel géographique, table d'appartenance and contours."""
    return [
        _cog("v_commune_2024.csv", "code officiel géographique, communes", _v_commune(truth)),
        _cog("v_departement_2024.csv", "code officiel géographique, départements", _v_dep(truth)),
        _cog("v_region_2024.csv", "code officiel géographique, régions", _v_region(truth)),
        DemonstrationFile(
            "contours_communes",
            "communes-50m.geojson",
            "contours des communes",
            "2024",
            contours_geojson(truth).encode(),
        ),
        DemonstrationFile(
            "table_appartenance",
            "table-appartenance-geo-communes-2024.csv",
            "table d'appartenance géographique des communes",
            "2024",
            _membership_table(truth).encode(),
        ),
    ]


def _cog(name: str, subject: str, rows: Sequence[Sequence[str]]) -> DemonstrationFile:
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    return DemonstrationFile("cog", name, subject, "2024", text.encode())


def _v_commune(truth: Truth) -> list[Sequence[str]]:
    rows = []
    for row in truth.communes.itertuples():
        code, dep = str(row.Index), row.departement
        place = [REGION, dep, f"{dep}D", f"{dep}{row.arrondissement}"]
        rows.append(["COM", code, *place, *_spelling(row.nom), f"{dep}{row.canton}", ""])
    for row in truth.places[truth.places["date_fusion"] != ""].itertuples():
        rows.append(["COMD", str(row.Index), "", "", "", "", *_spelling(row.nom), "", row.commune])
    return [COG_COMMUNE, *sorted(rows, key=lambda row: (row[1], row[0]))]


def _spelling(name: str) -> list[str]:
    article, rich, plain = names.split_article(name)
    return [article, plain, rich, name]


def _v_dep(truth: Truth) -> list[Sequence[str]]:
    seats = {"00": _town(truth, 0), "96": _town(truth, EAST)}
    rows = [
        [dep, REGION, seats[dep], "4", names.plain_capitals(name), name, name]
        for dep, name in names.DEPARTEMENTS.items()
    ]
    return [COG_DEPARTEMENT, *rows]


def _v_region(truth: Truth) -> list[Sequence[str]]:
    name = names.REGION
    row = [REGION, _town(truth, 0), "1", names.plain_capitals(name), name, name]
    return [COG_DEPARTEMENT[1:], row]


def _town(truth: Truth, rank: int) -> str:
    return str(truth.communes.index[truth.communes["rang_ville"] == rank][0])


def _membership_table(truth: Truth) -> str:
    header = "CODGEO,LIBGEO,DEP,CTCD,REG,EPCI,EPT,ARR,CANOV,ZE2020,UU2020,AAV2020,BV2022"
    lines = [header]
    for row in truth.communes.itertuples():
        dep = row.departement
        cells = [row.Index, row.nom, dep, f"{dep}D", REGION, row.epci, "ZZZZZZZZZ"]
        cells += [f"{dep}{row.arrondissement}", f"{dep}{row.canton}", row.zone_emploi]
        cells += [row.unite_urbaine, row.aire_attraction, row.bassin_de_vie]
        lines.append(",".join(cells))
    lines.append("," * header.count(","))
    return "\n".join(lines) + "\n"


def contours_geojson(truth: Truth) -> str:
    """Contours in the layout of Etalab's contours-administratifs (WGS84, five decimals)."""
    to_degrees = Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True)

    def degrees(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])).round(5)

    shapes = shapely.orient_polygons(shapely.transform(truth.contours, degrees))
    lines = []
    for shape, row in zip(shapes, truth.communes.itertuples(), strict=True):
        properties = {
            "code": row.Index,
            "nom": row.nom,
            "departement": row.departement,
            "region": REGION,
            "epci": row.epci,
            "plm": False,
            "commune": None,
        }
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shape),
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def population_files(truth: Truth) -> list[DemonstrationFile]:
    """Legal populations, one file a year, in the communes of their time (two years later)."""
    return [
        DemonstrationFile(
            "populations_legales",
            f"donnees_communes_{year}.csv",
            f"populations légales {year}",
            str(year),
            _donnees_communes(truth, year).encode(),
        )
        for year in YEARS
    ]


def _donnees_communes(truth: Truth, year: int) -> str:
    lines = ["REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT"]
    for row in communes_of_time(truth, year).itertuples():
        today = truth.communes.loc[row.commune]
        apart = round(row.personnes * row.part_comptee_a_part)
        cells = [REGION, names.REGION, today["departement"], today["arrondissement"]]
        cells += [today["canton"], str(row.Index)[2:], str(row.Index), row.nom]
        cells += [str(row.personnes), str(apart), str(row.personnes + apart)]
        lines.append(";".join(cells))
    return "\r\n".join(lines) + "\r\n"


def communes_of_time(truth: Truth, year: int) -> pd.DataFrame:
    """Communes as they stood in the geography of the legal populations of ``year``.

    Index: code of the time. Columns: ``nom``, ``commune`` (code of today),
    ``part_comptee_a_part``, ``personnes``. INSEE gives the populations of year N in the communes
    of 1 January N + 2.
    """
    places = truth.places
    merged = (places["date_fusion"] != "") & (places["date_fusion"] <= f"{year + 2}-01-01")
    own = pd.Series(places.index, places.index)
    table = places.assign(
        personnes=places[year],
        alors=own.where(~merged, places["commune"]),
        nom=places["nom"].where(~merged, places["commune"].map(truth.communes["nom"])),
    )
    columns = {"nom": "first", "commune": "first", "part_comptee_a_part": "first"}
    return table.groupby("alors").agg(columns | {"personnes": "sum"}).sort_index()


def income_file(truth: Truth) -> DemonstrationFile:
    """Filosofi with INSEE's masks: ``s`` under its sizes, ``nd`` where nothing was produced."""
    incomes = truth.incomes
    cells = pd.DataFrame(index=incomes.index)
    for column in FILOSOFI_MEDIAN:
        cells[column] = incomes[column].astype(str)
    for column in (*FILOSOFI_RATES, *FILOSOFI_SHARES, "RD21"):
        cells[column] = incomes[column].map(lambda value: f"{value:.1f}".replace(".", ","))
    for column in ("D121", "D921"):
        cells[column] = incomes[column].astype(str)
    cells = cells[[*FILOSOFI_MEDIAN, *FILOSOFI_RATES, *FILOSOFI_SHARES, *FILOSOFI_DECILES]]
    for column, hidden in filosofi_masks(incomes).items():
        cells.loc[hidden, column] = "s"
    smallest = incomes["NBPERSMENFISC21"].sort_values(kind="stable").index[:UNAVAILABLE]
    cells.loc[smallest] = "nd"
    lines = [";".join(["CODGEO", *cells.columns])]
    lines += [";".join(row) for row in cells.reset_index().astype(str).to_numpy()]
    return DemonstrationFile(
        "insee_filosofi",
        "cc_filosofi_2021_COM.csv",
        "revenus et pauvreté (Filosofi 2021)",
        "2021",
        ("\n".join(lines) + "\n").encode("ascii"),
    )


def filosofi_masks(incomes: pd.DataFrame) -> dict[str, pd.Series]:
    """Which cells INSEE hides, read on its 2021 file.

    Everything under 50 households and 100 persons; details under 1,000 households and 2,000
    persons; a poverty rate also under 5 % or 200 poor persons.
    """
    households, people = incomes["NBMENFISC21"], incomes["NBPERSMENFISC21"]
    small = (households < 50) & (people < 100)
    middling = (households < 1_000) & (people < 2_000)
    masks = dict.fromkeys(FILOSOFI_MEDIAN, small)
    masks |= dict.fromkeys(["PIMP21", *FILOSOFI_SHARES, *FILOSOFI_DECILES], middling)
    poor = {"TP6021": "PAUVRES"}
    poor |= {f"TP60AGE{n}21": f"PAUVRES_AGE{n}" for n in range(1, 7)}
    poor |= {f"TP60TOL{n}21": f"PAUVRES_TOL{n}" for n in (1, 2)}
    for rate, count in poor.items():
        masks[rate] = middling | (incomes[rate] < 5) | (incomes[count] < 200)
    return masks


def cpts_files(truth: Truth) -> list[DemonstrationFile]:
    """The CPTS and their communes, in this project's own documented layout (UTF-8, ``;``)."""
    members = truth.members.join(truth.communes[["nom", "departement", "population"]], on="code")
    header = "cpts_id;nom;departements;departement_principal;statut;date_statut;date_signature"
    lines = [f"{header};site_internet"]
    for cpts in CPTS:
        mine = members[members["cpts_id"] == cpts.id]
        weights = mine.groupby("departement")["population"].sum()
        stage = "" if cpts.statut == "sans_statut" else cpts.statut
        cells = [cpts.id, cpts.nom, ",".join(sorted(weights.index)), str(weights.idxmax()), stage]
        lines.append(";".join([*cells, cpts.date_statut, cpts.date_signature, cpts.site_internet]))
    detail = ["cpts_id;code_commune;libelle;departement;part"]
    for row in members.itertuples():
        part = "" if np.isnan(row.part) else f"{row.part:g}"
        detail.append(";".join([row.cpts_id, row.code, row.nom, row.departement, part]))
    return [
        _cpts(CPTS_LIST, "cpts.csv", "liste des CPTS", lines),
        _cpts(CPTS_PERIMETERS, "cpts_communes.csv", "communes des CPTS", detail),
    ]


def _cpts(source: str, name: str, subject: str, lines: Iterable[str]) -> DemonstrationFile:
    content = ("\n".join(lines) + "\n").encode()
    return DemonstrationFile(source, name, subject, "2024", content)
