"""What a file promises: columns, sources, and the check that tells all faults at once.

A column is name, type, description and constraints together, and each constraint both describes
and checks itself. A reader that finds faults raises one :class:`ContractError` holding all of them;
its text is French, because users read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data import french

STATUS_SUFFIX = "_statut"
SHOWN_FAULTS = 20
MAXIMUM_FAULTS = 1000


class Kind(StrEnum):
    """The types of column, named as a French reader would say them."""

    TEXT = "texte"
    NUMBER = "nombre"
    INTEGER = "entier"
    DATE = "date"
    COMMUNE = "code de commune"
    CODE = "code"
    BOOLEAN = "oui ou non"
    GEOMETRY = "contour"


_KIND_WORDS = {
    Kind.TEXT: "un texte",
    Kind.NUMBER: "un nombre",
    Kind.INTEGER: "un nombre entier",
    Kind.DATE: "une date",
    Kind.COMMUNE: "un code de commune à 5 caractères, comme 01004 ou 2A004",
    Kind.CODE: "un code",
    Kind.BOOLEAN: "oui ou non",
    Kind.GEOMETRY: "un contour",
}

COMMUNE_PATTERN = r"^(?:\d{2}|2[AB])\d{3}$"


@dataclass(frozen=True)
class Column:
    """One column of a checked table: what it holds and what must be true of it.

    ``masks`` says that the column has a companion ``<name>_statut`` holding, for each row,
    ``observe``, ``masque``, ``manquant`` or ``sans_objet`` (DOMAIN §8.2). ``threshold`` is the
    producer's primary threshold: a masked count lies between 0 (or 1 when ``zeros_published``)
    and ``threshold - 1``; without it a masked cell may be of any size.

    ``combine`` says what becomes of the column when communes merge or split between two years
    (DOMAIN §9.3): ``somme`` (counts add, and are shared by population), ``moyenne`` (an index,
    weighted by the column ``weight``), ``identique`` (a name or a zone), ``jamais`` (a median:
    not available on the new commune). ``absent_means_zero`` says that a place without a row has
    none, in every département that the file speaks of (a register lists what exists). ``modelled``
    says that the cells marked ``estime`` are a model's: no sum of them is exact.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    nullable: bool = False
    masks: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    threshold: int | None = None
    zeros_published: bool = True
    combine: str = "somme"
    weight: str | None = None
    absent_means_zero: bool = False
    modelled: bool = False

    def expectation(self) -> str:
        """Say in French what a value of this column must be."""
        words = [_KIND_WORDS[self.kind]]
        if self.minimum is not None:
            words.append(f"au moins {french.number(self.minimum, 3, fixed=False)}")
        if self.maximum is not None:
            words.append(f"au plus {french.number(self.maximum, 3, fixed=False)}")
        if self.choices:
            words.append(f"parmi {', '.join(choice or '(vide)' for choice in self.choices)}")
        return ", ".join(words)


