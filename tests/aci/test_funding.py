"""Funding: published totals, Vénissieux, ranges, first years, and what stays « à vérifier »."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.aci.amounts import NOTHING, Amount, Standing, add_up, either
from cpts_data.aci.entries import EntryError
from cpts_data.aci.funding import (
    FundingPlan,
    MissionChoice,
    estimate,
    full_year,
    share_of_year,
    start_year,
    with_population,
)
from cpts_data.aci.scale import Key, scale_of, versions_of
from cpts_data.reference.aci_tables import FOLDER, aci_tables

SCALE = scale_of(aci_tables())
AVENANT_2 = scale_of(aci_tables(), "avenant_2")
ALL = ("acces", "parcours", "prevention", "qualite", "accompagnement")
SIGNED = dt.date(2023, 3, 1)


def at_full_rate(*missions):
    return tuple(MissionChoice(mission, rate=1.0) for mission in missions)


def from_the_start(*missions, rate=1.0):
    return tuple(MissionChoice(mission, SIGNED, rate) for mission in missions)


def plan(*missions, sizes=(2,), **more):
    return FundingPlan(SIGNED, sizes, missions, **more)


# ------------------------------------------------------------------ published figures


@pytest.mark.parametrize(
    ("size", "total", "supplement"),
    [  # CPAM 93, 2019; totals with the supplement: Le Quotidien du médecin, 2019
        (1, 185_000, 35_000),
        (2, 242_000, 45_000),
        (3, 315_000, 55_000),
        (4, 380_000, 70_000),
    ],
)
def test_published_totals_by_class(size, total, supplement):
    without = full_year(SCALE, (size,), at_full_rate(*ALL)).total
    assert (without.low, without.high) == (total, total)
    assert without.published
    assert without.standing is Standing.SOURCED
    # The sum is published, what it is made of is not: both are said.
    assert without.parts_to_check
    assert without.mark == "total publié, répartition à vérifier"
    most = full_year(SCALE, (size,), at_full_rate(*ALL), 1.0)
    assert (most.total.low, most.total.published) == (total + supplement, True)
    row = most.lines[most.lines["poste"] == "supplement_snp"].iloc[0]
    assert (row["low"], row["standing"]) == (supplement, "source")


def test_venissieux_over_five_years():
    # 70,000 inhabitants: 175,000 € access, 350,000 € pathways, 150,000 € prevention
    asked = with_population(plan(*from_the_start("acces", "parcours", "prevention")), 70_000)
    assert asked.sizes == (2,)
    found = estimate(SCALE, asked)
    told = {mission: (a.low, a.high, a.standing) for (_, mission), a in found.postes.items()}
    assert told == {
        "": (300_000, 300_000, Standing.DERIVED),  # 5 × 60,000 of running costs
        "acces": (175_000, 175_000, Standing.DERIVED),
        "parcours": (350_000, 350_000, Standing.DERIVED),
        "prevention": (150_000, 150_000, Standing.DERIVED),
    }
    # 60,000 + 35,000 + 70,000 + 30,000 = 195,000 a year
    assert [year.low for year in found.years.values()] == [195_000] * 5
    assert (found.total.low, found.total.mark) == (975_000, "calcul")
    half = found.lines[found.lines["volet"] == "variable"].groupby("mission")["low"].sum()
    assert dict(half) == {"acces": 87_500, "parcours": 175_000, "prevention": 75_000}


def test_five_published_years_are_a_calculation_that_remembers_its_parts():
    found = estimate(SCALE, plan(*from_the_start(*ALL)))
    assert [year.published for year in found.years.values()] == [True] * 5
    assert (found.total.low, found.total.published) == (1_210_000, False)  # 5 × 242,000
    assert found.total.mark == "calcul, répartition à vérifier"
    assert found.notes == ()


# ------------------------------------------------------------------ « à vérifier » is never lost


def test_an_unverified_amount_marks_every_total_that_uses_it():
    core = full_year(SCALE, (1,), at_full_rate("acces", "parcours", "prevention")).total
    assert (core.low, core.mark) == (150_000, "à vérifier")  # 50 + 30 + 50 + 20 thousand
    # One optional mission only: the split between the two is not verified.
    with_one = full_year(SCALE, (2,), at_full_rate("acces", "qualite")).total
    assert (with_one.low, with_one.mark) == (115_000, "à vérifier")  # 60 + 35 + 20
    # Both together: 47,000 is derived from the published total.
    with_both = full_year(SCALE, (2,), at_full_rate("acces", "qualite", "accompagnement")).total
    assert (with_both.low, with_both.standing) == (142_000, Standing.DERIVED)  # 60 + 35 + 47
    assert with_both.mark == "calcul, répartition à vérifier"


def test_a_rate_below_one_undoes_the_published_total():
    choices = (*at_full_rate(*ALL[1:]), MissionChoice("acces", rate=0.5))
    found = full_year(SCALE, (1,), choices).total
    assert (found.low, found.mark) == (177_500, "à vérifier")  # 185,000 − 15,000 / 2
    assert not found.published


def test_everything_around_avenant_2_is_to_be_checked():
    missions = at_full_rate(*ALL)
    found = full_year(AVENANT_2, (2,), missions).total
    assert (found.low, found.mark) == (242_000, "à vérifier")


def test_an_amount_that_nobody_knows_is_left_out_and_named():
    started = (MissionChoice("crise", SIGNED),)
    found = estimate(AVENANT_2, plan(*started, sizes=(2,)))
    assert found.years[1].low == 60_000
    assert found.years[1].missing == ("Plan de crise, rédaction",)
    assert found.years[2].missing == ("Plan de crise, mise à jour",)
    assert "montant inconnu" in found.total.words
    # Known for taille 1: 25,000 the first year, half of it afterwards; 37,500 in a year of crisis.
    known = estimate(AVENANT_2, plan(*started, sizes=(1,), crisis_years=(3,)))
    assert [year.low for year in known.years.values()] == [
        75_000,
        62_500,
        100_000,
        62_500,
        62_500,
    ]
    assert known.total.missing == ()


def test_raised_running_costs_replace_those_of_the_first_year():
    found = estimate(AVENANT_2, plan(raised_running=True))
    assert [year.low for year in found.years.values()] == [105_000] + [60_000] * 4


def test_an_installation_that_contradicts_a_published_total_is_told(tmp_path):
    table = pd.read_csv(FOLDER / "bareme.csv", dtype=str, keep_default_na=False)
    for size, amount in (("1", "55000"), ("2", "65000")):
        mine = (table["poste"] == "fonctionnement") & (table["taille"] == size)
        table.loc[mine, "montant_eur"] = amount
    table.to_csv(tmp_path / "bareme.csv", index=False)
    scale = scale_of(aci_tables(tmp_path))
    # Taille 2: every part that is counted is derived, and yet the sum is not the published one.
    second = full_year(scale, (2,), at_full_rate(*ALL)).total
    assert (second.low, second.published, second.mark) == (247_000, False, "à vérifier")
    found = full_year(scale, (1,), at_full_rate(*ALL)).total
    assert (found.low, found.published, found.mark) == (190_000, False, "à vérifier")
    assert any("190\u202f000" in note and "185\u202f000" in note for note in found.notes)


def test_a_published_total_stands_for_parts_that_nobody_knows(tmp_path):
    table = pd.read_csv(FOLDER / "bareme.csv", dtype=str, keep_default_na=False)
    hidden = (table["mission"] == "qualite") & (table["version_accord"] == "aci_2019")
    table.loc[hidden, "montant_eur"] = ""
    table.to_csv(tmp_path / "bareme.csv", index=False)
    scale = scale_of(aci_tables(tmp_path))
    whole = full_year(scale, (3,), at_full_rate(*ALL)).total
    assert (whole.low, whole.published, whole.missing) == (315_000, True, ())
    part = full_year(scale, (3,), at_full_rate("qualite")).total
    assert (part.low, part.standing) == (75_000, Standing.TO_CHECK)
    assert len(part.missing) == 2


# ------------------------------------------------------------------ ranges


def test_two_possible_classes_make_a_range():
    found = full_year(SCALE, (1, 2), at_full_rate(*ALL)).total
    assert (found.low, found.high) == (185_000, 242_000)
    assert found.published
    assert found.figure == "entre 185\u202f000 et 242\u202f000\u202f€"


@pytest.mark.parametrize(
    ("population", "lowest", "sizes"),
    [
        (40_000, None, (1, 2)),
        (39_199, None, (1,)),  # 40,000 − 2 % = 39,200
        (81_600, None, (2, 3)),
        (81_601, None, (3,)),
        (348_085, 10_000, (1, 2, 3, 4)),  # Nice shared by three CPTS
    ],
)
def test_population_decides_the_sizes(population, lowest, sizes):
    assert with_population(plan(), population, lowest).sizes == sizes


def test_a_rate_that_nobody_entered_goes_from_nothing_to_all():
    found = full_year(SCALE, (2,), (MissionChoice("acces"),)).total
    assert (found.low, found.high) == (77_500, 95_000)  # 60,000 + 17,500 (+ 17,500)
    entered = full_year(SCALE, (2,), (MissionChoice("acces", rate=0.4),)).total
    assert (entered.low, entered.high) == (84_500, 84_500)


def test_a_rate_may_be_that_of_one_year():
    choice = MissionChoice("acces", SIGNED, rate=0.5, rates={2: 1.0})
    found = estimate(SCALE, plan(choice))
    assert [year.low for year in found.years.values()] == [86_250, 95_000, 86_250, 86_250, 86_250]


# ------------------------------------------------------------------ first years


def test_a_mission_that_starts_within_a_year_counts_by_its_days():
    # 1 September 2023 to 1 March 2024: 30 + 31 + 30 + 31 + 31 + 29 = 182 days of 365
    found = estimate(SCALE, plan(MissionChoice("acces", dt.date(2023, 9, 1), 1.0)))
    first = found.lines[(found.lines["year"] == 1) & (found.lines["mission"] == "acces")]
    assert list(first["low"]) == pytest.approx([17_500 * 182 / 365] * 2)
    assert set(first["standing"]) == {"a_verifier"}
    assert found.years[1].low == pytest.approx(60_000 + 35_000 * 182 / 365)
    assert found.years[1].mark == "à vérifier"
    assert (found.years[2].low, found.years[2].mark) == (95_000, "calcul")
    assert found.total.standing is Standing.TO_CHECK
    assert "prorata" in found.notes[0]


def test_a_mission_without_a_date_brings_nothing_and_is_named():
    found = estimate(SCALE, plan(MissionChoice("parcours", rate=1.0)))
    assert found.total.low == 300_000
    assert found.not_started == ("Parcours pluriprofessionnels",)


def test_the_supplement_starts_with_access_to_care():
    waiting = plan(MissionChoice("acces", None, 1.0), unscheduled_share=1.0)
    assert estimate(SCALE, waiting).total.low == 300_000
    at_work = plan(*from_the_start("acces"), unscheduled_share=0.5)
    assert estimate(SCALE, at_work).years[1].low == 60_000 + 35_000 + 22_500


@pytest.mark.parametrize(
    ("start", "year", "share"),
    [
        (dt.date(2023, 3, 1), 1, 1.0),  # 366 days to the anniversary, never more than a year
        (dt.date(2023, 3, 2), 1, 1.0),
        (dt.date(2023, 3, 3), 1, 364 / 365),
        (dt.date(2024, 2, 29), 1, 1 / 365),
        (dt.date(2024, 3, 1), 2, 1.0),
        (dt.date(2025, 3, 1), 3, 1.0),
    ],
)
def test_share_of_the_year_of_start(start, year, share):
    assert start_year(SIGNED, start) == year
    assert share_of_year(SIGNED, start, year) == pytest.approx(share)


# ------------------------------------------------------------------ what is refused


def test_all_the_faults_of_a_plan_are_told_at_once():
    asked = FundingPlan(
        SIGNED,
        (5,),
        (
            MissionChoice("acces", dt.date(2023, 2, 28), 1.2),
            MissionChoice("acces", dt.date(2028, 3, 1)),
            MissionChoice("crise", SIGNED),
        ),
        unscheduled_share=float("nan"),
        raised_running=True,
        crisis_years=(6,),
    )
    with pytest.raises(EntryError) as caught:
        estimate(SCALE, asked)
    told = str(caught.value)
    assert len(caught.value.faults) == 9
    for words in (
        "Taille de la CPTS",
        "choisie deux fois",
        "28 février 2023",
        "1er mars 2028",
        "entre 0 et 1",
        "« crise »",
        "Fonctionnement majoré",
        "Année de crise",
        "Pour corriger",
    ):
        assert words in told
    with pytest.raises(EntryError, match="aucune taille"):
        full_year(SCALE, (), ())


def test_versions_have_names():
    assert versions_of(aci_tables()) == {
        "aci_2019": "Accord du 20 juin 2019",
        "avenant_2": "Avenant 2 du 20 décembre 2021",
    }


def test_an_unknown_version_lists_those_that_exist():
    with pytest.raises(KeyError, match="aci_2019 et avenant_2"):
        scale_of(aci_tables(), "avenant_9")


# ------------------------------------------------------------------ amounts


def test_amounts_add_up_and_keep_the_worst():
    first = Amount(1, 2, Standing.SOURCED, sources=("a",))
    second = Amount(10, 10, Standing.TO_CHECK, missing=("x",), sources=("a", "b"))
    both = add_up([first, second])
    assert (both.low, both.high, both.standing) == (11, 12, Standing.TO_CHECK)
    assert (both.missing, both.sources) == (("x",), ("a", "b"))
    assert add_up([first]) is first
    assert add_up([]) is NOTHING
    assert either([]) is NOTHING
    assert add_up([first, first]).standing is Standing.DERIVED
    assert (
        both.words == "entre 11 et 12\u202f€, sans «\u00a0x\u00a0» (montant inconnu) – à vérifier"
    )


# ------------------------------------------------------------------ what always holds

STARTS = st.one_of(
    st.none(), st.dates(SIGNED, dt.date(2028, 2, 29)), st.dates(SIGNED, dt.date(2024, 3, 1))
)
RATES = st.one_of(st.none(), st.floats(0, 1))


@st.composite
def plans(draw):
    missions = draw(st.lists(st.sampled_from(ALL), unique=True))
    choices = tuple(MissionChoice(one, draw(STARTS), draw(RATES)) for one in missions)
    sizes = tuple(sorted(draw(st.sets(st.integers(1, 4), min_size=1))))
    return FundingPlan(SIGNED, sizes, choices, draw(st.one_of(st.none(), st.floats(0, 1))))


@settings(deadline=None, max_examples=60)
@given(plans())
def test_totals_are_the_sums_of_their_parts(asked):
    found = estimate(SCALE, asked)
    ends = [(amount.low, amount.high) for amount in found.years.values()]
    if len(asked.sizes) == 1:
        sums = found.lines.groupby("year")[["low", "high"]].sum()
        for (low, high), year in zip(ends, sums.index, strict=True):
            assert low == pytest.approx(sums["low"][year])
            assert high == pytest.approx(sums["high"][year])
        for bound in ("low", "high"):
            told = sum(getattr(amount, bound) for amount in found.postes.values())
            assert told == pytest.approx(getattr(found.total, bound))
    assert found.total.low == pytest.approx(sum(low for low, _ in ends))
    assert found.total.high == pytest.approx(sum(high for _, high in ends))
    assert 0 <= found.total.low <= found.total.high


@settings(deadline=None, max_examples=60)
@given(plans())
def test_a_larger_class_never_brings_less_and_a_range_holds_each_class(asked):
    found = estimate(SCALE, asked)
    lows = [found.by_size[size][0].low for size in sorted(asked.sizes)]
    highs = [found.by_size[size][1].high for size in sorted(asked.sizes)]
    assert lows == sorted(lows)
    assert highs == sorted(highs)
    assert (found.total.low, found.total.high) == (min(lows), max(highs))


@settings(deadline=None, max_examples=60)
@given(plans())
def test_no_total_is_better_than_its_parts_unless_a_printed_sum_says_so(asked):
    found = estimate(SCALE, asked)
    for year, amount in found.years.items():
        mine = found.lines[(found.lines["year"] == year) & (found.lines["high"] > 0)]
        if "a_verifier" in set(mine["standing"]):
            assert amount.standing is Standing.TO_CHECK or amount.parts_to_check


def test_each_line_is_labelled():
    assert SCALE.label_of(Key("mission", "acces", "fixe")) == "Accès aux soins, volet fixe"
    assert SCALE.label_of(Key("fonctionnement")) == "Fonctionnement"
