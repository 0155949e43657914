"""TD_POP1B in its four distributions: long or wide, text or workbook, UTF-8 or Latin-1."""

import pytest

from cpts_data.sources import insee_td_pop1b as source
from tests.sources.made_files import faults_of, recognised, remarks, text, workbook

LONG = "NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB"
WIDE = [f"SEXE{sex}_AGED100{age:03d}" for sex in (1, 2) for age in range(101)]


def people(code, sex, age):
    """Half a person more for women, one person per year of age (so that sums are known)."""
    return age + (0.5 if sex == 2 else 0.0) + (1000 if code.startswith("693") else 0)


def long_lines(code, name="L'Abergement-Clémenciat", level="COM"):
    return [
        f"{level};{code};{name};{sex};{age:03d};{people(code, sex, age)}"
        for sex in (1, 2)
        for age in range(101)
    ]


def wide_cells(code):
    return [people(code, sex, age) for sex in (1, 2) for age in range(101)]


def population(table, code, sex, age):
    row = table[(table["code"] == code) & (table["sexe"] == sex) & (table["age"] == age)]
    return row["population"].item()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_the_long_text_whatever_its_encoding(tmp_path, encoding):
    lines = [LONG, *long_lines("01001"), *long_lines("69381", level="ARM")]
    path = text(tmp_path / "BTT_TD_POP1B_2019.csv", *lines, encoding=encoding)
    assert recognised(path, source) == ["insee_td_pop1b"]
    table = source.read(path)
    assert len(table) == 2 * 2 * 19
    # Men of 0 to 4: 0 + 1 + 2 + 3 + 4; women 2.5 more. 90 and over: 90 + 91 + … + 100 = 1045.
    assert population(table, "01001", "hommes", "00-04") == 10
    assert population(table, "01001", "femmes", "00-04") == 12.5
    assert population(table, "01001", "hommes", "90+") == 1045
    assert population(table, "69381", "hommes", "85-89") == 435 + 5000
    assert set(table["period"]) == {""}
    assert remarks(table) == ""


def test_wide_text_and_wide_workbook_say_the_same(tmp_path):
    header = ["CODGEO", "LIBGEO", *WIDE]
    row = ["01001", "L'Abergement", *wide_cells("01001")]
    wide = text(
        tmp_path / "BTX_TD_POP1B_2016.csv", ";".join(header), ";".join(str(cell) for cell in row)
    )
    titles = [["Population par sexe et âge"], ["Insee, RP2021 exploitation principale"]]
    sheet = [*titles, *[[]] * 8, header, row]
    book = workbook(tmp_path / "TD_POP1B_2021.xlsx", {"Doc": [["x"]], "COM": sheet})
    assert recognised(wide, source) == recognised(book, source) == ["insee_td_pop1b"]
    one, two = source.read(wide), source.read(book)
    assert set(one["period"]) == {""}
    assert set(two["period"]) == {"2021"}
    assert one["population"].to_list() == two["population"].to_list()
    # 0 + … + 100 for men, half a person more at each age for women.
    assert one["population"].sum() == 2 * 5050 + 101 * 0.5


def test_ages_without_their_zeros_are_the_same_ages(tmp_path):
    lines = [line.replace(";007;", ";7;").replace(";000;", ";0;") for line in long_lines("01001")]
    table = source.read(text(tmp_path / "a.txt", LONG, *lines))
    assert population(table, "01001", "hommes", "05-09") == 35


def test_single_years_stay_available(tmp_path):
    path = text(tmp_path / "a.txt", LONG, *long_lines("01001"))
    table = source.read_single_years(path)
    assert len(table) == 202
    last = table[table["age_detail"] == "100"].set_index("sexe")["population"]
    assert last.to_dict() == {"hommes": 100.0, "femmes": 100.5}


def test_other_levels_are_left_out_and_counted(tmp_path):
    lines = [*long_lines("01001"), *long_lines("01", level="DEP")]
    table = source.read(text(tmp_path / "a.txt", LONG, *lines))
    assert set(table["code"]) == {"01001"}
    assert "202 lignes du niveau « DEP »" in remarks(table)


def test_cells_absent_of_a_sparse_file_are_nobody(tmp_path):
    lines = [line for line in long_lines("01001") if not line.split(";")[4].endswith("5")]
    table = source.read(text(tmp_path / "a.txt", LONG, *lines))
    assert population(table, "01001", "hommes", "05-09") == 6 + 7 + 8 + 9
    assert "20 cases absentes" in remarks(table)


def test_a_file_cut_before_its_end_is_refused(tmp_path):
    codes = [f"01{rank:03d}" for rank in range(1, 21)]
    lines = [line for code in codes for line in long_lines(code)][:-50]
    (fault,) = faults_of(source, text(tmp_path / "a.txt", LONG, *lines))
    assert "01020" in fault.found


def test_a_commune_told_twice_is_refused(tmp_path):
    path = text(tmp_path / "a.txt", LONG, *long_lines("01001"), *long_lines("01001"))
    assert any("01001" in fault.found for fault in faults_of(source, path))


@pytest.mark.parametrize(
    ("cell", "place", "column"),
    [("3", 3, "SEXE"), ("101", 4, "AGED100"), ("s", 5, "NB")],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, cell, place, column):
    lines = long_lines("01001")
    cells = lines[9].split(";")
    cells[place] = cell
    lines[9] = ";".join(cells)
    faults = faults_of(source, text(tmp_path / "a.txt", LONG, *lines))
    assert [(fault.row, fault.column, fault.found) for fault in faults] == [
        (11, column, f"« {cell} »")
    ]


def test_a_wide_file_without_one_of_its_ages_is_refused(tmp_path):
    header = ["CODGEO", "LIBGEO", *WIDE[:-1]]
    row = ["01001", "L'Abergement", *wide_cells("01001")[:-1]]
    path = text(tmp_path / "a.csv", ";".join(header), ";".join(str(cell) for cell in row))
    (fault,) = faults_of(source, path)
    assert fault.column == "SEXE2_AGED100100"


def test_the_titles_of_a_sheet_saved_as_text_tell_the_year(tmp_path):
    header = ";".join(["CODGEO", "LIBGEO", *WIDE])
    row = ";".join(["01001", "A", *(str(cell) for cell in wide_cells("01001"))])
    titles = ["Population par sexe et âge;", "Insee, RP2021 exploitation principale;"]
    table = source.read(text(tmp_path / "a.csv", *titles, header, row))
    assert set(table["period"]) == {"2021"}


def test_a_long_table_in_a_sheet_is_for_the_door(tmp_path):
    lines = [line.split(";") for line in (LONG, *long_lines("01001"))]
    book = workbook(tmp_path / "a.xlsx", {"Feuil1": lines})
    assert recognised(book, source) == []
