"""The long run: ``python -m tests.fuzzing --minutes 10``.

Every reader meets spoiled files, each in a process of bounded memory that is killed after ten
seconds of work; then spaces and downloads are killed (:mod:`tests.fuzzing.killing`). The same
``--seed`` gives the same files. What fails is told and kept in ``--keep``; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.fuzzing import killing
from tests.fuzzing.judging import Worker
from tests.fuzzing.mutations import spoiled
from tests.fuzzing.seeds import seeds


def case(name: str, number: int | str, path: Path) -> bytes:
    """The bytes of one spoiled file."""
    return spoiled(Random(f"{name}#{number}"), path.read_bytes(), path.suffix)


def cases(
    found: dict[str, tuple[str, Path]], seed: int, wanted: str
) -> Iterator[tuple[str, int, Path]]:
    """Endless cases: every seed in turn, under a number that grows."""
    chosen = [(name, path) for name, (_, path) in found.items() if wanted in name]
    number = seed
    while True:
        for name, path in chosen:
            yield name, number, path
        number += 1


def run(minutes: float, seed: int, wanted: str, keep: Path) -> int:
    """Judge files for so many minutes; the number of those that show a fault of ours."""
    keep.mkdir(parents=True, exist_ok=True)
    endings: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        worker = Worker(folder / "worker")
        found = seeds(folder / "seeds")
        until = time.monotonic() + minutes * 60
        for name, number, path in cases(found, seed, wanted):
            if time.monotonic() > until:
                break
            target = folder / f"spoiled-{number}{path.suffix}"
            target.write_bytes(case(name, number, path))
            ending, fault = worker.judge(target)
            endings[ending] += 1
            if fault:
                kind = f"{name} : {fault.strip().splitlines()[-1]}"[:200]
                if not faults[kind]:
                    kept = keep / f"{name.replace('/', '-')}-{number}{path.suffix}"
                    kept.write_bytes(target.read_bytes())
                    print(f"\n{name} n° {number} ({kept}) : {ending}\n{fault}", flush=True)
                faults[kind] += 1
            target.unlink()
        worker.stop()
    total = french_count(sum(endings.values()))
    print(f"{total} fichiers abîmés : " + ", ".join(f"{n} {k}" for k, n in endings.items()))
    for kind, count in faults.most_common():
        print(f"  {count} × {kind}")
    return sum(faults.values())


def french_count(number: int) -> str:
    """A number with blanks between thousands."""
    return f"{number:,}".replace(",", " ")


def main() -> int:
    """Spoil files, then kill; 0 when nothing of ours failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--source", default="", help="a part of the names of the files to spoil")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "cpts-fuzzing")
    parser.add_argument("--only", choices=("files", "kills"))
    asked = parser.parse_args()
    share = 1.0 if asked.only else 0.7
    failed = 0
    if asked.only != "kills":
        failed += run(asked.minutes * share, asked.seed, asked.source, asked.keep)
    if asked.only != "files":
        failed += killing.run(asked.minutes * (1.0 if asked.only else 1 - share), asked.seed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
