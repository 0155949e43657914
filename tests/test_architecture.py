"""The floors of the house, read from the imports: down only, never up, never sideways."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Room (a folder or a file) -> floor. A module belongs to its longest matching room.
ROOMS = {
    "app.py": 12,
    "pages": 12,
    "cpts_data/__main__.py": 12,
    "pages/parts": 11,
    "cpts_data/command_line": 11,
    "cpts_data/documents": 10,
    "cpts_data/drawing": 9,
    "cpts_data/reading": 8,
    "cpts_data/diagnostic.py": 7,
    "cpts_data/simulation": 7,
    "cpts_data/composition": 7,
    "cpts_data/analysis": 6,
    "cpts_data/access": 5,
    "cpts_data/aci": 6,
    "cpts_data/download": 6,
    "cpts_data/space": 5,
    "cpts_data/records": 5,
    "cpts_data/sources": 4,
    "cpts_data/indicators.py": 4,
    "cpts_data/reference": 4,
    "cpts_data/layouts": 3,
    "cpts_data/received": 2,
    "cpts_data/measures.py": 2,
    "cpts_data/contracts.py": 1,
    "cpts_data/territories.py": 1,
    "cpts_data/statistics": 0,
    "cpts_data/spreadsheets.py": 0,
    "cpts_data/french.py": 0,
}
NOT_IN_PAGES = {"pandas", "geopandas", "plotly", "folium", "numpy", "shapely"}


def python_files() -> list[Path]:
    found = [ROOT / "app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("cpts_data/**/*.py")]
    return [path for path in found if path.is_file()]


def module_path(name: str) -> Path | None:
    """The file or folder that a dotted name of ours stands for."""
    parts = name.split(".")
    if parts[0] not in ("cpts_data", "pages"):
        return None
    while parts:
        base = ROOT.joinpath(*parts)
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
        if base.is_dir() and len(parts) > 1:
            return base
        parts.pop()
    return None


def room_of(path: Path) -> str | None:
    relative = path.relative_to(ROOT).as_posix()
    if relative in ("cpts_data/__init__.py", "cpts_data"):
        return "cpts_data"
    for room in sorted(ROOMS, key=len, reverse=True):
        bare = room.removesuffix(".py")
        if relative == room or relative.startswith(f"{bare}/") or relative == f"{bare}.py":
            return room
    return None


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_module_stands_on_a_floor():
    homeless = [str(path) for path in python_files() if room_of(path) is None]
    assert not homeless


@pytest.mark.parametrize("path", python_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_run_down(path):
    here = room_of(path)
    for name in imports_of(path):
        target = module_path(name)
        if target is None:
            continue
        there = room_of(target)
        if there in (here, "cpts_data") or here == "cpts_data":
            continue
        below = ROOMS[there] < ROOMS[here]
        assert below, f"{path.relative_to(ROOT)} imports {name}: {there} is not below {here}"


@pytest.mark.parametrize("path", python_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_who_knows_the_screen(path):
    roots = {name.split(".")[0] for name in imports_of(path)}
    relative = path.relative_to(ROOT).as_posix()
    if relative.startswith("cpts_data/"):
        assert not roots & {"streamlit", "streamlit_folium", "folium", "pages"}
    elif not relative.startswith("pages/parts/"):
        assert not roots & NOT_IN_PAGES, "a page speaks to its parts, not to tables"


def test_pages_are_short():
    pages = [ROOT / "app.py", *ROOT.glob("pages/*.py")]
    long = {p.name: n for p in pages if (n := len(p.read_text().splitlines())) > 60}
    assert not long


def test_pages_are_found_by_streamlit():
    assert not list(ROOT.glob("pages/parts/**/pages"))
    assert (ROOT / "app.py").is_file()
