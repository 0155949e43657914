"""INSEE, « Évolution et structure de la population » (base-cc-evol-struct-pop): ages by sex.

One line per commune (csv), or a workbook with the sheets ``COM_…`` and ``ARM_…``, header on line 6.
The prefix of the variables is the year (``P22_H0014``) and a file holds two of them. Only the main
exploitation (``P``) is read, never mixed with the complementary one (``C``). The seven bands by sex
do not overlap; ``0019``, ``2064`` and ``65P`` beside them do, and are left out. Values are
estimates with decimals: rounding them before summing would lose people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table, to_number
from cpts_data.territories import repair_commune_codes

SEXES = {"H": "hommes", "F": "femmes"}
AGES = {
    "0014": "00-14",
    "1529": "15-29",
    "3044": "30-44",
    "4559": "45-59",
    "6074": "60-74",
    "7589": "75-89",
    "90P": "90+",
}

SOURCE = Source(
    id="insee_evol_struct_pop",
    title="Population par sexe et grande tranche d'âge (recensement, base communale)",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/statistiques/8581696",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    field="France hors Mayotte",
    outside=frozenset({"976"}),
    key=("code", "period", "sexe", "age"),
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année du recensement"),
        Column("sexe", Kind.TEXT, "sexe", choices=tuple(SEXES.values())),
        Column("age", Kind.TEXT, "tranche d'âge", choices=tuple(AGES.values())),
        Column(
            "population",
            Kind.NUMBER,
            "habitants (exploitation principale, valeurs non arrondies)",
            unit="habitants",
            nullable=True,
            minimum=0,
        ),
    ),
    notes="Les deux années d'un fichier sont dans la géographie de la plus récente. Les tranches "
    "de cinq ans viennent du tableau TD_POP1B.",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8581696/base-cc-evol-"
            "struct-pop-2022_csv.zip",
            "base-cc-evol-struct-pop-2022_csv.zip",
            landing_page="https://www.insee.fr/fr/statistiques/8581696",
        ),
    ),
)

_TOTAL = re.compile(r"^P(\d\d)_POP0014$")
_COMMUNES = ("COM", "ARM")
_ENOUGH = 0.001


def _header_line(rows: Sequence[Sequence[str]]) -> int | None:
    for number, row in enumerate(rows):
        if "CODGEO" in row and any(_TOTAL.match(name) for name in row):
            return number
    return None


def _parts(head: Head) -> Iterator[tuple[str | None, int, tuple[str, ...]]]:
    """Sheet (None for a text), line and labels of each table of communes."""
    line = _header_line(head.rows)
    if line is not None:
        yield None, line, head.rows[line]
        return
    lines = {name: _header_line(rows) for name, rows in head.sheets.items()}
    named = any(name.upper().startswith(_COMMUNES) for name, at in lines.items() if at is not None)
    for name, at in lines.items():
        if at is not None and (not named or name.upper().startswith(_COMMUNES)):
            yield name, at, head.sheets[name][at]


def recognises(head: Head) -> bool:
    """Tell the file by ``CODGEO`` beside a variable ``P.._POP0014`` (its dictionary has none)."""
    return next(_parts(head), None) is not None


def _variables(year: str) -> dict[str, tuple[str, str]]:
    return {
        f"P{year}_{letter}{band}": (sex, age)
        for letter, sex in SEXES.items()
        for band, age in AGES.items()
    }


def _years(labels: Sequence[str]) -> dict[str, bool]:
    """Years of the file, and whether all the bands by sex are there for each."""
    found = {match.group(1) for name in labels if (match := _TOTAL.match(name))}
    return {year: set(_variables(year)) <= set(labels) for year in sorted(found)}


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune, year, sex and band, for each year of the file.

    ``attrs["remarques"]`` tells years left out, empty cells, and communes whose bands do not make
    their total. Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), []
    tables: list[pd.DataFrame] = []
    for sheet, line, labels in _parts(head_of(path)):
        years = _years(labels)
        complete = [year for year, whole in years.items() if whole]
        if not complete:
            raise ContractError([_without_ages(path, labels, max(years))])
        remarks += [
            f"{_full(year)} : tranches d'âge par sexe incomplètes, année laissée de côté."
            for year in years
            if year not in complete
        ]
        raw = _cells(path, sheet, line, complete)
        for year in complete:
            tables.append(_by_age(raw, year, faults, remarks))
    if not tables:
        raise ContractError([_without_ages(path, (), "22")])
    table = pd.concat(tables, ignore_index=True)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    empty = int(table["population"].isna().sum())
    if empty:
        remarks.append(f"Non disponible : {french.count_of(empty, 'case vide', 'cases vides')}.")
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = list(dict.fromkeys(remarks))
    return result


def _full(year: str) -> str:
    """« 22 » is 2022, « 99 » is 1999: the first census of the series is that of 1968."""
    return f"{'19' if int(year) >= 68 else '20'}{year}"


def _without_ages(path: Path, labels: Sequence[str], year: str) -> Fault:
    wanted = ("CODGEO", f"P{year}_POP0014", *_variables(year))
    missing = [name for name in wanted if name not in labels]
    return Fault(
        path.name,
        f"les variables absentes {', '.join(missing)}",
        "les sept tranches d'âge des hommes et des femmes d'une même année",
        "reprenez le fichier publié par l'Insee, sans retirer de colonne.",
    )


def _cells(path: Path, sheet: str | None, line: int, years: Sequence[str]) -> pd.DataFrame:
    wanted = ["CODGEO", *(f"P{year}_POP" for year in years)]
    wanted += [name for year in years for name in _variables(year)]
    if sheet is None:
        return read_text_table(path, header_line=line, columns=wanted)
    raw = read_sheet(path, sheet, header_line=line)
    return as_text(raw[["ligne", *(name for name in wanted if name in raw.columns)]])


def _by_age(raw: pd.DataFrame, year: str, faults: Faults, remarks: list[str]) -> pd.DataFrame:
    codes, _ = repair_commune_codes(raw["CODGEO"])
    parts = []
    for name, (sex, age) in _variables(year).items():
        population, _ = to_number(raw[name], faults, name, raw["ligne"])
        part = pd.DataFrame({"ligne": raw["ligne"], "code": codes})
        part["period"], part["sexe"], part["age"] = _full(year), sex, age
        parts.append(part.assign(population=population))
    _compare_totals(raw, year, sum(part["population"] for part in parts), faults, remarks)
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"period": "string", "sexe": "string", "age": "string"})


def _compare_totals(
    raw: pd.DataFrame, year: str, made: pd.Series, faults: Faults, remarks: list[str]
) -> None:
    """Say how many communes have bands that do not make their total (a shifted column)."""
    name = f"P{year}_POP"
    if name not in raw.columns:
        return
    total, _ = to_number(raw[name], faults, name, raw["ligne"])
    apart = int(((made - total).abs() > 0.5 + _ENOUGH * total).sum())
    if apart:
        communes = french.count_of(apart, "commune")
        remarks.append(f"{_full(year)} : {communes} dont les tranches ne font pas la population.")
