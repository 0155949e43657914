"""800 territories x 34,935 communes x 60 indicators, with intervals, masks and comparisons.

Draws a land of the size of France (the communes of 2024, the 45 arrondissements), 800 territories
that cover it (some overlap, some hold a commune in part), and 60 indicators of every kind: shares
with Wilson's interval, rates with Poisson's, sums over masked cells, weighted means, shares of
people under a threshold, counts, changes. Both sides give, for the 800 territories and for each
reference (département, région, France), value, numerator, denominator, bounds and status, and each
territory's gap and significance against its département, région and France.

- ours: ``Figures.table`` for the 60 indicators and 4 levels, then ``compare`` (with 99.8 % verdicts
  and the rank among the 800 besides). Three calls: the
  first (rows found, columns laid over the units), the second (results thrown away, columns laid),
  the third (results kept: the comparison alone is made again);
- the peer: one long table of units per level, ``groupby("territory").apply`` of a function written
  as one writes it in a notebook (sums, Wilson or Poisson, verdict), indicator after indicator.

Prints seconds on the clock and on the processors, and the ratio of processor seconds, which the
load of the machine disturbs less. Exits with 1 when a value differs by more than 1e-9, or when the
second call takes a second or more on the processors. Run: ``python -m benchmarks.values``.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.analysis.compare import Kind, Reference, compare
from cpts_data.analysis.facts import Facts
from cpts_data.analysis.figures import Figures
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator, Polarity
from cpts_data.measures import (
    Change,
    Count,
    Interval,
    Measure,
    Rate,
    Ratio,
    ShareUnder,
    WeightedMean,
    rows,
)
from cpts_data.statistics.intervals import count_bounds, wilson_bounds
from cpts_data.territories import Level
from tests.drawn_spaces import diagnostic_of_tables

YEAR, TERRITORIES, LIMIT = 2024, 800, 1.0
LEVELS = (Level.CPTS, Level.DEPARTEMENT, Level.REGION, Level.FRANCE)
SHARES, RATES, BOUNDED = 26, 10, 10
MASKED_UNDER = 11
_LOCAL = ("indicateurs_locaux.numerateur", "indicateurs_locaux.denominateur")
_ILL = ("cnam_pathologies.patients", "cnam_pathologies.population_cnam")
_PEOPLE = "populations_legales.population"
_APL = ("apl_mg", "apl_mg_65_ans_ou_moins", "apl_mg_62_ans_ou_moins", "apl_mg_60_ans_ou_moins")


def measures() -> dict[str, Measure]:
    """The 60 ways of measuring, by id."""
    found: dict[str, Measure] = {}
    for rank in range(SHARES + RATES):
        top, bottom = (rows(name, indicateur=f"i{rank}", strate="ensemble") for name in _LOCAL)
        share = rank < SHARES
        interval = Interval.WILSON if share else Interval.POISSON
        found[f"i{rank}"] = Ratio(top, bottom, 100.0 if share else 1000.0, interval)
    for rank in range(BOUNDED):
        chosen = {"affection": f"m{rank}", "age": "ensemble", "sexe": "ensemble"}
        top, bottom = (rows(name, **chosen) for name in _ILL)
        found[f"m{rank}"] = Ratio(top, bottom, interval=Interval.WILSON)
    for name in _APL:
        found[name] = WeightedMean(f"drees_apl.{name}", "drees_apl.population_standardisee")
        found[f"sous_{name}"] = ShareUnder(f"drees_apl.{name}", 2.5, "drees_apl.population_totale")
    found["population"] = Count(_PEOPLE)
    found["population_totale"] = Count("populations_legales.population_totale")
    found["evolution"] = Change(_PEOPLE)
    found["densite"] = Ratio(_PEOPLE, "contours_communes.superficie_km2", per=1.0)
    found["medecins"] = Rate(rows(_LOCAL[0], indicateur="i0", strate="ensemble"), _PEOPLE)
    found["part_totale"] = Ratio(_PEOPLE, "populations_legales.population_totale")
    return found


def catalogue() -> dict[str, Indicator]:
    """The 60 indicators."""
    model = INDICATORS["part_c2s"]
    return {
        name: dataclasses.replace(
            model, id=name, measure=measure, polarity=Polarity.LOW_IS_GOOD, persons=""
        )
        for name, measure in measures().items()
    }


def drawn() -> Diagnostic:
    """A land of the size of France with its tables, drawn with a fixed seed."""
    draw = np.random.default_rng(7)
    communes = reference.communes(YEAR)
    parts = reference.arrondissements()
    codes = communes.index[~communes.index.isin(list(reference.CITIES))].append(parts.index)
    codes = np.array(sorted(codes), dtype=object)
    people = np.round(np.exp(draw.normal(6.2, 1.3, len(codes)))) + 5

    def by_unit(**columns: object) -> pd.DataFrame:
        return pd.DataFrame({"code": codes, **columns})

    def part(highest: float) -> np.ndarray:
        return draw.binomial(people.astype(int), draw.random(len(codes)) * highest).astype(float)

    # Masks gather in a tenth of the land, or every territory would hold some.
    shy = np.arange(len(codes)) < len(codes) / 10
    local, ill = [], []
    for rank in range(SHARES + RATES):
        top = part(0.3)
        hidden = shy & (top < MASKED_UNDER) & (rank % 3 == 0)
        state = np.where(hidden, "masque", "observe")
        local.append(
            by_unit(
                indicateur=f"i{rank}",
                niveau="commune",
                period="2023",
                strate="ensemble",
                numerateur=np.where(hidden, np.nan, top),
                numerateur_statut=state,
                denominateur=people,
                denominateur_statut="observe",
                public=True,
            )
        )
    for rank in range(BOUNDED):
        top = part(0.1)
        hidden = top < MASKED_UNDER
        ill.append(
            by_unit(
                niveau="commune",
                period="2023",
                affection=f"m{rank}",
                age="ensemble",
                sexe="ensemble",
                patients=np.where(hidden, np.nan, top),
                patients_statut=np.where(hidden, "masque", "observe"),
                population_cnam=people,
            )
        )
    tables = {
        "indicateurs_locaux": _categories(pd.concat(local, ignore_index=True)),
        "cnam_pathologies": _categories(pd.concat(ill, ignore_index=True)),
        "drees_apl": by_unit(
            period="2023",
            population_standardisee=people * (0.8 + 0.4 * draw.random(len(codes))),
            population_totale=people,
            **{name: draw.gamma(6, 0.5, len(codes)) for name in _APL},
        ),
        "populations_legales": pd.concat(
            [
                by_unit(
                    period="2018", population=np.round(people * 0.97), population_totale=people
                ),
                by_unit(period="2023", population=people, population_totale=people + 10),
            ],
            ignore_index=True,
        ),
        "contours_communes": by_unit(superficie_km2=draw.gamma(2, 8, len(codes)), nature="commune"),
        "cpts_perimetres": _perimeters(codes, draw),
    }
    return diagnostic_of_tables(tables, year=YEAR)


def _categories(table: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    return table.astype(dict.fromkeys([name for name in texts if name != "code"], "category"))


def _perimeters(codes: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """Neighbouring codes together; one in a hundred is shared, one in a hundred in part."""
    owner = np.arange(len(codes)) * TERRITORIES // len(codes)
    shared = draw.choice(len(codes), len(codes) // 100, replace=False)
    other = np.where(owner[shared] > 0, owner[shared] - 1, 1)
    table = pd.DataFrame(
        {"owner": np.r_[owner, other], "code": np.r_[codes, codes[shared]], "part": np.nan}
    )
    table.loc[draw.choice(len(codes), len(codes) // 100, replace=False), "part"] = 0.5
    table["cpts_id"] = "CPTS-" + table.pop("owner").astype(str).str.zfill(3)
    return table.assign(cpts_nom=table["cpts_id"])


# --------------------------------------------------------------------------- ours


def ours(
    diagnostic: Diagnostic, figures: Figures, told: dict[str, Indicator]
) -> tuple[dict[Level, pd.DataFrame], pd.DataFrame]:
    """Values of every level, and the comparisons of the territories."""
    values = {
        level: pd.concat(
            [figures.table(one, level, None) for one in told.values()], ignore_index=True
        )
        for level in LEVELS
    }
    table = diagnostic.territories(Level.CPTS).table
    main = table["departements"].str[0]
    regions = diagnostic.register.units.table.groupby("departement")["region"].first()
    references = [
        Reference(Kind.DEPARTEMENT, values[Level.DEPARTEMENT], main.to_dict()),
        Reference(Kind.REGION, values[Level.REGION], main.map(regions).to_dict()),
        Reference(Kind.FRANCE, values[Level.FRANCE], "FR"),
    ]
    return values, compare(values[Level.CPTS], references, catalogue=told)


# --------------------------------------------------------------------------- the peer


def peer(
    diagnostic: Diagnostic, figures: Figures, told: dict[str, Indicator]
) -> dict[Level, pd.DataFrame]:
    """The same through ``groupby().apply``, from the columns by unit."""
    units = diagnostic.register.units
    found: dict[Level, pd.DataFrame] = {}
    for level in LEVELS:
        pairs = diagnostic.membership_pairs(level)
        place = units.codes.get_indexer(pairs["unit"])
        results = []
        for name, one in told.items():
            when = figures.latest_period(one)
            columns = {
                column: figures.facts.column(column, figures.facts.period_of(column, when))
                for column in one.measure.columns
            }
            long = pairs.copy()
            for label, column in zip(("top", "bottom"), columns.values(), strict=False):
                long[label] = column.values[place]
                long[f"{label}_masked"] = column.masked[place]
            work = _worker(one.measure, figures.facts, when)
            result = long.groupby("territory", sort=False).apply(work, include_groups=False)
            results.append(result.assign(indicator=name))
        found[level] = pd.concat(results).reset_index()
    table = diagnostic.territories(Level.CPTS).table
    main = table["departements"].str[0]
    for level, of in ((Level.DEPARTEMENT, main), (Level.FRANCE, main.map(lambda _: "FR"))):
        beside = found[level].set_index(["indicator", "territory"])["value"]
        rows_ = found[Level.CPTS]
        keys = pd.MultiIndex.from_arrays([rows_["indicator"], rows_["territory"].map(of)])
        rows_[f"gap_{level}"] = rows_["value"] - beside.reindex(keys).to_numpy()
        against = beside.reindex(keys).to_numpy()
        rows_[f"verdict_{level}"] = np.select(
            [rows_["lower"] > against, rows_["upper"] < against], ["above", "below"], "alike"
        )
    return found


def _worker(measure: Measure, facts: Facts, when: str) -> Callable[[pd.DataFrame], pd.Series]:
    """What one writes for one territory: sums, division, interval."""

    def work(group: pd.DataFrame) -> pd.Series:
        weight = group["weight"]
        per = getattr(measure, "per", 1.0)
        lower = upper = np.nan
        if isinstance(measure, Count):
            value = top = (group["top"] * weight).sum()
            return pd.Series({"value": value, "numerator": top, "lower": lower, "upper": upper})
        bottom = (group["bottom"] * weight).sum()
        if isinstance(measure, WeightedMean):
            top = (group["top"] * group["bottom"] * weight).sum()
        elif isinstance(measure, ShareUnder):
            top = (group["bottom"] * weight)[group["top"] < measure.threshold].sum()
        else:
            top = (group["top"] * weight).sum()
        value = top / bottom * per
        if isinstance(measure, Change):
            past = measure.columns[1]
            years = int(when) - int(facts.period_of(past, when))
            value = ((top / bottom) ** (1 / years) - 1) * 100
        masked = (group["top_masked"] * weight).sum()
        if masked > 0:
            least, most = top / bottom * per, (top + masked * (MASKED_UNDER - 1)) / bottom * per
            return pd.Series({"value": np.nan, "numerator": np.nan, "lower": least, "upper": most})
        interval = getattr(measure, "interval", Interval.NONE)
        if interval is Interval.WILSON and top <= bottom:
            lower, upper = (
                bound[0] * per for bound in wilson_bounds(np.array([top]), np.array([bottom]), 0.95)
            )
        if interval is Interval.POISSON:
            lower, upper = (
                bound[0] / bottom * per for bound in count_bounds(np.array([top]), 0.95)
            )
        return pd.Series({"value": value, "numerator": top, "lower": lower, "upper": upper})

    return work


# --------------------------------------------------------------------------- the run


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    """What some work gives, seconds on the clock and on the processors."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - clock, time.process_time() - processor


