"""Readings kept beside the space: the same tables, made once, made anew when anything changes."""

import shutil

import pytest
from pandas.testing import assert_frame_equal

from cpts_data.diagnostic import Diagnostic
from cpts_data.reading import comparisons, kept

NAMES = ("population", "part_75_ans_et_plus", "densite_population")
TABLES = ("values", "compared", "history", "trends")


@pytest.fixture
def space(five_space, tmp_path):
    copy = tmp_path / "espace"
    # The space is shared by the tests: what others have read of it stays with it.
    shutil.copytree(five_space, copy, ignore=shutil.ignore_patterns(".cache"))
    return copy


class Maker:
    """Counts how many times a reading is worked out."""

    def __init__(self):
        self.times = 0

    def __call__(self, diagnostic, indicators):
        self.times += 1
        return comparisons.read(diagnostic, indicators)


def read(space, maker, names=NAMES):
    return kept.reading(Diagnostic.open(space), names, maker)


def entries(space):
    return sorted(path.name for path in (space / ".cache").glob("lecture-*"))


def test_what_is_kept_is_what_was_made(space):
    maker = Maker()
    first, second = read(space, maker), read(space, maker)
    assert maker.times == 1
    plain = comparisons.read(Diagnostic.open(space), NAMES)
    for name in TABLES:
        assert len(getattr(first, name)) == len(getattr(plain, name))
        assert_frame_equal(getattr(first, name), getattr(second, name))
        assert_frame_equal(getattr(first, name), getattr(plain, name), check_dtype=False)
    assert first.credits == second.credits == plain.credits
    assert len(first.values) > 0


def test_other_indicators_are_another_reading(space):
    maker = Maker()
    read(space, maker)
    assert set(read(space, maker, ("population",)).values["indicator"]) == {"population"}
    assert maker.times == 2
    read(space, maker)
    assert maker.times == 2


def test_another_file_another_reading_and_the_old_one_goes(space):
    maker = Maker()
    read(space, maker)
    before = entries(space)
    (file,) = list((space / "populations_legales").glob("*.csv"))
    text = file.read_bytes()
    file.write_bytes(text + text.splitlines(keepends=True)[-1][:0] + b"\r\n")
    read(space, maker)
    assert maker.times == 2
    after = entries(space)
    assert len(after) == len(before)
    assert not set(after) & set(before)


def test_another_code_another_reading(space, monkeypatch):
    maker = Maker()
    read(space, maker)
    monkeypatch.setattr(kept, "_version", lambda: "autre")
    read(space, maker)
    assert maker.times == 2


@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_or_missing_table_is_made_again(space, table):
    maker = Maker()
    first = read(space, maker)
    (file,) = list((space / ".cache").glob(f"lecture-*-{table}.parquet"))
    file.write_bytes(b"PAR1 broken")
    again = read(space, maker)
    assert maker.times == 2
    assert_frame_equal(getattr(first, table), getattr(again, table))
    (file,) = list((space / ".cache").glob(f"lecture-*-{table}.parquet"))
    file.unlink()
    read(space, maker)
    assert maker.times == 3
