"""The ground of a space: which of its files tell EPCI and bassins de vie, and their names."""

import shutil
from pathlib import Path

import pytest

from cpts_data.analysis.ground import LandRegister
from cpts_data.space import Space
from cpts_data.space.receiving import add_files
from cpts_data.territories import Level
from tests.sources.made_files import text


@pytest.fixture
def space(five_space, tmp_path) -> Path:
    copy = tmp_path / "espace"
    shutil.copytree(five_space, copy)
    return copy


def register(space: Path, *files: Path) -> LandRegister:
    receipts = add_files(space, list(files))
    assert not [fault for receipt in receipts for fault in receipt.faults]
    return LandRegister(Space.open(space))


def epci_file(folder: Path, *rows: str) -> Path:
    return text(folder / "epci.csv", "CODGEO;LIBGEO;EPCI;LIBEPCI;DEP;REG", *rows)


def test_epci_bear_their_names_and_hold_their_communes(space, tmp_path):
    before = LandRegister(Space.open(space)).territories(Level.EPCI)
    assert before.table.loc["200000111", "name"] == "200000111", "an EPCI that nobody names"
    rows = (
        "01004;Ambérieu-en-Bugey;200000111;CC de la Plaine;01;84",
        "2A004;Ajaccio;200000111;CC de la Plaine;2A;94",
        "97411;Saint-Denis;ZZZZZZZZZ;Sans objet;974;04",
        "69123;Lyon;200046977;Métropole de Lyon;69;84",
    )
    after = register(space, epci_file(tmp_path, *rows)).territories(Level.EPCI)
    assert after.table.loc["200000111", "name"] == "CC de la Plaine"
    assert {"01004", "2A004"} <= set(after.units_of("200000111").index)
    assert set(after.units_of("200046977").index) >= {f"6938{rank}" for rank in range(1, 10)}
    held = {unit for name in after.table.index for unit in after.units_of(name).index}
    assert "97411" not in held, "of none, says the EPCI file, which is believed"


def test_an_epci_file_of_some_communes_leaves_the_others_as_they_were(space, tmp_path):
    before = LandRegister(Space.open(space)).territories(Level.EPCI)
    owner = next(name for name in before.table.index if "2A004" in before.units_of(name).index)
    row = "01004;Ambérieu-en-Bugey;200000111;CC de la Plaine;01;84"
    after = register(space, epci_file(tmp_path, row)).territories(Level.EPCI)
    assert "2A004" in after.units_of(owner).index


def test_bassins_de_vie_are_named_by_the_membership_table_then_by_an_export(tmp_path):
    zones = text(
        tmp_path / "zones.csv",
        "CODGEO,LIBGEO,DEP,REG,EPCI,BV2022",
        "01004,Ambérieu-en-Bugey,01,84,ZZZZZZZZZ,01283",
        "2A004,Ajaccio,2A,94,ZZZZZZZZZ,2A004",
    )
    exported = text(
        tmp_path / "export.csv",
        "Insee - Statistiques locales",
        "Référentiel géographique : France par bassin de vie 2022",
        "Code;Libellé;Part des familles 2021",
        "2A004;Ajaccio (export);12.5",
        "01283;Oyonnax;10.5",
        "93066;Saint-Denis;9.5",
    )
    before = register(tmp_path / "espace", zones).territories(Level.BASSIN_DE_VIE)
    assert before.table["name"].to_dict() == {"01283": "01283", "2A004": "Ajaccio"}
    after = register(tmp_path / "espace", exported).territories(Level.BASSIN_DE_VIE)
    assert after.table["name"].to_dict() == {"01283": "Oyonnax", "2A004": "Ajaccio"}
