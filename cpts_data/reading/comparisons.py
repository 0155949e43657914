"""What pages read of all CPTS at once: figures, references, verdicts, ranks, history, trends.

No Streamlit here: the store keeps a :class:`Reading` by space and list of indicators, and a page
takes its own CPTS out of it with :func:`own_reading`. A composed territory has a reading of its own
(:func:`read_composed`), beside the same references and among the same CPTS.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.compare import COMPARISON_COLUMNS, compare
from cpts_data.analysis.highlights import REFERENCE_ORDER
from cpts_data.analysis.references import Kind, Reference, expected, medians, targets
from cpts_data.analysis.trends import TREND_COLUMNS, trends
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Expected, StandardisedRatio, Status
from cpts_data.statistics.significance import TREND_POINTS
from cpts_data.territories import FRANCE_ID, Level, Territory

Row: TypeAlias = Mapping[Hashable, Any]

_NOT_OWN = (Status.CONTEXT.value, Status.MISSING.value)
_LEVELS = {
    Kind.DEPARTEMENT: Level.DEPARTEMENT,
    Kind.REGION: Level.REGION,
    Kind.FRANCE: Level.FRANCE,
}
CHOICES = (Kind.DEPARTEMENT, Kind.REGION, Kind.FRANCE, Kind.PEERS)


@dataclass(frozen=True)
class Reading:
    """The CPTS of a space for some indicators.

    ``values`` are their latest ``Values`` rows with strata, ``compared`` the result of
    ``compare.compare`` beside every reference, ``history`` the ``Values`` rows of the latest five
    periods, ``trends`` their verdicts. ``credits`` gives the ``sources`` of a reference figure by
    (kind, territory, indicator).
    """

    values: pd.DataFrame
    compared: pd.DataFrame
    history: pd.DataFrame
    trends: pd.DataFrame
    credits: Mapping[tuple[str, str, str], str]


@dataclass(frozen=True)
class Shown:
    """One indicator of one territory, with all that a card, a row or a mark shows of it.

    ``beside`` is the comparison with the reference chosen (what age gives, for a ratio of observed
    to expected cases), ``target`` with the national target, ``others`` with the other references.
    """

    indicator: Indicator
    row: Row
    beside: Row
    target: Row | None
    others: tuple[Row, ...]
    history: tuple[Row, ...]
    trend: Row | None

    @property
    def status(self) -> Status:
        """What the figure is."""
        return Status(str(self.row["status"]))


@dataclass(frozen=True)
class OwnReading:
    """A :class:`Reading` of one territory, by indicator and stratum."""

    territory: Territory
    compared: pd.DataFrame
    trends: pd.DataFrame
    rows: Mapping[tuple[str, str], Row]
    beside: Mapping[tuple[str, str, str], Row]
    history: Mapping[str, tuple[Row, ...]]
    trend: Mapping[str, Row]
    credits: Mapping[tuple[str, str, str], str]

    def shown(self, name: str, kind: Kind, stratum: str = WHOLE) -> Shown:
        """One indicator beside one reference."""
        indicator = INDICATORS[name]
        indirect = isinstance(indicator.measure, StandardisedRatio)
        chosen = Kind.EXPECTED if indirect else kind
        others = () if indirect else tuple(one for one in CHOICES if one is not kind)
        target = None
        if indicator.target is not None:
            target = self.beside.get((name, stratum, Kind.TARGET.value))
        return Shown(
            indicator,
            self.rows[name, stratum],
            self.beside[name, stratum, chosen.value],
            target,
            tuple(self.beside[name, stratum, one.value] for one in others),
            self.history.get(name, ()) if stratum == WHOLE else (),
            self.trend.get(name) if stratum == WHOLE else None,
        )

    def status(self, name: str) -> Status:
        """What the figure of an indicator is."""
        return Status(str(self.rows[name, WHOLE]["status"]))

    def strata(self, name: str) -> tuple[str, ...]:
        """The strata of an indicator, in the order of the catalogue."""
        declared = [stratum for stratum, _ in INDICATORS[name].strata]
        return tuple(one for one in declared if (name, one) in self.rows)


def read(diagnostic: Diagnostic, indicators: Sequence[str]) -> Reading:
    """Read some indicators for every CPTS of a space, beside all their references."""
    values = diagnostic.values(indicators, Level.CPTS, strata=True)
    if values.empty:
        return Reading(
            values,
            pd.DataFrame(columns=list(COMPARISON_COLUMNS)),
            values,
            pd.DataFrame(columns=list(TREND_COLUMNS)),
            {},
        )
    references = _references(diagnostic, values, Level.CPTS)
    regions = _main_region(diagnostic, Level.CPTS)
    compared = [
        compare(rows, [*references, medians(rows), targets(), expected()])
        for _, rows in values.groupby(values["territory"].map(regions).fillna(""), sort=True)
    ]
    return _reading(diagnostic, values, pd.concat(compared, ignore_index=True), references)


def read_composed(
    diagnostic: Diagnostic, territory: Territory, indicators: Sequence[str], cpts: Reading
) -> Reading:
    """Read a composed territory beside the references of a CPTS, placed among those of its région.

    ``cpts`` is what :func:`read` tells of the same indicators: the medians and the ranks are made
    of the CPTS of the région of its main département; the territory is placed as one more of them.
    """
    values = diagnostic.values(indicators, territory.level, [territory.id], strata=True)
    references = _references(diagnostic, values, territory.level)
    region = _main_region(diagnostic, territory.level)[territory.id]
    regions = _main_region(diagnostic, Level.CPTS)
    peers = cpts.values[cpts.values["territory"].map(regions).eq(region).to_numpy(dtype=bool)]
    told = compare(values, [*references, medians(peers), targets(), expected()], peers=peers)
    return _reading(diagnostic, values, told, references)


def _reading(
    diagnostic: Diagnostic,
    values: pd.DataFrame,
    compared: pd.DataFrame,
    references: Sequence[Reference],
) -> Reading:
    history = _history(diagnostic, values)
    credit = {
        (kind.value, str(row.territory), str(row.indicator)): str(row.sources)
        for kind, one in zip(_LEVELS, references, strict=True)
        for row in one.values.itertuples()
    }
    return Reading(values, compared, history, trends(history), credit)


def merged(readings: Sequence[Reading]) -> Reading:
    """Several readings of one space as one."""

    def joined(name: str) -> pd.DataFrame:
        return pd.concat([getattr(one, name) for one in readings], ignore_index=True)

    return Reading(
        values=joined("values"),
        compared=joined("compared"),
        history=joined("history"),
        trends=joined("trends"),
        credits={key: told for one in readings for key, told in one.credits.items()},
    )


def own_reading(reading: Reading, territory: Territory) -> OwnReading:
    """What a reading says of one territory."""
    values, compared, history, trend_table = (
        table[table["territory"] == territory.id]
        for table in (reading.values, reading.compared, reading.history, reading.trends)
    )
    series: dict[str, list[Row]] = {}
    for row in history.sort_values("period", kind="stable").to_dict("records"):
        series.setdefault(str(row["indicator"]), []).append(row)
    return OwnReading(
        territory,
        compared,
        trend_table,
        {(str(row["indicator"]), str(row["stratum"])): row for row in values.to_dict("records")},
        {
            (str(row["indicator"]), str(row["stratum"]), str(row["reference"])): row
            for row in compared.to_dict("records")
        },
        {name: tuple(rows) for name, rows in series.items()},
        {str(row["indicator"]): row for row in trend_table.to_dict("records")},
        reading.credits,
    )


def order(kind: Kind) -> tuple[Kind, ...]:
    """The order in which references speak, the chosen one first (after what age gives)."""
    return tuple(dict.fromkeys((Kind.EXPECTED, kind, *REFERENCE_ORDER)))


def for_export(table: pd.DataFrame) -> pd.DataFrame:
    """A comparison without holes in its texts, as a spreadsheet wants it."""
    filled = table.copy()
    for name in filled.columns:
        if not pd.api.types.is_numeric_dtype(filled[name]):
            filled[name] = filled[name].astype("str").fillna("")
    return filled


def _region_of(diagnostic: Diagnostic) -> pd.Series:
    """Région of each département of the space."""
    units = diagnostic.register.units.table
    pairs = units[["departement", "region"]].dropna().drop_duplicates("departement")
    return pairs.set_index("departement")["region"].astype(str)


def _main_region(diagnostic: Diagnostic, level: Level) -> pd.Series:
    """Région of the main département of each territory of a level, by territory."""
    table = diagnostic.territories(level).table
    return (
        table["departements"]
        .map(lambda codes: codes[0] if codes else "")
        .map(_region_of(diagnostic))
    )


def _references(diagnostic: Diagnostic, values: pd.DataFrame, own: Level) -> list[Reference]:
    """The département, région and country of every territory of a level, in order of ``_LEVELS``"""
    table = diagnostic.territories(own).table
    region = _region_of(diagnostic)
    found = []
    for kind, level in _LEVELS.items():
        around: dict[str, str] = {}
        inside = []
        for identifier, codes in table["departements"].items():
            areas = {
                Kind.DEPARTEMENT: list(codes),
                Kind.REGION: [region.get(code, "") for code in codes],
                Kind.FRANCE: [FRANCE_ID],
            }[kind]
            if areas and areas[0]:
                around[str(identifier)] = areas[0]
                inside += [str(identifier)] * (len(set(areas)) == 1)
        rows = _rows_of(diagnostic, values, level)
        rows = rows[rows["territory"].isin(set(around.values()))]
        found.append(Reference(kind, rows, around, frozenset(inside)))
    return found


def _rows_of(diagnostic: Diagnostic, values: pd.DataFrame, level: Level) -> pd.DataFrame:
    """The latest figures of a level, then those of the periods that a CPTS is known for."""
    names = list(dict.fromkeys(values["indicator"]))
    parts = [diagnostic.values(names, level, strata=True)]
    latest = parts[0].drop_duplicates("indicator").set_index("indicator")["period"]
    known = values[values["value"].notna()].drop_duplicates(["indicator", "period"])
    for name, period in zip(known["indicator"], known["period"], strict=True):
        if period and period != latest.get(name):
            same = diagnostic.values([name], level, period=period, strata=True)
            parts.append(same[same["value"].notna()])
    rows = pd.concat(parts, ignore_index=True)
    return rows.drop_duplicates(["indicator", "stratum", "territory", "period"])


def _history(diagnostic: Diagnostic, values: pd.DataFrame) -> pd.DataFrame:
    """The latest periods of every indicator of which a CPTS has a figure of its own.

    What is made of expected cases has no history: it tells of ages and of the rates of a wider
    territory, which change every year, not of this one.
    """
    made = [
        name
        for name in values["indicator"].unique()
        if isinstance(INDICATORS[str(name)].measure, StandardisedRatio)
        or any(isinstance(one, Expected) for one in INDICATORS[str(name)].measures)
    ]
    latest = values[(values["stratum"] == WHOLE) & ~values["indicator"].isin(made)]
    level = Level(str(values["level"].iloc[0]))
    ids = [str(name) for name in values["territory"].unique()]
    parts = []
    for name, rows in latest.groupby("indicator", sort=False):
        if rows["status"].isin(_NOT_OWN).all():
            continue
        measure = diagnostic.figures.measure_in_use(INDICATORS[str(name)])
        present = str(rows["period"].max())
        known = [one for one in diagnostic.facts.periods(measure.columns[0]) if one < present]
        past = [
            diagnostic.values([str(name)], level, ids, period)
            for period in known[1 - TREND_POINTS :]
        ]
        parts += [table for table in past if not table["status"].isin(_NOT_OWN).all()]
    return pd.concat([*parts, latest], ignore_index=True)
