"""First against second opening of a national space made of official files.

Run ``python benchmarks/space_opening.py`` from the project's root; the files are those of
``../shared/real``. Ratios of one run on one machine: absolute times say nothing elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "real"
FILES = (
    "ign/communes_ADMIN-EXPRESS_2024_CARTElette.geojson",
    "cog/table-appartenance-geo-communes-2024.csv",
    "insee/donnees_communes.csv",
    "drees/apl_generalistes.xlsx",
    "insee/cc_filosofi_2021_COM.csv",
    "ars/cpts_paca.csv",
    "ars/cpts_communes_paca.csv",
)
OPENING = """
import sys, time
start = time.perf_counter()
from cpts_data.diagnostic import Diagnostic
imported = time.perf_counter()
diagnostic = Diagnostic.open(sys.argv[1])
for name in diagnostic.space.states:
    diagnostic.space.table(name)
opened = time.perf_counter()
diagnostic.values(["apl_mg", "population", "taux_pauvrete"], "commune")
told = time.perf_counter()
print(imported - start, opened - imported, told - opened)
"""


def opening(space: Path) -> tuple[float, float, float]:
    """Seconds to import, to open every table, to compute three indicators of all communes."""
    run = subprocess.run(
        [sys.executable, "-c", OPENING, str(space)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported, opened, told = (float(word) for word in run.stdout.split())
    return imported, opened, told


def main() -> int:
    """Build the space, open it with an empty cache, then again; print the table."""
    missing = [name for name in FILES if not (REAL / name).is_file()]
    if missing:
        print(f"Fichiers officiels absents de {REAL} : {', '.join(missing)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        space = Path(folder) / "france"
        start = time.perf_counter()
        command = [sys.executable, "-m", "cpts_data", "ajouter", "--espace", str(space)]
        subprocess.run([*command, *(str(REAL / name) for name in FILES)], cwd=ROOT, check=True)
        added = time.perf_counter() - start
        firsts, seconds = [], []
        for _ in range(3):
            shutil.rmtree(space / ".cache", ignore_errors=True)
            firsts.append(opening(space))
            seconds.append(opening(space))
    first, second = (sorted(runs, key=lambda run: run[1])[1] for runs in (firsts, seconds))
    print(f"{'':28}{'1re ouverture':>15}{'2e ouverture':>15}{'rapport':>10}")
    for name, one, other in (
        ("tables contrôlées et lues", first[1], second[1]),
        ("3 indicateurs x 34 935", first[2], second[2]),
        ("ensemble (sans les imports)", first[1] + first[2], second[1] + second[2]),
    ):
        print(f"{name:28}{one:>13.2f} s{other:>13.2f} s{one / other:>9.1f}x")
    print(f"ajouter les {len(FILES)} fichiers : {added:.1f} s (médianes de 3 essais)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
