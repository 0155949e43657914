"""Santé publique France at hand: vaccination, prevention by département, FDep sample."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import (
    spf_depistage,
    spf_fdep,
    spf_prevention_compilation,
    spf_vaccination,
)

REAL = Path(__file__).resolve().parents[3] / "shared/real/spf"
ALL = (spf_depistage, spf_fdep, spf_prevention_compilation, spf_vaccination)
FILES = {
    "departement": "couvertures-vaccinales-des-adolescent-et-adultes-departement.csv",
    "region": "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv",
    "france": "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-france.csv",
    "compilation": "departements_indicateurs_prevention_compilation.csv",
    "fdep": "fdep_par_commune_odisse_SAMPLE.csv",
}
MODULES = {
    "departement": spf_vaccination,
    "region": spf_vaccination,
    "france": spf_vaccination,
    "compilation": spf_prevention_compilation,
    "fdep": spf_fdep,
}
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.exists(), reason="the real files of Odissé are not at hand"),
]


@pytest.fixture(scope="module")
def tables():
    return {name: MODULES[name].read(REAL / file) for name, file in FILES.items()}


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_recognised_by_one_source(name):
    head = head_of(REAL / FILES[name])
    assert [module for module in ALL if module.recognises(head)] == [MODULES[name]]


def test_101_departements_over_14_years_without_an_orphan(tables):
    table = tables["departement"]
    assert table["code"].nunique() == 101
    assert set(table["period"]) == {str(year) for year in range(2011, 2025)}
    girls = table[table["vaccin"] == "hpv_filles_1_dose_15_ans"]
    assert len(girls) == 1_414
    assert (girls.groupby("code").size() == 14).all()
    told = " ".join(table.attrs["remarques"]).replace("\u00a0", " ")
    assert "en tête de 18 codes" in told


def test_17_regions_under_the_codes_of_the_other_file(tables):
    regions = set(tables["region"]["code"])
    assert len(regions) == 17
    assert {"01", "02", "03", "04", "84"} <= regions
    assert "06" not in regions


def test_published_national_values(tables):
    france = tables["france"].set_index(["period", "vaccin"])["couverture"]
    assert france[("2024", "hpv_filles_1_dose_15_ans")] == 58.4
    assert france[("2024", "hpv_garcons_1_dose_15_ans")] == 36.9
    assert france[("2024", "grippe_65_ans_et_plus")] == 53.7
    assert france[("2023", "hpv_filles_1_dose_15_ans")] == 54.6


def test_covid_of_2024_is_empty_by_departement_and_gives_no_row(tables):
    covid = tables["departement"].query("vaccin == 'covid_65_ans_et_plus'")
    assert set(covid["period"]) == {"2023"}


def test_the_first_years_of_each_vaccine(tables):
    first = tables["departement"].groupby("vaccin")["period"].min()
    assert first["hpv_filles_2_doses_16_ans"] == "2011"
    assert first["meningocoque_c_10_14_ans"] == "2014"
    assert first["grippe_65_ans_et_plus"] == "2016"
    assert first["hpv_garcons_1_dose_15_ans"] == "2022"
    assert first["meningocoque_c_20_24_ans"] == "2024"


def test_the_compilation_has_96_departements_and_corsica_without_screening(tables):
    table = tables["compilation"]
    assert table["code"].nunique() == 96
    assert len(table) == 96 * 8
    breast = table[table["indicateur"] == "depistage_sein"].set_index("code")
    assert set(breast["period"]) == {"2024-2025"}
    missing = breast.index[breast["valeur_statut"] == "manquant"]
    assert sorted(missing) == ["2A", "2B"]
    known = breast["valeur"].dropna()
    assert (round(known.min(), 1), round(known.max(), 1)) == (27.2, 57.6)
    bowel = table.loc[
        table["indicateur"] == "depistage_colorectal_cible_standardise", "valeur"
    ].dropna()
    assert (round(bowel.min(), 1), round(bowel.max(), 1)) == (23.5, 39.9)


def test_the_sample_of_fdep(tables):
    table = tables["fdep"].set_index("code")
    assert len(table) == 11
    assert table.loc["28106", "fdep"] == 0.06729394786257822
    assert table.loc["2B033", "population"] == 48_296
    assert (table["quintile_pondere"] != table["quintile_communes"]).sum() == 7