@dataclass(frozen=True)
class Address:
    """One official file of a source: where it is, or the page on which a person finds it.

    ``url`` may hold ``{departement}`` or ``{region}``; ``per`` says which part of the country one
    file covers (``france``, ``departement`` or ``region``). Addresses of one source with the same
    ``per`` complete each other; those of another ``per`` tell the same in other portions. Without
    ``url`` the file is fetched by hand from ``landing_page``. ``file`` names the received file
    (some readers learn from it). ``otherwise`` are other addresses of the same file, tried in turn.
    ``reached`` says that we reached the address ourselves; ``note`` is for the reader (French).
    """

    url: str
    file: str
    landing_page: str = ""
    reached: bool = False
    note: str = ""
    per: str = "france"
    otherwise: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether only a person can fetch the file: no known address, or an archive in 7z."""
        return not self.url or self.file.lower().endswith((".7z", ".rar"))

    def of(self, code: str) -> Address:
        """The address of one département or région, its code written into every text."""
        fill = lambda text: text.format(departement=code, region=code)  # noqa: E731
        others = tuple(fill(url) for url in self.otherwise)
        return replace(self, url=fill(self.url), file=fill(self.file), otherwise=others)


@dataclass(frozen=True)
class Source:
    """One published dataset: what it is, whence it comes, and the table that its reader promises.

    ``key`` names the columns that identify a row. ``outside`` lists the départements that the
    dataset does not cover by design (« hors Mayotte »): there, absence is not a gap.
    ``period_lag`` says, for files that do not carry their vintage, how many years before their
    geography the figures were observed (legal populations 2021 are in the geography of 2023).
    ``kept`` are the only columns that stay of a file whose others may name persons (names in small
    letters without accents, « _ » for blanks): nobody can list all that tells of a person.
    ``replaced_by`` names the columns by which a newer file replaces an older one of the source
    (default: the key). ``counted`` are the columns that the analysis counts out of the rows (the
    professionals of a commune), with ``strata``, the columns by which they are counted; without
    ``counted``, ``strata`` are those of the key. ``partial`` says that a file lists chosen communes
    only, so that the communes it lacks tell nothing of its year. ``addresses`` are where its files
    are published.
    """

    id: str
    title: str
    publisher: str
    landing_page: str
    licence: str
    level: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    credit: str = ""
    field: str = "France entière"
    outside: frozenset[str] = frozenset()
    period_lag: int | None = None
    public: bool = True
    partial: bool = False
    kept: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    counted: tuple[Column, ...] = ()
    strata: tuple[str, ...] = ()
    notes: str = ""
    addresses: tuple[Address, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; ``KeyError`` listing what exists otherwise."""
        everything = (*self.columns, *self.counted)
        for column in everything:
            if column.name == name:
                return column
        raise KeyError(f"{self.id} has {[c.name for c in everything]}, not {name!r}")

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """The columns, beside place and period, that tell the rows of one place apart."""
        place = ("code", "period", "niveau")
        return self.strata or tuple(name for name in self.key if name not in place)


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file, with all that a reader needs to mend it (French texts)."""

    file: str
    found: str
    expected: str
    mend: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        where = [f"fichier « {self.file} »"]
        if self.row is not None:
            where.append(f"ligne {self.row}")
        if self.column is not None:
            where.append(f"colonne « {self.column} »")
        text = (
            f"{', '.join(where)} – trouvé : {self.found} ; attendu : {self.expected}. "
            f"Pour corriger : {self.mend}"
        )
        # What a file holds never moves the cursor of a terminal nor breaks a line.
        return _CONTROLS.sub("�", text)


class ContractError(ValueError):
    """A file does not keep its contract; ``faults`` holds every fault, the text tells them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(describe(self.faults))


