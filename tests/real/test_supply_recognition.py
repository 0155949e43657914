"""The seven readers of supply, access and local figures take their files, and no other."""

from pathlib import Path

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import (
    drees_urgences,
    finess,
    indicateurs_locaux,
    insee_bpe,
    ressources_locales,
    rpps,
    temps_de_trajet,
)

REAL = Path(__file__).resolve().parents[3] / "shared/real"
HOSTILE = REAL / "hostile/codes_en_flottants.csv"
MODULES = (
    rpps,
    finess,
    insee_bpe,
    drees_urgences,
    temps_de_trajet,
    ressources_locales,
    indicateurs_locaux,
)
EXPECTED = {
    "ans/PS_LibreAcces_Personne_activite_small_MASKED.txt": ["rpps"],
    "finess/etablissements_occitanie.csv": ["finess"],
    "finess/etalab-cs1100502-stock-20260512-0339.EXTRACT15.csv": ["finess"],
    "drees/URGENCES2_2020.csv": ["drees_urgences"],
    "insee/od_small.csv": ["temps_de_trajet"],
}
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.exists(), reason="the real files are not at hand"),
]


def test_each_real_file_is_recognised_by_its_reader_alone():
    for path in sorted(REAL.glob("*/*")):
        head = head_of(path)
        found = [module.SOURCE.id for module in MODULES if module.recognises(head)]
        assert found == EXPECTED.get(path.relative_to(REAL).as_posix(), []), path.name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.SOURCE.id)
def test_the_file_of_codes_as_floats_is_swallowed_by_none(module):
    assert not module.recognises(head_of(HOSTILE))
    with pytest.raises(ContractError, match="colonne"):
        module.read(HOSTILE)
