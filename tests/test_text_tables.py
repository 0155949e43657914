"""Drawn text tables: what is written is read back cell by cell, whatever the cells hold."""

import csv
import io
import string
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpts_data.contracts import ContractError
from cpts_data.received import head_of, read_text_table

LABELS = ("code", "nom", "valeur", "note")
# What a cell may hold once blanks around it are dropped: letters, digits, marks, quotes, breaks.
CELL = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "éèœÿ€ ;,|.-+'\"\n"), max_size=9
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=12)


def written(rows, separator, end):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROWS,
    separator=st.sampled_from([";", ",", "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_every_cell_is_read_back(tmp_path, rows, separator, end, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes(written([LABELS, *rows], separator, end).encode(encoding))
    table = read_text_table(path, separator=separator)
    assert list(table.columns) == ["ligne", *LABELS]
    cells = table[list(LABELS)].to_numpy().tolist()
    # Lines of separators alone are no rows.
    assert cells == [list(row) for row in rows if "".join(row).strip()]
    # A record begins on the line after all the breaks before it.
    breaks, lines = 0, []
    for number, row in enumerate(rows):
        if "".join(row).strip():
            lines.append(number + 2 + breaks)
        breaks += sum(cell.count("\n") for cell in row)
    assert table["ligne"].tolist() == lines


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    widths=st.lists(st.integers(1, 6), min_size=1, max_size=10),
    separator=st.sampled_from([";", ",", "\t", "|"]),
)
def test_every_line_of_another_width_is_told(tmp_path, widths, separator):
    path = tmp_path / "table.csv"
    lines = [separator.join(["x"] * width) for width in widths]
    path.write_text("\n".join([separator.join(LABELS), *lines, ""]), encoding="utf-8")
    wrong = [number for number, width in enumerate(widths, start=2) if width != len(LABELS)]
    try:
        table = read_text_table(path, separator=separator)
        assert table["ligne"].tolist() == list(range(2, len(widths) + 2))
        told = []
    except ContractError as error:
        told = [fault.row for fault in error.faults]
    assert told == wrong


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_refusal(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with suppress(ContractError):
        if head_of(path).kind == "csv":
            assert "ligne" in read_text_table(path).columns


@pytest.mark.parametrize("mark", ["\ufeff", " ", "\u00a0"])
def test_marks_and_blanks_around_a_label_are_no_part_of_it(tmp_path, mark):
    path = tmp_path / "table.csv"
    path.write_text(f"{mark}code{mark};{mark}nom\n01004;x\n", encoding="utf-8")
    assert head_of(path).header() == ("code", "nom")
    assert list(read_text_table(path, columns=["nom"]).columns) == ["ligne", "nom"]
