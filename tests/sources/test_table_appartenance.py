"""INSEE, table d'appartenance: zones of each commune, « Z » for none."""

import pytest
import xlsxwriter

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import recognise, table_appartenance
from tests.official_layouts import membership_rows, write_csv


def test_a_last_line_of_commas_and_no_zone_named_z(five_files):
    path = five_files["table_appartenance"]
    assert recognise(head_of(path)) == ["table_appartenance"]
    table = table_appartenance.read(path).set_index("code")
    assert len(table) == 5
    assert table["epci"].isna().to_dict() == {code: code == "55039" for code in table.index}
    assert table["ept"].isna().all()
    assert table.loc["2A004", "bassin_de_vie_nom"] == "Ajaccio"


def test_the_official_workbook(tmp_path):
    path = tmp_path / "table.xlsx"
    rows = membership_rows()[:-1]
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("COM")
        sheet.write(0, 0, "Table d'appartenance géographique des communes")
        for line, row in enumerate(rows, start=5):
            sheet.write_row(line, 0, row)
        zones = workbook.add_worksheet("Zones_supra_communales")
        zones.write_row(5, 0, ["NIVGEO", "CODGEO", "LIBGEO"])
        zones.write_row(6, 0, ["EPCI", "200000111", "CC de la Plaine"])
        zones.write_row(7, 0, ["BV2022", "01004", "Bassin d'Ambérieu"])
        zones.write_row(8, 0, ["DEP", "01004", "pas un bassin"])
    assert recognise(head_of(path)) == ["table_appartenance"]
    table = table_appartenance.read(path).set_index("code")
    assert table.loc["01004", "epci_nom"] == "CC de la Plaine"
    assert table.loc["01004", "bassin_de_vie_nom"] == "Bassin d'Ambérieu"


def test_a_row_without_code_is_told(tmp_path):
    rows = membership_rows()
    rows[2][0] = ""
    with pytest.raises(ContractError) as caught:
        table_appartenance.read(write_csv(tmp_path / "a.csv", rows, separator=","))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "code")]


def test_no_zone_loses_its_zero_in_a_spreadsheet(tmp_path):
    rows = membership_rows()[:-1]
    bare = [[cell.lstrip("0") if cell.isdigit() else cell for cell in row] for row in rows]
    floats = [[f"{cell}.0" if cell.isdigit() else cell for cell in row] for row in bare]
    whole = table_appartenance.read(write_csv(tmp_path / "a.csv", rows))
    for number, changed in enumerate((bare, floats)):
        table = table_appartenance.read(write_csv(tmp_path / f"{number}.csv", changed))
        assert table.to_numpy(na_value="").tolist() == whole.to_numpy(na_value="").tolist()
    first = whole.set_index("code").loc["01004"]
    assert first[["departement", "canton", "bassin_de_vie"]].tolist() == ["01", "0108", "01004"]
