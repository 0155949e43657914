"""FINESS at hand: the sample of the official stock, and the re-export of Occitanie."""

from pathlib import Path

import pytest

from cpts_data.contracts import Faults, check
from cpts_data.received import head_of, read_text_table
from cpts_data.sources import finess

REAL = Path(__file__).resolve().parents[3] / "shared/real/finess"
STOCK = REAL / "etalab-cs1100502-stock-20260512-0339.EXTRACT15.csv"
OCCITANIE = REAL / "etablissements_occitanie.csv"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.exists(), reason="the real FINESS files are not at hand"),
]


@pytest.fixture(scope="module")
def occitanie():
    return finess.read(OCCITANIE)


def test_the_official_stock_has_eight_establishments():
    assert finess.recognises(head_of(STOCK))
    table = finess.read(STOCK).set_index("finess")
    assert len(table) == 8
    assert table.loc["980501506", "nom"] == 'LIEU DE VIE "MAVOUNA MEMA 1"'
    assert table.loc["970210126", "code"] == "97207"
    assert table.loc["970102018", "code"] == "97123"
    assert table.loc["970400024", "departement"] == "974"
    remarks = " ".join(finess.read(STOCK).attrs["remarques"]).replace("\u00a0", " ")
    assert "2 établissements de Saint-Barthélemy ou de Saint-Martin" in remarks


def test_occitanie_keeps_its_contract_and_its_counts(occitanie):
    assert finess.recognises(head_of(OCCITANIE))
    faults = Faults("x")
    check(occitanie, finess.SOURCE, faults)
    assert not faults.found
    assert len(occitanie) == 10_007
    assert occitanie["categorie"].nunique() == 143
    counted = occitanie["categorie"].value_counts()
    expected = {
        "620": 1888, "603": 372, "124": 280, "355": 150, "604": 82, "101": 57, "365": 40,
        "106": 34, "627": 21, "606": 13,
    }  # fmt: skip
    assert {code: int(counted[code]) for code in expected} == expected
    families = occitanie["famille"].value_counts()
    assert (families["pharmacie"], families["cpts"], families["msp"]) == (1888, 82, 372)
    assert int(occitanie["lon"].isna().sum()) == 3
    assert int(occitanie["date_ouverture"].isna().sum()) == 11
    assert occitanie["departement"].nunique() == 13
    assert int(occitanie.duplicated(["lon", "lat"]).sum()) == 2030


def test_the_year_is_that_of_the_latest_date(occitanie):
    assert set(occitanie["period"]) == {"2026"}
    assert any("1er avril 2026" in remark for remark in occitanie.attrs["remarques"])


def test_propharmacies_have_no_name_and_no_person_stays(occitanie, tmp_path):
    assert set(occitanie.loc[occitanie["categorie"] == "627", "nom"]) == {"Propharmacie"}
    raw = read_text_table(OCCITANIE)
    names = raw.loc[raw["categetab"] == "627", "raison_sociale"]
    pruned = tmp_path / "x.csv"
    finess.prune(OCCITANIE, pruned)
    text = pruned.read_text(encoding="utf-8")
    assert not any(name in text for name in names)
    again = read_text_table(pruned)
    assert (again[["rslongue", "complrs", "compldistrib"]] == "").all(axis=None)
    assert finess.read(pruned).equals(occitanie)


def test_our_conversion_agrees_with_the_degrees_that_the_file_gives(occitanie, tmp_path):
    raw = read_text_table(OCCITANIE).drop(columns=["ligne", "longitude", "latitude"])
    projected = tmp_path / "x.csv"
    raw.to_csv(projected, sep=";", index=False)
    converted = finess.read(projected)
    for name in ("lon", "lat"):
        assert (converted[name] - occitanie[name]).abs().max() < 1e-6
        assert converted[name].isna().equals(occitanie[name].isna())
