"""The Base permanente des équipements of the island: five years in four generations of layout."""

from __future__ import annotations

import pandas as pd

from demonstration.callings import CALLINGS
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes
from demonstration.workforce import present

REGION = "00"
_SITES = {
    "hopital": "D101",
    "centre_de_sante": "D108",
    "msp": "D113",
    "laboratoire": "D302",
    "ehpad": "D401",
    "ssiad": "D402",
}
_PHARMACY = ("D301", "D307")
_NEW_SINCE = 2024
_BY_IRIS = ("REG", "DEP", "DEPCOM", "DCIRIS", "AN", "TYPEQU", "NB_EQUIP")
_ENSEMBLE = (
    *("AAV2020", "AN", "BV2012", "DEP", "DEPCOM", "DOM", "EPCI", "DCIRIS", "QUALI_IRIS", "REG"),
    *("SDOM", "TYPEQU", "UU2020", "NB_EQUIP"),
)
_LONG = (
    *("GEO", "GEO_OBJECT", "FACILITY_DOM", "FACILITY_SDOM", "FACILITY_TYPE", "BPE_MEASURE"),
    *("TIME_PERIOD", "OBS_VALUE"),
)
_DETAIL = ("AN", "REG", "DEP", "DEPCOM", "DCIRIS", "TYPEQU")


def bpe_files(truth: Truth) -> list[DemonstrationFile]:
    """2019 and 2020 by IRIS, 2021 with its zones, 2023 facility by facility, 2024 in long form."""
    detail = [";".join(f'"{name}"' for name in _DETAIL)]
    for row in facilities(truth, 2023).itertuples():
        line = ";".join(["2023", REGION, row.code[:2], row.code, row.code, row.type])
        detail += [line] * row.nombre
    plan = (
        ("bpe19_ensemble.csv", 2019, _iris_lines(truth, 2019)),
        ("bpe20_ensemble.csv", 2020, _iris_lines(truth, 2020)),
        ("bpe21_ensemble.csv", 2021, _zone_lines(truth, 2021)),
        ("BPE23.csv", 2023, detail),
        ("DS_BPE_2024_data.csv", 2024, _long_lines(truth, 2024)),
    )
    return [
        DemonstrationFile("insee_bpe", name, f"équipements, {year}", str(year), text_bytes(lines))
        for name, year, lines in plan
    ]


def facilities(truth: Truth, year: int) -> pd.DataFrame:
    """Facilities of health by commune and type in a year: ``code, type, nombre`` (no zero)."""
    new = year >= _NEW_SINCE
    people = present(truth.health.professionals, year)
    people = people[people["mode"] == "L"]
    second = people[people["second"] != ""].assign(code=people["second"])
    people = pd.concat([people, second], ignore_index=True)
    types = {key: calling.facility[int(new)] for key, calling in CALLINGS.items()}
    counted = pd.DataFrame({"code": people["code"], "type": people["metier"].map(types)})
    sites = truth.health.establishments
    opened = sites["ouverture"].str[:4].astype(int) <= year
    sites = sites[opened & ((sites["fermeture"] == 0) | (sites["fermeture"] > year))]
    known = _SITES | {"pharmacie": _PHARMACY[int(new)]}
    listed = pd.DataFrame({"code": sites["code"], "type": sites["famille"].map(known)})
    urgent = sites.loc[sites["urgences"], ["code"]].assign(type="D106")
    births = sites[(sites["categorie"] == "355") & sites["urgences"]]
    births = births[["code"]].assign(type="D107")
    every = pd.concat([counted, listed, urgent, births], ignore_index=True)
    every = every[every["type"].fillna("") != ""]
    return every.groupby(["code", "type"]).size().rename("nombre").reset_index()


def _iris_lines(truth: Truth, year: int) -> list[str]:
    lines = [";".join(_BY_IRIS)]
    for row in facilities(truth, year).itertuples():
        cells = [REGION, row.code[:2], row.code, row.code, str(year), row.type, str(row.nombre)]
        lines.append(";".join(cells))
    return lines


def _zone_lines(truth: Truth, year: int) -> list[str]:
    lines = [";".join(_ENSEMBLE)]
    for row in facilities(truth, year).itertuples():
        commune = truth.communes.loc[row.code]
        cells = {
            "AAV2020": commune["aire_attraction"],
            "AN": str(year),
            "BV2012": commune["bassin_de_vie"],
            "DEP": row.code[:2],
            "DEPCOM": row.code,
            "DOM": "D",
            "EPCI": commune["epci"],
            "DCIRIS": row.code,
            "QUALI_IRIS": "Z",
            "REG": REGION,
            "SDOM": row.type[:2],
            "TYPEQU": row.type,
            "UU2020": commune["unite_urbaine"],
            "NB_EQUIP": str(row.nombre),
        }
        lines.append(";".join(str(cells[name]) for name in _ENSEMBLE))
    return lines


def _long_lines(truth: Truth, year: int) -> list[str]:
    """Counts at every level, quoted: communes, EPCI, départements, région, and their totals."""
    table = facilities(truth, year)
    zones = truth.communes[["epci", "departement"]]
    table = table.join(zones, on="code").assign(region=REGION)
    lines = [";".join(f'"{name}"' for name in _LONG)]
    levels = (("code", "COM"), ("epci", "EPCI"), ("departement", "DEP"), ("region", "REG"))
    for column, level in levels:
        counts = table.groupby([column, "type"])["nombre"].sum().reset_index()
        for area, kind, count in counts.itertuples(index=False):
            cells = [area, level, "D", kind[:2], kind, "FACILITIES"]
            lines.append(";".join([*(f'"{cell}"' for cell in cells), str(year), str(count)]))
        for area, count in counts.groupby(column)["nombre"].sum().items():
            cells = [area, level, "D", "_T", "_T", "FACILITIES"]
            lines.append(";".join([*(f'"{cell}"' for cell in cells), str(year), str(count)]))
    return lines
