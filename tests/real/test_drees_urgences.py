"""The SAE file « 2020 »: traps 19 and 20 of the formats, and the rates of the domain (§5.6)."""

from pathlib import Path

import pytest

from cpts_data.analysis.emergencies import hospitalisation_rate
from cpts_data.received import head_of
from cpts_data.sources import drees_urgences

FILE = Path(__file__).resolve().parents[3] / "shared/real/drees/URGENCES2_2020.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason="the real SAE file is not at hand"),
]


@pytest.fixture(scope="module")
def table():
    assert drees_urgences.recognises(head_of(FILE))
    return drees_urgences.read(FILE)


def test_eight_years_are_stacked_in_a_file_named_2020(table):
    assert len(table) == 5740
    assert table["finess"].nunique() == 676
    assert len(table.drop_duplicates(["finess", "period"])) == 5740 - 641
    passages = table.groupby("period")["passages"].sum()
    assert (passages["2019"], passages["2020"]) == (22_036_125, 18_121_413)
    last = table[table["period"] == "2020"]
    assert (len(last), last["finess"].nunique()) == (689, 621)


def test_empty_cells_are_counted_as_empty(table):
    assert int(table["passages"].isna().sum()) == 16
    assert int(table["passages_80_ans_et_plus"].isna().sum()) == 1239
    assert int(table["hospitalises"].isna().sum()) == 5000
    assert (table.loc[table["passages"].isna(), "passages_statut"] == "manquant").all()


def test_overseas_and_corsica_are_found(table):
    counts = table["departement"].value_counts()
    assert sum(int(counts[code]) for code in ("971", "972", "973", "974")) == 159
    assert (int(counts["976"]), int(counts["2A"]), int(counts["2B"])) == (8, 16, 16)


def test_national_rates_are_those_of_the_domain(table):
    rates = hospitalisation_rate(table)
    france = rates[rates["niveau"] == "france"].set_index("period")
    expected = {
        "2019": (4_031_678, 20_827_107, 19.4, 94.5),
        "2020": (3_702_680, 16_954_127, 21.8, 93.6),
    }
    for year, (stays, visits, rate, coverage) in expected.items():
        row = france.loc[year]
        assert row["hospitalisations"] == stays
        assert row["passages_retenus"] == visits
        assert round(row["taux"] * 100, 1) == rate
        assert round(row["couverture"] * 100, 1) == coverage


def test_departements_and_sites_make_the_country(table):
    rates = hospitalisation_rate(table)
    sums = rates.groupby(["niveau", "period"])[["hospitalisations", "passages_retenus"]].sum()
    for level in ("site", "departement"):
        assert sums.loc[level].equals(sums.loc["france"])


def test_general_sites_spread_as_the_domain_says(table):
    general = hospitalisation_rate(table[table["type"] == "general"])
    last = general[(general["niveau"] == "site") & (general["period"] == "2019")]
    rates = last.loc[last["passages"] >= 5000, "taux"].dropna() * 100
    assert [round(rates.quantile(share), 1) for share in (0.05, 0.5, 0.95)] == [5.9, 19.7, 32.6]
    assert int((last["passages"].ge(5000) & last["a_verifier"]).sum()) == int((rates < 1).sum()) > 0
