"""« Documents »: chosen by the address, made when asked, completed, saved; every kind of space."""

import io

import docx
import pytest

from cpts_data.documents.deliverables import Deliverable
from cpts_data.documents.model import Priority
from pages.parts import documents_state, frame
from pages.parts.documents_state import edited
from tests.pages.opening import open_page, said

PAGE = "pages/documents.py"


def downloads(test):
    return [one.proto.label for one in test.get("download_button")]


def made(test):
    """What the session holds of the last document."""
    return test.session_state["garde_document_fait"]


def prepare(test):
    return test.button(key="documents_preparer").click().run()


@pytest.mark.parametrize("model", [one.value for one in Deliverable])
def test_each_model_opens_by_its_address(offered, model):
    test = open_page(PAGE, espace="corse", modele=model)
    assert not test.exception
    chosen = Deliverable(model)
    assert chosen.about in said(test)
    assert test.button(key="documents_preparer").label.startswith(f"Préparer : {chosen.label}")
    assert not downloads(test)  # nothing is made unless asked


@pytest.mark.parametrize("space", ["corse", "reunion"])
def test_a_portrait_is_made_shown_and_handed_over(offered, space):
    test = prepare(open_page(PAGE, espace=space, modele="portrait"))
    assert not test.exception
    assert downloads(test)[0].startswith("Télécharger PDF (")
    assert made(test).content.startswith(b"%PDF-")
    assert "Aperçu" in said(test)
    assert len(test.image) == 2  # a portrait has two pages


def test_spaces_without_cpts_lead_somewhere(offered):
    for space in ("sans_cpts", "vide"):
        test = open_page(PAGE, espace=space)
        assert not test.exception
        assert not [one for one in test.button if one.key == "documents_preparer"]


def test_what_the_team_writes_is_in_the_word_file(offered):
    test = open_page(
        PAGE, espace="corse", modele="diagnostic", format="docx", section="introduction"
    )
    key = next(one.key for one in test.text_area if one.key.startswith("documents_texte_"))
    test.text_area(key=key).set_value("Née en 2023 <b>à Ajaccio</b>.\nSeconde ligne.").run()
    assert "1 écrit sur" in "\n".join(one.label for one in test.expander).replace("\u00a0", " ")
    prepare(test)
    assert not test.exception
    assert made(test).name == "diagnostic_corse-1.docx"
    lines = [one.text for one in docx.Document(io.BytesIO(made(test).content)).paragraphs]
    assert "Née en 2023 <b>à Ajaccio</b>." in lines
    assert "Seconde ligne." in lines


def test_another_choice_says_that_the_document_is_not_up_to_date(offered):
    test = prepare(open_page(PAGE, espace="corse", modele="portrait"))
    assert len(downloads(test)) == 1
    test.query_params["reference"] = "france"
    test.run()
    assert not downloads(test)
    assert "préparez-le de nouveau" in said(test).replace("\u00a0", " ")


def test_texts_outlive_the_page_and_the_model(offered):
    test = open_page(PAGE, espace="corse", modele="lettre")
    key = next(one.key for one in test.text_area if one.key.startswith("documents_texte_"))
    test.text_area(key=key).set_value("Trop peu de médecins.").run()
    test.query_params["modele"] = "portrait"
    test.run()
    assert not [one for one in test.text_area if one.key == key]
    test.query_params["modele"] = "lettre"
    test.run()
    assert test.text_area(key=key).value == "Trop peu de médecins."


def test_a_space_without_contours_is_told_so(tmp_path, monkeypatch):
    from cpts_data.space.receiving import add_files
    from tests.pages.conftest import write_perimeter, write_populations

    files = [write_populations(tmp_path / "p.csv", [("2A004", "Ajaccio", 73_000)])]
    files.append(write_perimeter(tmp_path / "c.csv", [("corse-1", "2A004")]))
    add_files(tmp_path / "nu", files, vintage="2021")
    monkeypatch.setenv("CPTS_DATA", str(tmp_path / "nu"))
    test = prepare(open_page(PAGE, espace="nu", modele="donnees", format="geojson"))
    assert not test.exception
    assert "contours" in "\n".join(one.label for one in test.status)
    assert not downloads(test)


def test_a_fault_of_ours_is_told_in_french(offered, monkeypatch):
    from pages.parts import documents_making

    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(documents_making, "make", broken)
    test = prepare(open_page(PAGE, espace="corse", modele="portrait"))
    assert not test.exception
    assert "n’a pas pu être fait" in "\n".join(one.label for one in test.status)


def test_a_saved_document_comes_back(offered):
    test = open_page(PAGE, espace="corse", modele="lettre")
    key = next(one.key for one in test.text_area if one.key.startswith("documents_texte_"))
    test.text_area(key=key).set_value("Le besoin, en mots.").run()
    saving = next(one for one in test.button if one.label == "Enregistrer")
    saving.click().run()
    assert not test.exception
    link = test.query_params["travail"]
    link = link[0] if isinstance(link, list) else link
    again = open_page(PAGE, espace="corse", travail=link)
    assert not again.exception
    assert again.query_params["modele"] in ("lettre", ["lettre"])
    assert again.text_area(key=key).value == "Le besoin, en mots."


# The table of priorities


def test_the_edits_of_the_table_are_read_as_they_stand():
    rows = [Priority("a", "m", "x", "i", "1"), Priority("b")]
    edits = {
        "edited_rows": {0: {"target": "2"}, 1: {"problem": " neuf "}},
        "added_rows": [{"problem": "c", "mission": None}, {}],
        "deleted_rows": [],
    }
    assert edited(rows, edits) == (
        Priority("a", "m", "x", "i", "2"), Priority("neuf"), Priority("c"),
    )  # fmt: skip
    assert edited(rows, {"deleted_rows": [0]}) == (Priority("b"),)
    assert edited([], {}) == ()


def test_the_table_has_a_limit():
    many = {"added_rows": [{"problem": "x" * 900}] * 40}
    told = edited([], many)
    assert len(told) == documents_state.MOST_PRIORITIES
    assert all(len(one.problem) == documents_state.LONGEST_CELL for one in told)


def test_the_menu_leads_there():
    pages = [file for listed in frame.MENU.values() for file, _ in listed]
    assert PAGE in pages
