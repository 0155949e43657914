"""Follow-ups made by hand for the tests."""

import datetime as dt

from cpts_data.aci.follow_up import (
    Figure,
    Kind,
    Origin,
    Record,
    added,
    begin,
    declared_count,
    figure_from,
    indicators_of,
    period_end,
)
from cpts_data.reference.aci_tables import aci_tables
from cpts_data.statistics.intervals import proportion

SIGNED = dt.date(2020, 1, 1)
ENTERED = dt.datetime(2025, 6, 1, 9, 0, tzinfo=dt.UTC)
FLU, WITHOUT_MT = "vaccination_grippe_65_ans_et_plus", "part_sans_mt_17_ans_et_plus"
PROTOCOLS, MEMBERS = "nb_protocoles", "part_adherents"


def empty(signature=SIGNED):
    return begin("HES-CPTS-01/2020", "aci_2019", signature, indicators_of(aci_tables()))


def share(x, n, period, status="observe"):
    """A row of values: a share with its Wilson interval."""
    told = proportion([x], [n], per=100).iloc[0]
    row = {"value": told["value"], "lower": told["lower"], "upper": told["upper"]}
    row |= {"numerator": x, "denominator": n, "status": status, "period": period}
    return row | {"sources": f"indicateurs_locaux ({period})"}


def record(kind, figure, indicator=FLU, **more):
    """A record dated on the last day of its period, unless told."""
    if not isinstance(figure, Figure):
        figure = figure_from(figure)
    if "day" not in more:
        more["day"] = period_end(figure.period) if figure.period else SIGNED
    chosen = {"origin": Origin.AUTOMATIC, "entered_at": ENTERED}
    return Record(indicator, kind, figure=figure, **(chosen | more))


def baseline(*figure, **more):
    return record(Kind.BASELINE, share(*figure), **more)


def result(*figure, **more):
    return record(Kind.RESULT, share(*figure), **more)


def target(value, day, indicator=FLU, **more):
    return record(Kind.TARGET, Figure(value), indicator, day=day, origin=Origin.DECLARED, **more)


def counted(kind, count, period, **more):
    figure = declared_count(count, period)
    return record(kind, figure, PROTOCOLS, origin=Origin.DECLARED, **more)


def with_records(*records, signature=SIGNED):
    made = empty(signature)
    for one in records:
        made = added(made, one)
    return made
