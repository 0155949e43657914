"""Statistiques locales and CartoSanté: level in line 2, year in the label, masks in words."""

import pytest

from cpts_data.sources import cartosante, statistiques_locales
from tests.sources.made_files import faults_of, recognised, text

INSEE = (
    "Insee - Statistiques locales; ; ; ",
    "Référentiel géographique : France par bassin de vie; ; ; ",
    "Code;Libellé;Taux de pauvreté 2021;Densité de population (historique depuis 1876) 2022",
)
CARTO = (
    "CartoSanté; ; ; ; ",
    "Référentiel géographique : France par bassin de vie / canton-ville; ; ; ; ",
    "Code;Libellé;APL Médecins généralistes 2023;Densité de généralistes lib. 2024;"
    "Part des bénéf. en ALD dans la pop 2024",
)


def write(path, head, *lines):
    return text(path, *head, *lines, encoding="utf-8-sig")


def cell(table, code, indicator):
    row = table[(table["code"] == code) & (table["indicateur"] == indicator)]
    return row["valeur"].item(), row["valeur_statut"].item(), row["period"].item()


def test_masked_missing_and_value_are_three_things(tmp_path):
    path = write(
        tmp_path / "a.csv",
        INSEE,
        "01004;Ambérieu-en-Bugey;11.1;105.2",
        "46063;Castelnau-Montratier;N/A - secret statistique;19.4",
        "97601;Mayotte;N/A - résultat non disponible;N/A - résultat non disponible",
    )
    assert recognised(path, statistiques_locales, cartosante) == ["statistiques_locales"]
    table = statistiques_locales.read(path)
    assert len(table) == 6
    assert cell(table, "01004", "Taux de pauvreté") == (11.1, "observe", "2021")
    assert cell(table, "46063", "Taux de pauvreté")[1] == "masque"
    assert cell(table, "97601", "Taux de pauvreté")[1] == "manquant"
    density = "Densité de population (historique depuis 1876)"
    assert cell(table, "01004", density) == (105.2, "observe", "2022")
    assert set(table["niveau"]) == {"bassin_de_vie"}
    units = table.drop_duplicates("indicateur").set_index("indicateur")["unite"]
    assert units.to_dict() == {"Taux de pauvreté": "%", density: "hab./km²"}


def test_cantons_villes_keep_their_four_characters_and_densities_are_per_10_000(tmp_path):
    path = write(
        tmp_path / "a.csv",
        CARTO,
        "01004;Ambérieu-en-Bugey;3;9;N/A - secret statistique",
        "0102;Attignat;2.5;8.1;14",
        "976ZZ;Mayotte;N/A - résultat non disponible;3;4",
    )
    assert recognised(path, statistiques_locales, cartosante) == ["cartosante"]
    table = cartosante.read(path)
    assert set(table["niveau"]) == {"bvcv"}
    assert set(table["code"]) == {"01004", "0102", "976ZZ"}
    assert cell(table, "01004", "Part des bénéf. en ALD dans la pop")[1] == "masque"
    units = table.drop_duplicates("indicateur").set_index("indicateur")["unite"].to_dict()
    assert units == {
        "APL Médecins généralistes": "consultations par an et par habitant standardisé",
        "Densité de généralistes lib.": "pour 10 000 habitants",
        "Part des bénéf. en ALD dans la pop": "%",
    }


@pytest.mark.parametrize(
    ("second", "level"),
    [
        ("France par bassin de vie", "bassin_de_vie"),
        ("France par bassin de vie 2022", "bassin_de_vie"),
        ("France par bassin de vie / canton-ville", "bvcv"),
        ("France par territoire de vie-santé", "tvs"),
        ("France par commune", "commune"),
        ("France par arrondissement municipal", "commune"),
        ("France par intercommunalité - EPCI", "epci"),
        ("France par département", "departement"),
        ("France par région", "region"),
        ("France", "france"),
        ("France par zone d'emploi", "zone_d_emploi"),
    ],
)
def test_the_level_is_in_the_second_line(second, level):
    titles = f"Insee - Statistiques locales Référentiel géographique : {second}  "
    assert statistiques_locales.level_of(titles) == level


def test_codes_are_repaired_for_communes_and_departements_only(tmp_path):
    communes = (INSEE[0], INSEE[1].replace("bassin de vie", "commune"), INSEE[2])
    departements = (INSEE[0], INSEE[1].replace("bassin de vie", "département"), INSEE[2])
    one = statistiques_locales.read(write(tmp_path / "a.csv", communes, "1004;A;11.1;105.2"))
    two = statistiques_locales.read(write(tmp_path / "b.csv", departements, "1;Ain;11.1;105.2"))
    assert set(one["code"]) == {"01004"}
    assert set(two["code"]) == {"01"}


def test_periods_of_two_years_and_labels_without_any(tmp_path):
    head = (INSEE[0], INSEE[1], "Code;Libellé;Passages 2023-2024;Superficie")
    table = statistiques_locales.read(write(tmp_path / "a.csv", head, "01004;A;3;4"))
    assert table.set_index("indicateur")["period"].to_dict() == {
        "Passages": "2023-2024",
        "Superficie": "",
    }


def test_an_unknown_token_is_a_fault_with_its_place(tmp_path):
    path = write(tmp_path / "a.csv", INSEE, "01004;A;11.1;105.2", "01005;B;secret;1")
    (fault,) = faults_of(statistiques_locales, path)
    assert (fault.row, fault.column, fault.found) == (5, "Taux de pauvreté 2021", "« secret »")


def test_a_zone_told_twice_is_a_fault(tmp_path):
    path = write(tmp_path / "a.csv", INSEE, "01004;A;11.1;105.2", "01004;A;11.1;105.2")
    assert faults_of(statistiques_locales, path)


def test_an_export_without_its_header_is_not_recognised(tmp_path):
    path = write(tmp_path / "a.csv", INSEE[:2], "01004;Ambérieu;11.1;105.2")
    assert recognised(path, statistiques_locales, cartosante) == []
    assert faults_of(statistiques_locales, path)


def test_a_bassin_de_vie_gets_its_zero_back(tmp_path):
    for number, code in enumerate(("1004", "1004.0", "01004")):
        path = write(tmp_path / f"{number}.csv", INSEE, f"{code};Ambérieu-en-Bugey;11.1;105.2")
        assert set(statistiques_locales.read(path)["code"]) == {"01004"}


def test_a_canton_ville_that_lost_its_zero_is_told_never_filled(tmp_path):
    path = write(tmp_path / "a.csv", CARTO, "102;Attignat;2.5;9;1", "1004;Ambérieu;2.5;9;1")
    assert [(fault.row, fault.found) for fault in faults_of(cartosante, path)] == [(4, "« 102 »")]


def test_a_note_under_the_table_is_no_zone(tmp_path):
    path = write(tmp_path / "a.csv", INSEE, "01004;Ambérieu;11.1;105.2", "Source : Insee;;;")
    (fault,) = faults_of(statistiques_locales, path)
    assert (fault.row, fault.found) == (5, "« SOURCE : INSEE »")
