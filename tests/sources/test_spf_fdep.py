"""FDep: a typographic apostrophe, a score called quintile, codes without their zero."""

import pytest

from cpts_data.sources import spf_fdep as source
from tests.sources.made_files import faults_of, recognised, remarks, text

HEADER = (
    "Code commune,Nombre d’habitants de la commune,Indice de défavorisation en quintiles,"
    "Quintile sans pondération sur le nombre d’habitants de la commune,"
    "Quintile avec pondération sur le nombre d’habitants de la commune,"
    "Département,Région,Département Code,Région Code"
)
LINES = (
    "28106,400.0,0.0673,3.0,3.0,Eure-et-Loir,Centre,28,24",
    "2A011,54.0,-0.4878,1.0,2.0,,,2A,94",
)


@pytest.mark.parametrize("apostrophe", ["’", "'"])
def test_score_and_quintiles_whatever_the_apostrophe(tmp_path, apostrophe):
    path = text(tmp_path / "fdep.csv", HEADER.replace("’", apostrophe), *LINES)
    assert recognised(path, source) == ["spf_fdep"]
    table = source.read(path).set_index("code")
    row = table.loc["2A011"]
    assert (row["fdep"], row["quintile_communes"], row["quintile_pondere"]) == (-0.4878, 1, 2)
    assert row["population"] == 54
    assert set(table["period"]) == {""}


def test_codes_get_their_zero_back_and_it_is_told(tmp_path):
    line = "1004,14000.0,0.2,4.0,4.0,Ain,AURA,1,84"
    table = source.read(text(tmp_path / "fdep.csv", HEADER, *LINES, line))
    assert "01004" in set(table["code"])
    assert "1 code" in remarks(table)


def test_quintiles_that_run_against_the_score_are_refused(tmp_path):
    lines = [f"2800{n},100.0,{n}.0,{6 - n}.0,{n}.0,x,x,28,24" for n in range(1, 6)]
    (fault,) = faults_of(source, text(tmp_path / "fdep.csv", HEADER, *lines))
    assert fault.column == "quintile_communes"


def test_an_empty_score_is_missing(tmp_path):
    table = source.read(text(tmp_path / "fdep.csv", HEADER, *LINES, "28111,366.0,,,,x,x,28,24"))
    assert table["fdep"].isna().sum() == 1


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("28107,400.0,s,3.0,3.0,x,x,28,24", "fdep"),
        ("28107,400.0,0.5,2.5,3.0,x,x,28,24", "quintile_communes"),
        ("28107,400.0,0.5,3.0,6.0,x,x,28,24", "quintile_pondere"),
        ("Chartres,400.0,0.5,3.0,3.0,x,x,28,24", "code"),
    ],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, line, column):
    faults = faults_of(source, text(tmp_path / "a.csv", HEADER, LINES[0], line))
    assert [(fault.row, fault.column) for fault in faults] == [(3, column)]


def test_a_missing_quintile_column_is_told(tmp_path):
    header = "Code commune,Indice de défavorisation en quintiles"
    faults = faults_of(source, text(tmp_path / "a.csv", header, "28107,0.5"))
    assert {fault.column for fault in faults} == {
        "population",
        "quintile_communes",
        "quintile_pondere",
    }
