"""base-cc-evol-struct-pop: two years side by side, two exploitations, two sheets."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.sources import insee_evol_struct_pop as source
from tests.sources.made_files import faults_of, recognised, remarks, text, workbook

BANDS = ("0014", "1529", "3044", "4559", "6074", "7589", "90P")


def columns(year):
    """The variables of a year, overlapping bands and complementary exploitation included."""
    men = [f"P{year}_H{band}" for band in BANDS]
    women = [f"P{year}_F{band}" for band in BANDS]
    traps = [f"P{year}_POP0014", f"P{year}_H0019", f"P{year}_H65P", f"C{year}_POP15P"]
    return [f"P{year}_POP", *men, *women, *traps]


def cells(start):
    """Men start, start + 1…; women twice as many; then traps that must never be read."""
    men = [start + rank + 0.25 for rank in range(7)]
    women = [2 * value for value in men]
    return [sum(men) + sum(women), *men, *women, 999999, 999999, 999999, 999999]


HEADER = ["CODGEO", *columns("22"), *columns("16")]
AMBERIEU = ["01004", *cells(10), *cells(5)]
LYON_1 = ["69381", *cells(100), *cells(50)]


@pytest.fixture
def csv(tmp_path):
    lines = [";".join(str(cell) for cell in row) for row in (HEADER, AMBERIEU)]
    return text(tmp_path / "base-cc.CSV", *lines)


def test_both_years_of_a_text_are_read_apart(csv):
    assert recognised(csv, source) == ["insee_evol_struct_pop"]
    table = source.read(csv)
    assert len(table) == 2 * 2 * 7
    men = table[(table["sexe"] == "hommes") & (table["period"] == "2022")]
    # Hand sum: 10.25 + 11.25 + … + 16.25 = 7 x 13.25.
    assert men["population"].sum() == 92.75
    assert list(men["age"]) == ["00-14", "15-29", "30-44", "45-59", "60-74", "75-89", "90+"]
    assert table.loc[table["period"] == "2016", "population"].sum() == 3 * 7 * 8.25
    assert remarks(table) == ""


def test_overlapping_bands_and_the_complementary_exploitation_are_left_out(csv):
    assert source.read(csv)["population"].max() < 999


def test_values_are_not_rounded(csv):
    assert (source.read(csv)["population"] % 1 != 0).all()


def test_communes_and_arrondissements_of_a_workbook(tmp_path):
    titles = [["Évolution et structure de la population"], [], [], [], ["Code", "Population"]]
    path = workbook(
        tmp_path / "base.xlsx",
        {
            "Documentation": [["CODGEO", "texte"]],
            "COM_2022": [*titles, HEADER, AMBERIEU],
            "ARM_2022": [*titles, HEADER, LYON_1],
            "DEP_2022": [*titles, HEADER, ["01", *AMBERIEU[1:]]],
        },
    )
    table = source.read(path)
    assert set(table["code"]) == {"01004", "69381"}
    oldest = table[(table["code"] == "69381") & (table["age"] == "90+")]
    kept = oldest[oldest["period"] == "2022"].set_index("sexe")["population"]
    assert kept.to_dict() == {"hommes": 106.25, "femmes": 212.5}


def test_a_year_without_its_bands_is_left_out_and_told(tmp_path):
    header = ["CODGEO", *columns("22"), "P11_POP", "P11_POP0014"]
    row = ["01004", *cells(10), 1, 1]
    path = text(tmp_path / "a.csv", ";".join(header), ";".join(map(str, row)))
    table = source.read(path)
    assert set(table["period"]) == {"2022"}
    assert "2011" in remarks(table)


def test_a_file_without_ages_by_sex_is_refused_with_their_names(tmp_path):
    path = text(tmp_path / "a.csv", "CODGEO;P22_POP;P22_POP0014", "01004;10;3")
    with pytest.raises(ContractError, match="P22_H0014"):
        source.read(path)


def test_a_shifted_column_is_told(tmp_path):
    row = ["01004", 5000, *cells(10)[1:], *cells(5)]
    path = text(tmp_path / "a.csv", ";".join(HEADER), ";".join(map(str, row)))
    assert "2022 : 1 commune dont les tranches" in remarks(source.read(path))


def test_an_unknown_token_is_a_fault_with_its_place(tmp_path):
    row = [*AMBERIEU]
    row[2] = "n.d."
    path = text(tmp_path / "a.csv", ";".join(HEADER), ";".join(map(str, row)))
    (fault,) = faults_of(source, path)
    assert (fault.row, fault.column, fault.found) == (2, "P22_H0014", "« n.d. »")


def test_an_empty_cell_is_missing_not_zero(tmp_path):
    row = [*AMBERIEU]
    row[2] = ""
    table = source.read(text(tmp_path / "a.csv", ";".join(HEADER), ";".join(map(str, row))))
    assert table["population"].isna().sum() == 1
    assert "1 case vide" in remarks(table)


def test_the_dictionary_and_the_iris_edition_are_not_recognised(tmp_path):
    dictionary = text(
        tmp_path / "meta.CSV",
        "COD_VAR;LIB_VAR;LIB_VAR_LONG;COD_MOD;LIB_MOD;TYPE_VAR;LONG_VAR",
        "P16_POP0014;Pop 0-14 ans;Nombre;;;NUM;17",
    )
    iris = text(tmp_path / "ic.csv", "IRIS;COM;P22_POP;P22_POP0002", "010040101;01004;10;2")
    assert recognised(dictionary, source) == []
    assert recognised(iris, source) == []
