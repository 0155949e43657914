"""What is true of every figure of the catalogue, from the received rows to ``Values``."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Count, Ratio
from cpts_data.space import Space
from tests.drawn_spaces import (
    CITY,
    FIVE_YEARS,
    ILLNESS,
    INDICATORS_DRAWN,
    diagnostic_of,
    drawn_space,
)
from tests.official_layouts import LYON

COMMUNES = tuple(f"00{rank:03d}" for rank in range(1, 7))
UNITS = (*COMMUNES, *LYON)
SLOTS = [{"code": code, "departement": "00", "region": "00"} for code in (*UNITS, CITY)]
COUNTS_TOLD = ("population", "nb_pharmacies", "population_par_age")
SHARES_TOLD = ("part_c2s", "part_75_ans_et_plus", "taux_passages_urgences")
few = settings(max_examples=20, deadline=None)
fewer = settings(max_examples=3, deadline=None)
numbers = st.integers(0, 500)


def perimeters(**held: dict[str, float]) -> list[dict]:
    return [
        {"cpts_id": name, "code": code, "part": part}
        for name, units in held.items()
        for code, part in units.items()
    ]


def local(identifier: str, code: str, top: int | None, bottom: int, state: str = "") -> dict:
    row = {"indicateur": identifier, "niveau": "commune", "code": code, "period": "2023"}
    row |= {"strate": "ensemble", "public": True, "numerateur": top, "denominateur": bottom}
    return row | ({"numerateur_statut": state} if state else {})


@st.composite
def whole_tables(draw) -> dict[str, list[dict]]:
    """Tables without a gap, Lyon told by its parts or whole, one after the other."""

    def units() -> tuple[str, ...]:
        return draw(st.sampled_from([UNITS, (*COMMUNES, CITY)]))

    people = {code: draw(st.integers(1, 500)) for code in UNITS}
    people[CITY] = sum(people[part] for part in LYON)
    register = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=15))
    insured = units()
    shares = {code: draw(st.integers(0, people[code])) for code in insured}
    return {
        "populations_legales": [
            {"code": code, "period": "2021", "population": people[code]} for code in UNITS
        ],
        "insee_evol_struct_pop": [
            {"code": code, "period": "2021", "sexe": sex, "age": age, "population": draw(numbers)}
            for code in units()
            for sex, age in (("hommes", "30-44"), ("femmes", "75-89"), ("femmes", "90+"))
        ],
        "indicateurs_locaux": [
            local(identifier, code, shares[code], people[code])
            for identifier in ("part_c2s", "taux_passages_urgences")
            for code in insured
        ],
        "finess": [
            {"finess": str(rank), "code": code, "period": "2025", "famille": "pharmacie"}
            for rank, code in enumerate(register)
        ],
    }


def by_territory(diagnostic: Diagnostic, indicator: str, level: str = "cpts") -> pd.DataFrame:
    return diagnostic.values([indicator], level).set_index("territory")


def halves(weights: list[float], cut: int) -> list[dict]:
    """A territory, and the two that it is made of; Lyon lies in one of them whole or in part."""
    held = dict(zip(UNITS, weights, strict=True))
    first = dict(list(held.items())[:cut])
    second = {code: part for code, part in held.items() if code not in first}
    return perimeters(tout=held, un=first, deux=second)


@few
@given(
    whole_tables(),
    st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=len(UNITS), max_size=len(UNITS)),
    st.integers(1, len(UNITS) - 1),
)
def test_two_halves_make_the_whole(tables, weights, cut):
    tables["cpts_perimetres"] = halves(weights, cut)
    diagnostic = diagnostic_of(SLOTS, tables)
    told = 0
    for name in (*COUNTS_TOLD, *SHARES_TOLD):
        table = by_territory(diagnostic, name)
        if not (table["status"] == "observe").all():
            # A city known whole and held in part is known of nobody, and is told of nobody.
            assert set(table["status"]) <= {"observe", "manquant", "sans_objet"}
            continue
        told += 1
        columns = ["numerator"] if name in COUNTS_TOLD else ["numerator", "denominator"]
        for column in columns:
            sums = table.loc["un", column] + table.loc["deux", column]
            assert table.loc["tout", column] == pytest.approx(sums, rel=1e-12), name
    assert told  # the population, by parts, is always known


@fewer
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_of_no_importance(seed, shuffler):
    asked = list(INDICATORS_DRAWN)
    diagnostic = drawn_space(seed)
    tables = {
        name: rows_in_disorder(diagnostic.space, name, shuffler) for name in diagnostic.space.states
    }
    other = drawn_space(seed)
    other.space._tables.update(tables)
    for level in ("cpts", "departement"):
        pd.testing.assert_frame_equal(
            other.values(asked, level, strata=True),
            diagnostic.values(asked, level, strata=True),
            rtol=1e-12,
        )


def rows_in_disorder(space: Space, name: str, shuffler: random.Random) -> pd.DataFrame:
    table = space.table(name)
    order = list(range(len(table)))
    shuffler.shuffle(order)
    return table.iloc[order].reset_index(drop=True)


@few
@given(whole_tables(), st.sets(st.sampled_from(COMMUNES), min_size=1))
def test_a_ratio_lies_between_its_communes(tables, held):
    tables["cpts_perimetres"] = perimeters(a=dict.fromkeys([*held, CITY], 1.0))
    diagnostic = diagnostic_of(SLOTS, tables)
    for name in SHARES_TOLD:
        whole = by_territory(diagnostic, name).loc["a"]
        parts = by_territory(diagnostic, name, "commune").loc[[*held, CITY]]
        parts = parts[parts["status"] != "sans_objet"]
        assert set(parts["status"]) <= {"observe"}
        if len(parts):
            low, high = parts["value"].min(), parts["value"].max()
            assert low - 1e-9 <= whole["value"] <= high + 1e-9
        if name != "part_75_ans_et_plus":
            assert whole["lower"] <= whole["value"] <= whole["upper"]


# --------------------------------------------------------------------------- masks

masks = st.lists(st.booleans(), min_size=len(COMMUNES), max_size=len(COMMUNES))
truths = st.lists(st.integers(0, 10), min_size=len(COMMUNES), max_size=len(COMMUNES))


def illness(level: str, code: str, patients: int | None, **more: object) -> dict:
    """A row of the Cnam's cartography, which masks the counts under 11, zeros included."""
    row = {"niveau": level, "code": code, "period": "2022", "affection": ILLNESS, "top": "DIA"}
    row |= {"age": "ensemble", "sexe": "ensemble", "population_cnam": 100, "patients": patients}
    return row | {"patients_statut": "observe" if patients is not None else "masque"} | more


