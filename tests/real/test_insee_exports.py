"""Statistiques locales by bassin de vie, and the dictionary of base-cc that is no data."""

from pathlib import Path

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import cartosante, insee_evol_struct_pop, statistiques_locales

REAL = Path(__file__).resolve().parents[3] / "shared/real/insee"
ZONES = REAL / "insee_statloc_social_determinants_bassins_de_vie.csv"
DICTIONARY = REAL / "meta_base-cc-evol-struct-pop-2016.CSV"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.exists(), reason="the real files of Insee are not at hand"),
]


@pytest.fixture(scope="module")
def zones():
    return statistiques_locales.read(ZONES)


def test_1707_bassins_de_vie_and_16_indicators(zones):
    assert statistiques_locales.recognises(head_of(ZONES))
    assert not cartosante.recognises(head_of(ZONES))
    assert zones["code"].nunique() == 1_707
    assert zones["indicateur"].nunique() == 16
    assert len(zones) == 1_707 * 16
    assert set(zones["niveau"]) == {"bassin_de_vie"}
    assert set(zones["period"]) == {"2021", "2022", "2024"}
    assert zones["unite"].notna().all()


def test_one_masked_cell_the_rest_unavailable(zones):
    masked = zones[zones["valeur_statut"] == "masque"]
    assert masked[["code", "indicateur"]].to_numpy().tolist() == [["46063", "Taux de pauvreté"]]
    missing = zones[zones["valeur_statut"] == "manquant"].groupby("indicateur").size()
    assert missing.between(2, 12).all()


def test_known_cells(zones):
    cells = zones.set_index(["code", "indicateur"])["valeur"]
    assert cells[("01004", "Nombre de décès domiciliés")] == 422
    assert cells[("01004", "Médiane du niveau de vie")] == 23_250
    assert cells[("46063", "Densité de population (historique depuis 1876)")] == 19.4


def test_the_dictionary_of_base_cc_is_not_taken_for_data():
    assert not insee_evol_struct_pop.recognises(head_of(DICTIONARY))
    with pytest.raises(ContractError, match="POP0014"):
        insee_evol_struct_pop.read(DICTIONARY)
