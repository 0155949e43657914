import math

import numpy as np
import pandas as pd
import pytest

from cpts_data.analysis.hotspots import geary, getis, local_getis, local_moran, moran
from cpts_data.statistics import StatisticsError


def both_ways(pairs):
    table = pd.DataFrame(pairs, columns=["origin", "neighbour"])
    return pd.concat([table, table.set_axis(["neighbour", "origin"], axis=1)], ignore_index=True)


LINE = both_ways([("a", "b"), ("b", "c"), ("c", "d")])
VALUES = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))


def grid(side):
    def name(x, y):
        return f"{x:02d}{y:02d}"

    pairs = [
        (name(x, y), name(x + dx, y + dy))
        for x in range(side)
        for y in range(side)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < side and y + dy < side
    ]
    codes = [name(x, y) for x in range(side) for y in range(side)]
    return codes, both_ways(pairs)


def test_global_statistics_of_a_line_by_hand():
    # Deviations -1.5, -0.5, 0.5, 1.5, sum of squares 5; six ordered pairs of weight 1.
    # Moran: 4/6 x 2(0.75 - 0.25 + 0.75)/5. Geary: 3 x 6 / (2 x 6 x 5). Getis: 40 / (100 - 30).
    assert moran(VALUES, LINE, "B").value == pytest.approx(1 / 3)
    assert moran(VALUES, LINE, "B").expected == pytest.approx(-1 / 3)
    assert geary(VALUES, LINE, "B").value == pytest.approx(0.3)
    assert getis(VALUES, LINE).value == pytest.approx(40 / 70)
    assert getis(VALUES, LINE).expected == pytest.approx(0.5)


def test_simulated_p_of_a_line_by_hand():
    # Of the 24 orders only 1234 and 4321 reach I = 1/3 (the most), hence p near 2/24.
    for statistic in (moran, geary):
        got = statistic(VALUES, LINE, "B", permutations=4999)
        assert got.p_simulated == pytest.approx(2 / 24, abs=0.012)
    assert math.isnan(moran(VALUES, LINE, permutations=0).p_simulated)


def test_local_statistics_of_a_line_by_hand():
    local = local_moran(VALUES, LINE, "R", permutations=0)
    # 3 x (-1.5) x (-0.5) / 5 at the end; 3 x (-0.5) x ((-1.5 + 0.5) / 2) / 5 next to it.
    assert local["value"].tolist() == pytest.approx([0.45, 0.15, 0.15, 0.45])
    assert local["quadrant"].tolist() == [3, 3, 1, 1]
    spots = local_getis(VALUES, LINE, permutations=0)
    assert spots["value"].tolist() == pytest.approx([0.3, 0.6, 0.9, 0.7])
    others = local_getis(VALUES, LINE, star=False, permutations=0)
    assert others["value"].tolist() == pytest.approx([2 / 9, 4 / 8, 6 / 7, 3 / 6])


def test_row_standardised_star_is_the_mean_of_the_place_and_its_neighbours():
    got = local_getis(VALUES, LINE, "R", permutations=0)
    assert got["value"].tolist() == pytest.approx([0.15, 0.2, 0.3, 0.35])


def test_a_warm_corner_is_found_and_only_there():
    codes, weights = grid(10)
    random = np.random.default_rng(1)
    values = pd.Series(random.normal(0, 1, 100), index=codes)
    corner = [code for code in codes if int(code[:2]) < 3 and int(code[2:]) < 3]
    values[corner] += 8
    local = local_moran(values, weights)
    spots = local_getis(values, weights)
    assert (local.loc[corner, "cluster"] == "haut_haut").sum() >= 8
    assert (spots.loc[corner, "spot"] == "chaud").sum() >= 8
    far = [code for code in codes if int(code[:2]) > 3 or int(code[2:]) > 3]
    assert (local.loc[far, "cluster"] == "haut_haut").mean() < 0.1
    assert moran(values, weights).p_simulated <= 0.001
    normal = local_getis(values, weights, permutations=0)
    assert (normal.loc[corner, "spot"] == "chaud").sum() >= 8
    analytic = local_moran(values, weights, permutations=0)
    assert (analytic.loc[corner, "cluster"] == "haut_haut").sum() >= 8


