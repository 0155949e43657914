"""What a preview read is not read again when it is agreed to; what waits is bounded."""

import shutil
import time
from pathlib import Path

import pandas as pd
import pytest

from cpts_data.sources import MODULES, contours_communes, drees_apl
from cpts_data.space import Space, receiving, waiting
from cpts_data.space.previewing import preview
from cpts_data.space.provenance import read_provenance
from cpts_data.space.receiving import add_files
from cpts_data.space.waiting import WaitingRoom
from tests.official_layouts import APL, apl_workbook
from tests.space.test_no_person_enters import HEADER, PERSONS, line


@pytest.fixture
def space(five_space, tmp_path) -> Path:
    copied = tmp_path / "espace"
    shutil.copytree(five_space, copied)
    return copied


@pytest.fixture
def newer(tmp_path) -> Path:
    return apl_workbook(tmp_path / "apl 2024.xlsx", {2024: APL})


@pytest.fixture
def readings(monkeypatch) -> list[str]:
    """Names of the files that readers were asked to read, in order."""
    seen: list[str] = []
    true_read = receiving.read_file

    def read(source_id, path):
        seen.append(source_id)
        return true_read(source_id, path)

    monkeypatch.setattr(receiving, "read_file", read)
    return seen


def test_accepting_does_not_read_again(space, newer, readings):
    room = WaitingRoom()
    (seen,) = preview(space, [newer], waiting=room)
    again = preview(space, [newer], vintage="2024", waiting=room)[0]
    (receipt,) = add_files(space, [newer], waiting=room)
    assert readings == ["drees_apl"]
    assert (receipt.rows, receipt.remarks) == (seen.rows, seen.remarks)
    assert again.rows == seen.rows


def test_a_space_is_the_same_with_and_without(space, newer, tmp_path):
    other = tmp_path / "autre"
    shutil.copytree(space, other)
    room = WaitingRoom()
    preview(space, [newer], waiting=room)
    waited, read = add_files(space, [newer], waiting=room)[0], add_files(other, [newer])[0]
    assert waited == read
    records = [read_provenance(folder / "drees_apl") for folder in (space, other)]
    assert records[0] == records[1]
    left, right = (Space.open(folder).table("drees_apl") for folder in (space, other))
    pd.testing.assert_frame_equal(left, right)
    stored = space / "drees_apl" / waited.stored
    assert stored.read_bytes() == newer.read_bytes()


def test_contours_wait_too(space, five_files, readings):
    shutil.rmtree(space / "contours_communes")
    room = WaitingRoom()
    preview(space, [five_files["contours_communes"]], waiting=room)
    (receipt,) = add_files(space, [five_files["contours_communes"]], waiting=room)
    assert receipt.accepted
    assert readings == ["contours_communes"]
    table = Space.open(space).table("contours_communes")
    assert table.crs.to_epsg() == 4326
    assert len(table) == len(contours_communes.read(five_files["contours_communes"]))


def test_a_file_without_persons_waits_and_the_file_itself_does_not(
    space, tmp_path, readings, monkeypatch
):
    pruned = []
    true_copy = receiving.copy_without_persons

    def copy(*arguments):
        pruned.append(arguments)
        return true_copy(*arguments)

    monkeypatch.setattr(receiving, "copy_without_persons", copy)
    path, room = tmp_path / "PS_LibreAcces.txt", WaitingRoom()
    path.write_text("\n".join([HEADER, *map(line, PERSONS)]) + "\n", encoding="utf-8")
    preview(space, [path], waiting=room)
    held = b"".join(place.read_bytes() for place in room.folder.rglob("*") if place.is_file())
    assert held
    assert not [cell for person in PERSONS for cell in person[1:] if cell.encode() in held]
    (receipt,) = add_files(space, [path], waiting=room)
    assert receipt.accepted
    assert (len(pruned), readings) == (1, ["rpps"])
    (record,) = read_provenance(space / "rpps").values()
    assert record.sha256_original
    assert record.remarque == "données nominatives retirées à la réception"
    assert len(Space.open(space).table("rpps")) == len(PERSONS)


def test_another_content_another_name_and_another_reader_are_read(
    space, newer, tmp_path, readings, monkeypatch
):
    room = WaitingRoom()
    preview(space, [newer], waiting=room)
    (tmp_path / "autre").mkdir()
    other = apl_workbook(tmp_path / "autre" / newer.name, {2024: {"01004": (9.0, 9.0, 1, 1)}})
    preview(space, [other], waiting=room)
    preview(space, [shutil.copyfile(newer, tmp_path / "apl 2025.xlsx")], waiting=room)
    assert len(readings) == 3
    monkeypatch.setattr(waiting, "reader_version", lambda source_id: "plus-recente")
    preview(space, [newer], waiting=room)
    assert len(readings) == 4


@pytest.mark.parametrize("file", ["table.parquet", "entree.json"])
def test_what_is_damaged_is_read_again(space, newer, readings, file):
    room = WaitingRoom()
    preview(space, [newer], waiting=room)
    (place,) = room.folder.iterdir()
    (place / file).write_bytes((place / file).read_bytes()[:20])
    assert add_files(space, [newer], waiting=room)[0].accepted
    assert len(readings) == 2


def test_a_refused_file_does_not_wait(space, tmp_path):
    path = tmp_path / "communes.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    room = WaitingRoom()
    assert not preview(space, [path], waiting=room)[0].accepted
    assert not list(room.folder.iterdir())


def test_the_room_is_bounded(space, tmp_path, readings):
    files = [
        apl_workbook(tmp_path / f"apl {year}.xlsx", {year: APL}) for year in (2021, 2022, 2024)
    ]
    measure = WaitingRoom()
    preview(space, files[:1], waiting=measure)
    size = sum(path.stat().st_size for path in measure.folder.rglob("*") if path.is_file())
    readings.clear()

    room = WaitingRoom(maximum_size=2 * size + size // 2)
    for path in files:
        preview(space, [path], waiting=room)
        time.sleep(0.02)  # the order of arrival is that of dates
    assert len(list(room.folder.iterdir())) == 2, "the first left"
    readings.clear()
    preview(space, files[1:], waiting=room)
    assert readings == []
    none = WaitingRoom(maximum_size=10)
    assert preview(space, files[:1], waiting=none)[0].accepted
    assert not list(none.folder.iterdir()), "too large for the room: read again"


def test_nothing_stays_long_nor_outlives_the_room(space, newer, tmp_path, monkeypatch):
    room = WaitingRoom()
    preview(space, [newer], waiting=room)
    (first,) = room.folder.iterdir()
    monkeypatch.setattr(waiting, "LONGEST_STAY", -1)
    other = apl_workbook(tmp_path / "b.xlsx", {2021: APL})
    preview(space, [other], waiting=room)
    assert not first.exists()
    folder = room.folder
    room.close()
    assert not folder.exists()
    assert add_files(space, [other], waiting=room)[0].accepted, "a closed room is no obstacle"


def test_the_same_file_twice_at_once_waits_once(space, newer):
    room = WaitingRoom()
    ready = waiting.Ready(
        "d", "", receiving.read_file("drees_apl", newer)[0], drees_apl.read(newer)
    )
    for _ in range(2):
        room.keep("d", newer.name, MODULES["drees_apl"].SOURCE, newer, ready)
    assert len(list(room.folder.iterdir())) == 1
