"""Where works go: a file of the user by default, a server when told; never a password shown."""

import sqlite3
from pathlib import Path

import platformdirs
import pytest

from cpts_data.records import AddressError, Records, UnavailableError
from cpts_data.records.database import locate, shared_by_default
from tests.records.conftest import scenario


def test_by_default_a_file_in_the_user_s_folder():
    url = locate(None)
    folder = Path(platformdirs.user_data_dir("cpts-diagnostic", appauthor=False))
    assert Path(url.database) == folder / "travaux.sqlite"
    assert Path(__file__).resolve().parents[2] not in Path(url.database).parents


def test_the_folder_is_made_and_kept_to_its_owner(monkeypatch, tmp_path):
    monkeypatch.setenv("CPTS_DOSSIER", str(tmp_path / "é à" / "travaux #1?"))
    with Records.open() as records:
        made = scenario(records)
        assert records.shared is False
    file = tmp_path / "é à" / "travaux #1?" / "travaux.sqlite"
    assert str(file) in records.place
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    with Records.open(str(file)) as again:
        assert again.read(made.id).title == made.title
        assert again.place == records.place


def test_a_file_keeps_the_write_ahead_log_and_full_synchrony(tmp_path):
    with Records.open(str(tmp_path / "t.sqlite")) as records:
        with records._database.engine.connect() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys")
            told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
        assert told == ["wal", 2, 1]
        records.close()
    # Alone, the file is whole: copying it is a backup.
    assert [path.name for path in tmp_path.iterdir()] == ["t.sqlite"]
    with sqlite3.connect(tmp_path / "t.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM cpts_record").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    ("address", "driver", "database"),
    [
        ("postgresql://u:p@h/b", "postgresql+psycopg", "b"),
        ("postgres://u:p@h:5433/b", "postgresql+psycopg", "b"),
        ("postgresql+psycopg://u@/b?host=/run/x", "postgresql+psycopg", "b"),
        ("sqlite:////srv/t.sqlite", "sqlite", "/srv/t.sqlite"),
        ("sqlite+pysqlite:///t.sqlite", "sqlite", "t.sqlite"),
        ("/srv/t.sqlite", "sqlite", "/srv/t.sqlite"),
    ],
)
def test_addresses_that_are_understood(monkeypatch, address, driver, database):
    monkeypatch.setenv("CPTS_BASE", f" {address}\n")
    url = locate(None)
    assert (url.drivername, url.database) == (driver, database)
    assert shared_by_default(url) is driver.startswith("postgresql")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("mysql://u:s3cret@h/b", "n’est pas pris en charge"),
        ("postgresql://u:s3cret@h", "ne nomme pas de base"),
        ("postgresql://u:s3cret@h:port/b", "ne se lit pas"),
        ("://s3cret", "ne se lit pas"),
        ("sqlite://", "seraient perdus"),
        ("sqlite:///:memory:", "seraient perdus"),
        ("sqlite:///file:s3cret?mode=memory", "seraient perdus"),
    ],
)
def test_addresses_that_are_not(address, found):
    with pytest.raises(AddressError, match=found) as refusal:
        Records.open(address)
    assert "s3cret" not in str(refusal.value)
    assert "postgresql+psycopg://compte:motdepasse@serveur/base" in str(refusal.value)


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path):
    address = f"postgresql+psycopg://ana:s3cret@/cpts?host={tmp_path}"
    with pytest.raises(UnavailableError, match="ne répond pas") as refusal:
        Records.open(address, patience=1)
    assert "s3cret" not in str(refusal.value)
    assert "cpts" in str(refusal.value)


def test_a_base_that_cannot_write_every_language_is_refused(cluster):
    with pytest.raises(AddressError, match="UTF-8"):
        Records.open(cluster.new_database("LATIN1"))


@pytest.mark.parametrize(
    ("told", "shared"), [("1", True), ("oui", True), ("0", False), ("non", False), ("", False)]
)
def test_whether_a_file_is_shared_is_told_by_a_variable(monkeypatch, tmp_path, told, shared):
    monkeypatch.setenv("CPTS_PARTAGE", told)
    with Records.open(str(tmp_path / "t.sqlite")) as records:
        assert records.shared is shared


def test_those_who_share_are_not_told_the_server_s_folders(tmp_path):
    file = tmp_path / "t.sqlite"
    with Records.open(str(file), shared=True) as records:
        made = scenario(records)
        file.rename(tmp_path / "ailleurs.sqlite")
        with pytest.raises(UnavailableError) as refusal:
            records.save(made.key, {}, expected_version=1)
    assert str(tmp_path) not in str(refusal.value)