def test_communes_without_anyone_are_no_cluster():
    # Nine communes in ten have no professional: a zero among zeros is nothing remarkable, though
    # rounding may set it apart from draws that are equal to it.
    codes, weights = grid(12)
    values = pd.Series(0.0, index=codes)
    values.iloc[np.random.default_rng(2).choice(144, 14, replace=False)] = [1.1, 0.7] * 7
    got = local_moran(values, weights)
    zeros_among_zeros = got[(values == 0) & (got["quadrant"] == 3)]
    assert len(zeros_among_zeros) > 50
    assert (zeros_among_zeros["p_with_ties"] > 0.3).all()
    assert not (got["cluster"] == "bas_bas").any()


def test_islands_and_gaps_have_no_pattern():
    values = pd.concat([VALUES, pd.Series({"ile": 9.0, "vide": None})])
    weights = pd.concat([LINE, both_ways([("d", "vide"), ("d", "ailleurs")])])
    local = local_moran(values, weights)
    assert local.loc[["ile", "vide"], "cluster"].tolist() == ["sans_voisin", "manquant"]
    assert local.index.equals(values.index)
    assert local.loc["ile", "value"] == 0
    assert local.loc["vide", ["value", "p_simulated"]].isna().all()
    spots = local_getis(values, weights)
    assert spots.loc[["ile", "vide"], "spot"].tolist() == ["sans_voisin", "manquant"]
    whole = moran(values, weights)
    assert (whole.territories, whole.islands) == (5, 1)


def test_unequal_weights_count_and_zero_ones_do_not():
    weights = LINE.assign(weight=[1.0, 3.0, 0.0, 1.0, 3.0, 0.0])
    got = local_moran(VALUES, weights, "R", permutations=0)
    # b: neighbours a (weight 1) and c (weight 3): lag (-1.5 + 3 x 0.5) / 4 = 0; d is an island.
    assert got.loc["b", "value"] == pytest.approx(0)
    assert moran(VALUES, weights).islands == 1


def test_the_seed_alone_decides():
    codes, weights = grid(5)
    values = pd.Series(np.random.default_rng(0).normal(size=25), index=codes)
    first = local_moran(values, weights, seed=4)
    np.random.seed(9)  # noqa: NPY002
    again = local_moran(values, weights, seed=4)
    pd.testing.assert_frame_equal(first, again)
    assert not first["p_simulated"].equals(local_moran(values, weights, seed=5)["p_simulated"])
    np.random.seed(9)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    moran(values, weights)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_the_order_of_rows_does_not_matter():
    codes, weights = grid(5)
    values = pd.Series(np.random.default_rng(0).normal(size=25), index=codes)
    shuffled = weights.sample(frac=1, random_state=1)
    for column in ("value", "z_weighted", "expected"):
        first = local_getis(values, weights, permutations=0)[column]
        other = local_getis(values[::-1], shuffled, permutations=0)[column]
        np.testing.assert_allclose(other[codes], first)


def test_getis_of_negative_values_is_the_peers():
    # G = sum of w_ij y_i y_j over the sum of y_i y_j, both over i != j: not refused, see its words.
    shifted = VALUES - 2
    products = np.outer(shifted, shifted)
    near = np.zeros_like(products)
    at = [shifted.index.get_indexer(LINE[name]) for name in ("origin", "neighbour")]
    near[at[0], at[1]] = 1.0
    apart = products.sum() - np.trace(products)
    got = getis(shifted, LINE, permutations=0)
    assert got.value == pytest.approx((near * products).sum() / apart)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moran(VALUES.head(3), LINE), "au moins 4 territoires"),
        (lambda: moran(VALUES * 0 + 5, LINE), "même valeur"),
        (lambda: moran(VALUES, LINE.head(0)), "n'a de voisin"),
        (lambda: moran(VALUES, LINE.drop(columns="origin")), "colonnes absentes"),
        (lambda: moran(VALUES, LINE.assign(weight=-1.0)), "négatif"),
        (lambda: moran(VALUES, pd.concat([LINE, LINE])), "plusieurs fois"),
        (lambda: moran(VALUES, LINE, "D"), "« D »"),
        (lambda: moran(VALUES.set_axis(list("aacd")), LINE), "plusieurs fois"),
        (lambda: local_getis(VALUES - 2.5, LINE), "différente de zéro"),
    ],
)
def test_faults_of_a_spatial_analysis(call, message):
    with pytest.raises(StatisticsError, match=message):
        call()