@few
@given(masks, truths, st.lists(st.sampled_from([0.5, 1.0]), min_size=6, max_size=6))
def test_bounds_hold_every_completion_of_masked_counts(hidden, truth, weights):
    assume(any(hidden))
    held = dict(zip(COMMUNES, weights, strict=True))

    def space(counts: list[int | None]) -> Diagnostic:
        people = [{"code": code, "period": "2021", "population": 100} for code in COMMUNES]
        rows = [illness("commune", code, n) for code, n in zip(COMMUNES, counts, strict=True)]
        return diagnostic_of(
            SLOTS[: len(COMMUNES)],
            {
                "cpts_perimetres": perimeters(a=held),
                "populations_legales": people,
                "cnam_pathologies": rows,
            },
        )

    seen = [None if mask else n for mask, n in zip(hidden, truth, strict=True)]
    told = by_territory(space(seen), "patients_diabete").loc["a"]
    assert told["status"] == "borne"
    assert pd.isna(told["value"])
    completions = [truth, [0 if mask else n for mask, n in zip(hidden, truth, strict=True)]]
    completions += [[10 if mask else n for mask, n in zip(hidden, truth, strict=True)]]
    found = [
        by_territory(space(counts), "patients_diabete").loc["a", "value"] for counts in completions
    ]
    assert all(told["lower"] - 1e-9 <= value <= told["upper"] + 1e-9 for value in found)
    # and they are no wider than that: nothing, or ten, in every masked cell
    assert [min(found), max(found)] == pytest.approx([told["lower"], told["upper"]], abs=1e-9)


