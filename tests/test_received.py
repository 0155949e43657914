"""Files as they come: their kind, their encoding, their separator, their cells and lines."""

import contextlib
import io
import zipfile

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.contracts import ContractError, Faults
from cpts_data.received import (
    Head,
    as_text,
    encoding_of,
    head_of,
    read_sheet,
    read_text_table,
    refuse_unreadable,
    require_columns,
    sniff_separator,
    to_number,
)
from cpts_data.sources import recognise

LABELS = (
    *("CODGEO", "LIBGEO", "EPCI", "DEP", "BV2022", "NBMENFISC21", "PMUN", "PTOT", "COM", "REG"),
    *("cpts_id", "nom", "code_commune", "dpt", "LIBELLE", "NCC", "TYPECOM", "Code commune INSEE"),
)


def written(tmp_path, content, name="fichier.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path, *arguments, **named):
    with pytest.raises(ContractError) as caught:
        read_text_table(path, *arguments, **named)
    return caught.value.faults


# --------------------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "empty"),
        (b"\x00" * 200_000, "binary"),
        (b"a;b\n1;2\n", "csv"),
        (b"<!DOCTYPE html><html><body>403</body></html>", "html"),
        (b'\n<?xml version="1.0"?><html lang="fr">', "html"),
        (b'{"type":"FeatureCollection","features":[]}', "geojson"),
        (b'[{"code": "01"}]', "json"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "packed"),
        (b"\x1f\x8b\x08\x00aaaa", "packed"),
        (b"\x00\x00\x27\x0a\x00\x00", "shapefile"),
        (b"\xff\xfea\x00;\x00b\x00", "binary"),  # UTF-16
        (bytes(range(256)) * 20, "binary"),
    ],
)
def test_kinds(tmp_path, content, kind):
    head = head_of(written(tmp_path, content))
    assert head.kind == kind
    if kind in ("empty", "html", "binary", "packed", "shapefile"):
        with pytest.raises(ContractError):
            refuse_unreadable(head)
    else:
        refuse_unreadable(head)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ContractError, match="il n'existe pas à cette adresse"):
        head_of(tmp_path / "absent.csv")
    with pytest.raises(ContractError, match="c'est un dossier"):
        head_of(tmp_path)


def test_a_truncated_workbook_or_archive(tmp_path):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.csv", "x" * 5000)
    with pytest.raises(ContractError, match="endommagé"):
        head_of(written(tmp_path, whole.getvalue()[:200], "a.zip"))
    book = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        workbook.add_worksheet("A").write(0, 0, "x")
    head_of(book)
    with pytest.raises(ContractError, match="endommagé"):
        head_of(written(tmp_path, book.read_bytes()[:-300], "c.xlsx"))


def test_a_workbook_bomb_is_never_opened(tmp_path):
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 150_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ContractError, match="une fois décompressé"):
        head_of(path)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_beginning_of_a_file_ever_raises_anything_but_a_french_report(content, tmp_path_factory):
    path = written(tmp_path_factory.mktemp("h"), content)
    with contextlib.suppress(ContractError):
        recognise(head_of(path))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(LABELS) | st.just(""),
            max_size=6,
        ).map(tuple),
        max_size=4,
    ).map(tuple),
    kind=st.sampled_from(["csv", "workbook"]),
)
def test_recognising_never_fails_on_a_odd_header(rows, kind, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "tete"
    sheets = {"APL 2023": rows, "COM": ()} if kind == "workbook" else {}
    recognise(Head(path, kind, 0, rows=() if sheets else rows, sheets=sheets))


# --------------------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["a;b", "1,0;2,0", "3,5;4,5"], ";"),  # two commas a line, one semicolon
        (["a,b,c", "1,2,3"], ","),
        (["nom;communes", "X;Vence, Cagnes, Grasse", "Y;Nice"], ";"),
        (["code,nom", '01,"Bourg; en Bresse; x"', '02,"Laon"'], ","),
        (["a\tb\tc", "1\t2\t3"], "\t"),
        (["a|b|", "1|2|"], "|"),
        (["Liste des CPTS, janvier 2026", "Nom CPTS;Territoire CPTS;dpt", "X;Aiglun;04"], ";"),
        (["seule"], ","),
        ([], ","),
    ],
)
def test_the_separator_is_the_one_that_cuts_alike(lines, mark):
    assert sniff_separator(lines) == mark


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = written(tmp_path, "code;nom\r\n04045;Céreste – L'Œuf\r\n".encode(encoding))
    table = read_text_table(path)
    assert list(table.columns) == ["ligne", "code", "nom"]
    assert table.loc[0, "nom"] == "Céreste – L'Œuf"


