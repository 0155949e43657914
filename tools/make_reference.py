"""Write ``data/reference/cog`` from the npm package ``@etalab/decoupage-administratif``.

    python tools/make_reference.py [--packages FOLDER]

``npm`` is needed here and nowhere else: each version is fetched with ``npm pack`` unless its
archive is already in FOLDER. Every archive is checked against the sha256 written below, so that
two runs give the same tables. See :mod:`reference_history` for the way the history is made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
from reference_history import (
    HISTORY_YEAR,
    KINDS,
    LEFT_THE_COG,
    OPEN,
    PRESENT_YEAR,
    SHARED_OUT,
    History,
    Place,
    Row,
    Segment,
    Snapshot,
    cells,
    departement_of,
    fold,
    follow,
    names_of_2020,
    states,
)

TARGET = Path(__file__).resolve().parents[1] / "data" / "reference" / "cog"
PACKAGE = "@etalab/decoupage-administratif"

# version: (sha256 of the archive, what it gives)
VERSIONS = {
    "0.7.0": (
        "4643f584e1502d38a9baefe6e5b478aa8d5077bcd7e8972461dbbaceb66559f0",
        "COG 2019 et historique daté des communes, 1943-2019",
    ),
    "0.8.0": (
        "3731209f86aab7c92a7de236caa6c5cc70c2ca0c4e21407e7e132b7483d04fe5",
        "communes membres des EPCI au 1er janvier 2020",
    ),
    "1.1.1": ("db6e7c433ee675de314aa19bfc4faf796451342960ed2c1b42fda0f458a97e23", "COG 2021"),
    "2.3.1": ("d7f2a6915af27a719eeb6eb6581d9a645849b5b23e5c97fa5aa2931eb3552d1f", "COG 2022"),
    "3.1.1": ("225079c8cd185379fd494993e99fe712523e2f16e4a1170d8391a76a304e7073", "COG 2023"),
    "4.1.0": ("318f0cfc0c1f9d8113b272bf3cefb8f207f23f73026ee5932215f5d80d7a0f2a", "COG 2024"),
    "5.3.0": ("149cd9096f70915c02e5d39ef6045f0900d94c782ee9f1c1941703092fe72636", "COG 2025"),
    "6.0.0": (
        "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
        "COG 2026, populations, EPCI, EPT, codes postaux",
    ),
}
SNAPSHOTS = {2019: "0.7.0", 2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1"}
SNAPSHOTS |= {2024: "4.1.0", 2025: "5.3.0", 2026: "6.0.0"}
EPCI_OF_2020 = "0.8.0"

PROVENANCE = """\
# Written by tools/make_reference.py. Do not edit.
title = "Code officiel géographique {year} et histoire des communes depuis 1943"
publisher = "Etalab, Insee"
producers = "Insee (COG, populations de référence), DGCL (EPCI), La Poste (codes postaux)"
address = "https://www.npmjs.com/package/@etalab/decoupage-administratif"
landing_page = "https://github.com/datagouv/decoupage-administratif"
licence = "Licence Ouverte 2.0"
published = "2026-03-09"
vintage = "{year}"
geography_year = {year}
population_year = "2023"
population_label = "{label}"
corrections = [
    "Mayotte : communes depuis le 31 mars 2011 (le paquet les donne depuis 1943)",
    "97123 et 97127 : communes jusqu'au 15 juillet 2007 (absentes du paquet)",
    "six communes supprimées avant 1969 : communes voisines qui en ont reçu le territoire",
    "22183 Plémet : nom avant 2016",
]
"""
POPULATION_LABEL = (
    "Population municipale au 1er janvier 2023 (populations de référence en vigueur au "
    "1er janvier 2026, Insee) ; Mayotte : recensement de 2017"
)


def fetch(folder: Path, version: str) -> Path:
    """Path of the archive of a version, fetched with npm when it is not in ``folder``."""
    archive = folder / f"etalab-decoupage-administratif-{version}.tgz"
    if not archive.exists():
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != VERSIONS[version][0]:
        raise SystemExit(f"{archive.name}: sha256 {found}, expected {VERSIONS[version][0]}")
    return archive


def member(archive: Path, name: str) -> list[Row]:
    """One JSON table of an archive."""
    with tarfile.open(archive) as tar:
        stream = tar.extractfile(f"package/data/{name}.json")
        if stream is None:
            raise SystemExit(f"{archive.name}: no {name}.json")
        return list(json.load(stream))


def commune_table(rows: list[Row], epci_of: dict[str, str]) -> pd.DataFrame:
    """Communes or arrondissements: one row per code."""
    table = pd.DataFrame(
        {
            "code": [r["code"] for r in rows],
            "name": [r["nom"] for r in rows],
            "departement": [r["departement"] for r in rows],
            "region": [r["region"] for r in rows],
            "population": pd.array([r.get("population") for r in rows], dtype="Int64"),
            "postal_codes": [" ".join(sorted(r.get("codesPostaux", []))) for r in rows],
        }
    )
    table["epci"] = table["code"].map(epci_of)
    return table.sort_values("code", ignore_index=True)


def overseas_table(now: Snapshot, departements: list[Row]) -> pd.DataFrame:
    """Communes of the collectivités d'outre-mer, which the COG lists apart."""
    name_of = {d["code"]: d["nom"] for d in departements}
    before = {new: code for code, (_, _, new) in LEFT_THE_COG.items()}
    table = commune_table(now.overseas, {}).drop(columns=["epci", "region", "departement"])
    table.insert(2, "collectivite", table["code"].map(departement_of).map(name_of))
    table["former_code"] = table["code"].map(before)
    return table


