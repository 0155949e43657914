"""« Accueil » for the ARS: stages, deadlines, what was declared, over the years. Counted by hand.

The demonstration has four signed contracts: 11 February 2020, 29 June 2021, 3 November 2022 and
18 December 2023; the day is 15 January 2024.
"""

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from cpts_data.aci.contract import Contract, to_json
from cpts_data.records import Kind, Records
from tests.pages.opening import ROOT, charts, said
from tests.pages.saved_works import fixed_day, spoken, works

__all__ = ["fixed_day", "works"]

pytestmark = pytest.mark.usefixtures("offered", "works", "fixed_day")


def open_home(**parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for name, value in {"espace": "demonstration", **parameters}.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, [one.message for one in test.exception]
    return test


def read(test) -> str:
    return spoken("\n".join([said(test), *(str(one.value) for one in test.error)]))


def section(test, title):
    """What a section says, up to the next one."""
    headings = [one.value for one in test.header]
    assert any(title in spoken(one) for one in headings), headings
    return read(test)


def declare(contract, cpts="HES-CPTS-06"):
    with Records.open() as records:
        records.create(
            Kind.CONTRACT,
            space="demonstration",
            territory=cpts,
            title="Contrat",
            content=to_json(contract),
        )


def test_the_cpts_by_stage():
    told = section(open_home(), "Où en sont les CPTS")
    for words in ("ACI signé", "4 CPTS", "Lettre d'intention validée", "2 CPTS"):
        assert words in told
    assert "Statut non renseigné" in told


def test_a_size_that_is_not_settled_has_its_own_line():
    assert "Taille 2 ou 3" in read(open_home())


def test_the_deadlines_of_the_next_sixty_days():
    told = section(open_home(), "Échéances des contrats")
    # Contract 1: dialogue 4 on 11 February 2024, 27 days away. Nothing else before 15 March.
    assert "4 contrats en cours." in told
    assert "1 échéance dans les 60 jours" in told
    assert "Dialogue de gestion, année 4 du contrat, 11 février 2024, dans 27 jours" in told


def test_the_deadlines_of_the_next_180_days():
    # By 13 July 2024: that dialogue; contract 2: dialogue 3 on 29 June; contract 3: access and
    # crisis deployed by 3 May; contract 4: access and crisis started by 18 June.
    assert "6 échéances dans les 180 jours" in read(open_home(echeances="180"))


def test_what_passed_is_never_late_where_nobody_follows():
    told = read(open_home())
    # Contract 1, 2019 agreement: three starts, three deployments, dialogues 1 to 3: 9.
    # Contract 2: the same six (June 2023 at the latest), dialogues 1 and 2: 8.
    # Contract 3, avenant 2: access, crisis, pathways, prevention started, dialogue 1: 5.
    assert "22 échéances passées, dont personne n'a noté ici la réalisation." in told
    assert "9 échéances passées" in told
    assert "Passé ne veut pas dire en retard" in told
    assert "dépassée" not in told


def test_a_contract_that_is_followed_has_late_deadlines():
    done = {"acces_demarrage": dt.date(2023, 5, 1), "crise_demarrage": dt.date(2023, 5, 1)}
    declare(Contract("avenant_2", done=done), "HES-CPTS-03")
    told = read(open_home())
    # Pathways and prevention to start, and the first dialogue: 3 November 2023, 73 days ago.
    assert "3 échéances dépassées." in told
    assert "depuis 73 jours" in told
    assert "17 échéances passées" in told


def test_contracts_that_are_over_are_told_apart(monkeypatch):
    monkeypatch.setattr("pages.parts.aci_state.today", lambda: dt.date(2026, 11, 29))
    told = read(open_home())
    assert "2 contrats en cours et 2 arrivés à leur terme." in told
    assert "CPTS du Levant (29 juin 2026)" in told


def test_a_declared_stage_never_replaces_the_list():
    declare(Contract(stage="projet_sante"))
    told = read(open_home())
    assert (
        "CPTS du Havre et des Récifs : « Projet de santé validé » déclaré, "
        "« Lettre d'intention validée » dans la liste"
    ) in told
    assert "2 CPTS, 27 140 habitants" in told, "the counts stay those of the list"


def test_a_saved_contract_that_cannot_be_read_stops_nothing():
    with Records.open() as records:
        records.create(
            Kind.CONTRACT,
            space="demonstration",
            territory="HES-CPTS-06",
            title="x",
            content={"format": "<script>"},
        )
    assert "4 CPTS" in read(open_home())


def test_a_database_that_is_down_stops_nothing(monkeypatch, tmp_path):
    blocked = tmp_path / "fichier"
    blocked.write_text("occupé", encoding="utf-8")
    monkeypatch.setenv("CPTS_DOSSIER", str(blocked))
    told = read(open_home())
    assert "Stades déclarés non lus" in told
    assert "1 échéance dans les 60 jours" in told


def test_over_the_years():
    test = open_home()
    told = section(test, "Au fil des ans")
    assert "4 contrats signés et datés depuis 2020" in told
    assert len(charts(test)) == 1


def test_the_list_tells_every_possible_size():
    test = open_home()
    (listed,) = [one.value for one in test.dataframe if "Taille ACI" in one.value.columns]
    sizes = listed.set_index("CPTS")["Taille ACI"]
    assert sizes["CPTS Deux-Rives et Baie de Saint-Elme"] == "2 ou 3"
    assert sizes["CPTS Côte des Galernes"] == "1"


def test_a_list_without_stages_says_what_to_add():
    told = read(open_home(espace="corse"))
    assert "ne dit le stade d'aucune CPTS" in told
    assert "Aucun contrat signé dans la liste reçue." in told
    assert "Au fil des ans" not in told


def test_an_empty_space_has_none_of_it():
    told = read(open_home(espace="vide"))
    assert "Échéances" not in told
