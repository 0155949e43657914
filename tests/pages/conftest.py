"""Spaces on which every page must open: ordinary, masked, Corsica, overseas, sparse, empty."""

import json
import shutil
from pathlib import Path

import pytest

from cpts_data.space.receiving import add_files

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = ROOT / "data" / "demonstration"


def square(code: str, name: str, departement: str, region: str, west: float, south: float) -> dict:
    side = 0.05
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    properties = {"code": code, "nom": name, "codeDepartement": departement, "codeRegion": region}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_squares(path: Path, features: list[dict]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def write_populations(path: Path, rows: list[tuple[str, str, int]]) -> Path:
    lines = ["REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT"]
    lines += [f"94;R;{c[:2]};1;01;{c[2:]};{c};{n};{p};0;{p}" for c, n, p in rows]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def write_perimeter(path: Path, pairs: list[tuple[str, str]]) -> Path:
    lines = ["cpts_id;code_commune;libelle;departement;part"]
    lines += [f"{cpts};{code};;;" for cpts, code in pairs]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def space_of(folder: Path, squares: list[dict], people: list, pairs: list) -> Path:
    drop = folder / "recus"
    drop.mkdir(parents=True)
    files = [write_squares(drop / "communes.geojson", squares)]
    files.append(write_populations(drop / "populations.csv", people))
    if pairs:
        files.append(write_perimeter(drop / "perimetres.csv", pairs))
    receipts = add_files(folder / "espace", files, vintage="2021")
    assert all(receipt.accepted for receipt in receipts), receipts
    return folder / "espace"


@pytest.fixture(scope="session")
def spaces(tmp_path_factory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("espaces")
    corsica = space_of(
        base / "corse",
        [
            square("2A004", "Ajaccio", "2A", "94", 8.7, 41.9),
            square("2A041", "Bonifacio", "2A", "94", 8.75, 41.9),
        ],
        [("2A004", "Ajaccio", 73_000), ("2A041", "Bonifacio", 3_000)],
        [("corse-1", "2A004"), ("corse-1", "2A041")],
    )
    overseas = space_of(
        base / "reunion",
        [
            square("97411", "Saint-Denis", "974", "04", 55.45, -20.9),
            square("97415", "Saint-Paul", "974", "04", 55.5, -20.9),
        ],
        [("97411", "Saint-Denis", 150_000), ("97415", "Saint-Paul", 104_000)],
        [("run-1", "97411"), ("run-2", "97411"), ("run-2", "97415")],
    )
    sparse = space_of(
        base / "sans_cpts",
        [square("2A004", "Ajaccio", "2A", "94", 8.7, 41.9)],
        [("2A004", "Ajaccio", 73_000)],
        [],
    )
    masked = base / "masque"
    shutil.copytree(DEMONSTRATION, masked, ignore=shutil.ignore_patterns(".cache"))
    filosofi = masked / "insee_filosofi" / "cc_filosofi_2021_COM.csv"
    lines = filosofi.read_text().splitlines()
    hidden = [";".join([line.split(";")[0], *["s"] * (line.count(";"))]) for line in lines[1:]]
    filosofi.write_text("\n".join([lines[0], *hidden]) + "\n")
    empty = base / "vide"
    empty.mkdir()
    (empty / "espace.toml").write_text('titre = "vide"\n', encoding="utf-8")
    return {
        "demonstration": DEMONSTRATION,
        "corse": corsica,
        "reunion": overseas,
        "sans_cpts": sparse,
        "masque": masked,
        "vide": empty,
    }


@pytest.fixture
def offered(spaces, monkeypatch, tmp_path) -> dict[str, Path]:
    """The spaces under names that the address bar can hold."""
    shelf = tmp_path / "etagere"
    shelf.mkdir()
    for name, path in spaces.items():
        if name != "demonstration":
            (shelf / name).symlink_to(path)
    monkeypatch.setenv("CPTS_DATA", str(shelf))
    return spaces
