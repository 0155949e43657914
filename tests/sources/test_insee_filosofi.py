"""INSEE, Filosofi: a value, a masked cell and an unavailable one are three things."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import insee_filosofi, recognise
from tests.official_layouts import FILOSOFI, filosofi_rows, write_csv


def read(path):
    assert recognise(head_of(path)) == ["insee_filosofi"]
    return insee_filosofi.read(path)


def test_three_nothings(five_files):
    table = read(five_files["insee_filosofi"]).set_index("code")
    assert table["period"].unique().tolist() == ["2021"]
    assert table.loc["01004", "taux_pauvrete"] == 20.0
    assert table["taux_pauvrete_statut"].value_counts().to_dict() == {"observe": 12, "masque": 1}
    assert table.loc["2A004", "taux_pauvrete_statut"] == "masque"
    assert table.loc["97411", "niveau_vie_median_statut"] == "manquant"
    assert table["taux_pauvrete"].isna().sum() == 1  # the masked one, and no zero made up
    assert table["niveau_vie_median"].isna().sum() == 10  # nine masked, one unavailable
    assert {"69123", "69381"} <= set(table.index)


def test_commas_and_semicolons_swapped(tmp_path):
    # a French file saved again by an English spreadsheet: comma between, point for decimals
    rows = [[str(cell).replace(",", ".") for cell in row] for row in filosofi_rows()]
    table = read(write_csv(tmp_path / "a.csv", rows, separator=",")).set_index("code")
    assert table.loc["97411", "taux_pauvrete"] == 40.0
    # decimal commas kept, hence quoted
    table = read(write_csv(tmp_path / "b.csv", filosofi_rows(), separator=","))
    assert table.set_index("code").loc["97411", "taux_pauvrete"] == 40.0


@pytest.mark.parametrize("token", ["x", "S", "-", "N/A"])
def test_an_unknown_sign_is_refused_with_its_line(tmp_path, token):
    cells = dict(FILOSOFI) | {"2A004": ("800", "2000", "22000", token)}
    with pytest.raises(ContractError) as caught:
        insee_filosofi.read(write_csv(tmp_path / "a.csv", filosofi_rows(cells)))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.found) == (3, "TP6021", f"« {token} »")
    assert fault.expected == "un nombre, ou l'un des signes s, nd"


@pytest.mark.parametrize(("poverty", "persons"), [("101", "10"), ("12,0", "10,5"), ("-1", "10")])
def test_values_out_of_range(tmp_path, poverty, persons):
    cells = {"01004": ("4", persons, "20000", poverty)}
    with pytest.raises(ContractError):
        insee_filosofi.read(write_csv(tmp_path / "a.csv", filosofi_rows(cells)))


def test_another_year_and_another_level(tmp_path):
    rows = filosofi_rows()
    rows[0] = [label.replace("21", "23") for label in rows[0]]
    assert read(write_csv(tmp_path / "a.csv", rows))["period"].unique().tolist() == ["2023"]
    epci = {"200029999": ("4", "10", "20000", "12,0")}
    assert recognise(head_of(write_csv(tmp_path / "b.csv", filosofi_rows(epci)))) == []


def test_codes_in_floats(tmp_path):
    cells = {"1004.0": ("400", "1000", "20000", "20,0")} | dict(list(FILOSOFI.items())[1:])
    table = read(write_csv(tmp_path / "a.csv", filosofi_rows(cells)))
    assert table.loc[0, "code"] == "01004"
    assert table.attrs["remarques"]


def test_a_column_that_lacks_is_not_a_column_of_zeros(tmp_path):
    rows = [[*row[:5], *row[6:]] for row in filosofi_rows()]
    with pytest.raises(ContractError, match="TP6021"):
        insee_filosofi.read(write_csv(tmp_path / "a.csv", rows))
    rows = [[*row[:4], *row[5:]] for row in filosofi_rows()]  # PIMP21: nobody shows it yet
    table = insee_filosofi.read(write_csv(tmp_path / "b.csv", rows))
    assert set(table["part_menages_imposes_statut"]) == {"manquant"}


LONG = (
    "GEO;GEO_OBJECT;FILOSOFI_MEASURE;UNIT_MEASURE;UNIT_MULT;CONF_STATUS;OBS_STATUS;TIME_PERIOD;"
    "OBS_VALUE"
)


def long_file(path, *lines):
    rows = [LONG.split(";"), *[line.split(";") for line in lines]]
    return write_csv(path, rows, quote_all=True, end="\n")


def test_the_long_layout_keeps_the_three_nothings_apart(tmp_path):
    path = long_file(
        tmp_path / "DS_FILOSOFI_CC_data.csv",
        "01004;COM;MED_SL;EUR;0;F;A;2021;21660",
        "01004;COM;PR_MD60;PT;0;F;A;2021;17.0",
        "01001;COM;MED_SL;EUR;0;F;A;2021;25820",
        "01001;COM;PR_MD60;PT;0;C;A;2021;",
        "55039;COM;MED_SL;EUR;0;F;O;2021;",
        "69381;ARM;MED_SL;EUR;0;F;A;2021;30000",
        "01;DEP;MED_SL;EUR;0;F;A;2021;24000",
        "200000111;EPCI;PR_MD60;PT;0;F;A;2021;9.9",
        "01004;COM;S_RET_PEN_DI;PT;0;F;A;2021;25.3",
    )
    assert recognise(head_of(path)) == ["insee_filosofi"]
    table = insee_filosofi.read(path).set_index("code")
    assert list(table.index) == ["01004", "01001", "55039", "69381"]
    assert table.loc["01004", ["niveau_vie_median", "taux_pauvrete"]].tolist() == [21660.0, 17.0]
    assert table["taux_pauvrete_statut"].tolist() == ["observe", "masque", "manquant", "manquant"]
    assert table.loc["55039", "niveau_vie_median_statut"] == "manquant"
    assert set(table["period"]) == {"2021"}


def test_a_measure_told_twice_in_a_long_file_is_a_fault(tmp_path):
    line = "01004;COM;MED_SL;EUR;0;F;A;2021;21660"
    with pytest.raises(ContractError) as caught:
        insee_filosofi.read(long_file(tmp_path / "a.csv", line, line))
    assert [fault.row for fault in caught.value.faults] == [3]
