"""Killed, two at once, full disk, no database: what was saved stays, the rest is handed back."""

import shutil
import sqlite3
import threading
import time
from random import Random

import pytest
import sqlalchemy as sa

from cpts_data.records import ConflictError, FullDiskError, Records, UnavailableError
from tests.records.conftest import scenario
from tests.records.killed import content_of

KILLS = 25


def check_history(records, key):
    """Every version is there, whole: the last of them."""
    lines = [line for line in reversed(records.history(key)) if not line.is_draft]
    assert [line.version for line in lines] == list(range(1, len(lines) + 1))
    for line in lines[-3:]:
        assert records.revision(key, line.number).content == content_of(line.version)
    return lines[-1].version


def check_file(base):
    if base.file:
        with sqlite3.connect(base.file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_killed_while_saving_again_and_again(base, records, drivers):
    made = scenario(records, content=content_of(1))
    random, version, told, pace = Random(20261122), 1, 0, 1.0
    for _ in range(KILLS):
        delay = pace * random.uniform(0.03, 0.25)
        last = drivers[0].ask(delay, "enregistrer", base.address, made.id)
        # A slow machine saves nothing in so short a time: it is left a little more.
        pace = pace if last else min(pace * 1.3, 12.0)
        now = records.read(made.id)
        acknowledged = int(last) if last else version
        # What was acknowledged is there; one more may have been, whose answer was lost.
        assert acknowledged <= now.version <= acknowledged + 1
        assert now.content == content_of(now.version)
        told, version = told + bool(last), now.version
    assert check_history(records, made.id) == version
    check_file(base)
    assert told > KILLS // 3
    assert version > KILLS


def test_killed_while_making_a_new_database(base, drivers):
    random = Random(20261123)
    for _ in range(8):
        drivers[0].ask(random.uniform(0.0, 0.3), "ouvrir", base.address, "-")
        if base.file and random.random() < 0.5:
            for path in base.file.parent.glob("travaux.sqlite*"):
                path.unlink()
    with Records.open(base.address, shared=False) as records:
        assert scenario(records).version == 1
    check_file(base)


def test_a_work_or_an_import_is_there_whole_or_not_at_all(base, records, drivers, tmp_path):
    for number in range(3):
        parent = scenario(records, f"t{number}")
        scenario(records, "c", attached_to=parent.key)
    file = tmp_path / "travaux.json"
    file.write_bytes(records.export_work())
    for entry in records.listing():
        if not entry.attached_to:
            records.erase(records.delete(entry.key).key)
    random = Random(20261124)
    for _ in range(8):
        drivers[0].ask(random.uniform(0.02, 0.2), "importer", base.address, str(file))
        found = records.find()
        assert len(found) in (0, 6)
        for work in found:
            assert len(records.history(work.key)) == 2
        for work in found:
            if not work.attached_to:
                records.erase(records.delete(work.key).key)
    last = drivers[0].ask(0.3, "creer", base.address, "-")
    assert not last or records.read(last).content == content_of(1)
    for work in records.listing():
        assert len(records.history(work.key)) == 1
    orphans = (
        "SELECT count(*) FROM cpts_record WHERE id NOT IN (SELECT record_id FROM cpts_revision)",
        "SELECT count(*) FROM cpts_record WHERE attached_to IS NULL AND "
        "id NOT IN (SELECT record_id FROM cpts_link)",
    )
    assert [base.tell(question) for question in orphans] == [[(0,)], [(0,)]]


def test_two_processes_save_at_once(base, records, drivers):
    made = scenario(records, content={"total": 0})
    for one in drivers:
        one.order(-1, "compter", base.address, made.id, 15)
    refused = sum(int(one.answer()[1]) for one in drivers)
    now = records.read(made.id)
    assert (now.content["total"], now.version) == (30, 31)
    history = records.history(made.id)
    assert sum(line.is_draft for line in history) == refused
    check_file(base)


def test_many_sessions_of_one_process_save_at_once(base, records):
    made = scenario(records, content={"total": 0})
    conflicts, failures = [], []

    def work(name):
        try:
            for turn in range(6):
                now = records.read(made.id)
                while True:
                    mine = {"total": now.content["total"] + 1, "par": name, "tour": turn}
                    try:
                        records.save(made.id, mine, expected_version=now.version, author=name)
                        break
                    except ConflictError as conflict:
                        conflicts.append((conflict, mine))
                        now = conflict.theirs
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"session {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert records.read(made.id).content["total"] == 36
    assert conflicts
    for conflict, mine in conflicts:
        assert conflict.yours == mine
        assert records.revision(made.id, conflict.draft.number).content == mine


def fill_disk(base, records):
    """No more room, from now on; how to make some again."""
    if base.file:
        pages = base.tell("PRAGMA page_count")[0][0]

        def limit(connection, _):
            connection.execute(f"PRAGMA max_page_count={pages}")

        engine = records._database.engine
        sa.event.listen(engine, "connect", limit)
        return lambda: sa.event.remove(engine, "connect", limit)
    base.ask(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk AFTER INSERT ON cpts_revision EXECUTE FUNCTION full_disk()",
    )
    return lambda: base.ask("DROP TRIGGER full_disk ON cpts_revision")


def test_a_full_disk_is_told_and_nothing_is_lost(base, records):
    made = scenario(records, content=content_of(1))
    file = records.export_work()
    make_room = fill_disk(base, records)
    with pytest.raises(FullDiskError, match="plus de place") as refusal:
        records.save(made.id, content_of(2), expected_version=1)
    assert refusal.value.unsaved == content_of(2)
    assert "n’est pas perdu" in str(refusal.value)
    with pytest.raises(FullDiskError) as refusal:
        scenario(records, content=content_of(7))
    assert refusal.value.unsaved == content_of(7)
    # Somebody else's conflict cannot be kept as a draft either: it is in the error.
    with pytest.raises(FullDiskError) as refusal:
        records.save(made.id, content_of(3), expected_version=0)
    assert refusal.value.unsaved == content_of(3)
    assert records.read(made.id).content == content_of(1)
    assert len(records.listing()) == 1
    assert records.export_work()[-100:] == file[-100:]
    make_room()
    assert records.save(made.id, content_of(2), expected_version=1).version == 2
    check_file(base)


@pytest.mark.parametrize("room", [300_000, 470_000, 650_000])
def test_a_file_that_may_not_grow_any_more(drivers, tmp_path, room):
    address = str(tmp_path / "travaux.sqlite")
    with Records.open(address) as records:
        made = scenario(records, content=content_of(1))
        version, error, kept = drivers[0].ask(-1, "remplir", address, made.id, room).split()
        assert (error, kept) == ("FullDiskError", "True")
        assert records.read(made.id).version == int(version) > 1
        assert check_history(records, made.id) == int(version)
        records.save(made.id, {}, expected_version=int(version))
    with sqlite3.connect(address) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize("ending", ["fast", "immediate"])
def test_the_server_goes_down_and_comes_back(cluster, ending):
    address = cluster.new_database()
    with Records.open(address, shared=False, patience=2) as records:
        made = scenario(records, content=content_of(1))
        records.save(made.id, content_of(2), expected_version=1)
        cluster.stop(ending)
        try:
            with pytest.raises(UnavailableError, match="ne répond pas") as refusal:
                records.save(made.id, content_of(3), expected_version=2)
            assert refusal.value.unsaved == content_of(3)
            with pytest.raises(UnavailableError):
                records.listing()
            with pytest.raises(UnavailableError):
                Records.open(address)
        finally:
            cluster.start()
        assert records.read(made.id).content == content_of(2)
        again = records.save(made.id, refusal.value.unsaved, expected_version=2)
        assert (again.version, check_history(records, made.id)) == (3, 3)


def test_a_server_restarted_between_two_saves_is_not_even_noticed(cluster):
    with Records.open(cluster.new_database(), shared=False) as records:
        made = scenario(records, content=content_of(1))
        cluster.stop()
        cluster.start()
        assert records.save(made.id, content_of(2), expected_version=1).version == 2


def test_the_server_goes_down_while_sessions_save(cluster):
    address = cluster.new_database()
    with Records.open(address, shared=False, patience=2) as records:
        made = scenario(records, content=content_of(1))
        acknowledged, errors = [1], []

        def work():
            while not errors:
                now = acknowledged[-1]
                try:
                    saved = records.save(made.id, content_of(now + 1), expected_version=now)
                    acknowledged.append(saved.version)
                except UnavailableError as error:
                    errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        while len(acknowledged) < 5:
            time.sleep(0.01)
        cluster.stop("immediate")
        thread.join()
        cluster.start()
        unsaved = errors[0].unsaved
        assert unsaved == content_of(acknowledged[-1] + 1)
        # Its answer may have been lost after it was kept: saving again is no conflict with oneself.
        again = records.save(made.id, unsaved, expected_version=acknowledged[-1])
        assert again.version == acknowledged[-1] + 1
        assert check_history(records, made.id) == again.version


def test_the_file_is_taken_away_and_comes_back(tmp_path):
    file, aside = tmp_path / "travaux.sqlite", tmp_path / "ailleurs.sqlite"
    with Records.open(str(file)) as records:
        made = scenario(records, content=content_of(1))
        shutil.move(file, aside)
        with pytest.raises(UnavailableError, match="introuvable") as refusal:
            records.save(made.id, content_of(2), expected_version=1)
        assert refusal.value.unsaved == content_of(2)
        assert not file.exists(), "an empty database in its place would hide the works"
        with pytest.raises(UnavailableError):
            records.listing()
        shutil.move(aside, file)
        assert records.save(made.id, content_of(2), expected_version=1).version == 2


def test_a_file_locked_by_another_program(tmp_path):
    file = tmp_path / "travaux.sqlite"
    with Records.open(str(file), patience=0.2) as records:
        made = scenario(records, content=content_of(1))
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert records.read(made.id).content == content_of(1), "readers do not wait for a writer"
        with pytest.raises(UnavailableError, match="occupée") as refusal:
            records.save(made.id, content_of(2), expected_version=1)
        assert refusal.value.unsaved == content_of(2)
        other.execute("ROLLBACK")
        other.close()
        assert records.save(made.id, content_of(2), expected_version=1).version == 2


def test_a_row_locked_on_the_server(cluster):
    address = cluster.new_database()
    with Records.open(address, shared=False, patience=0.2) as records:
        made = scenario(records, content=content_of(1))
        engine = sa.create_engine(address)
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT * FROM cpts_record FOR UPDATE")
            assert records.read(made.id).version == 1
            with pytest.raises(UnavailableError, match="occupée"):
                records.save(made.id, content_of(2), expected_version=1)
        engine.dispose()
        assert records.save(made.id, content_of(2), expected_version=1).version == 2


def test_a_file_that_may_only_be_read(tmp_path):
    file = tmp_path / "travaux.sqlite"
    with Records.open(str(file)) as records:
        made = scenario(records, content=content_of(1))

        def read_only(connection, _):
            connection.execute("PRAGMA query_only=ON")

        sa.event.listen(records._database.engine, "connect", read_only)
        with pytest.raises(UnavailableError, match="qu’en lecture") as refusal:
            records.save(made.id, content_of(2), expected_version=1)
        assert refusal.value.unsaved == content_of(2)
        assert records.read(made.id).content == content_of(1)
        sa.event.remove(records._database.engine, "connect", read_only)
        assert records.save(made.id, content_of(2), expected_version=1).version == 2


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    file = tmp_path / "travaux.sqlite"
    file.write_text("bonjour, je suis un autre fichier\n" * 50)
    before = file.read_bytes()
    with pytest.raises(UnavailableError, match="pas une base lisible"):
        Records.open(str(file))
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "fichier").write_text("")
    with pytest.raises(UnavailableError, match="CPTS_DOSSIER"):
        Records.open(str(tmp_path / "fichier" / "travaux.sqlite"))


def test_an_account_without_the_right_to_write(cluster):
    address = cluster.new_database()
    cluster.ask("postgres", "DROP ROLE IF EXISTS lecteur", "CREATE ROLE lecteur LOGIN")
    poor = address.replace("postgres@", "lecteur@")
    with pytest.raises(UnavailableError, match="CREATE sur le schéma"):
        Records.open(poor)
    with Records.open(address, shared=False) as records:
        made = scenario(records)
    database = address.partition("@/")[2].partition("?")[0]
    cluster.ask(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO lecteur")
    with Records.open(poor, shared=False) as records:
        assert records.read(made.id).version == 1
        with pytest.raises(UnavailableError) as refusal:
            records.save(made.id, {"x": 1}, expected_version=1)
        assert refusal.value.unsaved == {"x": 1}
