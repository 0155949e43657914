"""A private PostgreSQL server: its own folder, a Unix socket, nobody else's data."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg

_DEBIAN = Path("/usr/lib/postgresql")
_SETTINGS = {
    "listen_addresses": "",  # the socket only
    "fsync": "off",  # what the kernel was handed survives any kill; only a power cut would not
    "shared_buffers": "16MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
}


def server_programs() -> Path | None:
    """The folder of PostgreSQL's own programs, the newest; None when it is not installed."""
    versions = [path for path in _DEBIAN.glob("*/bin") if (path / "initdb").is_file()]
    if versions:
        return max(versions, key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A server that a test starts, stops, kills and starts again."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        # initdb refuses root; the account comes with Debian's package.
        self.user = "postgres" if os.geteuid() == 0 else None
        # Not pytest's folder, which another account may not enter. A socket's path is short.
        self.folder = Path(tempfile.mkdtemp(prefix="cpts-pg-", dir="/tmp"))
        if self.user:
            shutil.chown(self.folder, self.user)
        self._numbers = count(1)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--no-locale", "--no-sync")  # fmt: skip
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            for name, value in (_SETTINGS | {"unix_socket_directories": str(self.folder)}).items():
                settings.write(f"{name} = '{value}'\n")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", "start", "-D", str(self.folder / "data"), "-w", "-t", "30",
                  "-l", str(self.folder / "log"))  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop; ``immediate`` lets every process die on the spot, as a crash does."""
        self._run("pg_ctl", "stop", "-D", str(self.folder / "data"), "-w", "-m", mode)

    def remove(self) -> None:
        """Stop for good."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, encoding: str = "UTF8") -> str:
        """Make an empty database: its SQLAlchemy address."""
        name = f"travaux{next(self._numbers)}"
        self.ask("postgres", f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def ask(self, database: str, *orders: str) -> None:
        """Give the server orders, each in its own transaction."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        ) as connection:
            for order in orders:
                connection.execute(order)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *words],
            user=self.user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            # Not pipes: the server would keep them open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            log = self.folder / "log"
            told = log.read_text(errors="replace")[-2000:] if log.is_file() else ""
            raise RuntimeError(f"{program} ended with {done.returncode}\n{told}")
