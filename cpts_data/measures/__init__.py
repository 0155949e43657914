"""How a quantity travels upward: sum first, divide last, and say what is not known.

A measure turns columns known by inner unit into one figure per territory. This room is the only
place that divides; ``accounts`` tells the rules of what is masked, missing or out of the field.
"""

from cpts_data.measures.accounts import CONFIDENCE, RESULT_COLUMNS, interval_bounds
from cpts_data.measures.expected import Expected, StandardisedRate, StandardisedRatio, Stratum
from cpts_data.measures.indices import Published, WeightedMean
from cpts_data.measures.naming import ColumnName, at_level, parse, rows, years_before
from cpts_data.measures.states import Ground, Interval, Status, UnitColumn
from cpts_data.measures.sums import Change, Count, Rate, Ratio, ShareOver, ShareUnder

Measure = (
    Count
    | Ratio
    | ShareUnder
    | Change
    | WeightedMean
    | Published
    | Expected
    | StandardisedRate
    | StandardisedRatio
)

__all__ = [
    "CONFIDENCE",
    "RESULT_COLUMNS",
    "Change",
    "ColumnName",
    "Count",
    "Expected",
    "Ground",
    "Interval",
    "Measure",
    "Published",
    "Rate",
    "Ratio",
    "ShareOver",
    "ShareUnder",
    "StandardisedRate",
    "StandardisedRatio",
    "Status",
    "Stratum",
    "UnitColumn",
    "WeightedMean",
    "at_level",
    "interval_bounds",
    "parse",
    "rows",
    "years_before",
]
