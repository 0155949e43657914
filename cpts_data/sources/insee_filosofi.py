"""INSEE, Filosofi: standard of living and poverty by commune, with ``s`` and ``nd`` kept apart.

Two layouts. Wide: the two last digits of every column are the year (``MED21``), ``s`` is masked,
``nd`` unavailable. Long (``DS_FILOSOFI_CC…_data.csv``, reported by its users, not seen): one line
per territory and measure, ``CONF_STATUS`` C is masked, ``OBS_STATUS`` other than A unavailable.
The file holds Paris, Lyon, Marseille **and** their arrondissements. Poverty rates under 5 % are
published as 5 (La Gazette des communes, 2022).
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import COMMUNE_PATTERN, Address, Column, Faults, Kind, Source, check
from cpts_data.received import Head, head_of, read_text_table, require_columns, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

MAXIMUM_ROWS = 500_000
_MARKERS = {"s": "masque", "nd": "manquant"}
# our name, INSEE's prefix, description, unit, minimum, maximum, what a merger does
_MEASURES = (
    ("menages", "NBMENFISC", "ménages fiscaux", "ménages", 0, None, "somme"),
    ("personnes", "NBPERSMENFISC", "personnes des ménages fiscaux", "personnes", 0, None, "somme"),
    ("niveau_vie_median", "MED", "médiane du niveau de vie", "€ par an", 0, None, "jamais"),
    ("part_menages_imposes", "PIMP", "part des ménages imposés", "%", 0, 100, "jamais"),
    ("taux_pauvrete", "TP60", "taux de pauvreté au seuil de 60 %", "%", 0, 100, "moyenne"),
    ("premier_decile", "D1", "1er décile du niveau de vie", "€ par an", None, None, "jamais"),
    ("neuvieme_decile", "D9", "9e décile du niveau de vie", "€ par an", 0, None, "jamais"),
)

_LONG = ("GEO", "GEO_OBJECT", "FILOSOFI_MEASURE", "TIME_PERIOD", "OBS_VALUE")
_CODES = {
    "NUM_HH": "menages",
    "NUM_PER": "personnes",
    "MED_SL": "niveau_vie_median",
    "S_HH_TAX": "part_menages_imposes",
    "PR_MD60": "taux_pauvrete",
    "D1_SL": "premier_decile",
    "D9_SL": "neuvieme_decile",
}
_COMMUNES = ("COM", "ARM")

_REQUIRED = ("menages", "personnes", "niveau_vie_median", "taux_pauvrete")

SOURCE = Source(
    id="insee_filosofi",
    title="Revenus, niveaux de vie et pauvreté des communes (Filosofi)",
    publisher="Insee, DGFiP, Cnaf, Cnav, CCMSA",
    landing_page="https://www.insee.fr/fr/statistiques/7756859",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    field="France métropolitaine, Martinique et La Réunion",
    outside=frozenset({"971", "973", "976"}),
    key=("code", "period"),
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année des revenus"),
        *(
            Column(
                name,
                Kind.INTEGER if combine == "somme" else Kind.NUMBER,
                description,
                unit=unit,
                masks=True,
                combine=combine,
                weight="personnes" if combine == "moyenne" else None,
                minimum=minimum,
                maximum=maximum,
            )
            for name, _, description, unit, minimum, maximum, combine in _MEASURES
        ),
    ),
    notes="Les taux de pauvreté inférieurs à 5 % sont publiés comme égaux à 5 %.",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/7756729/base-cc-"
            "filosofi-2021-geo2024_csv.zip",
            "base-cc-filosofi-2021-geo2024_csv.zip",
        ),
    ),
)


def _year(header: tuple[str, ...]) -> str | None:
    for name in header:
        found = re.fullmatch(r"NBMENFISC(\d\d)", name)
        if found:
            return found.group(1)
    return None


def recognises(head: Head) -> bool:
    """Tell the file by ``CODGEO`` beside ``NBMENFISC`` and its year, at commune level.

    The long layout is told by ``FILOSOFI_MEASURE``: it holds all levels.
    """
    header = head.header()
    if set(_LONG) <= set(header):
        return True
    if "CODGEO" not in header or _year(header) is None or len(head.rows) < 2:
        return False
    first = pd.Series(head.rows[1][header.index("CODGEO") :][:1], dtype="string")
    codes, _ = repair_commune_codes(first)
    return bool(codes.str.fullmatch(COMMUNE_PATTERN).any())


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune or arrondissement, each measure with its status column."""
    faults = Faults(path.name)
    if set(_LONG) <= set(head_of(path).header()):
        return _read_long(path, faults)
    raw = read_text_table(path, maximum_rows=MAXIMUM_ROWS)
    year = _year(tuple(raw.columns)) or ""
    needed = [f"{prefix}{year}" for name, prefix, *_ in _MEASURES if name in _REQUIRED]
    require_columns(raw, ("CODGEO", *needed), faults)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["CODGEO"])
    table["period"] = f"20{year}"
    for name, prefix, *_ in _MEASURES:
        label = f"{prefix}{year}"
        if label in raw.columns:
            values, status = to_number(raw[label], faults, label, raw["ligne"], markers=_MARKERS)
        else:
            values = pd.Series(float("nan"), index=raw.index)
            status = pd.Series("manquant", index=raw.index, dtype="string")
        table[name], table[f"{name}_statut"] = values, status
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = repair_remarks(repaired)
    return result


