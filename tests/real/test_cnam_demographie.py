"""Self-employed professionals in 2024: published totals, whichever way one sums."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import cnam_demographie, cnam_pathologies

FOLDER = Path(__file__).resolve().parents[3] / "shared/real/cnam"
PATH = FOLDER / "demographie-effectifs-et-les-densites_2024.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PATH.exists(), reason="the real Cnam file is not at hand"),
]


@pytest.fixture(scope="module")
def table():
    return cnam_demographie.read(PATH)


def number(table, profession, level="france"):
    rows = table[(table["profession"] == profession) & (table["niveau"] == level)]
    return rows["effectif"].sum()


def test_rows_professions_and_areas(table):
    assert cnam_demographie.recognises(head_of(PATH))
    assert not cnam_pathologies.recognises(head_of(PATH))
    assert len(table) == 4_560
    assert table["profession"].nunique() == 38
    areas = table.drop_duplicates(["niveau", "code"]).groupby("niveau").size()
    assert areas.to_dict() == {"departement": 101, "region": 18, "france": 1}


@pytest.mark.parametrize("level", ["departement", "region", "france"])
def test_doctors_of_france_whichever_way_one_sums(table, level):
    assert number(table, "Ensemble des médecins", level) == 112_159
    general = number(table, "Ensemble des médecins généralistes", level)
    specialists = number(table, "Ensemble des médecins spécialistes (hors généralistes)", level)
    assert (general, specialists) == (55_546, 56_613)


def test_totals_are_the_five_ensembles_and_no_other(table):
    totals = table.loc[table["est_total"], "profession"].unique()
    assert len(totals) == 5
    assert "Autres médecins" not in totals
    auxiliaries = [
        "Infirmiers",
        "Masseurs-kinésithérapeutes",
        "Orthophonistes",
        "Orthoptistes",
        "Pédicures-podologues",
    ]
    assert sum(number(table, name) for name in auxiliaries) == 219_157
    assert number(table, "Ensemble des auxiliaires médicaux") == 219_157


def test_three_densities_have_another_denominator(table):
    france = table[(table["niveau"] == "france") & (table["densite"] > 10)]
    implied = france["effectif"] / france["densite"] / 10
    ordinary = france["denominateur"] == "habitants"
    assert implied[ordinary].between(67, 70).all()
    apart = implied[~ordinary].round(1)
    told = dict(zip(france.loc[~ordinary, "denominateur"], apart, strict=True))
    assert told == {
        "femmes en âge de procréer": pytest.approx(14.5, abs=0.1),
        "femmes": pytest.approx(29.6, abs=0.1),
        "enfants": pytest.approx(11.5, abs=0.1),
    }


def test_codes_keep_their_zero_and_corsica_its_letter(table):
    codes = set(table.loc[table["niveau"] == "departement", "code"])
    assert {"01", "2A", "2B", "971", "974", "976"} <= codes
    assert not {"999", "99"} & codes
