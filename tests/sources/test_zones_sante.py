"""TVS, BVCV and the zoning of professions: text codes, orders before proposals, QPV apart."""

import pytest

from cpts_data.sources import territoires_de_vie_sante as tvs
from cpts_data.sources import zonage_medecins as zonage
from tests.sources.made_files import faults_of, recognised, remarks, text, workbook

COMMUNES = [
    "Identifiant unique",
    "Code de la région",
    "Libellé de la région",
    "Code du territoire de vie-santé",
    "Libellé du territoire de vie-santé",
    "Code de la commune",
    "Libellé de la commune",
    "Qualification nationale issue de la concertation de 2017",
    "Qualification attribuée par l'arrêté régional",
    "Population totale (2016)",
]
QPV = ["Code du quartier prioritaire", "Qualification attribuée au QPV par l'arrêté régional"]


def commune(code, national, order, territory="01004"):
    return ["id", "84", "AURA", territory, "Ambérieu", code, "Nom", national, order, 1200]


# Territoires de vie-santé.


def test_the_layout_in_words(tmp_path):
    header = [
        "Code commune",
        "Libellé de la commune",
        "Code du territoire de vie-santé",
        "Libellé du territoire de vie-santé",
    ]
    path = workbook(
        tmp_path / "tvs.xlsx",
        {
            "TVS": [
                header,
                ["01001", "L'Abergement", "01093", "Châtillon"],
                ["75101", "P", "75101", "P"],
            ]
        },
    )
    assert recognised(path, tvs, zonage) == ["territoires_de_vie_sante"]
    table = tvs.read(path).set_index("code")
    assert table.loc["01001", ["type", "territoire", "territoire_nom"]].to_list() == [
        "tvs",
        "01093",
        "Châtillon",
    ]


def test_codes_of_four_characters_stay_four_and_their_padding_goes(tmp_path):
    path = text(
        tmp_path / "bvcv2017_com2017.csv",
        "depcom,libcom,bvcv,libbvcv,code_reg",
        "01024,Attignat,0102_,Attignat,84",
        "1004,Ambérieu,01004,Ambérieu,84",
    )
    assert recognised(path, tvs, zonage) == ["territoires_de_vie_sante"]
    table = tvs.read(path)
    assert table["territoire"].to_list() == ["0102", "01004"]
    assert table["code"].to_list() == ["01024", "01004"]
    assert set(table["type"]) == {"bvcv"}


@pytest.mark.parametrize("mark", [",", ";"])
def test_the_layout_of_2018_with_either_separator(tmp_path, mark):
    lines = ("insee,departement,commune,tvs,region", "01001,01,L'Abergement,01093,84")
    path = text(tmp_path / "a.csv", *(line.replace(",", mark) for line in lines))
    assert recognised(path, tvs, zonage) == ["territoires_de_vie_sante"]
    row = tvs.read(path).iloc[0]
    assert (row["code"], row["territoire"]) == ("01001", "01093")


def test_la_reunion_is_cut_below_the_commune_and_it_is_told(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "depcom,libcom,tv,libtv",
        "97411-1,Saint-Denis,97411A,Saint-Denis nord",
        "97411-2,Saint-Denis,97411B,Saint-Denis sud",
        "97411-3,Saint-Denis,97411B,Saint-Denis sud",
        "97405,Petite-Île,97405,Petite-Île",
    )
    table = tvs.read(path)
    assert list(zip(table["code"], table["territoire"], strict=True)) == [
        ("97411", "97411A"),
        ("97411", "97411B"),
        ("97405", "97405"),
    ]
    assert "1 commune de La Réunion" in remarks(table)


def test_a_territory_that_lost_its_zero_is_a_fault_never_filled(tmp_path):
    path = text(tmp_path / "a.csv", "depcom,libcom,tv,libtv", "01024,Attignat,102,Attignat")
    (fault,) = faults_of(tvs, path)
    assert (fault.row, fault.column, fault.found) == (2, "territoire", "« 102 »")


