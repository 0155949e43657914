"""A session of saved works in a process of its own, forked at each line of standard input.

A line holds the seconds before the kill (negative: none), a verb and its words, between tabs. The
child writes one line for each thing that the database acknowledged; the answer gives the last of
them after « tué » or « fini ». The parent holds no connection and no thread to lose at a fork.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 (loaded before the forks)

from cpts_data.records import ConflictError, Kind, Records, RecordsError

ROOT = Path(__file__).resolve().parents[2]
PADDING = 60_000


def content_of(version: int) -> dict[str, Any]:
    """What the version of a number says: large enough to be written in several pieces."""
    return {"numero": version, "texte": chr(97 + version % 26) * PADDING}


def _save_for_ever(records: Records, key: str, tell: Any) -> None:
    while True:
        version = records.read(key).version
        tell(records.save(key, content_of(version + 1), expected_version=version).version)


def _count(records: Records, key: str, tell: Any, times: str) -> None:
    """Add one, so many times, as someone does who starts again when told of a conflict."""
    refused = 0
    for _ in range(int(times)):
        now = records.read(key)
        while True:
            content = {"total": now.content["total"] + 1}
            # Who and when, so that two sessions never write the same text.
            mine = content | {"par": os.getpid(), "a": time.monotonic_ns()}
            try:
                records.save(key, mine, expected_version=now.version)
                break
            except ConflictError as conflict:
                refused, now = refused + 1, conflict.theirs
    tell(refused)


def _fill(records: Records, key: str, tell: Any, room: str) -> None:
    """Save until the disk, limited to so many bytes a file, refuses."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
    version = records.read(key).version
    while True:
        content = content_of(version + 1)
        try:
            version = records.save(key, content, expected_version=version).version
        except RecordsError as error:
            kept = error.unsaved == content
            tell(f"{version} {type(error).__name__} {kept}")
            return


def _create_for_ever(records: Records, _: str, tell: Any) -> None:
    while True:
        tell(records.create(Kind.SCENARIO, space="paca", title="t", content=content_of(1)).id)


def _import_for_ever(records: Records, path: str, tell: Any) -> None:
    while True:
        tell(len(records.import_work(Path(path).read_bytes()).created))


def _open(records: Records, key: str, tell: Any) -> None:
    tell("ouvert")


_VERBS = {
    "enregistrer": _save_for_ever,
    "compter": _count,
    "remplir": _fill,
    "creer": _create_for_ever,
    "importer": _import_for_ever,
    "ouvrir": _open,
}


def _forked(seconds: float, verb: str, address: str, key: str, *words: str) -> str:
    inner, outer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            with Records.open(address, shared=False) as records:

                def tell(said: object) -> None:
                    os.write(outer, f"{said}\n".encode())

                _VERBS[verb](records, key, tell, *words)
            code = 0
        finally:
            os._exit(code)
    os.close(outer)
    if seconds >= 0:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(inner) as stream:
        told = stream.read().splitlines()
    _, status = os.waitpid(child, 0)
    ending = "tué" if os.WIFSIGNALED(status) else f"fini {os.waitstatus_to_exitcode(status)}"
    return f"{ending}\t{told[-1] if told else ''}"


@dataclass
class Driver:
    """The program loaded in another process, forked at each order."""

    process: subprocess.Popen[str]

    def order(self, seconds: float, verb: str, address: str, key: str, *words: object) -> None:
        """Start, to be killed after so many seconds (never when negative)."""
        assert self.process.stdin is not None
        line = "\t".join([str(seconds), verb, address, key, *map(str, words)])
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> tuple[str, str]:
        """How it ended, and the last thing that it was told."""
        assert self.process.stdout is not None
        ending, _, told = self.process.stdout.readline().rstrip("\n").partition("\t")
        if ending not in ("tué", "fini 0"):
            raise AssertionError(f"the session ended with « {ending} »")
        return ending, told

    def ask(self, seconds: float, verb: str, address: str, key: str, *words: object) -> str:
        """Start and wait for the end: the last thing that it was told."""
        self.order(seconds, verb, address, key, *words)
        return self.answer()[1]


@contextmanager
def driver() -> Iterator[Driver]:
    """Start a driver, stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.records.killed"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Driver(process)
    finally:
        process.kill()
        process.communicate()


def serve() -> None:
    """Answer each line."""
    for line in sys.stdin:
        seconds, verb, address, key, *words = line.rstrip("\n").split("\t")
        print(_forked(float(seconds), verb, address, key, *words), flush=True)


if __name__ == "__main__":
    serve()
