"""Columns and territories written in one line, for the tests of the measures."""

import numpy as np
import pandas as pd

from cpts_data.measures import Ground, UnitColumn
from cpts_data.territories import Level, Territories, Units

LYON = tuple(str(code) for code in range(69381, 69390))
NAN = float("nan")
MASK = "s"
OUTSIDE = "-"
ABSENT = None


def units_of(codes, cities=None):
    table = pd.DataFrame({"departement": ["01"] * len(codes)}, index=list(codes))
    return Units(table, cities or {})


def column(cells, threshold=None, zeros_published=True, estimated=()):
    """Cells as one writes them: a number, ``s``, ``-`` (out of the field), NaN, None (no row)."""
    values = [cell if isinstance(cell, int | float) else NAN for cell in cells]
    return UnitColumn(
        values=np.array(values, dtype=float),
        present=np.array([cell is not ABSENT and cell != OUTSIDE for cell in cells]),
        masked=np.array([cell == MASK for cell in cells]),
        outside=np.array([cell == OUTSIDE for cell in cells]),
        estimated=np.array([i in estimated for i in range(len(cells))]),
        threshold=threshold,
        zeros_published=zeros_published,
    )


def ground(population, pairs, codes=None, cities=None, own=None):
    """Territories ``a, b, …`` from (territory, unit position or code, weight)."""
    codes = codes or [f"0100{i}" for i in range(len(population))]
    units = units_of(codes, cities)
    rows = [(t, codes[u] if isinstance(u, int) else u, *w) for t, u, *w in pairs]
    rows = [(*row, 1.0)[:3] for row in rows]
    table = pd.DataFrame(rows, columns=["territory", "unit", "weight"])
    names = pd.Series({name: name for name in sorted(set(table["territory"]))})
    made = Territories.from_pairs(Level.CPTS, names, table, units)
    return Ground(made, np.array(population, dtype=float), own or {})


def one(measure, columns, place, territory="a"):
    return measure.compute(columns, place).loc[territory]


def whole(count, start=0):
    return [("a", i) for i in range(start, start + count)]
