"""Every test of saved works runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cpts_data.records import Kind, Record, Records
from tests.records.cluster import Cluster, server_programs
from tests.records.killed import Driver, driver

VARIABLES = ("CPTS_BASE", "CPTS_DOSSIER", "CPTS_PARTAGE", "CPTS_ENTETE_IDENTITE")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server."""
    programs = server_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    started = Cluster(programs)
    yield started
    started.remove()


@pytest.fixture(scope="session")
def drivers() -> Iterator[tuple[Driver, Driver]]:
    """Two other processes in which sessions are started and killed."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    with driver() as first, driver() as second:
        yield first, second


@dataclass
class Base:
    """An empty database of one of the two kinds."""

    engine: str
    address: str
    cluster: Cluster | None = None
    file: Path | None = None

    def ask(self, *orders: str) -> None:
        """Give the database orders behind the product's back."""
        engine = sa.create_engine(self.address)
        with engine.begin() as connection:
            for order in orders:
                connection.exec_driver_sql(order)
        engine.dispose()

    def tell(self, question: str) -> list[tuple[Any, ...]]:
        """Read the database behind the product's back."""
        engine = sa.create_engine(self.address)
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.exec_driver_sql(question)]
        engine.dispose()
        return rows


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this machine decides where works go."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Base:
    """An empty database."""
    if request.param == "sqlite":
        file = tmp_path / "travaux.sqlite"
        return Base("sqlite", f"sqlite:///{file}", file=file)
    cluster: Cluster = request.getfixturevalue("cluster")
    return Base("postgresql", cluster.new_database(), cluster=cluster)


@pytest.fixture
def open_records(base: Base) -> Iterator[Callable[..., Records]]:
    """Open the database, as often as wished; all is closed at the end."""
    opened: list[Records] = []

    def start(**choices: Any) -> Records:
        opened.append(Records.open(base.address, **choices))
        return opened[-1]

    yield start
    for records in opened:
        records.close()


@pytest.fixture
def records(open_records: Callable[..., Records]) -> Records:
    """The works of an embedded installation: whoever is at the machine may do everything."""
    return open_records(shared=False)


@pytest.fixture
def shared_records(open_records: Callable[..., Records]) -> Records:
    """The works of an installation that several people use."""
    return open_records(shared=True)


def scenario(records: Records, title: str = "Un cabinet à Apt", **choices: Any) -> Record:
    """A work like many."""
    given = {"space": "paca", "content": {"code": "84003", "medecins": 2}, **choices}
    return records.create(given.pop("kind", Kind.SCENARIO), title=title, **given)