def test_a_commune_twice_in_one_territory_is_a_fault(tmp_path):
    path = text(tmp_path / "a.csv", "depcom,libcom,tv", "01024,A,01024", "01024,A,01024")
    assert [fault.row for fault in faults_of(tvs, path)] == [3]


# Zoning.


def test_the_order_of_the_region_wins_over_the_national_proposal(tmp_path):
    path = workbook(
        tmp_path / "Zonage_medecin_20191231.xlsx",
        {
            "Zonage_TVS": [
                [
                    "Code du territoire de vie-santé",
                    "Qualification attribuée par l'arrêté régional",
                ],
                ["01004", "ZAC"],
            ],
            "Zonage_communes": [
                COMMUNES,
                commune("01004", "ZAC", "ZIP"),
                commune("01007", "Hors vivier", "Zone de vigilance"),
                commune("01008", "ZIP", ""),
            ],
            "Zonage_QPV": [QPV, ["QN00101M", "ZIP"], ["QN00102M", "0"]],
        },
    )
    assert recognised(path, tvs, zonage) == ["zonage_medecins"]
    table = zonage.read(path).set_index("code")
    assert table.loc["01004", ["zone", "zone_nationale"]].to_list() == ["ZIP", "ZAC"]
    assert table.loc["01007", ["zone", "zone_nationale"]].to_list() == ["ZV", "HV"]
    assert table.loc["01008", ["zone"]].isna().all()
    assert table.loc["01004", ["niveau", "tvs", "profession", "population"]].to_list() == [
        "commune",
        "01004",
        "medecins",
        1200,
    ]
    assert table.loc["QN00101M", ["niveau", "zone"]].to_list() == ["qpv", "ZIP"]
    assert table.loc["QN00102M", ["zone"]].isna().all()
    told = remarks(table)
    assert "« Zonage_TVS » non reprise" in told
    assert "2 territoires sans zone" in told


def test_the_simple_text_with_profession_and_date(tmp_path):
    path = text(
        tmp_path / "zonage.csv",
        "code_commune;nom;zone;profession;arrete;date_arrete",
        "1004;Ambérieu;ZIP;médecins généralistes;ARS 2025-12;2025-04-01",
        "2A004;Ajaccio;Zone très sous-dotée;infirmiers;;2024-01-01",
    )
    assert recognised(path, tvs, zonage) == ["zonage_medecins"]
    table = zonage.read(path)
    assert table["code"].to_list() == ["01004", "2A004"]
    assert table["zone"].to_list() == ["ZIP", "VUD"]
    assert table["profession"].to_list() == ["medecins", "infirmiers"]
    assert table["period"].to_list() == ["2025", "2024"]


def test_a_text_of_quarters_and_a_text_of_tvs(tmp_path):
    quarters = text(tmp_path / "q.csv", "code_qpv;zone", "QN00401M;ZIP")
    territories = text(tmp_path / "t.csv", "code_tvs;zone", "0102;ZAC")
    assert zonage.read(quarters)["niveau"].to_list() == ["qpv"]
    found = zonage.read(territories).iloc[0]
    assert (found["niveau"], found["code"], found["profession"]) == ("tvs", "0102", "medecins")


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("ZIP", "ZIP"),
        ("Zone d'intervention prioritaire (ZIP)", "ZIP"),
        ("zone d’action complémentaire", "ZAC"),
        ("Hors vivier", "HV"),
        ("Zone très sous-dotée", "VUD"),
        ("sous-dotée", "UD"),
        ("Int", "INT"),
        ("sur-dotée", "OD"),
        ("0", None),
        ("", None),
    ],
)
def test_zones_as_orders_write_them(written, zone):
    assert zonage.zone_of(written) == zone


def test_an_unknown_zone_is_a_fault_and_a_profession_is_never_guessed(tmp_path):
    header = "code_commune;zone"
    (fault,) = faults_of(zonage, text(tmp_path / "a.csv", header, "01004;ZIP", "01005;zone X"))
    assert (fault.row, fault.column) == (3, "zone")
    (fault,) = faults_of(zonage, text(tmp_path / "b.csv", header, "01004;VUD"))
    assert "profession" in fault.found