def furthest(mine: pd.DataFrame, other: pd.DataFrame) -> float:
    """The largest relative difference of values and bounds between the two sides."""
    keys = ["indicator", "territory"]
    both = mine.merge(other, on=keys, suffixes=("", "_peer"), validate="one_to_one")
    assert len(both) == len(mine) == len(other)
    worst = 0.0
    for name in ("value", "lower", "upper"):
        # A producer that does not tell its threshold leaves no bounds.
        chosen = both["status"] != "masque"
        a, b = both.loc[chosen, name].to_numpy(), both.loc[chosen, f"{name}_peer"].to_numpy()
        assert (np.isnan(a) == np.isnan(b)).all(), name
        worst = max(worst, float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-9))))
    return worst


def main() -> int:
    """Run both sides and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sans-pair", action="store_true", help="leave the peer out")
    alone = parser.parse_args().sans_pair
    diagnostic, told = drawn(), catalogue()
    units = int((~diagnostic.register.units.is_city).sum())
    communes = len(diagnostic.territories(Level.COMMUNE).table)
    for level in LEVELS:
        diagnostic.territories(level)
    facts = Facts(diagnostic.space, diagnostic.register)
    figures = Figures(facts, diagnostic.register)
    print(
        f"{TERRITORIES} territories, {communes:,} communes ({units:,} units), "
        f"{len(told)} indicators"
    )
    _, *first = timed(lambda: ours(diagnostic, figures, told))
    runs = [
        timed(lambda: ours(diagnostic, Figures(facts, diagnostic.register), told)) for _ in range(3)
    ]
    (values, compared), *second = min(runs, key=lambda run: run[2])
    kept = Figures(facts, diagnostic.register)
    ours(diagnostic, kept, told)
    _, *third = timed(lambda: ours(diagnostic, kept, told))
    fresh = Figures(facts, diagnostic.register)
    alone_cpts = timed(lambda: [fresh.table(one, Level.CPTS, None) for one in told.values()])
    states = values[Level.CPTS]["status"].value_counts().to_dict()
    print(f"  {len(values[Level.CPTS]):,} figures ({states}), {len(compared):,} comparisons")
    print(f"  first call   {first[0]:6.2f} s on the clock, {first[1]:6.2f} s of processor")
    print(f"  second call  {second[0]:6.2f} s on the clock, {second[1]:6.2f} s of processor")
    print(f"    of which the 800 territories alone {alone_cpts[2]:.2f} s of processor")
    print(f"  third call   {third[0]:6.2f} s on the clock, {third[1]:6.2f} s of processor")
    if alone:
        return 0 if second[1] < LIMIT else 1
    other, *slow = timed(lambda: peer(diagnostic, figures, told))
    worst = max(furthest(values[level], other[level]) for level in LEVELS)
    print(f"  groupby().apply {slow[0]:.1f} s on the clock, {slow[1]:.1f} s of processor")
    print(f"  ratio {slow[1] / second[1]:.0f} x; largest relative difference {worst:.1e}")
    return 0 if second[1] < LIMIT and worst < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
