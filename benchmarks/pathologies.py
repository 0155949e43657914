"""The file of pathologies of the whole country: time against pandas, and memory.

Writes a file of 5.8 million lines in the layout of the Cnam (made-up counts, fixed seed), then
reads it in four ways, each in a process of its own: our reader; ``pandas.read_csv`` at its
defaults, which leaves a raw table (codes without their zero, totals among the details, masks
unnamed); pandas up to the same table as ours, by its usual vectorised operations; and our whole
reception into a space (recognition, copy, fingerprint, reading, table kept as Parquet). Prints the
ratios of times and the peaks of memory. Exits with 1 when a line is lost, beyond 2 GiB, or when
the reader is less than twice as fast as pandas for the same table.

``pandas.read_csv`` reads in parallel since pandas 3.1: no reader in Python is several times faster
than its raw reading any more. Run: ``python -m benchmarks.pathologies``.
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
READERS = ("ours", "pandas", "same", "received")
RATIO_WANTED = 2.0
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
    import pandas as pd

    from cpts_data.sources import cnam_pathologies
    from cpts_data.space.receiving import add_files

    start = time.perf_counter()
    if reader == "ours":
        rows = len(cnam_pathologies.read(path))
    elif reader == "pandas":
        rows = len(pd.read_csv(path, sep=";"))
    elif reader == "received":
        with tempfile.TemporaryDirectory() as folder:
            (receipt,) = add_files(Path(folder) / "e", [path])
        rows = receipt.rows
    else:
        rows = len(same_table(path))
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, rows)


def same_table(path: Path):
    """The table of our reader, by pandas alone: levels, codes, strata, statuses, no double."""
    import pandas as pd

    codes = dict.fromkeys(("annee", "region", "dept", "sexe"), "str")
    raw = pd.read_csv(path, sep=";", dtype=codes, na_values={"Ntop": ["NS"]})
    region, area = raw["region"].str.zfill(2), raw["dept"].str.zfill(2)
    whole = area == "999"
    country = whole & (region == "99")
    levels = pd.Series("departement", index=raw.index).mask(whole, "region").mask(country, "france")
    table = pd.DataFrame(
        {
            "niveau": levels,
            "code": area.mask(whole, region).mask(country, "FR"),
            "period": raw["annee"],
            "top": raw["top"],
            "affection": raw["patho_niv3"].fillna(raw["patho_niv2"]).fillna(raw["patho_niv1"]),
            "age": raw["cla_age_5"].replace({"tsage": "ensemble", "95et+": "95+"}),
            "sexe": raw["sexe"].map({"1": "hommes", "2": "femmes", "9": "ensemble"}),
            "patients": raw["Ntop"],
            "patients_statut": raw["Ntop"].isna().map({True: "masque", False: "observe"}),
            "population_cnam": raw["Npop"],
        }
    )
    if table.duplicated(["niveau", "code", "period", "top", "age", "sexe"]).any():
        raise ValueError("a row is told twice")
    return table


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
        rounds = [{reader: measure(reader, path) for reader in READERS} for _ in range(ROUNDS)]
    seconds = {reader: min(one[reader][0] for one in rounds) for reader in READERS}
    memory = {reader: max(one[reader][1] for one in rounds) for reader in READERS}
    whole = all(one[reader][2] == lines for one in rounds for reader in READERS)
    print(f"{lines:,} lines, {size / 1e6:,.0f} MB, every line read: {whole}")
    for reader in READERS:
        ratio = seconds[reader] / seconds["ours"]
        peak = memory[reader] / 1024**2
        print(f"{reader:7} {seconds[reader]:6.2f} s ({ratio:.1f} x ours), peak {peak:,.0f} MiB")
    fast = seconds["same"] >= RATIO_WANTED * seconds["ours"]
    return 0 if whole and fast and memory["ours"] <= MEMORY_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
