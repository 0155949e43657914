"""The APL workbook of general practitioners: published counts, means and limits."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import (
    drees_apl,
    drees_apl_chirurgiens_dentistes,
    drees_apl_infirmiers,
    drees_apl_masseurs_kinesitherapeutes,
    drees_apl_sages_femmes,
)

PATH = Path(__file__).resolve().parents[3] / "shared/real/drees/apl_generalistes.xlsx"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PATH.exists(), reason="the real APL workbook is not at hand"),
]


@pytest.fixture(scope="module")
def apl():
    return drees_apl.read(PATH)


def test_it_is_recognised_as_that_of_general_practitioners_alone():
    head = head_of(PATH)
    assert drees_apl.recognises(head)
    for other in (
        drees_apl_infirmiers,
        drees_apl_masseurs_kinesitherapeutes,
        drees_apl_chirurgiens_dentistes,
        drees_apl_sages_femmes,
    ):
        assert not other.recognises(head)


def test_rows_of_each_vintage(apl):
    assert apl.groupby("period").size().to_dict() == {"2022": 34_964, "2023": 34_954}


def test_national_means_are_weighted_by_the_standardised_population(apl):
    known = {"2022": (3.789, 3.342), "2023": (3.745, 3.295)}
    for period, rows in apl.groupby("period"):
        weight = rows["population_standardisee"]
        means = [
            (rows[name] * weight).sum() / weight.sum()
            for name in ("apl_mg", "apl_mg_65_ans_ou_moins")
        ]
        assert means == pytest.approx(known[period], abs=0.0005)


def test_zeros_maximum_and_total_population(apl):
    zeros = (apl["apl_mg"] == 0).groupby(apl["period"]).sum()
    assert zeros.to_dict() == {"2022": 510, "2023": 517}
    assert round(apl["apl_mg"].max(), 1) == 40.0
    latest = apl[apl["period"] == "2023"]
    assert round(latest["population_totale"].sum()) == 67_408_052


def test_three_communes_have_an_apl_and_nobody(apl):
    latest = apl[apl["period"] == "2023"]
    empty = latest[latest["population_totale"] == 0]
    assert sorted(empty["code"]) == ["60694", "85165", "85212"]
    assert (empty["population_standardisee"] == 0).all()


def test_the_optional_ages_are_absent_of_this_edition(apl):
    assert apl[["apl_mg_62_ans_ou_moins", "apl_mg_60_ans_ou_moins"]].isna().all(axis=None)
