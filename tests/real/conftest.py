"""One national space, built once by the documented sequence of commands from the real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpts_data.__main__ import main
from cpts_data.diagnostic import Diagnostic
from cpts_data.space import Space

NATIONAL = (
    "ign/communes_ADMIN-EXPRESS_2024_CARTElette.geojson",
    "ars/arrondissements_marseille.geojson",
    "cog/table-appartenance-geo-communes-2024.csv",
    "insee/donnees_communes.csv",
    "drees/apl_generalistes.xlsx",
    "insee/cc_filosofi_2021_COM.csv",
)
PACA = ("ars/cpts_paca.csv", "ars/cpts_communes_paca.csv")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the real files."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session")
def real(shared: Path) -> Path:
    """The folder of real files; the test is skipped where it is absent."""
    if not (shared / "real").is_dir():
        pytest.skip("the real files of ../shared/real are not on this machine")
    return shared / "real"


def _added(space: Path, files: list[Path]) -> None:
    assert main(["ajouter", "--espace", str(space), *map(str, files)]) == 0


@pytest.fixture(scope="session")
def national_folder(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The space of France without any CPTS."""
    space = tmp_path_factory.mktemp("real") / "france"
    _added(space, [real / name for name in NATIONAL])
    opened = Space.open(space)
    for name in opened.states:  # so that every copy of the space finds its tables in the cache
        opened.table(name)
    return space


@pytest.fixture(scope="session")
def national(national_folder: Path) -> Diagnostic:
    """France, opened once."""
    return Diagnostic.open(national_folder)


@pytest.fixture(scope="session")
def with_perimeters(national_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """Make the space of France with some files about CPTS."""

    def made(*files: Path) -> Path:
        space = tmp_path_factory.mktemp("avec") / "cpts"
        shutil.copytree(national_folder, space)
        _added(space, list(files))
        return space

    return made


@pytest.fixture(scope="session")
def paca_folder(real: Path, with_perimeters) -> Path:
    """The space of France with the 70 CPTS of Provence-Alpes-Côte d'Azur."""
    return with_perimeters(*(real / name for name in PACA))


@pytest.fixture(scope="session")
def paca(paca_folder: Path) -> Diagnostic:
    """The CPTS of Provence-Alpes-Côte d'Azur, opened once."""
    return Diagnostic.open(paca_folder)
