"""INSEE, table d'appartenance géographique des communes: EPCI, canton, bassin de vie.

Official workbook (sheet ``COM``, codes on line 6) or the same table saved as CSV. The names of the
columns change with the vintage (``CV`` then ``CANOV``); ``ZZZZZZZZZ`` means « none ».
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import repair_area_codes
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="table_appartenance",
    title="Table d'appartenance géographique des communes",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/information/2028028",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("code",),
    period_lag=0,
    columns=(
        Column("code", Kind.COMMUNE, "commune"),
        Column("nom", Kind.TEXT, "nom"),
        Column("departement", Kind.CODE, "département"),
        Column("region", Kind.CODE, "région"),
        Column("epci", Kind.CODE, "EPCI (SIREN)", nullable=True),
        Column("epci_nom", Kind.TEXT, "nom de l'EPCI", nullable=True),
        Column("ept", Kind.CODE, "établissement public territorial", nullable=True),
        Column("canton", Kind.CODE, "canton ou ville", nullable=True),
        Column("bassin_de_vie", Kind.CODE, "bassin de vie 2022", nullable=True),
        Column("bassin_de_vie_nom", Kind.TEXT, "nom du bassin de vie", nullable=True),
    ),
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/7671844/table-"
            "appartenance-geo-communes-2026.zip",
            "table-appartenance-geo-communes.zip",
            landing_page="https://www.insee.fr/fr/information/7671844",
            note="Édition 2026 relevée dans des programmes publiés ; à défaut, l'édition 2025.",
            otherwise=(
                "https://www.insee.fr/fr/statistiques/fichier/7671844/table-"
                "appartenance-geo-communes-2025.zip",
            ),
        ),
    ),
)

MAXIMUM_ROWS = 500_000
_NONE = re.compile(r"^Z+$")
_ZONES = "Zones_supra_communales"


def _header(head: Head) -> tuple[str | None, int, tuple[str, ...]]:
    """Sheet (None for a text), line and labels of the header."""
    for sheet in ("COM", *head.sheets):
        for line, row in enumerate(head.sheets.get(sheet, ())):
            if {"CODGEO", "LIBGEO", "EPCI"} <= set(row):
                return sheet, line, row
    return None, 0, head.header()


def recognises(head: Head) -> bool:
    """Tell the table by ``CODGEO, LIBGEO, EPCI`` beside a zone that only it holds."""
    _, _, header = _header(head)
    names = set(header)
    zones = any(re.match(r"(BV20|ZE20|AAV20|UU20)", name) for name in names)
    return {"CODGEO", "LIBGEO", "EPCI", "DEP"} <= names and zones


def _canton(codes: pd.Series) -> pd.Series:
    """Cantons of the metropole have four characters, those of the overseas five."""
    return codes.mask(codes.str.fullmatch(r"\d{3}").fillna(False), "0" + codes)


# What a spreadsheet takes from codes is given back; a SIREN never begins with a zero.
_REPAIRS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "departement": repair_area_codes,
    "region": repair_area_codes,
    "canton": _canton,
    "bassin_de_vie": lambda codes: repair_commune_codes(codes)[0],
}


def _column(raw: pd.DataFrame, pattern: str) -> pd.Series:
    for name in raw.columns:
        if re.fullmatch(pattern, str(name)):
            values = raw[name].astype("string").str.strip().str.replace(r"\.0+$", "", regex=True)
            return values.mask(values.str.match(_NONE.pattern) | (values == ""))
    return pd.Series(pd.NA, index=raw.index, dtype="string")


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune: the zones it belongs to, missing where it belongs to none."""
    faults = Faults(path.name)
    head = head_of(path)
    sheet, line, _ = _header(head)
    if sheet is None:
        raw = read_text_table(path, maximum_rows=MAXIMUM_ROWS)
    else:
        raw = as_text(read_sheet(path, sheet, header_line=line))
    # The last line may be made of separators only.
    raw = raw[(raw.drop(columns="ligne") != "").any(axis=1)]
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["CODGEO"])
    for name, pattern in (
        ("nom", "LIBGEO"),
        ("departement", "DEP"),
        ("region", "REG"),
        ("epci", "EPCI"),
        ("ept", "EPT"),
        ("canton", r"CANOV|CV"),
        ("bassin_de_vie", r"BV20\d\d"),
    ):
        codes = _column(raw, pattern)
        table[name] = _REPAIRS[name](codes).mask(codes.isna()) if name in _REPAIRS else codes
    names = _zone_names(path, head)
    table["epci_nom"] = table["epci"].map(names).astype("string")
    by_code = table.set_index("code")["nom"] if table["code"].is_unique else pd.Series(dtype=str)
    basin = table["bassin_de_vie"]
    named = basin.map(names).astype("string")
    table["bassin_de_vie_nom"] = named.fillna(basin.map(by_code).astype("string"))
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]].reset_index(drop=True)
    result.attrs["remarques"] = repair_remarks(repaired)
    return result


def _zone_names(path: Path, head: Head) -> dict[str, str]:
    """Names of the zones from the sheet that lists them; none in a text file."""
    for line, row in enumerate(head.sheets.get(_ZONES, ())):
        if {"NIVGEO", "CODGEO", "LIBGEO"} <= set(row):
            zones = read_sheet(path, _ZONES, header_line=line)
            kept = zones[zones["NIVGEO"].astype(str).str.match(r"EPCI|BV20")]
            return dict(zip(kept["CODGEO"].astype(str), kept["LIBGEO"].astype(str), strict=True))
    return {}
