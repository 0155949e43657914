"""The name of what a measure reads: a column of a source, of some rows, at some level, or before.

``drees_apl.apl_mg`` is the column ``apl_mg`` of the source ``drees_apl``. Where a table holds
several rows per place, the name says which (rows are added):
``insee_evol_struct_pop.population[age=75-89|90+]``. ``@departement`` lays the figure of the
département over each of its communes, and ``@-5`` asks for the figure of five years earlier. Names
are text, so that they serve as keys, appear in « Données lues », and compare as they read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

WIDER_LEVELS = ("departement", "region", "france")
_NAME = re.compile(
    r"(?P<source>[a-z0-9_]+)\.(?P<column>[a-z0-9_]+)"
    r"(?:@(?P<mark>departement|region|france|-\d+))?"
    r"(?:\[(?P<where>.+)\])?"
)


@dataclass(frozen=True)
class ColumnName:
    """A name taken apart. ``where`` pairs a column of strata with the values kept."""

    source: str
    column: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: str = ""
    years_before: int = 0

    @property
    def promised(self) -> str:
        """``source.column``, which the source declares."""
        return f"{self.source}.{self.column}"

    def __str__(self) -> str:
        mark = f"@{self.level}" if self.level else ""
        mark = f"@-{self.years_before}" if self.years_before else mark
        chosen = ",".join(f"{name}={'|'.join(values)}" for name, values in self.where)
        return f"{self.promised}{mark}" + (f"[{chosen}]" if chosen else "")


def rows(name: str, **where: str | Sequence[str]) -> str:
    """Name a column restricted to some rows: ``rows("a.b", age=("75-89", "90+"))``.

    >>> rows("insee_evol_struct_pop.population", sexe="femmes", age=("75-89", "90+"))
    'insee_evol_struct_pop.population[age=75-89|90+,sexe=femmes]'
    """
    told = parse(name)
    chosen = dict(told.where)
    for column, values in where.items():
        chosen[column] = (values,) if isinstance(values, str) else tuple(values)
    for value in (value for values in chosen.values() for value in values):
        if not value or re.search(r"[\[\]|=,]", value):
            raise ValueError(f"not a value of a column name: {value!r}")
    ordered = tuple(sorted(chosen.items()))
    return str(ColumnName(told.source, told.column, ordered, told.level, told.years_before))


def at_level(name: str, level: str) -> str:
    """The same column, as known for the ``departement``, the ``region`` or ``france`` around."""
    told = parse(name)
    return str(ColumnName(told.source, told.column, told.where, level=level))


def years_before(name: str, years: int) -> str:
    """The same column, some years earlier."""
    told = parse(name)
    return str(ColumnName(told.source, told.column, told.where, years_before=years))


@cache
def parse(name: str) -> ColumnName:
    """Take a name apart; ``ValueError`` for a text that is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"not the name of a column: {name!r}")
    where = []
    for chosen in (found["where"] or "").split(",") if found["where"] else ():
        column, _, values = chosen.partition("=")
        where.append((column, tuple(values.split("|"))))
    mark = found["mark"] or ""
    before = int(mark[1:]) if mark.startswith("-") else 0
    return ColumnName(
        found["source"], found["column"], tuple(where), "" if before else mark, before
    )