def describe(faults: Sequence[Fault]) -> str:
    """Tell faults as one French message, the first twenty in full."""
    if not faults:
        return "Aucune anomalie."
    lines = [f"{french.count_of(len(faults), 'anomalie')} :"]
    lines += [f"  - {fault}" for fault in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        lines.append(f"  … et {french.count_of(len(faults) - SHOWN_FAULTS, 'autre')}.")
    return "\n".join(lines)


@dataclass
class Faults:
    """Collects the faults of one file, then raises them together.

    Beyond ``MAXIMUM_FAULTS`` faults are only counted: a file of garbage does not fill the memory.
    """

    file: str
    found: list[Fault] = field(default_factory=list)
    untold: int = 0

    @property
    def full(self) -> bool:
        """Whether further faults will only be counted."""
        return len(self.found) >= MAXIMUM_FAULTS

    def add(
        self, found: str, expected: str, mend: str, *, row: int | None = None, column: str = ""
    ) -> None:
        """Note one fault."""
        if self.full:
            self.untold += 1
            return
        self.found.append(Fault(self.file, found, expected, mend, row, column or None))

    def raise_if_any(self) -> None:
        """Raise :class:`ContractError` when at least one fault was noted."""
        if not self.found:
            return
        told = list(self.found)
        if self.untold:
            others = french.count_of(self.untold, "autre anomalie", "autres anomalies")
            told.append(Fault(self.file, others, "un fichier conforme", "voyez les premières."))
        raise ContractError(told)


def _quote(value: object) -> str:
    text = str(value)
    return f"« {text[:60]}{'…' if len(text) > 60 else ''} »"


def _rows_where(condition: pd.Series) -> list[int]:
    return [int(position) for position in np.flatnonzero(condition.to_numpy(dtype=bool))]


def check(table: pd.DataFrame, source: Source, faults: Faults, first_row: int = 2) -> None:
    """Check a table against its source's columns and key; note every fault.

    ``first_row`` is the line of the file that holds the first row of ``table`` (2 when a one-line
    header precedes it). A column ``ligne`` in ``table``, when present, gives the true lines.
    """
    lines: Callable[[int], int]
    if "ligne" in table.columns:
        numbers = table["ligne"].to_numpy()
        lines = lambda position: int(numbers[position])  # noqa: E731
    else:
        lines = lambda position: position + first_row  # noqa: E731
    if table.empty:
        faults.add("aucune ligne de données", "au moins une ligne", "vérifiez le fichier reçu.")
        return
    for column in source.columns:
        if column.name not in table.columns:
            faults.add(
                "colonne absente",
                f"la colonne « {column.name} » ({column.description})",
                "reprenez le fichier d'origine, sans retirer de colonne.",
                column=column.name,
            )
            continue
        _check_column(table[column.name], column, faults, lines)
    _check_key(table, source, faults, lines)


def _check_column(
    values: pd.Series, column: Column, faults: Faults, lines: Callable[[int], int]
) -> None:
    if column.kind is Kind.GEOMETRY:
        wrong = values.isna() | values.map(lambda shape: shape is None or shape.is_empty)
        for position in _rows_where(wrong):
            faults.add(
                "un contour vide",
                "un contour",
                "reprenez le fichier d'origine.",
                row=lines(position),
                column=column.name,
            )
        return
    missing = values.isna()
    if column.kind in (Kind.TEXT, Kind.CODE, Kind.COMMUNE):
        missing |= (values == "").fillna(False).astype(bool)
    wrong = pd.Series(False, index=values.index)
    if not column.nullable and not column.masks:
        wrong |= missing
    if column.kind is Kind.COMMUNE:
        wrong |= ~missing & ~values.astype("string").str.fullmatch(COMMUNE_PATTERN).fillna(False)
    if column.kind is Kind.INTEGER:
        wrong |= ~missing & (values % 1 != 0)
    if column.minimum is not None:
        wrong |= ~missing & (values < column.minimum)
    if column.maximum is not None:
        wrong |= ~missing & (values > column.maximum)
    if column.choices:
        wrong |= ~missing & ~values.isin(column.choices)
    for position in _rows_where(wrong):
        value = values.iloc[position]
        faults.add(
            "une case vide" if pd.isna(value) or value == "" else _quote(value),
            column.expectation(),
            "corrigez la valeur ou reprenez le fichier d'origine.",
            row=lines(position),
            column=column.name,
        )


def _check_key(
    table: pd.DataFrame, source: Source, faults: Faults, lines: Callable[[int], int]
) -> None:
    key = [name for name in source.key if name in table.columns]
    if len(key) != len(source.key):
        return
    twice = table.duplicated(key, keep="first")
    for position in _rows_where(twice):
        row = table.iloc[position]
        faults.add(
            " / ".join(_quote(row[name]) for name in key) + " déjà rencontré",
            f"une seule ligne par ({', '.join(key)})",
            "retirez la ligne en double (ou additionnez les deux lignes si elles se complètent).",
            row=lines(position),
            column=key[0],
        )


def promised_columns(sources: Iterable[Source]) -> frozenset[str]:
    """Every ``source.column`` that the sources promise, for the catalogue tests."""
    return frozenset(
        f"{source.id}.{column.name}"
        for source in sources
        for column in (*source.columns, *source.counted)
    )
