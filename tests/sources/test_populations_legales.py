"""INSEE, populations légales: own layout, whatever a spreadsheet did to it."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import populations_legales, recognise
from tests.official_layouts import POPULATIONS, populations_rows, write_csv


def read(path):
    assert recognise(head_of(path)) == ["populations_legales"]
    return populations_legales.read(path)


def faults_of(path):
    with pytest.raises(ContractError) as caught:
        populations_legales.read(path)
    return caught.value.faults


def changed(tmp_path, code, label, cell, **options):
    rows = populations_rows()
    rows[1 + list(POPULATIONS).index(code)][rows[0].index(label)] = cell
    return write_csv(tmp_path / "donnees_communes.csv", rows, **options)


def test_the_official_layout(five_files):
    table = read(five_files["populations_legales"])
    by_code = table.set_index("code")
    assert by_code["population"].sum() == 6900  # 1000 + 2000 + 3000 + 0 + 9 × 100
    assert by_code.loc["2A004", "population_totale"] == 2010
    assert by_code.loc["55039", "population"] == 0
    assert (table["period"] == "").all()  # the file tells no year
    assert "69123" not in by_code.index


@pytest.mark.parametrize(
    "options",
    [
        {"separator": ","},
        {"separator": "\t"},
        {"encoding": "cp1252"},
        {"encoding": "utf-8-sig"},
        {"quote_all": True},
        {"end": "\n"},
    ],
    ids=str,
)
def test_however_it_was_saved(tmp_path, options):
    table = read(write_csv(tmp_path / "autre nom.csv", populations_rows(), **options))
    assert table["population"].sum() == 6900
    assert table.loc[0, "nom"] == "Ambérieu-en-Bugey"


def test_columns_in_any_order(tmp_path):
    rows = [row[::-1] for row in populations_rows()]
    assert read(write_csv(tmp_path / "a.csv", rows))["population"].sum() == 6900


def test_lost_zeros_are_repaired_and_told(tmp_path):
    table = read(changed(tmp_path, "01004", "COM", "1004"))
    assert table.loc[0, "code"] == "01004"
    assert "1\u00a0code de commune réparé" in table.attrs["remarques"][0]


def test_codes_in_two_columns(tmp_path):
    rows = populations_rows()
    at = rows[0].index("COM")
    rows = [row[:at] + row[at + 1 :] for row in rows]
    assert read(write_csv(tmp_path / "a.csv", rows))["code"].tolist() == list(POPULATIONS)


@pytest.mark.parametrize(
    ("label", "cell", "column"),
    [
        ("PMUN", "x", "PMUN"),
        ("PMUN", "", "population"),
        ("PMUN", "1,234", "population"),  # English thousands: 1 234 and not 1.234
        ("PMUN", "-5", "population"),
        ("PTOT", "101", "PTOT"),  # 1 000 + 10 is not 101: a figure was cut
        ("COM", "01 004", "code"),
        ("COM", "", "code"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path, label, cell, column):
    faults = faults_of(changed(tmp_path, "01004", label, cell))
    assert {fault.row for fault in faults} == {2}
    assert column in {fault.column for fault in faults}


def test_a_commune_told_twice(tmp_path):
    rows = populations_rows()
    (fault,) = faults_of(write_csv(tmp_path / "a.csv", [*rows, rows[2]]))
    assert fault.row == len(rows) + 1
    assert "« 2A004 »" in fault.found


def test_a_column_that_lacks(tmp_path):
    at = populations_rows()[0].index("Commune")
    rows = [row[:at] + row[at + 1 :] for row in populations_rows()]
    (fault,) = faults_of(write_csv(tmp_path / "a.csv", rows))
    assert fault.column == "Commune"


def test_cities_that_somebody_added_by_hand(tmp_path):
    """Their code, name and population municipale alone: 75056 beside its arrondissements."""
    rows = populations_rows()
    rows.append(["", "", "", "", "", "", "69123", "Lyon", 900, "", ""])
    table = read(write_csv(tmp_path / "a.csv", rows)).set_index("code")
    assert table.loc["69123", "population"] == 900
    assert table["population_totale"].isna().to_dict() == {c: c == "69123" for c in table.index}


def test_a_total_lost_beside_its_parts_is_told(tmp_path):
    (fault,) = faults_of(changed(tmp_path, "2A004", "PTOT", ""))
    assert (fault.column, fault.row) == ("PTOT", 3)


def test_labels_in_capitals(tmp_path):
    rows = populations_rows()
    rows[0] = [label.upper() for label in rows[0]]
    assert read(write_csv(tmp_path / "a.csv", rows))["population"].sum() == 6900


def test_codes_in_two_columns_that_lost_their_zeros(tmp_path):
    rows = [["DEP", "CODCOM", "Commune", "PMUN", "PCAP", "PTOT"]]
    rows += [["1", "4", "A", 10, 0, 10], ["974", "11", "S", 20, 0, 20], ["2A", "4.0", "J", 5, 0, 5]]
    table = read(write_csv(tmp_path / "a.csv", rows))
    assert table["code"].tolist() == ["01004", "97011", "2A004"]
