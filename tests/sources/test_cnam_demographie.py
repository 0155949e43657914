"""Numbers and densities: totals flagged, three denominators under one name."""

import pytest

from cpts_data.sources import cnam_demographie as source
from tests.sources.made_files import faults_of, recognised, text

HEADER = (
    "annee;profession_sante;region;libelle_region;departement;libelle_departement;classe_age;"
    "libelle_classe_age;libelle_sexe;effectif;densite"
)


def line(
    profession="Infirmiers",
    *,
    year="2024",
    region="84",
    dept="01",
    age="Tout âge",
    sex="tout sexe",
    n="867",
    density="130.5",
):
    return f"{year};{profession};{region};R;{dept};D;x;{age};{sex};{n};{density}"


def read(tmp_path, *lines, end="\n"):
    return source.read(text(tmp_path / "demographie.csv", HEADER, *lines, end=end))


def test_a_row_has_its_level_and_its_strata(tmp_path):
    path = text(tmp_path / "a.csv", HEADER, line())
    assert recognised(path, source) == ["cnam_demographie"]
    row = source.read(path).iloc[0]
    assert row[["niveau", "code", "period", "profession", "age", "sexe"]].to_list() == [
        "departement",
        "01",
        "2024",
        "Infirmiers",
        "ensemble",
        "ensemble",
    ]
    assert (row["effectif"], row["densite"]) == (867, 130.5)


def test_regions_and_france_are_no_departements(tmp_path):
    table = read(
        tmp_path,
        line(dept="01", n="10"),
        line(dept="03", n="20"),
        line(dept="999", n="30"),
        line(dept="999", region="99", n="30"),
    )
    sums = table.groupby("niveau")["effectif"].sum()
    assert sums.to_dict() == {"departement": 30, "region": 30, "france": 30}


def test_totals_are_flagged_by_their_name_alone(tmp_path):
    names = ("Ensemble des médecins", "Autres médecins", "Cardiologues")
    table = read(tmp_path, *(line(name) for name in names))
    assert table["est_total"].to_list() == [True, False, False]


def test_each_density_names_its_denominator(tmp_path):
    names = ("Sages-femmes", "Gynécologues médicaux et obstétriciens", "Pédiatres", "Infirmiers")
    table = read(tmp_path, *(line(name) for name in names))
    assert table["denominateur"].to_list() == [
        "femmes en âge de procréer",
        "femmes",
        "enfants",
        "habitants",
    ]


@pytest.mark.parametrize(
    ("label", "age"),
    [
        ("Tout âge", "ensemble"),
        ("de 30 à 34 ans", "30-34"),
        ("moins de 30 ans", "00-29"),
        ("65 ans et plus", "65+"),
        ("âge inconnu", "âge inconnu"),
    ],
)
def test_age_classes(tmp_path, label, age):
    assert read(tmp_path, line(age=label))["age"].to_list() == [age]


def test_sexes_and_dates_of_the_api(tmp_path):
    table = read(
        tmp_path, *(line(sex=sex, year="2024-01-01") for sex in ("femmes", "hommes", "tout sexe"))
    )
    assert table["sexe"].to_list() == ["femmes", "hommes", "ensemble"]
    assert set(table["period"]) == {"2024"}


def test_a_comma_file_with_mark_and_windows_ends_is_the_same(tmp_path):
    header, row = HEADER.replace(";", ","), line().replace(";", ",")
    path = text(tmp_path / "a.csv", header, row, encoding="utf-8-sig", end="\r\n")
    assert source.read(path)["effectif"].to_list() == [867]


def test_zero_is_zero_and_empty_is_missing(tmp_path):
    table = read(tmp_path, line(n="0", density="0.0"), line(dept="03", n="", density=""))
    assert table["effectif"].iloc[0] == 0
    assert table[["effectif", "densite"]].iloc[1].isna().all()


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"sex": "inconnu"}, "libelle_sexe"),
        ({"dept": "1O"}, "code"),
        ({"density": "n.d."}, "densite"),
        ({"n": "-1"}, "effectif"),
        ({"profession": ""}, "profession_sante"),
    ],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, changed, column):
    path = text(tmp_path / "a.csv", HEADER, line(dept="02"), line(**changed))
    faults = faults_of(source, path)
    assert [(fault.row, fault.column) for fault in faults] == [(3, column)]


def test_the_same_row_twice_is_a_fault(tmp_path):
    path = text(tmp_path / "a.csv", HEADER, line(), line(dept="03"), line())
    assert [fault.row for fault in faults_of(source, path)] == [4]