def test_an_accent_far_from_the_head_is_seen(tmp_path):
    lines = ["code;nom", *(f"{number:05};Commune" for number in range(90_000)), "99999;Céreste"]
    path = written(tmp_path, "\n".join([*lines, ""]).encode("cp1252"))
    assert head_of(path).encoding == "utf-8-sig"
    assert encoding_of(path) == "cp1252"
    assert read_text_table(path)["nom"].iloc[-1] == "Céreste"


def test_cells_stay_text(tmp_path):
    table = read_text_table(written(tmp_path, "a;b;c\n01004;NA;\n0102;1,50;null\n"))
    assert table["a"].tolist() == ["01004", "0102"]
    assert table["b"].tolist() == ["NA", "1,50"]
    assert table["c"].tolist() == ["", "null"]


def test_lines_are_those_of_the_file(tmp_path):
    # line 3 is blank, the record of line 4 goes on to line 5, so that « x » stands on line 6
    path = written(tmp_path, 'a;b\n1;2\n\n3;"deux\nlignes"\nx;4\n')
    table = read_text_table(path)
    assert table["ligne"].tolist() == [2, 4, 6]
    assert table["b"].tolist() == ["2", "deux\nlignes", "4"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(tmp_path, end):
    table = read_text_table(written(tmp_path, end.join(["a;b", "1;2", "3;4", ""])))
    assert table["ligne"].tolist() == [2, 3]
    assert table["b"].tolist() == ["2", "4"]


def test_a_file_without_last_end_of_line(tmp_path):
    assert read_text_table(written(tmp_path, "a;b\n1;2\n3;4"))["b"].tolist() == ["2", "4"]


def test_a_header_further_down(tmp_path):
    table = read_text_table(written(tmp_path, "titre\n\na;b\n1;2\n"), header_line=1)
    assert table.columns.tolist() == ["ligne", "a", "b"]
    assert table["ligne"].tolist() == [4]


def test_a_line_too_wide_is_never_cut_in_silence(tmp_path):
    path = written(tmp_path, "a;b;c\n1;2;3\n4;5;6;7\n8;9;10;11\n")
    for named in ({}, {"columns": ["a", "b", "c"]}):
        faults = refusal(path, **named)
        assert [fault.row for fault in faults] == [3, 4]
        assert faults[0].found == "4\u00a0colonnes"


def test_a_line_too_narrow_is_never_filled_in_silence(tmp_path):
    path = written(tmp_path, "a;b;c\n1;2;3\n4;5\n6;7;8\n")
    (fault,) = refusal(path)
    assert (fault.row, fault.found) == (3, "2\u00a0colonnes")
    assert read_text_table(path, ragged=True)["c"].tolist() == ["3", "", "8"]


def test_a_file_cut_in_its_last_line(tmp_path):
    path = written(tmp_path, "a;b;c\n1;2;3\n4;5")
    for named in ({}, {"ragged": True}):
        (fault,) = refusal(path, **named)
        assert fault.row == 3
        assert "coupée" in fault.found
        assert "n'est pas arrivé en entier" in fault.mend


def test_empty_cells_beyond_the_header_mean_nothing(tmp_path):
    # RPPS ends each line with a separator, its header too or not
    table = read_text_table(written(tmp_path, "a|b\n1|2|\n3|4|\n"), quoted=False)
    assert table["b"].tolist() == ["2", "4"]


def test_an_unclosed_quote(tmp_path):
    (fault,) = refusal(written(tmp_path, 'a;b\n1;2\n3;"4\n5;6\n'))
    assert "guillemet" in fault.found
    (fault,) = refusal(written(tmp_path, 'a;b\n1;"' + "x" * 200_000 + "\n", "long.csv"))
    assert fault.row == 2


def test_quotes_inside_a_cell_are_letters(tmp_path):
    table = read_text_table(written(tmp_path, 'a;b\nCC "Rives";1\n"dit ""Le Bois""";2\n'))
    assert table["a"].tolist() == ['CC "Rives"', 'dit "Le Bois"']


def test_too_many_lines(tmp_path):
    path = written(tmp_path, "a;b\n" + "1;2\n" * 11)
    assert len(read_text_table(path, maximum_rows=11)) == 11
    (fault,) = refusal(path, maximum_rows=10)
    assert fault.found == "plus de 10 lignes"


def test_all_absent_columns_are_told_together():
    table = pd.DataFrame({"ligne": [2], "a": ["1"]})
    require_columns(table, ["a"], Faults("f.csv"))
    with pytest.raises(ContractError) as caught:
        require_columns(table, ["a", "b", "c"], Faults("f.csv"))
    assert [fault.column for fault in caught.value.faults] == ["b", "c"]


# --------------------------------------------------------------------------- workbooks


def test_a_sheet(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Données")
        sheet.write_row(2, 0, ["code", "valeur", "", "code"])
        sheet.write_row(4, 0, [1004, 1.5, "sans titre"])
        sheet.write_row(6, 0, ["2A004", 3, "", 7])
        workbook.add_worksheet("Vide")
    head = head_of(path)
    assert head.kind == "workbook"
    assert head.sheets["Vide"] == ()
    table = read_sheet(path, "Données", header_line=2)
    assert table["ligne"].tolist() == [5, 7]
    assert table.columns.tolist() == ["ligne", "code", "valeur", "code"]
    text = as_text(table.iloc[:, :3])
    assert text["code"].tolist() == ["1004", "2A004"]
    assert text["valeur"].tolist() == ["1.5", "3"]
    with pytest.raises(ContractError, match="« Absente » illisible"):
        read_sheet(path, "Absente", header_line=0)


def test_a_workbook_with_another_ending(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("A").write_row(0, 0, ["x", "y"])
    for name in ("a.xls", "a.csv", "telechargement"):
        other = written(tmp_path, path.read_bytes(), name)
        assert head_of(other).sheets["A"] == (("x", "y"),)
        assert list(read_sheet(other, "A", header_line=0).columns) == ["ligne", "x", "y"]


def test_an_open_document_workbook(tmp_path):
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row>{}</table:table-row>"
    sheet = "".join(row.format("".join(map(cell.format, cells))) for cells in (("x",), ("01004",)))
    names = "".join(
        f" xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f"<table:table table:name='A'>{sheet}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    assert head_of(path).sheets["A"] == (("x",), ("01004",))
    assert read_sheet(path, "A", header_line=0)["x"].tolist() == ["01004"]


# --------------------------------------------------------------------------- numbers


def numbers(cells, **named):
    faults = Faults("f.csv")
    series = pd.Series(cells, index=range(10, 10 + len(cells)))
    lines = pd.Series(range(2, 2 + len(cells)), index=series.index)
    values, status = to_number(series, faults, "taux", lines, **named)
    assert values.index.equals(series.index)
    return values.tolist(), status.tolist(), faults.found


def test_numbers_with_a_point_or_a_comma():
    values, status, faults = numbers(["50,0", "1.5", "-14,8", "0", " 12 ", "1e3", 7, 2.25])
    assert values == [50.0, 1.5, -14.8, 0.0, 12.0, 1000.0, 7.0, 2.25]
    assert set(status) == {"observe"}
    assert not faults


def test_blanks_only_cut_thousands():
    good = ["1 234", "67 408 052", "1\u202f234,5", "12\u00a0345"]
    assert numbers(good)[0] == [1234.0, 67408052.0, 1234.5, 12345.0]
    _, _, faults = numbers(["12 34", "1 2", "1 234 5"])
    assert [fault.row for fault in faults] == [2, 3, 4]


def test_masked_missing_and_zero_are_three_things():
    values, status, faults = numbers(
        ["s", "nd", "", "0", None], markers={"s": "masque", "nd": "manquant"}
    )
    assert status == ["masque", "manquant", "manquant", "observe", "manquant"]
    assert values[3] == 0.0
    assert all(pd.isna(values[i]) for i in (0, 1, 2, 4))
    assert not faults


@pytest.mark.parametrize("token", ["x", "S", "nan", "inf", "1,234.5", "--", "<11", "N/A", "0x10"])
def test_an_unknown_sign_is_a_fault_with_its_line(token):
    values, _, faults = numbers(["1", token], markers={"s": "masque"})
    (fault,) = faults
    assert (fault.row, fault.column, fault.found) == (3, "taux", f"« {token} »")
    assert fault.expected == "un nombre, ou l'un des signes s"
    assert pd.isna(values[1])


@given(st.lists(st.text(alphabet="0123456789,. snd-<x", max_size=6), max_size=8))
def test_only_digits_make_a_number(cells):
    values, status, faults = numbers(cells, markers={"s": "masque", "nd": "manquant"})
    wrong = {fault.row - 2 for fault in faults}
    for position, (cell, value, state) in enumerate(zip(cells, values, status, strict=True)):
        if cell.strip() in ("", "s", "nd"):
            assert pd.isna(value)
            assert state != "observe"
        elif position not in wrong:
            assert value == float(cell.strip().replace(" ", "").replace(",", "."))