def group_tables(rows: list[Row], departement: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """EPCI (or EPT) and their members.

    The package does not give the seat: ``departement`` is the one of most inhabitants.
    """
    groups, members = [], []
    for row in rows:
        inhabitants: Counter[str] = Counter()
        for commune in row["membres"]:
            members.append((row["code"], commune["code"]))
            inhabitants[departement[commune["code"]]] += commune["populationMunicipale"]
        main = max(inhabitants, key=lambda code: (inhabitants[code], code))
        groups.append((row["code"], row["nom"], row["type"], main))
    return (
        pd.DataFrame(sorted(groups), columns=["siren", "name", "nature", "departement"]),
        pd.DataFrame(sorted(members), columns=["epci", "commune"]),
    )


def place_tables(
    places: list[Place], trails: list[list[Segment]], snapshots: dict[int, Snapshot]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trails of the places, and the cell of each with its present inhabitants."""
    segments = [(i, code, start, end) for i, t in enumerate(trails) for start, end, code in t]
    table = pd.DataFrame(segments, columns=["place", "commune", "start", "end"])
    cell = pd.DataFrame(cells(trails, snapshots), columns=["cell", "population"])
    cell.insert(0, "place", range(len(places)))
    return table, cell[cell["cell"] >= 0].reset_index(drop=True)


class FormerNames:
    """Names and codes that are not those of a present commune, with the present commune(s).

    ``kind``: déléguée, associée (parts of today), ancienne (a commune that is no more), ancien
    code (same name, other code), ancien nom. ``date_end``: the day when it stopped being a
    commune, or being named so; empty when unknown. One row per present commune.
    """

    def __init__(
        self, state: pd.DataFrame, places: list[Place], trails: list[list[Segment]], now: Snapshot
    ) -> None:
        self.now = now
        self.rows: list[tuple[str, str, str, str, str]] = []
        self.known: set[tuple[str, str]] = set()
        self.holdings: dict[str, list[Segment]] = defaultdict(list)
        self.present_of: dict[str, str] = {}
        for (codes, _), trail in zip(places, trails, strict=True):
            present = trail[-1][2] if trail[-1][1] == OPEN else ""
            self.present_of |= dict.fromkeys(codes, present)
            for start, end, commune in trail:
                self.holdings[commune].append((start, end, present))
        self.past = state[state["end"] != OPEN]
        self.last_end = self.past.groupby("code")["end"].max()

    def add(self, name: str, code: str, kind: str, end: str, heir: str) -> None:
        """Add a row."""
        self.known.add((code, fold(name)))
        self.rows.append((name, code, kind, end, heir))

    def add_parts(self) -> None:
        """The communes déléguées and associées of today."""
        keyed = self.past.assign(key=self.past["name"].map(fold))
        named_end = keyed.groupby(["code", "key"])["end"].max()
        for part in self.now.parts:
            code, name = part["code"], part["nom"]
            last = "" if code in self.now.names else self.last_end.get(code, "")
            end = named_end.get((code, fold(name)), "") or last
            self.add(name, code, KINDS[part["type"]], end, part["chefLieu"])

    def add_past(self) -> None:
        """The communes that are no more, and the names that communes bore."""
        parts = set(self.known)
        for code, name, _, end in self.past.itertuples(index=False):
            if (code, fold(name)) in parts:
                continue
            heirs = {heir for since, until, heir in self.holdings[code] if since < end <= until}
            for heir in sorted(SHARED_OUT.get(code, heirs)):
                current = self.now.names.get(heir)
                if heir == code and current == name:
                    continue  # it has its name again
                gone = code not in self.now.names
                kind = "ancienne" if gone and end == self.last_end[code] else "ancien nom"
                self.add(name, code, "ancien code" if gone and current == name else kind, end, heir)
        self.known |= {(code, fold(name)) for code, name in self.now.names.items()}

    def add_names_of_parts(self, history: History, before: list[Snapshot]) -> None:
        """Codes and names that only a part of a commune ever bore."""
        for code, (name, place) in history.parts().items():
            borne = code in self.last_end or code in self.now.names or code in self.now.parent
            if not borne:
                self.add(name, code, "ancienne", "", self.present_of[place])
        for part in (part for snapshot in before for part in snapshot.parts):
            code, name = part["code"], part["nom"]
            if (code, fold(name)) not in self.known and self.present_of.get(code):
                self.add(name, code, "ancien nom", "", self.present_of[code])

    def table(self) -> pd.DataFrame:
        """All rows, in order."""
        columns = ["name", "code", "kind", "date_end", "present_code"]
        table = pd.DataFrame(self.rows, columns=columns).drop_duplicates()
        return table.sort_values(["code", "date_end", "name", "present_code"], ignore_index=True)


def write(tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables and their provenance."""
    TARGET.mkdir(parents=True, exist_ok=True)
    text = PROVENANCE.format(year=PRESENT_YEAR, label=POPULATION_LABEL)
    for version, (sha256, gives) in VERSIONS.items():
        text += f'\n[[archive]]\nversion = "{version}"\ngives = "{gives}"\nsha256 = "{sha256}"\n'
    for name, table in tables.items():
        path = TARGET / f"{name}.parquet"
        table.to_parquet(path, index=False, compression="zstd", compression_level=19)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text += f'\n[[table]]\nfile = "{path.name}"\nrows = {len(table)}\nsha256 = "{digest}"\n'
    (TARGET / "provenance.toml").write_text(text, encoding="utf-8")


def build(folder: Path) -> dict[str, pd.DataFrame]:
    """Every table, from the archives of ``folder``."""
    archive = {version: fetch(folder, version) for version in VERSIONS}
    latest = archive[SNAPSHOTS[PRESENT_YEAR]]
    snapshots = {y: Snapshot(member(archive[v], "communes")) for y, v in SNAPSHOTS.items()}
    now = snapshots[PRESENT_YEAR]
    names = {year: snapshot.names for year, snapshot in snapshots.items()}
    names[2020] = names_of_2020(
        member(archive[EPCI_OF_2020], "epci"), snapshots[HISTORY_YEAR], snapshots[2021]
    )
    history = History(member(archive[SNAPSHOTS[HISTORY_YEAR]], "historique-communes"))
    places = history.places()
    trails = follow(places, snapshots, names)
    state = states(history, names)

    departements = member(latest, "departements")
    regions = [r for r in member(latest, "regions") if r["zone"] != "com"]
    departement = {code: row["departement"] for code, row in now.communes.items()}
    epci, epci_members = group_tables(member(latest, "epci"), departement)
    ept, ept_members = group_tables(member(latest, "ept"), departement)
    epci_of = dict(zip(epci_members["commune"], epci_members["epci"], strict=True))
    city_epci = {r["code"]: epci_of[r["commune"]] for r in now.rows if "commune" in r}
    arrondissements = [r for r in now.rows if r["type"] == "arrondissement-municipal"]
    arrondissement_table = commune_table(arrondissements, city_epci)
    city_of = {r["code"]: r["commune"] for r in arrondissements}
    arrondissement_table["city"] = arrondissement_table["code"].map(city_of)
    place, cell = place_tables(places, trails, snapshots)
    former = FormerNames(state, places, trails, now)
    former.add_parts()
    former.add_past()
    former.add_names_of_parts(history, [snapshots[y] for y in sorted(snapshots)[:-1]])
    return {
        "communes": commune_table(list(now.communes.values()), epci_of),
        "arrondissements": arrondissement_table,
        "outre_mer": overseas_table(now, departements),
        "departements": area_table([r for r in departements if r["zone"] != "com"], "region"),
        "regions": area_table(regions),
        "epci": epci,
        "epci_members": epci_members,
        "ept": ept,
        "ept_members": ept_members,
        "states": state,
        "places": place,
        "cells": cell,
        "former": former.table(),
    }


def area_table(rows: list[Row], *more: str) -> pd.DataFrame:
    """Code and name of départements or régions."""
    columns = {"code": "code", "nom": "name"} | {name: name for name in more}
    table = pd.DataFrame(rows)[list(columns)].rename(columns=columns)
    return table.sort_values("code", ignore_index=True)


def main() -> None:
    """Read the arguments, build, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, help="folder of the npm archives (.tgz)")
    folder = parser.parse_args().packages
    with tempfile.TemporaryDirectory() as scratch:
        write(build(folder or Path(scratch)))


if __name__ == "__main__":
    main()
