"""Large texts: needed columns only, every odd line told, coded columns as exact as the text."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts import large_texts
from cpts_data.layouts.coded_table import coded, joint
from cpts_data.layouts.large_texts import layout_of, read_columns


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def test_columns_are_known_by_their_place(file):
    layout = layout_of(write(file, 'a;b;c\n1;"x;y";3,5\n2;z;4\n'))
    table = read_columns(layout, {"label": 1}, cells={"first": 0}, numbers={"number": 2})
    assert table.texts["label"].text().tolist() == ["x;y", "z"]
    assert table.cells["first"].to_pylist() == ["1", "2"]
    assert table.numbers["number"].tolist() == [3.5, 4.0]


def test_a_separator_at_the_end_of_lines_or_of_the_header_alone(file):
    for text in ("a|b\n1|2|\n", "a|b|\n1|2|\n", "a|b|\n1|2\n"):
        layout = layout_of(write(file, text))
        assert read_columns(layout, {"b": 1}).texts["b"].text().tolist() == ["2"]


def test_a_header_that_does_not_fit_is_told(file):
    with pytest.raises(ContractError, match=r"3\scolonnes"):
        layout_of(write(file, "a;b;c\n1;2\n"))


def test_numbers_with_blanks_or_unknown_signs(file):
    layout = layout_of(write(file, "a;n\n1;1 234,5\n2;NA\n3;5\n"))
    values = read_columns(layout, {}, numbers={"n": 1}).numbers["n"]
    assert pd.Series(values).fillna(-1).tolist() == [1234.5, -1, 5.0]
    with pytest.raises(ContractError, match=r"ligne 3.*colonne « n »"):
        read_columns(layout_of(write(file, "a;n\n1;1\n2;s\n")), {}, numbers={"n": 1})


def test_a_cell_that_is_no_number_is_told_with_its_line_in_any_block(file, monkeypatch):
    monkeypatch.setattr(large_texts, "BLOCK_SIZE", 64)
    lines = [f"{number};{number}" for number in range(200)]
    lines[150] = "150;secret"
    with pytest.raises(ContractError) as told:
        read_columns(layout_of(write(file, "\n".join(["a;n", *lines]))), {"a": 0}, numbers={"n": 1})
    assert [(fault.row, fault.column) for fault in told.value.faults] == [(152, "n")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_and_any_size_of_block_give_the_same_rows(file, monkeypatch, end):
    numbers = [str(number) for number in range(500)]
    text = end.join(["a;é", *(f"z{number};{number}" for number in numbers)])
    layout = layout_of(write(file, text))
    for size in (16, 100, 1000, 1 << 20):
        monkeypatch.setattr(large_texts, "BLOCK_SIZE", size)
        monkeypatch.setattr(large_texts, "LONGEST_LINE", size)
        table = read_columns(layout, {"a": 0}, cells={"b": 1})
        assert table.texts["a"].text().tolist() == [f"z{number}" for number in numbers]
        assert table.cells["b"].to_pylist() == numbers


def test_a_line_that_never_ends_is_refused_without_filling_the_memory(file, monkeypatch):
    monkeypatch.setattr(large_texts, "BLOCK_SIZE", 1000)
    monkeypatch.setattr(large_texts, "LONGEST_LINE", 2000)
    layout = layout_of(write(file, "a;b\n1;2\n3;" + "x" * 50_000))
    with pytest.raises(ContractError, match="ligne 3 – trouvé : une ligne démesurée"):
        read_columns(layout, {"a": 0})


def test_bytes_of_windows_far_in_the_file_change_the_encoding_of_the_whole(file, monkeypatch):
    monkeypatch.setattr(large_texts, "BLOCK_SIZE", 4096)
    plain = "".join(f"{number};x\n" for number in range(20_000))
    layout = layout_of(write(file, f"a;b\n{plain}1;é\x8d\n", encoding="latin-1"))
    found = read_columns(layout, {"b": 1}).texts["b"]
    assert layout.encoding.startswith("utf")
    assert list(found.values) == ["x", "é\ufffd"]


def test_every_line_of_another_width_is_told(file):
    layout = layout_of(write(file, "a;b\n1;2\n\n3\n4;5;6\n7;8\n"))
    with pytest.raises(ContractError) as told:
        read_columns(layout, {"a": 0})
    assert [fault.row for fault in told.value.faults] == [4, 5]


def test_coded_columns_recode_and_join(file):
    text = "a|b\n" + "x|1\ny|1\nx|2\nx|1\n|2\n"
    table = read_columns(layout_of(write(file, text)), {"b": 1}, cells={"a": 0})
    first, second = coded(table.cells["a"]), table.texts["b"]
    assert first.values.iloc[first.codes].tolist() == ["x", "y", "x", "x", ""]
    numbers, (left, right) = joint(first, second)
    assert numbers.tolist() == [0, 1, 2, 0, 3]
    assert first.values.iloc[left].tolist() == ["x", "y", "x", ""]
    assert second.values.iloc[right].tolist() == ["1", "1", "2", "2"]
    merged = first.recoded(first.values.map({"x": "z", "y": "z"}))
    assert merged.text().fillna("-").tolist() == ["z", "z", "z", "z", "-"]
    assert merged.category().tolist()[:4] == ["z"] * 4
    assert merged.rows(np.array([4, 0])).text().isna().tolist() == [True, False]


def test_a_dictionary_over_several_blocks_is_one(file):
    column = pa.chunked_array([pa.array(["b", "a"]), pa.array(["a", "c"])])
    for chunks in (column, column.dictionary_encode()):
        found = coded(chunks)
        assert found.values.iloc[found.codes].tolist() == ["b", "a", "a", "c"]
        assert len(found.values) == 3