@few
@given(
    st.lists(st.integers(0, 10), min_size=20, max_size=20),
    st.sets(st.integers(0, 19), min_size=1),
    st.integers(1, 400),
)
def test_bounds_of_expected_cases_hold_every_completion(truth, hidden, people):
    """Bands of five years masked everywhere: the expected share is told by its bounds."""

    def space(counts: list[int | None]) -> Diagnostic:
        census = [
            {"code": COMMUNES[0], "period": "2021", "sexe": sex, "age": age, "population": people}
            for sex in ("hommes", "femmes")
            for age in ("00-14", "15-29", "30-44", "45-59", "60-74", "75-89", "90+")
        ]
        rows = [
            illness("departement", "00", count, age=age, sexe=sex)
            for sex in ("hommes", "femmes")
            for age, count in zip(FIVE_YEARS, counts, strict=True)
        ]
        legal = [{"code": COMMUNES[0], "period": "2021", "population": 14 * people}]
        return diagnostic_of(
            SLOTS[:1],
            {
                "cpts_perimetres": perimeters(a={COMMUNES[0]: 1.0}),
                "populations_legales": legal,
                "insee_evol_struct_pop": census,
                "cnam_pathologies": rows,
            },
        )

    seen = [None if rank in hidden else count for rank, count in enumerate(truth)]
    told = by_territory(space(seen), "patients_diabete").loc["a"]
    exact = by_territory(space(truth), "patients_diabete").loc["a"]
    assert exact["status"] == "estime"
    assert told["status"] == "borne"
    assert told["lower"] - 1e-9 <= exact["value"] <= told["upper"] + 1e-9


@fewer
@given(st.integers(0, 10_000))
def test_a_masked_cell_is_never_a_zero(seed):
    """Mask every cell that a table may mask: no count, share or rate made of them has a value."""
    diagnostic = drawn_space(seed)
    table = diagnostic.space.table("indicateurs_locaux")
    communes = table[table["niveau"] == "commune"]
    diagnostic.space._tables["indicateurs_locaux"] = communes.assign(
        numerateur=float("nan"), numerateur_statut="masque"
    ).astype({"numerateur_statut": "string"})
    names = [
        name
        for name, one in INDICATORS.items()
        if isinstance(one.measure, Count | Ratio)
        and one.source_ids[0] == "indicateurs_locaux"
        and not one.otherwise
        and name in INDICATORS_DRAWN
    ]
    assert len(names) == 5
    for level in ("commune", "arrondissement", "cpts", "epci", "departement", "region"):
        told = diagnostic.values(names, level, strata=True)
        assert told["value"].isna().all()
        assert told["numerator"].isna().all()
        assert not told["status"].isin(["observe", "estime"]).any()
        known = told[told["indicator"].isin(communes["indicateur"].unique())]
        assert set(known["status"]) <= {"masque", "manquant", "sans_objet"}


@fewer
@given(st.integers(0, 10_000))
def test_every_row_says_what_it_is(seed):
    """A status that carries a value has one; the others have none; bounds never cross."""
    diagnostic = drawn_space(seed)
    for level in ("cpts", "departement"):
        told = diagnostic.values(INDICATORS_DRAWN, level, strata=True)
        valued = told["status"].isin(["observe", "estime", "contexte"])
        assert (told["value"].notna() == valued).all()
        bounded = told["status"] == "borne"
        assert told.loc[bounded, ["lower", "upper"]].notna().all(axis=None)
        silent = told[~valued & ~bounded]
        assert silent[["value", "lower", "upper", "numerator"]].isna().all(axis=None)
        drawn = told[["lower", "upper"]].notna().all(axis=1)
        assert (told.loc[drawn, "lower"] <= told.loc[drawn, "upper"]).all()
        inside = drawn & told["value"].notna()
        assert (told.loc[inside, "lower"] <= told.loc[inside, "value"] + 1e-9).all()
        assert (told.loc[inside, "value"] <= told.loc[inside, "upper"] + 1e-9).all()
        assert told["coverage"].dropna().between(0, 1).all()
