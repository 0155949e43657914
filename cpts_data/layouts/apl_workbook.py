"""The layout that the five APL workbooks of the DREES share, one per profession.

One sheet per vintage (« APL 2023 », « APL_2018 »): title lines, header on line 9 (8 in 2018), units
on the next line, then one row per commune or municipal arrondissement. Labels end with stray
blanks, and the year within them changes. Means are weighted by the *population standardisée* of the
profession, people are counted with the *population totale* (DREES, note on line 7 of each sheet).
The layout was seen for general practitioners; that of the four others is reported by their users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.received import Head, cell_text, head_of, read_sheet, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

LANDING_PAGE = (
    "https://data.drees.solidarites-sante.gouv.fr/explore/dataset/"
    "530_l-accessibilite-potentielle-localisee-apl/information/"
)
_ATTACHMENTS = (
    "https://data.drees.solidarites-sante.gouv.fr/api/datasets/1.0/"
    "530_l-accessibilite-potentielle-localisee-apl/attachments/"
)
LICENCE = "Licence Ouverte 2.0 (à relire sur la page du producteur)"
_SHEET = re.compile(r"^APL[ _](20\d\d)$")
_CODE = "code commune"
_AGE = re.compile(r"(\d\d) ans")


@dataclass(frozen=True)
class AplLayout:
    """What tells one of the five workbooks from the others.

    ``professions`` are words of which one stands in the label of the APL; ``value`` is our column
    for all ages; ``by_age`` maps the age of a second series (« de 65 ans et moins ») to our column;
    ``unit`` is a word that the line of units holds for the APL.
    """

    professions: tuple[str, ...]
    value: str
    unit: str
    by_age: Mapping[str, str] = field(default_factory=dict)


def apl_addresses(file: str, name: str, former: str) -> tuple[Address, ...]:
    """The address of a workbook: the name of its attachment today, and the one it had before.

    Both were read in published programs; the second is the one of the publisher's documentation.
    """
    today, before = (f"{_ATTACHMENTS}indicateur_d_{text}_xlsx/" for text in (name, former))
    return (Address(today, f"{file}.xlsx", landing_page=LANDING_PAGE, otherwise=(before,)),)


def apl_columns(
    values: Sequence[tuple[str, str, bool]],
    unit: str,
    maximum: float | None = None,
    women: bool = False,
) -> tuple[Column, ...]:
    """Declare the columns of a workbook: code, period, APL series, populations.

    ``values`` gives, for each series, its name, its French description and whether an edition may
    lack it. ``women`` says that the standardised population is that of women (midwives).
    """
    whom = "population féminine" if women else "population"
    persons = "femmes standardisées" if women else "habitants standardisés"
    feminine = Column(
        "population_feminine",
        Kind.NUMBER,
        "femmes de la commune",
        unit="femmes",
        nullable=True,
        minimum=0,
    )
    return (
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année de l'APL"),
        *(
            Column(
                name,
                Kind.NUMBER,
                description,
                unit=unit,
                combine="moyenne",
                weight="population_standardisee",
                nullable=optional,
                minimum=0,
                maximum=maximum,
            )
            for name, description, optional in values
        ),
        Column(
            "population_standardisee",
            Kind.NUMBER,
            f"{whom} pondérée par la consommation de soins de chaque âge (poids des moyennes)",
            unit=persons,
            minimum=0,
        ),
        Column(
            "population_totale",
            Kind.NUMBER,
            "population de la commune (pour compter les habitants)",
            unit="habitants",
            nullable=True,
            minimum=0,
        ),
        *((feminine,) if women else ()),
    )


def _label(cell: object) -> str:
    return re.sub(r"\s+", " ", str(cell)).strip().lower()


def _header_line(rows: Sequence[Sequence[str]]) -> int | None:
    for number, row in enumerate(rows):
        labels = [_label(cell) for cell in row]
        coded = any(label.startswith(_CODE) for label in labels)
        if coded and any(label.startswith("apl") for label in labels):
            return number
    return None


def _names_profession(rows: Sequence[Sequence[str]], line: int, layout: AplLayout) -> bool:
    """Whether the labels of the APL name the profession, or the title when the labels name none."""
    labels = [label for label in map(_label, rows[line]) if label.startswith("apl")]
    if not any(label.startswith("apl aux") for label in labels):
        labels = [_label(cell) for row in rows[:line] for cell in row]
    return any(word in label for label in labels for word in layout.professions)


def _vintages(head: Head, layout: AplLayout) -> Iterator[tuple[str, str, int]]:
    """Each sheet of the profession: its name, year and header line."""
    for sheet, rows in head.sheets.items():
        found = _SHEET.match(sheet.strip())
        line = _header_line(rows)
        if found and line is not None and _names_profession(rows, line, layout):
            yield sheet, found.group(1), line


def is_apl_workbook(head: Head, layout: AplLayout) -> bool:
    """Tell the workbook of a profession by a sheet « APL 20NN » whose header names it."""
    return any(True for _ in _vintages(head, layout))


def _names(labels: Sequence[str], layout: AplLayout) -> dict[str, str]:
    """Map the workbook's labels to ours, whatever their blanks and year."""
    found: dict[str, str] = {}
    for name in labels:
        label, ours = _label(name), None
        if label.startswith(_CODE):
            ours = "code"
        elif label.startswith("apl"):
            age = _AGE.search(label)
            ours = layout.value if age is None else layout.by_age.get(age.group(1))
        elif label.startswith("population") and "standardisée" in label:
            ours = "population_standardisee"
        elif label.startswith("population totale"):
            ours = "population_totale"
        elif label.startswith("population féminine"):
            ours = "population_feminine"
        if ours is not None and ours not in found.values():
            found[name] = ours
    return found


