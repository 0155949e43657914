"""Secrecy on examples that one does by hand: DOMAIN §8.2 to §8.4."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cpts_data.analysis import secrecy
from cpts_data.analysis.secrecy import suppression
from cpts_data.territories import Level, Territories, Units
from tests.grounds import ABSENT, LYON, MASK, OUTSIDE, column

NAN = float("nan")


def levels_of(count, groups, cities=None, codes=None):
    """Communes, then territories of other levels from lists of ``{position: weight}``."""
    codes = codes or [f"0100{i}" for i in range(count)]
    table = pd.DataFrame({"departement": ["01"] * len(codes)}, index=list(codes))
    units = Units(table, cities or {})
    names = pd.Series(codes, index=codes)
    pairs = pd.DataFrame({"territory": codes, "unit": codes})
    made = [Territories.from_pairs(Level.COMMUNE, names, pairs, units)]
    for level, held in groups.items():
        rows = [
            (f"{level.value}{number}", codes[unit], weight)
            for number, members in enumerate(held)
            for unit, weight in _weighted(members)
        ]
        pairs = pd.DataFrame(rows, columns=["territory", "unit", "weight"])
        names = pd.Series({row[0]: row[0] for row in rows})
        made.append(Territories.from_pairs(level, names, pairs, units))
    return made


def _weighted(members):
    return (members if isinstance(members, dict) else dict.fromkeys(members, 1.0)).items()


def protect(cells, groups, **more):
    levels = levels_of(len(cells), groups)
    more.setdefault("population", np.full(len(cells), 1000.0))
    return secrecy.protect({"ensemble": column(cells, **more.pop("column", {}))}, levels, **more)


def totals(*rows):
    return pd.DataFrame(rows, columns=["level", "territory", "stratum", "value"])


def drawn(result, *members):
    """Territories drawn over the same communes: « a », « b »…"""
    size = len(result.strata.units.codes)
    weights = np.zeros((len(members), size))
    for place, units in enumerate(members):
        weights[place, list(units)] = 1.0
    return sparse.csr_array(weights), pd.Index(list("abcdefgh")[: len(members)])


def bounds(row):
    return row["status"], row["lower"], row["upper"]


# --------------------------------------------------------------------------- primary masks


def test_small_counts_are_masked_and_zero_is_a_zero():
    value = pd.Series([0, 1, 10, 11, NAN, NAN, NAN], index=list("abcdefg"))
    status = pd.Series(["", "", "", "", "masque", "manquant", "sans_objet"], index=value.index)
    told = secrecy.primary(value, status)
    assert told["status"].tolist() == [
        "observe",
        "masque",
        "masque",
        "observe",
        "masque",
        "manquant",
        "sans_objet",
    ]
    assert told.loc[["b", "c", "e"], "lower"].tolist() == [1, 1, 1]
    assert told.loc[["b", "c", "e"], "upper"].tolist() == [10, 10, 10]
    assert told.loc["a", ["value", "lower", "upper"]].tolist() == [0, 0, 0]
    assert told.loc[["b", "e", "f", "g"], "value"].isna().all()
    assert told.loc[["f", "g"], ["lower", "upper"]].isna().all(axis=None)


def test_zeros_that_are_not_published_are_masked_with_the_small_counts():
    told = secrecy.primary(pd.Series([0.0, 4.0, 5.0]), threshold=5, zeros_published=False)
    assert told["status"].tolist() == ["masque", "masque", "observe"]
    assert told["lower"].tolist() == [0, 0, 5]
    assert told["upper"].tolist() == [4, 4, 5]


def test_all_but_a_few_is_masked_too():
    # 97 of 100 with a médecin traitant: three without. 100 of 100 and 50 of 100 tell of nobody.
    value, whole = pd.Series([97.0, 100.0, 50.0, 5.0]), pd.Series([100.0, 100.0, 100.0, 8.0])
    told = secrecy.primary(value, whole=whole)
    assert told["status"].tolist() == ["masque", "observe", "observe", "masque"]
    assert told.loc[0, ["lower", "upper"]].tolist() == [90, 99]
    assert told.loc[3, ["lower", "upper"]].tolist() == [1, 8]
    unanimous = secrecy.primary(value, whole=whole, zeros_published=False)
    assert unanimous["status"].tolist() == ["masque", "masque", "observe", "masque"]
    assert unanimous.loc[1, ["lower", "upper"]].tolist() == [90, 100]


def test_what_the_producer_shows_stays_as_it_is():
    told = secrecy.primary(pd.Series([3.0, NAN]), pd.Series(["", "masque"]), ours=False)
    assert told["status"].tolist() == ["observe", "masque"]


def test_counts_that_are_not_whole_do_not_stand_out():
    # 10.5 is under 11: said to lie between 1 and 10, it would be known not to.
    told = secrecy.primary(pd.Series([10.5, 3.0]))
    assert told["lower"].tolist() == [0, 0]
    assert told["upper"].tolist() == [11, 11]


def test_a_mask_without_a_known_threshold_may_be_of_any_size():
    told = secrecy.primary(pd.Series([NAN]), pd.Series(["masque"]), threshold=None)
    assert bounds(told.loc[0]) == ("masque", 1, math.inf)


# --------------------------------------------------------------------------- bounds of sums


def test_the_example_of_the_domain():
    # communes 42, 18, 0, masked, masked; zeros are published: between 62 and 80
    lower, upper = np.array([42.0, 18, 0, 1, 1]), np.array([42.0, 18, 0, 10, 10])
    one = sparse.csr_array(np.ones((1, 5)))
    least, most = secrecy.sum_bounds(one, lower, upper)
    assert (least[0], most[0]) == (62, 80)
    assert 100 * least[0] / 900 == pytest.approx(6.9, abs=0.05)
    assert 100 * most[0] / 900 == pytest.approx(8.9, abs=0.05)


def test_a_known_total_tightens_the_bounds():
    # The two communes of the example are in a département of 70 with a visible 7 elsewhere:
    # at most T - W = 70 - 7 = 63. A third masked commune outside takes at least 1: 62.
    lower, upper = np.array([42.0, 18, 0, 1, 1, 7, 1]), np.array([42.0, 18, 0, 10, 10, 7, 10])
    five = sparse.csr_array(np.array([[1.0] * 5 + [0, 0]]))
    all_but_last = sparse.csr_array(np.array([[1.0] * 6 + [0]]))
    everything = sparse.csr_array(np.ones((1, 7)))
    known = np.array([70.0])
    exact = secrecy.sum_bounds(five, lower, upper, all_but_last, known)
    assert (exact[0][0], exact[1][0]) == (63, 63)
    wider = secrecy.sum_bounds(five, lower, upper, everything, known)
    assert (wider[0][0], wider[1][0]) == (62, 62)


def test_totals_together_say_more_than_each_alone():
    # a + b = 12 and b + c = 12, each within 1..10. Asked: a + 2b + c, which is 24.
    lower, upper = np.ones(3), np.full(3, 10.0)
    rows = sparse.csr_array(np.array([[1.0, 1, 0], [0, 1, 1]]))
    asked = sparse.csr_array(np.array([[1.0, 2, 1]]))
    known = np.array([12.0, 12.0])
    apart = secrecy.sum_bounds(asked, lower, upper, rows, known)
    together = secrecy.tight_sum_bounds(asked, lower, upper, rows, known)
    assert apart[0][0] <= 24 <= apart[1][0]
    assert apart[0][0] < apart[1][0]
    assert [float(end[0]) for end in together] == pytest.approx([24, 24])


def test_a_sum_over_a_mask_of_any_size_has_no_upper_bound_without_a_total():
    lower, upper = np.array([5.0, 0.0]), np.array([5.0, np.inf])
    one = sparse.csr_array(np.ones((1, 2)))
    assert [float(end[0]) for end in secrecy.sum_bounds(one, lower, upper)] == [5, math.inf]
    total = sparse.csr_array(np.array([[1.0, 1.0]]))
    told = secrecy.sum_bounds(one, lower, upper, total, np.array([30.0]))
    assert [float(end[0]) for end in told] == [30, 30]


# --------------------------------------------------------------------------- one masked commune


def test_a_second_commune_is_masked_beside_a_total():
    # 42, 18, 0, 5 and their exact total 65: 5 = 65 - 60. 18 is hidden, the total stays.
    result = protect([42, 18, 0, 5], {Level.CPTS: [range(4)]})
    assert result.at("commune")["status"].tolist() == [
        "observe",
        "masque_secondaire",
        "observe",
        "masque",
    ]
    assert bounds(result.at("commune").loc["01003"]) == ("masque", 1, 10)
    assert result.at("cpts").loc["cpts0", "value"] == 65
    assert result.at("commune").loc["01002", "value"] == 0  # a zero is a zero
    # Between what 10 and 1 in the masked commune would leave: 65 - 42 - 10 and 65 - 42 - 1.
    assert bounds(result.at("commune").loc["01001"]) == ("masque_secondaire", 13, 22)


def test_nothing_more_is_hidden_where_nothing_can_be_worked_out():
    # Two masked communes of 5 and 6: 1 to 10 each, 11 together whatever one of them is.
    result = protect([42, 18, 5, 6], {Level.CPTS: [range(4)]})
    assert result.at("commune")["status"].tolist() == ["observe", "observe", "masque", "masque"]
    assert result.at("cpts").loc["cpts0", "value"] == 71


def test_two_masked_communes_of_two_persons_need_a_third():
    # 1 and 2 make 3: shown beside 60, the total would say that neither is above 2.
    result = protect([42, 18, 1, 2], {Level.CPTS: [range(4)]})
    assert result.at("cpts").loc["cpts0", "value"] == 63
    assert "masque_secondaire" in result.at("commune")["status"].tolist()
    assert result.at("commune")["lower"].tolist()[2:] == [1, 1]
    assert result.at("commune")["upper"].tolist()[2:] == [10, 10]


def test_a_total_is_hidden_when_nothing_else_can_be():
    result = protect([0, 5], {Level.CPTS: [range(2)]})
    assert result.at("cpts")["status"].tolist() == ["borne"]
    assert result.at("cpts").loc["cpts0", "upper"] >= 10
    assert bounds(result.at("commune").loc["01001"]) == ("masque", 1, 10)


def test_the_difference_of_two_overlapping_cpts_is_a_secret_too():
    # CPTS A holds communes 0 to 3, CPTS B 1 to 3: A - B is commune 0, which has 4 patients.
    cells, held = [4, 30, 40, 50], {Level.CPTS: [range(4), range(1, 4)]}
    result = protect(cells, held)
    assert bounds(result.at("commune").loc["01000"]) == ("masque", 1, 10)
    exact = (result.at("cpts")["status"] == "observe").sum()
    assert exact == 1  # one of the two, never both


def test_a_public_total_is_never_hidden_and_the_masked_cell_is_said_to_be_narrow():
    given = totals(("cpts", "cpts0", "ensemble", 5.0)).assign(public=True)
    result = protect([0, 5], {Level.CPTS: [range(2)]}, totals=given)
    assert result.at("cpts").loc["cpts0", "value"] == 5
    assert bounds(result.at("commune").loc["01001"]) == ("masque", 5, 5)
    assert result.done.short.tolist() == [False, True]


def test_a_public_cell_is_shown_and_serves_to_hide_nothing():
    public = {"ensemble": np.array([False, True, False])}
    result = protect([5, 30, 40], {Level.CPTS: [range(3)]}, public=public)
    assert result.at("commune")["status"].tolist() == ["masque", "observe", "masque_secondaire"]


def test_the_percentage_of_a_public_whole_protects_both_ends():
    # 97 of 100: three without, hidden; 60 of 200 is shown unless the total gives 97 back.
    result = protect(
        [97, 60, 150],
        {Level.CPTS: [range(3)]},
        denominators={"ensemble": np.array([100.0, 200.0, 300.0])},
    )
    assert bounds(result.at("commune").loc["01000"]) == ("masque", 90, 99)
    assert result.at("cpts").loc["cpts0", "value"] == 307
    assert (result.at("commune")["status"] == "masque_secondaire").sum() == 1


# --------------------------------------------------------------------------- what is not known


def test_masked_missing_outside_and_zero_stay_apart():
    result = protect([MASK, ABSENT, OUTSIDE, 0, 20], {Level.CPTS: [[0, 3, 4], [1, 3, 4], [2]]})
    assert result.at("commune")["status"].tolist() == [
        "masque",
        "manquant",
        "sans_objet",
        "observe",
        "observe",
    ]
    # The producer does not say its threshold: its mask may be of any size.
    assert result.at("cpts")["status"].tolist() == ["masque", "manquant", "sans_objet"]
    told = protect(
        [MASK, ABSENT, OUTSIDE, 0, 20],
        {Level.CPTS: [[0, 3, 4], [1, 3, 4], [2]]},
        column={"threshold": 11},
    )
    assert bounds(told.at("cpts").loc["cpts0"]) == ("borne", 21, 30)


def test_communes_merged_since_add_what_is_seen_and_each_mask():
    # Three communes became one: 30 seen, two masked under 11, so 32 to 50; with 20: 52 to 70.
    merged = replace(
        column([MASK, 20], threshold=11), hidden=np.array([2.0, 0.0]), seen=np.array([30.0, NAN])
    )
    levels = levels_of(2, {Level.CPTS: [range(2)]})
    result = secrecy.protect({"ensemble": merged}, levels, np.full(2, 1000.0))
    assert bounds(result.at("commune").loc["01000"]) == ("masque", 32, 50)
    assert bounds(result.at("cpts").loc["cpts0"]) == ("borne", 52, 70)
    # The exact total would give 57 - 20 = 37 back; with 20 hidden, still 57 - 11 = 46 at most.
    told = totals(("cpts", "cpts0", "ensemble", 57.0))
    result = secrecy.protect({"ensemble": merged}, levels, np.full(2, 1000.0), totals=told)
    assert bounds(result.at("commune").loc["01000"]) == ("masque", 32, 50)
    assert result.at("cpts").loc["cpts0", "status"] == "borne"


def test_a_given_total_with_one_masked_commune_gives_nothing_away():
    # The producer masks one commune and gives the CPTS exactly: 65 - 60 = 5 (DOMAIN §8.4).
    given = totals(("cpts", "cpts0", "ensemble", 65.0))
    result = protect(
        [42, 18, 0, MASK], {Level.CPTS: [range(4)]}, totals=given, column={"threshold": 11}
    )
    assert result.at("cpts").loc["cpts0", "value"] == 65
    assert result.at("commune")["status"].tolist() == [
        "observe",
        "masque_secondaire",
        "observe",
        "masque",
    ]


def test_a_commune_left_out_of_the_file_is_not_given_back_by_the_total():
    # Left out because it has few patients, for all we know: 63 - 60 = 3.
    given = totals(("cpts", "cpts0", "ensemble", 63.0))
    result = protect([42, 18, 0, ABSENT], {Level.CPTS: [range(4)]}, totals=given)
    assert result.at("commune").loc["01003", "status"] == "manquant"
    assert "masque_secondaire" in result.at("commune")["status"].tolist()
    # 560 - 60 = 500: nobody is singled out.
    given = totals(("cpts", "cpts0", "ensemble", 560.0))
    result = protect([42, 18, 0, ABSENT], {Level.CPTS: [range(4)]}, totals=given)
    assert result.at("commune")["status"].tolist() == [*["observe"] * 3, "manquant"]
    assert result.at("cpts").loc["cpts0", "value"] == 560


def test_a_given_total_under_the_threshold_is_not_shown():
    given = totals(
        ("cpts", "cpts0", "ensemble", 5.0),
        ("cpts", "cpts1", "ensemble", 100.0),
        ("departement", "departement0", "ensemble", 105.0),
    )
    groups = {Level.CPTS: [[0, 1], [2, 3]], Level.DEPARTEMENT: [range(4)]}
    result = protect([ABSENT] * 4, groups, totals=given)
    assert result.at("cpts").loc["cpts0", "status"] != "observe"
    # 105 - 100 = 5: the other two are not shown together.
    others = [result.at("cpts").loc["cpts1", "status"], result.at("departement").iloc[0]["status"]]
    assert others.count("observe") == 1


def test_a_total_that_contradicts_its_communes_is_shown_only_where_nothing_is_hidden():
    given = totals(("cpts", "cpts0", "ensemble", 70.0), ("epci", "epci0", "ensemble", 99.0))
    groups = {Level.CPTS: [[0, 1]], Level.EPCI: [[0, 2]]}
    result = protect([42, 18, 5], groups, totals=given)
    assert result.at("cpts").loc["cpts0", "value"] == 70
    assert bounds(result.at("epci").loc["epci0"])[0] == "masque_secondaire"


def test_the_part_of_a_cut_commune_is_a_secret_too():
    # The CPTS holds commune 0 and a part of commune 1: 44 - 42 = 2 patients in that part.
    given = totals(("cpts", "cpts0", "ensemble", 44.0))
    groups = {Level.CPTS: [{0: 1.0, 1: 0.3}], Level.DEPARTEMENT: [range(3)]}
    result = protect([42, 300, 70], groups, totals=given)
    told = result.at("cpts").loc["cpts0"]
    assert told["status"] == "borne" or result.at("commune").loc["01000", "status"] != "observe"


# --------------------------------------------------------------------------- composed territories


def test_a_composed_territory_is_told_by_what_is_shown():
    result = protect([42, 18, 0, 5, 90], {Level.CPTS: [range(4)]})
    rows, names = drawn(result, [0, 2, 4], range(4), [0, 1, 4], [0, 2, 3], [3])
    told = result.composed(rows, names)
    assert told.loc["a", ["status", "value"]].tolist() == ["observe", 132]  # no hidden cell
    assert told.loc["b", ["status", "value"]].tolist() == ["observe", 65]  # the CPTS itself
    assert bounds(told.loc["c"]) == ("borne", 145, 154)
    assert bounds(told.loc["d"]) == ("borne", 43, 52)
    assert bounds(told.loc["e"]) == ("borne", 1, 10)


def test_a_territory_and_the_same_with_one_commune_more_say_nothing_of_it():
    result = protect([42, 18, 0, 5, 90], {Level.CPTS: [range(4)]})
    rows, names = drawn(result, [0, 1, 4], [0, 1, 3, 4])
    told = result.composed(rows, names)
    assert bounds(told.loc["a"]) == ("borne", 145, 154)
    assert told.loc["b", "value"] == 155  # 65 + 90: anyone adds the CPTS and the commune
    # Least and most of the difference: 155 - 154 and 155 - 145. The mask stands.
    assert (155 - told.loc["a", "upper"], 155 - told.loc["a", "lower"]) == (1, 10)


def test_a_composed_territory_keeps_missing_and_outside_apart():
    result = protect([20, ABSENT, OUTSIDE, 0], {Level.CPTS: [[0, 3]]})
    rows, names = drawn(result, [0, 1], [2], [0, 2], [3])
    told = result.composed(rows, names)
    assert told["status"].tolist() == ["manquant", "sans_objet", "observe", "observe"]
    assert told["value"].tolist()[2:] == [20, 0]


# --------------------------------------------------------------------------- strata


def ages(*rows):
    return {f"age{place}": column(list(cells)) for place, cells in enumerate(rows)}


def test_a_stratum_is_not_given_back_by_the_total_of_ages():
    # 5 young and 40 old in commune 0: 45 - 40 = 5.
    levels = levels_of(3, {Level.CPTS: [range(3)]})
    result = secrecy.protect(ages([5, 30, 60], [40, 50, 80]), levels, np.full(3, 1000.0))
    assert bounds(result.cells.loc[("age0", "01000")]) == ("masque", 1, 10)
    shown = {
        "total": result.at("commune").loc["01000", "status"],
        "old": result.at("commune", "age1").loc["01000", "status"],
    }
    assert set(shown.values()) != {"observe"}
    assert result.at("cpts").loc["cpts0", "value"] == 265
    assert result.at("cpts", "age0").loc["cpts0", "value"] == 95


def test_composed_wholes_use_the_totals_of_the_communes():
    levels = levels_of(3, {Level.CPTS: [range(3)]})
    result = secrecy.protect(ages([5, 5, 60], [6, 60, 80]), levels, np.full(3, 1000.0))
    totals_shown = result.at("commune")
    rows, names = drawn(result, [0, 1], [0, 1, 2])
    told = result.composed(rows, names)
    assert told.loc["b", "value"] == 216
    wide = totals_shown.loc[["01000", "01001"]]
    assert told.loc["a", "lower"] >= wide["lower"].sum()
    assert told.loc["a", "upper"] <= wide["upper"].sum()
    assert told.loc["a", "lower"] <= 76 <= told.loc["a", "upper"]


def test_unknown_levels_strata_and_columns_are_refused():
    result = protect([42, 18], {Level.CPTS: [range(2)]})
    with pytest.raises(KeyError, match="epci"):
        result.at("epci")
    with pytest.raises(KeyError, match="age9"):
        result.at("cpts", "age9")
    with pytest.raises(KeyError, match="stratum"):
        protect(
            [42, 18],
            {Level.CPTS: [range(2)]},
            totals=totals().drop(columns="stratum").assign(x=1).reindex([0]),
        )


# --------------------------------------------------------------------------- shares


def share_of(above, below, groups, **kinds):
    levels = levels_of(len(above), groups)
    part, whole = column(above, **kinds), column(below)
    strata, told = secrecy.share_strata(part, whole, levels[0])
    people = np.full(len(above), 1000.0)
    return secrecy.protect(strata, levels, people, whole=secrecy.ALL, totals=told)


def divided(result, level):
    above, below = result.at(level, secrecy.PART), result.at(level)
    return secrecy.divided(above, below)


def test_all_but_three_is_hidden_and_shares_are_divided_from_what_is_shown():
    # 97 of 100: three without. 60 of 200 and 150 of 300 tell of nobody.
    result = share_of([97, 60, 150], [100, 200, 300], {Level.CPTS: [range(3)]})
    shares = divided(result, "commune")
    assert shares.loc["01000", "status"] in ("borne", "masque")
    assert bounds(result.cells.loc[("autres", "01000")]) == ("masque", 1, 10)
    total = divided(result, "cpts").loc["cpts0"]
    assert total["value"] == pytest.approx(100 * 307 / 600)
    known = shares[shares["status"] == "observe"]
    true = pd.Series([97.0, 30.0, 50.0], index=shares.index)
    pd.testing.assert_series_equal(known["value"], true[known.index], check_names=False)
    told = shares[shares["status"] == "borne"]
    assert (told["lower"] <= true[told.index]).all()
    assert (true[told.index] <= told["upper"]).all()


def test_a_masked_numerator_over_a_known_denominator_has_bounds():
    # Masked under 11, of 200: between 0.5 % and 5 %.
    result = share_of([MASK, 60, 150], [200, 200, 300], {Level.CPTS: [range(3)]}, threshold=11)
    assert result.at("commune").loc["01000", "value"] == 200
    assert bounds(divided(result, "commune").loc["01000"]) == ("borne", 0.5, 5.0)
    # 211 to 220 of 700.
    told = divided(result, "cpts").loc["cpts0"]
    assert told["lower"] == pytest.approx(100 * 211 / 700)
    assert told["upper"] == pytest.approx(100 * 220 / 700)


def test_a_share_of_nobody_has_no_object_and_a_missing_term_makes_it_missing():
    shown = pd.DataFrame(
        {"value": [0.0, NAN, 5.0, NAN], "lower": [0.0, NAN, 5.0, 1], "upper": [0.0, NAN, 5.0, 10]},
        index=list("abcd"),
    ).assign(status=["observe", "manquant", "observe", "masque"])
    base = pd.DataFrame(
        {"value": [0.0, 9.0, NAN, NAN], "lower": [0.0, 9.0, NAN, NAN], "upper": [0, 9.0, NAN, NAN]},
        index=list("abcd"),
    ).assign(status=["observe", "observe", "masque_secondaire", "masque"])
    told = secrecy.divided(shown, base)
    assert told["status"].tolist() == ["sans_objet", "manquant", "masque", "masque"]
    assert told[["value", "lower", "upper"]].isna().all(axis=None)


# --------------------------------------------------------------------------- units


def test_a_city_is_counted_once():
    codes = ["01004", *LYON, "69123"]
    levels = levels_of(0, {Level.CPTS: [range(11)]}, {"69123": LYON}, codes)
    people = np.array([1000.0, *[100.0] * 9, 900.0])
    for cells in ([20, *[ABSENT] * 9, 50], [20, 50, *[0] * 8, ABSENT]):
        result = secrecy.protect({"ensemble": column(cells)}, levels, people)
        assert result.at("cpts").loc["cpts0", "value"] == 70
        assert result.at("commune").loc["69123", "value"] == 50


def test_the_column_shown_masks_what_we_hide():
    result = protect([42, 18, 0, 5], {Level.CPTS: [range(4)]})
    shown = result.column("ensemble")
    assert shown.masked.tolist() == [False, True, False, True]
    assert np.isnan(shown.values).tolist() == [False, True, False, True]
    assert shown.threshold is None


def test_an_estimated_cell_makes_estimated_sums_under_the_departement():
    levels = levels_of(2, {Level.CPTS: [range(2)], Level.DEPARTEMENT: [range(2)]})
    cells = {"ensemble": column([40, 30], estimated=(0,))}
    result = secrecy.protect(cells, levels, np.full(2, 1000.0))
    assert result.at("cpts")["status"].tolist() == ["estime"]
    assert result.at("departement")["status"].tolist() == ["observe"]


# --------------------------------------------------------------------------- bounded run


def test_without_time_to_search_the_sums_are_hidden(monkeypatch):
    monkeypatch.setattr(suppression, "_MOST_PROGRAMMES", 0)
    monkeypatch.setattr(suppression._Search, "free", lambda self: None)
    monkeypatch.setattr(suppression._Search, "hide", lambda self, *a, **k: None)
    result = protect([42, 18, 0, 5], {Level.CPTS: [range(4), [0, 1]]})
    assert result.at("cpts")["status"].tolist() == ["borne", "observe"]
    assert bounds(result.at("commune").loc["01003"]) == ("masque", 1, 10)
    assert result.at("commune")["status"].tolist() == ["observe"] * 3 + ["masque"]


def test_the_same_data_hide_the_same_cells():
    cells = [42, 18, 0, 5, 30, 3, 77, 2, 15]
    groups = {Level.CPTS: [range(5), range(4, 9)], Level.EPCI: [[0, 5, 6], [1, 2, 7, 8]]}
    one, two = protect(cells, groups), protect(cells, groups)
    pd.testing.assert_frame_equal(one.cells, two.cells)
    for level in ("commune", "cpts", "epci"):
        pd.testing.assert_frame_equal(one.at(level), two.at(level))