def _read_long(path: Path, faults: Faults) -> pd.DataFrame:
    """The rows of communes and arrondissements of a long file, one column per measure."""
    raw = read_text_table(path)
    here = raw["GEO_OBJECT"].isin(_COMMUNES) & raw["FILOSOFI_MEASURE"].isin(list(_CODES))
    rows = raw[here].reset_index(drop=True)
    if rows.empty:
        found, mend = "aucune ligne de commune", "reprenez le fichier publié par l'Insee."
        faults.add(found, "des lignes « COM » dans GEO_OBJECT", mend, column="GEO_OBJECT")
        faults.raise_if_any()
    codes = rows["GEO"].str.replace(r"^(?:\d{4}-)?(?:COM|ARM)-", "", regex=True)
    cells = pd.DataFrame({"ligne": rows["ligne"]})
    cells["code"], repaired = repair_commune_codes(codes)
    cells["period"] = rows["TIME_PERIOD"].str.strip().astype("string")
    cells["measure"] = rows["FILOSOFI_MEASURE"].map(_CODES)
    cells["value"], status = to_number(
        rows["OBS_VALUE"], faults, "OBS_VALUE", rows["ligne"], markers=_MARKERS
    )
    if "CONF_STATUS" in rows.columns:
        status = status.mask(rows["CONF_STATUS"].str.strip() == "C", "masque")
    if "OBS_STATUS" in rows.columns:
        told = rows["OBS_STATUS"].str.strip().isin(["A", ""]) | (status == "masque")
        status = status.where(told, "manquant")
    cells["status"] = status
    cells["value"] = cells["value"].where(status == "observe")
    _refuse_repeats(cells, faults)
    faults.raise_if_any()
    place = ["code", "period"]
    table = cells.groupby(place, sort=False)["ligne"].min().reset_index()
    wide = cells.pivot_table(
        index=place, columns="measure", values=["value", "status"], aggfunc="first"
    )
    wide = wide.reindex(pd.MultiIndex.from_frame(table[place]))
    for name, *_ in _MEASURES:
        known = ("value", name) in wide.columns
        values = wide[("value", name)].to_numpy() if known else float("nan")
        table[name] = pd.Series(values, index=table.index, dtype="float64")
        words = wide[("status", name)].to_numpy() if known else "manquant"
        table[f"{name}_statut"] = pd.Series(words, index=table.index, dtype="string").fillna(
            "manquant"
        )
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    left = french.count_of(len(raw) - len(rows), "ligne")
    told_left = f"{left} d'autres niveaux ou d'autres mesures, non reprises."
    result.attrs["remarques"] = [*repair_remarks(repaired), told_left]
    return result


def _refuse_repeats(cells: pd.DataFrame, faults: Faults) -> None:
    """Note each measure that a territory has twice in a year."""
    twice = cells[cells.duplicated(["code", "period", "measure"])]
    for row in twice.itertuples():
        faults.add(
            f"« {row.code} » / « {row.measure} » déjà rencontré",
            "une seule ligne par territoire, année et mesure",
            "retirez la ligne en double.",
            row=int(str(row.ligne)),
        )
