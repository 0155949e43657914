"""Stages in order, the documents of each, what comes next, dates that contradict each other."""

import datetime as dt

import pytest

from cpts_data.aci.amounts import Standing
from cpts_data.aci.entries import EntryError
from cpts_data.aci.stages import check_dates, checklist, next_stage, progress, stages_of
from cpts_data.reference.aci_tables import aci_tables

STAGES = stages_of(aci_tables())
TODAY = dt.date(2024, 6, 1)


def day(year, month=1, number=15):
    return dt.date(year, month, number)


def test_the_stages_and_their_documents():
    assert [stage.code for stage in STAGES] == [
        "emergence",
        "lettre_intention",
        "projet_sante",
        "aci_signe",
    ]
    letter = STAGES[1].documents[0]
    assert letter.name == "Lettre d'intention"
    assert [content.text for content in letter.contents] == [  # CPAM 93, 2019
        "Le besoin",
        "Le territoire et ses premières analyses",
        "Les grandes échéances",
        "Les initiateurs et les contacts",
    ]
    assert letter.standing is Standing.SOURCED
    contract = {document.name: document for document in STAGES[3].documents}
    assert contract["Dossier complet"].standing is Standing.TO_CHECK


def test_what_comes_next():
    following = {"sans_statut": "emergence", "emergence": "lettre_intention"}
    following |= {"lettre_intention": "projet_sante", "projet_sante": "aci_signe"}
    for code, expected in following.items():
        assert next_stage(STAGES, code).code == expected
    assert next_stage(STAGES, "aci_signe") is None
    with pytest.raises(EntryError, match="sans_statut"):
        next_stage(STAGES, "signé")


def test_progress_tells_the_documents_that_are_not_ready():
    dates = {"emergence": day(2022), "lettre_intention": day(2023, 9)}
    found = progress(STAGES, "lettre_intention", dates, TODAY)
    assert found.since == day(2023, 9)
    assert [document.name for document in found.expected] == ["Projet de santé"]
    assert found.words == (
        "Lettre d’intention validée depuis le 15 septembre 2023. Étape suivante\u00a0: projet de "
        "santé validé\u202f; à préparer\u00a0: projet de santé."
    )
    assert found.remarks == ()
    signing = progress(STAGES, "projet_sante", {}, TODAY).words
    assert "Étape suivante\u00a0: ACI signé\u202f; à préparer\u00a0: structure juridique" in signing
    ready = progress(STAGES, "lettre_intention", dates, TODAY, ready={"Projet de santé"})
    assert ready.expected == ()
    assert "à préparer" not in ready.words


def test_a_stage_or_a_date_that_is_not_told():
    unknown = progress(STAGES, "sans_statut", {}, TODAY)
    assert (unknown.stage, unknown.following.code) == (None, "emergence")
    signed = progress(STAGES, "aci_signe", {"aci_signe": day(2021)}, TODAY)
    assert signed.following is None
    assert len(signed.remarks) == 3  # the three earlier stages have no date: said, not refused
    assert "calendrier" in signed.words


def test_the_project_comes_after_the_letter():
    faults = check_dates(
        STAGES, {"lettre_intention": day(2023, 5), "projet_sante": day(2023, 4)}, TODAY
    )
    assert len(faults) == 1
    assert "15 avril 2023, avant « Lettre d'intention validée »" in str(faults[0])
    same = {"lettre_intention": day(2023, 5), "projet_sante": day(2023, 5)}
    assert check_dates(STAGES, same, TODAY) == ()


def test_all_the_faults_at_once():
    dates = {
        "lettre_intention": day(2015),  # before the law
        "projet_sante": day(2025),  # after today
        "aci_signe": day(2019),  # before the agreement, and before the project
        "autre": day(2020),
        "emergence": None,
    }
    faults = check_dates(STAGES, dates, TODAY)
    assert len(faults) == 5
    with pytest.raises(EntryError) as caught:
        progress(STAGES, "lettre_intention", dates, TODAY)
    # two more: project and contract are dated although the CPTS has not reached them
    assert len(caught.value.faults) == 7


def test_the_checklist_has_every_content_once():
    table = checklist(STAGES, ready={"Lettre d'intention"})
    assert len(table) == len(aci_tables().etapes)
    assert table.groupby("document")["ready"].first()["Lettre d'intention"]
    assert table["ready"].sum() == 4
