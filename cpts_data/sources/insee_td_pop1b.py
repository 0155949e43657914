"""INSEE, TD_POP1B: population of communes by sex and single year of age.

Four distributions of one table: long text (``NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB``), wide text and
wide workbook (``SEXE1_AGED100000 … SEXE2_AGED100100``, header on line 11). Only columns of codes
and figures are read, so that the encoding of names (UTF-8 or Latin-1 with the year, sometimes lost
for good) is of no importance. The long text has seven million lines: it is streamed.

The table holds bands of five years, made here by adding single years; :func:`read_single_years`
gives these. Values are estimates with decimals and are never rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.coded_table import ranks_of
from cpts_data.layouts.large_texts import layout_of, read_columns
from cpts_data.received import (
    Head,
    as_text,
    head_of,
    read_sheet,
    read_text_table,
    require_columns,
    to_number,
)
from cpts_data.territories import repair_commune_codes

SEXES = ("hommes", "femmes")
OLDEST = 100
BANDS = (*(f"{first:02d}-{first + 4:02d}" for first in range(0, 90, 5)), "90+")

SOURCE = Source(
    id="insee_td_pop1b",
    title="Population par sexe et âge (recensement, tableau TD_POP1B)",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/statistiques/8202264?sommaire=8202287",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    field="France hors Mayotte",
    outside=frozenset({"976"}),
    key=("code", "period", "sexe", "age"),
    period_lag=3,
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année du recensement", nullable=True),
        Column("sexe", Kind.TEXT, "sexe", choices=SEXES),
        Column("age", Kind.TEXT, "tranche d'âge de cinq ans", choices=BANDS),
        Column(
            "population",
            Kind.NUMBER,
            "habitants (valeurs non arrondies)",
            unit="habitants",
            nullable=True,
            minimum=0,
        ),
    ),
    notes="L'année n'est dans le fichier que si le titre du classeur la donne ; sinon elle est "
    "celle de la géographie moins trois ans (recensement 2021 en géographie 2024).",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8202264/TD_POP1B_2021_csv.zip",
            "TD_POP1B_2021_csv.zip",
            note="Adresse relevée dans des programmes publiés.",
        ),
    ),
)

_LONG = ("CODGEO", "SEXE", "AGED100", "NB")
_SEXES = {"1": "hommes", "2": "femmes"}
_AGE_LABELS = [f"SEXE{sex}_AGED100{age:03d}" for sex in (1, 2) for age in range(OLDEST + 1)]
_LEVELS = ("COM", "ARM")
_YEAR = re.compile(r"(?:\bRP|recensements?\D{0,40}?)\s?(20\d\d)", re.IGNORECASE)
_CELLS = len(SEXES) * (OLDEST + 1)
_MEND = "reprenez le fichier publié par l'Insee, sans le modifier."


@dataclass
class _Census:
    """People by commune, sex and age (0 to 100), and how often each cell was told."""

    codes: list[str]
    people: np.ndarray
    told: np.ndarray
    period: str = ""
    remarks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, codes: Sequence[str]) -> _Census:
        """An empty census of communes."""
        shape = (len(codes), len(SEXES), OLDEST + 1)
        return cls(list(codes), np.zeros(shape), np.zeros(shape, dtype=np.int32))

    def add(
        self, places: np.ndarray, sexes: np.ndarray, ages: np.ndarray, people: np.ndarray
    ) -> None:
        """Add people to cells."""
        np.add.at(self.people, (places, sexes, ages), people)
        np.add.at(self.told, (places, sexes, ages), 1)


def _layout(rows: Sequence[Sequence[str]]) -> tuple[int, bool] | None:
    """Line of the header, and whether the table is wide; None when it is another table."""
    for number, row in enumerate(rows):
        if "CODGEO" not in row:
            continue
        if set(_LONG) <= set(row):
            return number, False
        if not set(_AGE_LABELS).isdisjoint(row):
            return number, True
    return None


def recognises(head: Head) -> bool:
    """Tell the table by ``CODGEO`` beside ``AGED100``, as a column or within their names."""
    # A long table in a sheet is for the door to write as a text.
    return _layout(head.rows) is not None or bool(list(_sheets_of_communes(head)))


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune, sex and band of five years.

    ``attrs["remarques"]`` tells other levels left out and cells absent of the file. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    census = _read(path, faults)
    eldest = census.people[:, :, 90:].sum(axis=2, keepdims=True)
    people = np.concatenate([census.people[:, :, :90], eldest], axis=2)
    bands = np.add.reduceat(people, np.arange(0, 91, 5), axis=2)
    table = _table(census, bands, "age", BANDS)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table


def read_single_years(path: Path) -> pd.DataFrame:
    """Read one row per commune, sex and single year: ``age_detail`` from « 000 » to « 100 ».

    « 100 » is 100 and over. Seven million rows for France: read it for a territory, not in a space.
    """
    census = _read(path, Faults(path.name))
    return _table(census, census.people, "age_detail", [f"{age:03d}" for age in range(OLDEST + 1)])


def _table(census: _Census, people: np.ndarray, age_name: str, ages: Sequence[str]) -> pd.DataFrame:
    codes, _ = repair_commune_codes(pd.Series(census.codes, dtype="string"))
    each = len(SEXES) * len(ages)
    table = pd.DataFrame({"code": codes.repeat(each).reset_index(drop=True)})
    table["period"] = pd.Series(census.period, index=table.index, dtype="string")
    sexes = np.tile(np.repeat(SEXES, len(ages)), len(codes))
    table["sexe"] = pd.Series(sexes, dtype="string")
    table[age_name] = pd.Series(np.tile(ages, len(SEXES) * len(codes)), dtype="string")
    table["population"] = people.reshape(-1)
    remarks = list(census.remarks)
    absent = int((census.told == 0).sum())
    if absent:
        cells = french.count_of(absent, "case absente", "cases absentes")
        remarks.append(f"{cells} du fichier, lues comme zéro habitant.")
    table.attrs["remarques"] = remarks
    return table


def _read(path: Path, faults: Faults) -> _Census:
    head = head_of(path)
    layout = _layout(head.rows)
    if layout is not None and not layout[1]:
        census = _read_long(path, head.rows[layout[0]], layout[0], faults)
        census.period = _year_in(head.rows[: layout[0]])
    elif layout is not None:
        wanted = ["CODGEO", *_AGE_LABELS]
        raw = read_text_table(path, header_line=layout[0], columns=wanted)
        census = _read_wide(raw, faults)
        census.period = _year_in(head.rows[: layout[0]])
    else:
        sheets = list(_sheets_of_communes(head))
        if not sheets:
            faults.add("aucune table d'âges", "CODGEO, SEXE, AGED100 et NB", _MEND)
            faults.raise_if_any()
        raws = [read_sheet(path, sheet, header_line=line) for sheet, line in sheets]
        for raw in raws:
            require_columns(raw, _AGE_LABELS, faults)
        census = _read_wide(pd.concat(raws, ignore_index=True), faults)
        sheet, line = sheets[0]
        census.period = _year_in(head.sheets[sheet][:line])
    _refuse_partial(census, faults)
    return census


def _year_in(titles: Sequence[Sequence[str]]) -> str:
    """The year that the titles above a table tell, else empty."""
    found = _YEAR.search(" ".join(cell for row in titles for cell in row))
    return found.group(1) if found else ""


def _sheets_of_communes(head: Head) -> Iterator[tuple[str, int]]:
    lines = {name: _layout(rows) for name, rows in head.sheets.items()}
    known = {name: found[0] for name, found in lines.items() if found is not None and found[1]}
    named = {name for name in known if name.upper().startswith(_LEVELS)}
    for name, line in known.items():
        if not named or name in named:
            yield name, line


def _read_long(path: Path, labels: Sequence[str], line: int, faults: Faults) -> _Census:
    """One line per level, commune, sex and age."""
    texts = [name for name in ("NIVGEO", *_LONG[:-1]) if name in labels]
    raw = read_columns(
        layout_of(path, line),
        {name: labels.index(name) for name in texts},
        numbers={"NB": labels.index("NB")},
        no_number=("",),
        faults=faults,
    )
    ages = {str(age): f"{age:03d}" for age in range(OLDEST + 1)}
    sexes = raw.known("SEXE", _SEXES.get, "1 (hommes) ou 2 (femmes)")
    years = raw.known(
        "AGED100", lambda text: ages.get(text.lstrip("0") or "0"), "un âge de 000 à 100"
    )
    faults.raise_if_any()
    kept, remarks = np.ones(len(sexes), dtype=bool), []
    if "NIVGEO" in raw.texts:
        levels = raw.texts["NIVGEO"]
        for rank, level in enumerate(levels.values):
            if level not in _LEVELS:
                apart = levels.codes == rank
                kept &= ~apart
                lines = french.count_of(int(apart.sum()), "ligne")
                remarks.append(f"{lines} du niveau « {level} », hors de la table des communes.")
    codes = raw.texts["CODGEO"]
    held = np.unique(codes.codes[kept])
    census = _Census.of(list(codes.values.iloc[held]))
    census.remarks = remarks
    census.add(
        np.searchsorted(held, codes.codes[kept]),
        ranks_of(sexes.categories, SEXES)[sexes.codes[kept]],
        ranks_of(years.categories, list(ages.values()))[years.codes[kept]],
        raw.numbers["NB"][kept],
    )
    return census


def _read_wide(raw: pd.DataFrame, faults: Faults) -> _Census:
    """One line per commune, one column per sex and age."""
    require_columns(raw, _AGE_LABELS, faults)
    codes = as_text(raw[["ligne", "CODGEO"]])["CODGEO"].str.strip()
    places, known = pd.factorize(codes)
    census = _Census.of([str(code) for code in known])
    for number, name in enumerate(_AGE_LABELS):
        people = _figures(raw[["ligne", name]], faults)
        sexes = np.full(len(places), number // (OLDEST + 1))
        years = np.full(len(places), number % (OLDEST + 1))
        census.add(places, sexes, years, people)
    faults.raise_if_any()
    return census


def _figures(raw: pd.DataFrame, faults: Faults) -> np.ndarray:
    """The figures of a column (beside ``ligne``): at once when all are, else cell by cell."""
    name = str(raw.columns[1])
    try:
        values = raw[name].to_numpy(dtype=float)
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if np.isfinite(values).all():
        return values
    return to_number(as_text(raw)[name], faults, name, raw["ligne"])[0].to_numpy()


def _refuse_partial(census: _Census, faults: Faults) -> None:
    """Refuse a commune told twice, and a table that ends before its last communes are whole."""
    codes = np.array(census.codes, dtype=object)
    if not len(codes):
        faults.add("aucune commune", "au moins une commune", _MEND)
        faults.raise_if_any()
    told = census.told.reshape(len(codes), -1)
    for code in codes[(told > 1).any(axis=1)]:
        faults.add(
            f"la commune {code} sur plusieurs lignes du même sexe et du même âge",
            "une seule",
            "retirez les lignes en double.",
            column="CODGEO",
        )
    whole = (told > 0).sum(axis=1) == _CELLS
    # Where all communes but a few are whole, the few were cut; else empty cells are left out.
    if len(codes) > 1 and whole.mean() > 0.9:
        for code in codes[~whole]:
            faults.add(
                f"la commune {code} sans tous ses âges",
                "101 âges pour chaque sexe, comme les autres communes",
                "téléchargez le fichier de nouveau : il n'est sans doute pas arrivé en entier.",
                column="CODGEO",
            )
    faults.raise_if_any()