def read_apl_workbook(path: Path, source: Source, layout: AplLayout) -> pd.DataFrame:
    """Read every vintage of a workbook: one row per commune or arrondissement and year.

    Returns the columns of ``source``; ``attrs["remarques"]`` tells a unit other than the
    profession's. Raises :class:`~cpts_data.contracts.ContractError` with all faults of all sheets.
    """
    faults = Faults(path.name)
    remarks: list[str] = []
    head = head_of(path)
    tables = []
    for sheet, year, line in _vintages(head, layout):
        tables.append(_read_sheet(path, sheet, line, year, source, layout, faults, remarks))
        remarks += _unit_remarks(head.sheets[sheet], line, sheet, layout)
    if not tables:
        fault = Fault(
            path.name,
            "aucune feuille « APL 20.. » de cette profession",
            f"le classeur « {source.title} » de la DREES",
            "reprenez le classeur publié par la DREES, sans le modifier.",
        )
        raise ContractError([fault])
    table = pd.concat(tables, ignore_index=True)
    check(table, source, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = remarks
    return result


def _read_sheet(
    path: Path,
    sheet: str,
    line: int,
    year: str,
    source: Source,
    layout: AplLayout,
    faults: Faults,
    remarks: list[str],
) -> pd.DataFrame:
    raw = read_sheet(path, sheet, header_line=line, data_line=line + 1)
    raw = raw.rename(columns=_names([str(name) for name in raw.columns], layout))
    # Only the line under the header, which holds the units, may be without a code.
    units = (raw["code"].astype(str).str.strip() == "") & (raw["ligne"] == line + 2)
    raw = raw.loc[~units]
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["code"].map(cell_text))
    remarks += [f"Feuille « {sheet} » : {told}" for told in repair_remarks(repaired)]
    table["period"] = year
    for column in source.columns:
        if column.kind is Kind.NUMBER:
            if column.name in raw.columns:
                values, _ = to_number(raw[column.name], faults, column.name, raw["ligne"])
                table[column.name] = values
            elif column.nullable:
                table[column.name] = float("nan")
    return table


def _unit_remarks(
    rows: Sequence[Sequence[str]], line: int, sheet: str, layout: AplLayout
) -> list[str]:
    """Say when the line of units gives the APL another unit than the profession's."""
    if len(rows) <= line + 1:
        return []
    names = _names(rows[line], layout)
    told = [
        unit
        for name, unit in zip(rows[line], rows[line + 1], strict=False)
        if names.get(name) == layout.value and unit and layout.unit not in unit.lower()
    ]
    if not told:
        return []
    units = french.enumeration([f"« {unit} »" for unit in told])
    return [f"Feuille « {sheet} » : unité annoncée {units}, autre que celle attendue."]
