"""QPV: several communes per quarter, two generations of codes, projections; and their incomes."""

import pytest

from cpts_data.sources import contours_communes, cpts_carte_nationale, insee_filosofi, qpv_revenus
from cpts_data.sources import qpv as source
from tests.sources.made_files import faults_of, layer, recognised, remarks, square, text


def quarter(code="QN00603M", communes="06029, 06030", **more):
    names = {"fid": 1, "code_qp": code, "lib_qp": "Ranguin", "insee_dep": "06"}
    return names | {"insee_com": communes, "lib_com": "Cannes"} | more


def test_a_quarter_in_two_communes(tmp_path):
    path = layer(tmp_path / "qpv.geojson", (quarter(), square(7.0, 43.5)))
    assert recognised(path, source, contours_communes, cpts_carte_nationale) == ["qpv"]
    row = source.read(path).iloc[0]
    assert row[["code_qpv", "nom", "generation", "departement", "communes"]].to_list() == [
        "QN00603M",
        "Ranguin",
        "2024",
        "06",
        "06029 06030",
    ]
    assert row.geometry.bounds == pytest.approx((7.0, 43.5, 7.01, 43.51))


@pytest.mark.parametrize(
    ("cell", "communes"),
    [
        ("06029", "06029"),
        ("06029;06030", "06029 06030"),
        ("06029 / 06030", "06029 06030"),
        ('["2a004","2A005"]', "2A004 2A005"),
        (["97411", "97411"], "97411"),
        (None, ""),
    ],
)
def test_communes_whatever_separates_them(cell, communes):
    assert source.communes_of(cell) == communes


def test_the_first_generation_of_codes(tmp_path):
    path = layer(tmp_path / "qpv.geojson", (quarter("QP006003"), square(7.0, 43.5)))
    assert source.read(path)["generation"].to_list() == ["2015"]


def test_lambert_93_comes_back_to_degrees(tmp_path):
    # Notre-Dame de Paris: 652 469 m, 6 862 035 m in Lambert 93 (IGN), 2.3499 E, 48.8530 N.
    place = square(652_469, 6_862_035, side=100)
    path = layer(tmp_path / "qpv.geojson", (quarter(), place), crs=2154)
    west, south, _, _ = source.read(path).total_bounds
    assert (west, south) == pytest.approx((2.352, 48.855), abs=0.005)


def test_the_parts_of_one_quarter_are_joined(tmp_path):
    path = layer(
        tmp_path / "qpv.geojson",
        (quarter(communes="06029"), square(7.0, 43.5)),
        (quarter(communes="06030"), square(7.2, 43.5)),
    )
    table = source.read(path)
    assert len(table) == 1
    assert table["communes"].to_list() == ["06029 06030"]
    assert table.geometry.iloc[0].area == pytest.approx(2 * 0.01**2)
    assert "1 quartier en plusieurs morceaux" in remarks(table)


@pytest.mark.parametrize(
    ("properties", "column"),
    [(quarter(code="93055"), "code_qp"), (quarter(communes=""), "communes")],
)
def test_a_wrong_code_or_no_commune_is_a_fault(tmp_path, properties, column):
    path = layer(tmp_path / "qpv.geojson", (properties, square(7.0, 43.5)))
    assert [fault.column for fault in faults_of(source, path)] == [column]


def test_incomes_of_the_quarters(tmp_path):
    path = text(
        tmp_path / "qpv.csv",
        "CODGEO;DEC_Q1_A21;DEC_MED_A21;DEC_Q3_A21;DEC_EQ_A21;DEC_D1_A21;DEC_PACT_A21",
        "QN00101M;6020,0;10810.0;17490;1,06;1120.0;60,5",
        "QN00102M;5290.0;s;;1,01;490.0;nd",
    )
    assert recognised(path, qpv_revenus, insee_filosofi) == ["qpv_revenus"]
    table = qpv_revenus.read(path).set_index("code_qpv")
    assert set(table["period"]) == {"2021"}
    assert table.loc["QN00101M", ["premier_quartile", "revenu_median"]].to_list() == [6020, 10810]
    assert table.loc["QN00101M", "part_activite"] == 60.5
    assert table.loc["QN00102M", "revenu_median_statut"] == "masque"
    assert table.loc["QN00102M", "troisieme_quartile_statut"] == "manquant"


def test_a_note_under_the_incomes_is_no_quarter(tmp_path):
    header = "CODGEO;DEC_Q1_A21;DEC_MED_A21"
    path = text(tmp_path / "a.csv", header, "QN00101M;6020;10810", "Source : Insee;;")
    (fault,) = faults_of(qpv_revenus, path)
    assert (fault.row, fault.column) == (3, "CODGEO")
