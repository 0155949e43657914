"""What spoiled files once broke, one test each."""

import json
import time
import zipfile

import pandas as pd
import pytest

from cpts_data import french
from cpts_data.contracts import ContractError, Faults
from cpts_data.layouts.large_texts import layout_of, read_columns
from cpts_data.layouts.layers import opened, read_layer
from cpts_data.layouts.personal_data import gives_private_line, names_a_person
from cpts_data.received import head_of, read_text_table, to_number
from cpts_data.sources import (
    finess,
    insee_td_pop1b,
    qpv_revenus,
    statistiques_locales,
    temps_de_trajet,
)
from tests.official_layouts import apl_workbook
from tests.sources.made_files import faults_of, text


def changed_sheet(path, old, new, times=1):
    """Replace a text in the sheets of a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if name.startswith("xl/worksheets/"):
                content = content.replace(old, new, times)
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("place", ["XFD1048576", "A9999999999", "ZZZZ60000", "xfd1048576"])
def test_one_value_at_the_other_end_of_a_sheet_does_not_fill_the_memory(tmp_path, place):
    book = apl_workbook(tmp_path / "apl.xlsx", {2023: {"01004": (1, 1, 1, 1)}})
    far = f'<row><c r="{place}"><v>1</v></c></row></sheetData>'
    changed_sheet(book, b"</sheetData>", far.encode(), -1)
    with pytest.raises(ContractError, match=r"presque vide ou démesurée.*effacez les lignes"):
        head_of(book)


def test_a_value_a_little_apart_is_no_reason_to_refuse(tmp_path):
    book = apl_workbook(tmp_path / "apl.xlsx", {2023: {"01004": (1, 1, 1, 1)}})
    changed_sheet(book, b"</sheetData>", b'<row><c r="ABC12000"><v>1</v></c></row></sheetData>', -1)
    assert head_of(book).kind == "workbook"


def test_a_binary_workbook_is_refused_with_the_mend(tmp_path):
    path = tmp_path / "apl.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"):
            archive.writestr(name, b"x")
    with pytest.raises(ContractError, match=r"\.xlsb.*\.xlsx"):
        head_of(path)


def test_a_sheet_spoiled_within_its_archive_is_refused(tmp_path):
    book = apl_workbook(tmp_path / "apl.xlsx", {2023: {"01004": (1, 1, 1, 1)}})
    content = bytearray(book.read_bytes())
    start = content.index(b"xl/worksheets/sheet1.xml") + 30
    content[start : start + 40] = b"\xff" * 40
    book.write_bytes(bytes(content))
    with pytest.raises(ContractError, match="endommagé"):
        head_of(book)


def test_an_enormous_cell_is_searched_for_persons_in_no_time():
    start = time.process_time()
    for cell in ("x" * 200_000, "A-" * 100_000, "a." * 100_000 + "@"):
        assert not gives_private_line(cell)
        assert not names_a_person(cell)
    assert time.process_time() - start < 5
    assert gives_private_line("x" * 1000 + " anne.durand@exemple.fr")


def test_the_labels_of_the_head_are_those_of_the_table(tmp_path):
    """A byte that Windows-1252 does not know, a mark of encoding in the middle of the header."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x81\x8dCODGEO;\xef\xbb\xbfP\xe9riode\n1;2\n")
    assert head_of(path).header() == tuple(read_text_table(path).columns[1:])


@pytest.mark.parametrize("line", ["   ", "\t", " \t ", ""])
def test_a_line_of_blanks_is_no_row_for_anyone(tmp_path, line):
    path = text(tmp_path / "a.csv", line, "a;b", line, "1;2", "3;4")
    assert head_of(path).header() == ("a", "b")
    table = read_text_table(path)
    assert table["a"].tolist() == ["1", "3"]
    assert table["ligne"].tolist() == [4, 5]


def test_a_line_of_separators_is_no_row_and_shifts_no_number(tmp_path):
    path = text(tmp_path / "a.csv", "a\tb", "1\t2", "\t", "3\t4")
    assert head_of(path).rows[2] == ("", "")
    table = read_text_table(path)
    assert table["a"].tolist() == ["1", "3"]
    assert table["ligne"].tolist() == [2, 4]


def test_quotes_mean_the_same_in_the_head_and_in_the_table(tmp_path):
    path = text(tmp_path / "a.csv", '"a"|"b"', '"1"|"2|3"')
    with pytest.raises(ContractError, match=r"ligne 2.*3\scolonnes"):
        read_text_table(path)
    path = text(tmp_path / "b.csv", '"a"|"b"', '"1"|"2"')
    assert head_of(path).header() == tuple(read_text_table(path).columns[1:]) == ('"a"', '"b"')


