"""DREES, APL: header on line 9, units on line 10, empty lines after the last commune."""

import pytest
import xlsxwriter

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import drees_apl, recognise
from tests.official_layouts import APL, apl_workbook


def read(path):
    assert recognise(head_of(path)) == ["drees_apl"]
    return drees_apl.read(path)


def test_two_vintages(tmp_path):
    other = dict(APL) | {"01004": (9.0, 8.0, 500, 600)}
    table = read(apl_workbook(tmp_path / "a.xlsx", {2022: other, 2023: APL}))
    assert table.groupby("period").size().to_dict() == {"2022": 12, "2023": 12}
    row = table.set_index(["period", "code"]).loc[("2022", "01004")]
    assert row["apl_mg"] == 9.0
    assert row["apl_mg_65_ans_ou_moins"] == 8.0
    assert (row["population_standardisee"], row["population_totale"]) == (500, 600)


def test_the_other_label_of_the_younger_doctors(tmp_path):
    label = "APL aux médecins généralistes de 65 ans et moins "  # the blank is in real files
    table = read(apl_workbook(tmp_path / "a.xlsx", {2024: APL}, younger=label))
    assert table.set_index("code").loc["97411", "apl_mg_65_ans_ou_moins"] == 2.5


def test_neither_units_nor_empty_lines_are_communes(five_files):
    table = read(five_files["drees_apl"])
    assert len(table) == 12  # three communes and nine parts of Lyon
    assert table["apl_mg"].dtype == float


@pytest.mark.parametrize("line", [10, 12])
def test_only_the_line_of_units_may_lack_a_code(tmp_path, line):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("APL 2023")
        labels = ["Code commune INSEE", "APL aux médecins généralistes"]
        sheet.write_row(8, 0, [*labels, "Population standardisée 2021", "Population totale 2021"])
        sheet.write_row(9, 1, ["consultations", "habitants", "habitants"])
        for number, code in enumerate(["01004", "2A004", "97411"], start=10):
            sheet.write_row(number, 0, ["" if number == line else code, 2.0, 100, 100])
    with pytest.raises(ContractError) as caught:
        drees_apl.read(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(line + 1, "code")]


def test_codes_typed_as_numbers(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("APL 2023")
        labels = ["Code commune INSEE", "APL aux médecins généralistes"]
        sheet.write_row(8, 0, [*labels, "Population standardisée 2021", "Population totale 2021"])
        sheet.write_row(9, 1, ["consultations", "habitants", "habitants"])
        sheet.write_row(10, 0, [1004, 2.0, 100, 100])
        sheet.write_row(11, 0, ["2A004", 2.0, 100, 100])
    table = read(path)
    assert table["code"].tolist() == ["01004", "2A004"]
    assert any("réparé" in remark for remark in table.attrs["remarques"])


@pytest.mark.parametrize(
    ("values", "column"),
    [((-0.1, 1, 1, 1), "apl_mg"), ((1, 1, -1, 1), "population_standardisee")],
)
def test_values_out_of_range(tmp_path, values, column):
    with pytest.raises(ContractError) as caught:
        drees_apl.read(apl_workbook(tmp_path / "a.xlsx", {2023: {"01004": values}}))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(11, column)]


def test_words_among_the_figures(tmp_path):
    with pytest.raises(ContractError, match="« x »"):
        drees_apl.read(apl_workbook(tmp_path / "a.xlsx", {2023: {"01004": ("x", 1, 1, 1)}}))
