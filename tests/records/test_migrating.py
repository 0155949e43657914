"""A database is made or brought up to date once, whole, and a newer one is left alone."""

import hashlib
import subprocess
import sys
import threading
from random import Random

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from cpts_data.records import NewerDatabaseError, Records, UnavailableError, migrating
from cpts_data.records.database import Database
from cpts_data.records.schema import HEAD, METADATA, MIGRATIONS, VERSION_TABLE
from tests.records.conftest import scenario
from tests.records.killed import ROOT

# A link to edit sent by an installation at the first migration.
OLD_LINK = "m" + "Ab3_-x9Z" * 4


def tables(base):
    engine = sa.create_engine(base.address)
    with engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names())
    engine.dispose()
    return names


def at_first_migration(base):
    """The database as the first migration made it, with a work of two versions in it."""
    database = Database(make_url(base.address), 5)
    migrating._make_file(database)
    migrating._migrate(database, "0001")
    database.close()
    digest = hashlib.sha256(OLD_LINK.encode()).hexdigest()
    record = "a" * 32
    base.ask(
        "INSERT INTO cpts_record (id, kind, space, territory, owner, read_token, edit_hash, "
        f"version, created_at) VALUES ('{record}', 'scenario', 'paca', 'apt', 'ana', "
        f"'l{'r' * 32}', '{digest}', 2, '2026-01-02 03:04:05.000006')",
        *[
            "INSERT INTO cpts_revision (record_id, version, based_on, action, title, content, "
            "digest, size, author, identity, saved_at) VALUES "
            f"""('{record}', {version}, {version - 1}, 'enregistrement', 'Ancien', """
            f"""'{{"medecins":{version}}}', 'd{version}', 14, 'Ana', 'ana', """
            f"'2026-01-0{version} 03:04:05.000006')"
            for version in (1, 2)
        ],
    )


def test_the_migrations_make_the_tables_that_the_program_speaks_to(records, base):
    engine = sa.create_engine(base.address)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    assert base.tell(f"SELECT version_num FROM {VERSION_TABLE}") == [(HEAD,)]


def test_the_list_of_migrations_is_that_of_the_files():
    config = Config()
    config.set_main_option("script_location", str(migrating._SCRIPTS))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == MIGRATIONS
    assert script.get_heads() == [HEAD]


def test_works_of_an_older_version_are_brought_along(base, open_records):
    at_first_migration(base)
    records = open_records(shared=True)
    work = records.read(OLD_LINK)
    assert (work.content, work.version, work.editable) == ({"medecins": 2}, 2, True)
    assert (work.territory, work.author, work.attached_to) == ("apt", "Ana", "")
    assert work.created_at.isoformat() == "2026-01-02T03:04:05.000006+00:00"
    assert [entry.id for entry in records.listing("ana")] == [work.id]
    assert records.restore(OLD_LINK, 1).content == {"medecins": 1}
    assert scenario(records, attached_to=OLD_LINK).attached_to == work.id
    if base.file:
        copy = base.file.with_name("travaux.sqlite.avant-0002")
        assert copy.stat().st_mode & 0o777 == 0o600
        older = sa.create_engine(f"sqlite:///{copy}")
        with older.connect() as connection:
            assert connection.exec_driver_sql("SELECT edit_hash FROM cpts_record").scalar()
        older.dispose()


def test_a_migration_that_fails_leaves_the_database_as_it_was(base, monkeypatch):
    at_first_migration(base)
    before = base.tell("SELECT * FROM cpts_record"), tables(base)

    def fail(*_):  # half-way: a table of the second step is made by then
        raise sa.exc.OperationalError("x", None, OSError("coupure"))

    monkeypatch.setattr("alembic.operations.Operations.create_index", fail)
    with pytest.raises(UnavailableError):
        Records.open(base.address)
    monkeypatch.undo()
    assert base.tell("SELECT * FROM cpts_record") == before[0]
    assert tables(base) == before[1]
    assert base.tell(f"SELECT version_num FROM {VERSION_TABLE}") == [("0001",)]
    with Records.open(base.address, shared=True) as records:
        assert records.read(OLD_LINK).version == 2


def test_killed_while_migrating(base, drivers):
    at_first_migration(base)
    random, versions = Random(20261125), set()
    for _ in range(8):
        drivers[0].ask(random.uniform(0.0, 0.4), "ouvrir", base.address, "-")
        ((version,),) = base.tell(f"SELECT version_num FROM {VERSION_TABLE}")
        versions.add(version)
        assert ("cpts_link" in tables(base)) == (version == HEAD)
        assert base.tell("SELECT count(*) FROM cpts_revision") == [(2,)]
    assert versions <= set(MIGRATIONS)
    with Records.open(base.address, shared=True) as records:
        assert records.read(OLD_LINK).content == {"medecins": 2}


def test_a_database_of_a_newer_version_is_not_touched(records, base):
    scenario(records)
    records.close()
    base.ask(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    before = base.file.read_bytes() if base.file else base.tell("SELECT * FROM cpts_record")
    with pytest.raises(NewerDatabaseError, match="version plus récente") as refusal:
        Records.open(base.address)
    assert "Rien n’y a été touché" in str(refusal.value)
    after = base.file.read_bytes() if base.file else base.tell("SELECT * FROM cpts_record")
    assert after == before


def test_two_processes_start_at_once_on_a_new_database(base):
    order = (
        "import sys; from cpts_data.records import Kind, Records\n"
        "with Records.open(sys.argv[1]) as records:\n"
        "    records.create(Kind.NOTE, space='paca', title='', content={})"
    )
    started = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", order, base.address], cwd=ROOT)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert base.tell("SELECT count(*) FROM cpts_record") == [(3,)]
    assert base.tell(f"SELECT version_num FROM {VERSION_TABLE}") == [(HEAD,)]


def test_several_sessions_start_at_once_on_an_old_database(base):
    at_first_migration(base)
    told = []

    def start():
        with Records.open(base.address, shared=True) as records:
            told.append(records.read(OLD_LINK).version)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [2, 2, 2, 2]


def test_another_program_may_live_in_the_same_database(base, open_records):
    base.ask(
        "CREATE TABLE alembic_version (version_num VARCHAR(32))", "CREATE TABLE record (x INT)"
    )
    base.ask("INSERT INTO alembic_version VALUES ('theirs')")
    scenario(open_records())
    assert base.tell("SELECT version_num FROM alembic_version") == [("theirs",)]
    assert base.tell("SELECT count(*) FROM record") == [(0,)]


def test_importing_the_room_brings_neither_alembic_nor_pandas():
    order = (
        "import sys, cpts_data.records\n"
        "print([name for name in ('alembic', 'pandas', 'psycopg', 'streamlit') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", order], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_opening_an_up_to_date_database_does_not_load_alembic(records, base):
    scenario(records)
    order = (
        "import sys; from cpts_data.records import Records\n"
        "with Records.open(sys.argv[1], shared=False) as records: print(len(records.listing()))\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", order, base.address], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "False"]
