"""Write ``data/demonstration``: a fictitious island in the official files' own formats.

Run ``python tools/make_demonstration.py``. The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from demonstration.activity_files import activity_files
from demonstration.apl_other import other_apl_files
from demonstration.apl_workbook import apl_file, earlier_apl_file
from demonstration.bpe_files import bpe_files
from demonstration.census_files import census_files
from demonstration.context_files import context_files
from demonstration.establishment_files import establishment_files
from demonstration.local_file import local_files
from demonstration.official_files import (
    cpts_files,
    income_file,
    population_files,
    territory_files,
)
from demonstration.pathology_file import pathology_file
from demonstration.prevention_files import prevention_files
from demonstration.provenance import DemonstrationFile, write_files
from demonstration.rpps_file import rpps_file
from demonstration.truth import SEED, Truth, build_truth
from demonstration.zone_files import zone_files

DESCRIPTION = """titre = "Démonstration : l'île d'Hespérie"
fictif = true
"""
FOLDER = Path(__file__).resolve().parents[1] / "data" / "demonstration"


def files_of(truth: Truth) -> list[DemonstrationFile]:
    """Every file of the demonstration, in memory."""
    return [
        *territory_files(truth),
        *population_files(truth),
        *census_files(truth),
        income_file(truth),
        *context_files(truth),
        *cpts_files(truth),
        *zone_files(truth),
        apl_file(truth),
        earlier_apl_file(truth),
        *other_apl_files(truth),
        rpps_file(truth),
        *activity_files(truth),
        *bpe_files(truth),
        *establishment_files(truth),
        pathology_file(truth),
        *prevention_files(truth),
        *local_files(truth),
    ]


def make_demonstration(folder: Path = FOLDER, seed: int = SEED) -> Truth:
    """Build the island and write its files under ``folder``; returns the truth behind them."""
    truth = build_truth(seed)
    write_files(files_of(truth), folder)
    (folder / "espace.toml").write_text(DESCRIPTION, encoding="utf-8", newline="\n")
    return truth


def main() -> None:
    """Command line: ``--sortie`` (folder) and ``--graine`` (seed)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sortie", type=Path, default=FOLDER)
    parser.add_argument("--graine", type=int, default=SEED)
    choice = parser.parse_args()
    truth = make_demonstration(choice.sortie, choice.graine)
    print(f"{len(truth.communes)} communes, {truth.communes['population'].sum()} habitants")


if __name__ == "__main__":
    main()
