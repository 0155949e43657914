"""The vectorised path against plain loops: every indicator, level, territory and period."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data import reference
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.reference import national
from cpts_data.space import DEMONSTRATION
from cpts_data.territories import Level
from tests.drawn_spaces import INDICATORS_DRAWN, drawn_space
from tests.oracle import Land, Oracle, Row

RELATIVE = 1e-9
NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "coverage")
WITH_VALUE = ("observe", "estime", "contexte")
HIDDEN = ("masque", "masque_secondaire", "borne")


def rows_of(table) -> list[dict]:
    """The rows of a table as plain dicts, None where nothing is known."""
    plain = table.drop(columns=["geometry"], errors="ignore").astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


def oracle_of(diagnostic: Diagnostic, only: Collection[str] | None = None) -> Oracle:
    """The oracle of an opened space; ``only`` keeps the rows of some units (and of no unit)."""
    units = diagnostic.register.units
    table = rows_of(units.table.reset_index(names="code"))
    territories: dict[str, dict[str, dict[str, float]]] = {}
    for level in Level:
        held: dict[str, dict[str, float]] = {
            str(name): {} for name in diagnostic.territories(level).table.index
        }
        for pair in rows_of(diagnostic.membership_pairs(level)):
            held[pair["territory"]][pair["unit"]] = float(pair["weight"])
        territories[level.value] = held
    used = {name for one in INDICATORS.values() for name in one.source_ids}
    used |= {"finess", "temps_de_trajet"}
    land = Land(
        departements={row["code"]: row["departement"] for row in table},
        regions={row["code"]: row["region"] for row in table},
        cities={city: tuple(parts) for city, parts in units.cities.items()},
        reference_population={
            row["code"]: float(row["population"]) for row in table if row["population"] is not None
        },
        territories=territories,
        national=diagnostic.space.own_codes.empty,
        covers_france=diagnostic.register.covers_france,
        year=str(diagnostic.space.year or ""),
        reference_year=reference.population_year(),
    )
    tables = {
        name: rows_of(diagnostic.space.table(name)) for name in used if diagnostic.space.has(name)
    }
    with national.FILE.open(encoding="utf-8", newline="") as stream:
        return Oracle(tables, land, list(csv.DictReader(stream)))


def differences(told: dict, expected: Row) -> list[str]:
    """What a row of ``Values`` says otherwise than the oracle."""
    wrong = []
    if expected.guarded and told["status"] in HIDDEN:
        return hidden_otherwise(told, expected)
    if expected.guarded and expected.status == "masque" and told["status"] == "observe":
        return deduced(told, expected)
    if told["status"] != expected.status:
        return [f"{told['status']}, expected {expected.status}"]
    if told["period"] != expected.period:
        wrong.append(f"period {told['period']!r}, expected {expected.period!r}")
    for name in NUMBERS:
        if name == "denominator" and expected.status not in (*WITH_VALUE, "borne"):
            continue  # what was not divided is nobody's business
        mine, other = told[name], getattr(expected, name)
        if (mine is None) != (other is None):
            wrong.append(f"{name} {mine}, expected {other}")
        elif mine is not None and not math.isclose(mine, other, rel_tol=RELATIVE, abs_tol=1e-12):
            wrong.append(f"{name} {mine!r}, expected {other!r}")
    return wrong


def hidden_otherwise(told: dict, expected: Row) -> list[str]:
    """A figure of a source that is not public may be hidden, and its bounds hold the true one.

    Which figures are hidden is for the attack of ``test_secrecy_attack`` to judge.
    """
    if told["value"] is not None or told["numerator"] is not None:
        return [f"{told['status']} with a figure"]
    if expected.status in ("manquant", "sans_objet"):
        return [f"{told['status']}, expected {expected.status}"]
    if told["status"] == "borne" and expected.value is not None:
        slack = 1e-9 * abs(expected.value)
        if not told["lower"] - slack <= expected.value <= told["upper"] + slack:
            return [f"{expected.value} out of the bounds {told['lower']} to {told['upper']}"]
    return []


def deduced(told: dict, expected: Row) -> list[str]:
    """Totals that a producer gives of other levels may tell the sum over a masked commune."""
    if not math.isclose(told["denominator"], expected.denominator, rel_tol=RELATIVE):
        return [f"denominator {told['denominator']}, expected {expected.denominator}"]
    if not expected.visible <= told["numerator"] <= told["denominator"]:
        return [f"numerator {told['numerator']}, at least {expected.visible} expected"]
    return []


def disagreements(
    diagnostic: Diagnostic,
    oracle: Oracle,
    level: str,
    indicators: Sequence[str],
    territories: Sequence[str] | None = None,
    period: str | None = None,
) -> list[str]:
    """Every difference between the two ways, over the indicators and their strata."""
    wrong = []
    table = diagnostic.values(indicators, level, territories, period=period, strata=True)
    for told in rows_of(table):
        indicator, territory = INDICATORS[told["indicator"]], told["territory"]
        if told["stratum"] == "ensemble":
            expected = oracle.row(indicator, level, territory, period)
        else:
            expected = oracle.stratum(indicator, told["stratum"], level, territory, period)
        where = f"{indicator.id} [{told['stratum']}] {level} {territory} {period or ''}"
        wrong += [f"{where}: {text}" for text in differences(told, expected)]
    asked = len(table.drop_duplicates(["indicator", "stratum"]))
    everywhere = len(territories or oracle.land.territories[level])
    assert len(table) == asked * everywhere
    return wrong


def assert_alike(wrong: list[str]) -> None:
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong[:40])


# --------------------------------------------------------------------------- the demonstration


@pytest.fixture(scope="module")
def demonstration() -> Diagnostic:
    return Diagnostic.open(DEMONSTRATION)


@pytest.fixture(scope="module")
def demonstration_oracle(demonstration) -> Oracle:
    return oracle_of(demonstration)


@pytest.mark.parametrize("level", [level.value for level in Level])
def test_the_demonstration(demonstration, demonstration_oracle, level):
    wrong = disagreements(demonstration, demonstration_oracle, level, list(INDICATORS))
    assert_alike(wrong)


def test_the_years_before(demonstration, demonstration_oracle):
    """An earlier period asked by name: no figure of another year slips in."""
    wrong = []
    for indicator in INDICATORS.values():
        for period in demonstration.periods(indicator)[-2:-1]:
            wrong += disagreements(
                demonstration, demonstration_oracle, "cpts", [indicator.id], period=period
            )
    assert_alike(wrong)


# --------------------------------------------------------------------------- five communes


@pytest.mark.parametrize("level", [level.value for level in Level])
def test_the_five_communes(five, five_oracle, level):
    assert_alike(disagreements(five, five_oracle, level, list(INDICATORS)))


@pytest.fixture(scope="module")
def five_oracle(five) -> Oracle:
    return oracle_of(five)


# --------------------------------------------------------------------------- drawn at random


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 1_000_000))
def test_spaces_drawn_at_random(seed):
    """Masks, gaps, estimates, parts of communes, a city whole or in parts, CPTS that overlap."""
    diagnostic = drawn_space(seed)
    oracle = oracle_of(diagnostic)
    for level in ("commune", "arrondissement", "cpts", "departement"):
        assert_alike(disagreements(diagnostic, oracle, level, INDICATORS_DRAWN))