def test_a_label_told_twice_is_two_columns(tmp_path):
    path = text(tmp_path / "a.csv", "n;part ;part;\ufeffpart", "1;2;3;4")
    labels = ["ligne", "n", "part", "part.1", "part.2"]
    assert list(read_text_table(path).columns) == labels


def test_a_byte_that_no_encoding_knows_does_not_stop_the_finess_file(tmp_path):
    path = tmp_path / "finess.csv"
    line = ";".join(["structureet", "010000024", "010000001", "CH \x81", *[""] * 28])
    path.write_bytes(f"finess;etalab;111;2026-05-12\n{line}\n".encode("latin-1"))
    assert finess.recognises(head_of(path))
    faults_of(finess, path)
    finess.prune(path, tmp_path / "copie.csv")


def test_a_first_row_shorter_than_the_header_is_not_a_quarter(tmp_path):
    path = text(tmp_path / "a.csv", "x;DEC_MED_A21;CODGEO", "1")
    assert not qpv_revenus.recognises(head_of(path))


def test_a_matrix_without_any_time_is_refused(tmp_path):
    path = text(tmp_path / "a.csv", "COM1,COM2,minutes", "01004,01005,", "01004,01006,")
    (fault,) = faults_of(temps_de_trajet, path)
    assert (fault.found, fault.column) == ("aucun couple avec une durée", "minutes")


def test_a_table_of_ages_without_commune_is_refused(tmp_path):
    labels = ",".join(f"SEXE{sex}_AGED100{age:03d}" for sex in (1, 2) for age in range(101))
    path = text(tmp_path / "a.csv", "NIVEAU,CODGEO,LIBGEO," + labels, "")
    assert insee_td_pop1b.recognises(head_of(path))
    assert "aucune" in faults_of(insee_td_pop1b, path)[0].found


def test_an_export_of_thousands_of_indicators_is_refused_at_once(tmp_path):
    lines = (
        "Insee - Statistiques locales",
        "Indicateurs, France par commune",
        "Code;Libellé;" + ";".join(f"Indicateur {n} 2021" for n in range(3000)),
        "01004;Ambérieu;" + ";".join(["1"] * 3000),
    )
    path = text(tmp_path / "a.csv", *lines)
    assert statistiques_locales.recognises(head_of(path))
    (fault,) = faults_of(statistiques_locales, path)
    assert fault.row == 3


def test_a_label_of_many_blanks_is_cut_in_no_time(tmp_path):
    label = "Part" + " " * 60_000 + "x, 2021"
    lines = ("Insee - Statistiques locales", "x", f"Code;Libellé;{label}", "01004;Ambérieu;1")
    table = statistiques_locales.read(text(tmp_path / "a.csv", *lines))
    assert table["period"].tolist() == ["2021"]


@pytest.mark.parametrize("figure", ["1e308", "1e15", "-99999999999999999999"])
def test_a_figure_beyond_counting_is_no_figure(tmp_path, figure):
    faults = Faults("x")
    to_number(pd.Series(["1", figure]), faults, "n", pd.Series([2, 3]))
    assert [(fault.row, fault.column) for fault in faults.found] == [(3, "n")]
    path = text(tmp_path / "a.csv", "a;n", "x;1", f"y;{figure}")
    with pytest.raises(ContractError, match=r"ligne 3.*colonne « n »"):
        read_columns(layout_of(path), {"a": 0}, numbers={"n": 1})
    assert "e+" in french.number(1e308)


def test_a_layer_out_of_its_projection_is_refused(tmp_path):
    path = layer(tmp_path / "a.geojson", [[[1e308, 0], [1, 1], [0, -1e308], [1e308, 0]]])
    with pytest.raises(ContractError, match="projection inconnue"):
        read_layer(path)


def layer(path, coordinates):
    shape = {"type": "Polygon", "coordinates": coordinates}
    feature = {"type": "Feature", "properties": {"code": "01004"}, "geometry": shape}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_a_ring_that_does_not_close_is_refused(tmp_path):
    path = layer(tmp_path / "a.geojson", [[[0, 0], [1, 1], [0, 1], [5, 5]]])
    with pytest.raises(ContractError, match="endommagé"):
        opened(path)


def test_coordinates_that_are_no_numbers_are_no_shape(tmp_path):
    path = layer(tmp_path / "a.geojson", [[["a", "b"], [1, 1], [0, 1], [0, 0]]])
    assert opened(path).geometry.isna().all()
