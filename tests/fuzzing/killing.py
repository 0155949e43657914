"""Additions and downloads killed (SIGKILL) at random instants: the space stays whole.

A driver (:mod:`tests.fuzzing.killed`) holds the program loaded and forks it; the instant of the
kill is drawn over the time that an uninterrupted run takes. After each kill the space must open,
tell one version whole, the one before or the one after, and hold no other file than those it
records. At the end the same command finishes the job.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cpts_data.space import Space, received_files
from cpts_data.space.provenance import read_provenance, sha256_of
from tests.official_layouts import POPULATIONS, apl_workbook, populations_rows, write_csv
from tests.official_site import drip, open_site

ROOT = Path(__file__).resolve().parents[2]
DOWNLOAD_PIECES = 12


@dataclass
class Driver:
    """The program loaded in another process, forked at each order."""

    process: subprocess.Popen[str]

    def ask(self, seconds: float, *words: str) -> str:
        """Run once and kill after so many seconds (never when negative): how it ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\t".join([str(seconds), *words]) + "\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline().strip()
        if told not in ("tué", "fini 0"):
            raise AssertionError(f"« {' '.join(words)} » s'est terminé par : {told or 'rien'}")
        return told


@contextmanager
def driver() -> Iterator[Driver]:
    """Start a driver, stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.fuzzing.killed"],
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


def check_whole(space: Path, source: str, told: Callable[[Space], object], known: list) -> object:
    """What a space tells after a kill: one of the known versions, without a fault; raises else."""
    opened = Space.open(space)
    state = opened.states[source]
    assert not state.faults, state.faults[0]
    found = told(opened)
    assert found in known, f"l'espace dit {found}, ni l'ancienne version ni la nouvelle"
    folder = space / source
    records = read_provenance(folder)
    for path in received_files(folder):
        record = records.get(path.name)
        assert record is not None, f"{path.name} n'est pas dans provenance.toml"
        assert record.sha256 == sha256_of(path), f"{path.name} n'est pas entier"
    return found


def kill_additions(driver: Driver, folder: Path, kills: int, random: Random) -> int:
    """Replace good data again and again, killed; how many of these runs were killed."""
    cells = [dict.fromkeys(POPULATIONS, 1.0), dict.fromkeys(list(POPULATIONS)[:12], 2.0)]
    versions = []
    for number, values in enumerate(cells):
        rows = {code: (value, value, 1, 1) for code, value in values.items()}
        versions.append(apl_workbook(folder / f"version{number}.xlsx", {2023: rows}))
    known: list[object] = [{1.0: 13}, {2.0: 12}]
    space = folder / "espace"

    def told(opened: Space) -> object:
        return opened.table("drees_apl").groupby("apl_mg").size().to_dict()

    def add(seconds: float, version: int) -> str:
        return driver.ask(seconds, "ajouter", str(space), str(versions[version]))

    add(-1, 0)
    add(-1, 1)
    start = time.monotonic()
    add(-1, 0)
    whole = time.monotonic() - start
    before, killed = known[0], 0
    for number in range(kills):
        version = (number + 1) % 2
        ending = add(random.uniform(0, whole * 1.1), version)
        after = check_whole(space, "drees_apl", told, known)
        assert after == (before if after != known[version] else known[version])
        assert ending == "tué" or after == known[version]
        before, killed = after, killed + (ending == "tué")
    add(-1, 1)
    assert check_whole(space, "drees_apl", told, known) == known[1]
    return killed


def kill_downloads(driver: Driver, folder: Path, kills: int, random: Random) -> int:
    """Download over good data from a slow site, killed, then finished; how many were killed."""
    source = "populations_legales"
    contents = []
    for people in (1000, 2000):
        rows = populations_rows(dict.fromkeys(POPULATIONS, people))
        contents.append(write_csv(folder / f"{people}.csv", rows).read_bytes())
    known: list[object] = [13_000, 26_000]
    space, killed = folder / "telecharge", 0

    def told(opened: Space) -> object:
        table = opened.table(source)
        return int(table.loc[table["period"] == table["period"].max(), "population"].sum())

    with open_site() as site:
        url = site.publish("/p", contents[0])
        driver.ask(-1, "telecharger", str(space), source, url)
        assert check_whole(space, source, told, known) == known[0]
        for number in range(kills):
            version = (number // 4 + 1) % 2
            slow = drip(len(contents[version]) // DOWNLOAD_PIECES + 1, 0.03)
            site.publish("/p", contents[version], *[slow] * 5)
            ending = driver.ask(random.uniform(0, 1.5), "telecharger", str(space), source, url)
            after = check_whole(space, source, told, known)
            assert ending == "tué" or after == known[version]
            killed += ending == "tué"
        url = site.publish("/p", contents[1])
        driver.ask(-1, "telecharger", str(space), source, url)
        assert check_whole(space, source, told, known) == known[1]
    return killed


def run(minutes: float, seed: int) -> int:
    """Kill for so many minutes; the number of failures (told)."""
    random, until, killed = Random(seed), time.monotonic() + minutes * 60, 0
    with driver() as loaded:
        while time.monotonic() < until:
            for attempt in (kill_additions, kill_downloads):
                with tempfile.TemporaryDirectory() as folder:
                    try:
                        killed += attempt(loaded, Path(folder), 20, random)
                    except AssertionError as fault:
                        print(f"{attempt.__name__}, graine {seed} : {fault}", flush=True)
                        return 1
    print(f"{killed} ajouts et téléchargements tués, l'espace toujours entier")
    return 0
