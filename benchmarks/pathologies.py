"""The file of pathologies of the whole country: time against pandas, and memory.

Writes a file of 5.8 million lines in the layout of the Cnam (made-up counts, fixed seed), reads it
with our reader and with ``pandas.read_csv`` at its defaults, each in a process of its own, and
prints the ratio of times and the peak of memory. Exits with 1 when the reader is less than five
times faster, or goes beyond 2 GiB. Run: ``python -m benchmarks.pathologies``.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

LINES = 5_800_000
MEMORY_LIMIT = 2 * 1024**3
RATIO_WANTED = 5.0
YEARS, TOPS, ROUNDS = range(2015, 2025), 79, 3
SEXES = (("1", "hommes"), ("2", "femmes"), ("9", "tous sexes"))
AGES = (*(f"{first:02d}-{first + 4:02d}" for first in range(0, 95, 5)), "95et+", "tsage")
HEADER = (
    "annee;patho_niv1;patho_niv2;patho_niv3;top;cla_age_5;sexe;region;dept;Ntop;Npop;prev;"
    "Niveau prioritaire;libelle_classe_age;libelle_sexe;tri\n"
)


def areas() -> list[tuple[str, str]]:
    """Région and département of 101 départements, 18 régions and the country."""
    numbers = [f"{n:02d}" for n in range(1, 96) if n != 20] + ["2A", "2B"]
    numbers += ["971", "972", "973", "974", "976"]
    regions = [str(n) for n in (1, 2, 3, 4, 6, 11, 24, 27, 28, 32, 44, 52, 53, 75, 76, 84, 93, 94)]
    found = [(regions[rank % 18], number) for rank, number in enumerate(numbers)]
    return [*found, *((region, "999") for region in regions), ("99", "999")]


def write(path: Path) -> int:
    """Write the file, year by year; returns its number of lines."""
    draw = np.random.default_rng(20)
    written = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADER)
    with path.open("ab") as stream:
        for year, top in itertools.product(YEARS, range(TOPS)):
            cells = list(itertools.product(areas(), AGES, SEXES))[: LINES - written]
            if not cells:
                break
            stream.write(_lines(year, top, cells, draw))
            written += len(cells)
    return written


def _lines(year: int, top: int, cells: list, draw: np.random.Generator) -> bytes:
    population = draw.integers(100, 300_000, len(cells)) * 10
    patients = (population * draw.random(len(cells)) ** 4 / 100).round(-1)
    shown = patients >= 10
    group, sub = f"Groupe de pathologies numéro {top % 18}", f"Sous-groupe {top % 48} (détail)"
    ages = [age for _, age, _ in cells]
    table = pa.table(
        {
            "annee": pa.array(np.full(len(cells), year)),
            "niv1": pa.array([group] * len(cells)),
            "niv2": pa.array([sub if top % 10 else ""] * len(cells)),
            "niv3": pa.array([f"Pathologie détaillée {top}" if top % 4 else ""] * len(cells)),
            "top": pa.array([f"TOP_PAT_{top:03d}"] * len(cells)),
            "age": pa.array(ages),
            "sexe": pa.array([sex for _, _, (sex, _) in cells]),
            "region": pa.array([region for (region, _), _, _ in cells]),
            "dept": pa.array([number for (_, number), _, _ in cells]),
            "ntop": pa.array(patients.astype(int), mask=~shown),
            "npop": pa.array(population),
            "prev": pa.array((patients / population * 100).round(3), mask=~shown),
            "niveau": pa.array(["2,3" if top % 2 else "1"] * len(cells)),
            "age_label": pa.array([f"de {age} ans" for age in ages]),
            "sexe_label": pa.array([label for _, _, (_, label) in cells]),
            "tri": pa.array(np.full(len(cells), float(top))),
        }
    )
    sink = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(include_header=False, delimiter=";", quoting_style="none")
    pa_csv.write_csv(table, sink, options)
    return sink.getvalue().to_pybytes()


def measure(reader: str, path: Path) -> tuple[float, int, int]:
    """Seconds, peak memory in bytes and rows of one reading, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pathologies", "--lire", reader, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(told[0]), int(told[1]), int(told[2])


def read(reader: str, path: Path) -> None:
    """Read the file once and print seconds, peak memory and rows."""
    if reader == "pandas":
        import pandas as pd

        start = time.perf_counter()
        rows = len(pd.read_csv(path, sep=";"))
    else:
        from cpts_data.sources import cnam_pathologies

        start = time.perf_counter()
        rows = len(cnam_pathologies.read(path))
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, rows)


def main() -> int:
    """Compare, or read once when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lire", nargs=2, metavar=("READER", "FILE"))
    asked = parser.parse_args()
    if asked.lire:
        read(asked.lire[0], Path(asked.lire[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "effectifs.csv"
        lines = write(path)
        size = path.stat().st_size
        rounds = [(measure("ours", path), measure("pandas", path)) for _ in range(ROUNDS)]
    ours = min(seconds for (seconds, _, _), _ in rounds)
    theirs = min(seconds for _, (seconds, _, _) in rounds)
    memory = max(peak for (_, peak, _), _ in rounds)
    whole = all(one[2] == two[2] == lines for one, two in rounds)
    ratio = theirs / ours
    print(f"{lines:,} lines, {size / 1e6:,.0f} MB, every line read: {whole}")
    print(f"ours {ours:.2f} s, pandas.read_csv {theirs:.2f} s, ratio {ratio:.1f}")
    print(f"peak memory {memory / 1024**2:,.0f} MiB (limit {MEMORY_LIMIT / 1024**2:,.0f})")
    return 0 if whole and ratio >= RATIO_WANTED and memory <= MEMORY_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
