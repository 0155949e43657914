"""Large texts: needed columns only, every odd line told, coded columns as exact as the text."""

import numpy as np
import pyarrow as pa
import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts.large_texts import coded, joint, layout_of, read_columns


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def test_columns_are_known_by_their_place(file):
    layout = layout_of(write(file, 'a;b;c\n1;"x;y";3,5\n2;z;4\n'))
    table = read_columns(layout, {"label": 1, "number": 2}, ["number"], ["label"])
    assert table["label"].to_pylist() == ["x;y", "z"]
    assert table["number"].to_pylist() == [3.5, 4.0]


def test_a_separator_at_the_end_of_lines_or_of_the_header_alone(file):
    for text in ("a|b\n1|2|\n", "a|b|\n1|2|\n", "a|b|\n1|2\n"):
        layout = layout_of(write(file, text))
        assert read_columns(layout, {"b": 1})["b"].to_pylist() == ["2"]


def test_a_header_that_does_not_fit_is_told(file):
    with pytest.raises(ContractError, match=r"3\scolonnes"):
        layout_of(write(file, "a;b;c\n1;2\n"))


def test_numbers_with_blanks_or_unknown_signs(file):
    layout = layout_of(write(file, "a;n\n1;1 234,5\n2;NA\n3;5\n"))
    assert read_columns(layout, {"n": 1}, ["n"])["n"].to_pylist() == [1234.5, None, 5.0]
    with pytest.raises(ContractError, match=r"ligne 3.*colonne « n »"):
        read_columns(layout_of(write(file, "a;n\n1;1\n2;s\n")), {"n": 1}, ["n"])


def test_every_line_of_another_width_is_told(file):
    layout = layout_of(write(file, "a;b\n1;2\n\n3\n4;5;6\n7;8\n"))
    with pytest.raises(ContractError) as told:
        read_columns(layout, {"a": 0})
    assert [fault.row for fault in told.value.faults] == [4, 5]


def test_coded_columns_recode_and_join(file):
    text = "a|b\n" + "x|1\ny|1\nx|2\nx|1\n|2\n"
    table = read_columns(layout_of(write(file, text)), {"a": 0, "b": 1}, categories=["b"])
    first, second = coded(table["a"]), coded(table["b"])
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
