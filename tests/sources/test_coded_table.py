"""Large delimited texts: dictionaries joined across blocks, nothing lost, every fault told."""

import pandas as pd
import pytest

from cpts_data.contracts import Column, ContractError, Faults, Kind, Source
from cpts_data.layouts import area_codes, coded_table, large_texts
from tests.sources.made_files import text

PLACES = {"zone": 0, "n": 1, "libelle": 2}


def read(path, texts=("zone",), masks=()):
    return large_texts.read_columns(
        large_texts.layout_of(path),
        {name: PLACES[name] for name in texts},
        numbers={"n": 1},
        no_number=("", *masks),
    )


@pytest.mark.parametrize("distinct", [3, 126, 127, 200, 33_000])
def test_values_and_ranks_rebuild_the_column_across_blocks(tmp_path, monkeypatch, distinct):
    monkeypatch.setattr(large_texts, "BLOCK_SIZE", 4096)
    zones = [f"z{number % distinct}" for number in range(max(1000, distinct + 10))]
    lines = [f"{zone};{number};é" for number, zone in enumerate(zones)]
    table = read(text(tmp_path / "a.csv", "zone;n;libelle", *lines))
    column = table.texts["zone"]
    assert [column.values[code] for code in column.codes] == zones
    assert table.numbers["n"].tolist() == list(range(len(zones)))
    assert column.filled().tolist() == zones
    assert list(column.values) == list(dict.fromkeys(zones))


def test_empty_numbers_are_missing_and_masks_too(tmp_path):
    path = text(tmp_path / "a.csv", "zone;n;libelle", "a;1;x", "b;;x", "c;NS;x", "d;2,5;x")
    values = read(path, masks=("NS",)).numbers["n"]
    assert pd.isna(values).tolist() == [False, True, True, False]
    assert values[3] == 2.5


@pytest.mark.parametrize("word", ["nan", "inf", "-Inf", "secret"])
def test_a_word_is_no_number_whatever_python_thinks(tmp_path, word):
    path = text(tmp_path / "a.csv", "zone;n;libelle", "a;1.5;x", f"b;{word};x")
    with pytest.raises(ContractError) as error:
        read(path)
    assert [(fault.row, fault.column) for fault in error.value.faults] == [(3, "n")]


def test_pairs_number_the_combinations(tmp_path):
    path = text(tmp_path / "a.csv", "zone;n;libelle", "a;1;x", "b;2;x", "a;3;y", "a;4;x")
    table = read(path, texts=["zone", "libelle"])
    pairs, ranks = table.pairs("zone", "libelle")
    told = [tuple(pairs.loc[rank, ["zone", "libelle"]]) for rank in ranks]
    assert told == [("a", "x"), ("b", "x"), ("a", "y"), ("a", "x")]
    assert len(pairs) == 3


def test_two_lines_of_another_width_are_two_faults(tmp_path):
    path = text(tmp_path / "a.csv", "zone;n;libelle", "a;1;x", "b;2", "c;3;x", "d;4;x;y")
    with pytest.raises(ContractError) as error:
        read(path)
    assert [fault.row for fault in error.value.faults] == [3, 5]


SOURCE = Source(
    id="essai",
    title="Essai",
    publisher="x",
    landing_page="",
    licence="x",
    level="departement",
    key=("zone",),
    columns=(
        Column("zone", Kind.TEXT, "zone", choices=("a", "b", "c")),
        Column("n", Kind.NUMBER, "nombre", minimum=0, maximum=10),
    ),
)


def told(zones, numbers):
    faults = Faults("essai.csv")
    table = pd.DataFrame({"zone": pd.Categorical(zones), "n": numbers})
    coded_table.check_coded(table, SOURCE, faults, first_line=2)
    return [(fault.row, fault.column) for fault in faults.found]


def test_the_contract_is_kept_or_told_as_the_ordinary_check_does():
    assert told(["a", "b"], [0.0, 10.0]) == []
    assert told(["a", "b", "a"], [1.0, 2.0, 3.0]) == [(4, "zone")]
    assert told(["a", "z"], [1.0, 2.0]) == [(3, "zone")]
    assert told(["a", None], [1.0, 2.0]) == [(3, "zone")]
    assert told(["a", "b", "c"], [-1.0, 11.0, float("nan")]) == [(2, "n"), (3, "n"), (4, "n")]


@pytest.mark.parametrize(
    ("code", "repaired"),
    [
        ("1", "01"),
        ("1.0", "01"),
        ("2a", "2A"),
        ("974", "974"),
        (" 84 ", "84"),
        ("", ""),
        ("x", "X"),
    ],
)
def test_area_codes_are_repaired(code, repaired):
    assert area_codes.repair_area_codes(pd.Series([code])).to_list() == [repaired]


@pytest.mark.parametrize(
    ("level", "code", "right"),
    [
        ("departement", "01", True),
        ("departement", "2B", True),
        ("departement", "976", True),
        ("departement", "2C", False),
        ("departement", "", False),
        ("region", "84", True),
        ("region", "974", False),
        ("france", "FR", True),
        ("bassin_de_vie", "n'importe quoi", True),
    ],
)
def test_a_code_suits_its_level(level, code, right):
    faults = Faults("x")
    table = pd.DataFrame({"niveau": [level], "code": [code], "ligne": [7]})
    area_codes.check_area_codes(table, faults)
    assert [fault.row for fault in faults.found] == ([] if right else [7])
