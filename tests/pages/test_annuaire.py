"""« Annuaire »: counts of the diagnostic, resources counted once, nobody named, all escaped."""

import datetime as dt
import shutil

import pandas as pd
import pytest

from cpts_data.diagnostic import Diagnostic
from cpts_data.reading import directory
from cpts_data.space.receiving import add_files
from pages.parts import directory_map, store
from pages.parts.directory_views import LISTS, matching
from tests.pages.opening import open_page, raw, said

PAGE = "pages/annuaire.py"
OWN = "HES-CPTS-02"


@pytest.fixture(scope="module")
def demonstration() -> Diagnostic:
    return store.open_space(store.spaces()["demonstration"])


@pytest.fixture(scope="module")
def held(demonstration):
    return directory.directory(demonstration, demonstration.territory("cpts", OWN))


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("space", ["demonstration", "corse"])
def test_a_list_opens_on_a_space(offered, listed, space):
    test = open_page(PAGE, espace=space, liste=listed)
    assert not test.exception
    assert not test.error


def _counted(rows: pd.DataFrame, profession: str, discipline: str) -> float:
    chosen = rows["profession"].eq(profession) & rows["discipline"].eq(discipline)
    return float(rows.loc[chosen, "liberaux"].sum())


@pytest.mark.parametrize(
    ("indicator", "profession", "discipline"),
    [
        ("densite_mg", "medecin", "medecine_generale"),
        ("densite_psychiatres", "medecin", "psychiatrie"),
        ("densite_infirmiers", "infirmier", directory.ALL),
        ("densite_mk", "masseur_kinesitherapeute", directory.ALL),
    ],
)
def test_professionals_are_those_of_the_densities(
    demonstration, held, indicator, profession, discipline
):
    expected = demonstration.values([indicator], "cpts", [OWN])["numerator"].iloc[0]
    assert _counted(held.professionals, profession, discipline) == expected


def test_structures_are_those_of_the_counts(demonstration, held):
    for indicator, label in (
        ("nb_pharmacies", "pharmacie"),
        ("nb_msp", "msp"),
        ("nb_ehpad", "ehpad"),
    ):
        expected = demonstration.values([indicator], "cpts", [OWN])["value"].iloc[0]
        assert held.structures["type"].eq(directory.FAMILIES[label]).sum() == expected


def test_a_profession_counts_each_person_once(held):
    rows = held.professionals
    doctors = rows[rows["profession"] == "medecin"]
    whole = doctors.loc[doctors["discipline"] == directory.ALL, "total"].iloc[0]
    by_discipline = doctors.loc[doctors["discipline"] != directory.ALL, "total"].sum()
    assert 0 < whole <= by_discipline
    assert (rows["total"] <= rows["liberaux"] + rows["autres"]).all()


def test_nobody_is_named(held):
    assert set(held.professionals.columns) == {
        "profession",
        "discipline",
        "liberaux",
        "autres",
        "total",
    }
    assert "personne" not in held.by_commune.columns


def test_filters_are_in_the_address_and_search_ignores_accents(offered):
    test = open_page(PAGE, cpts=OWN, liste="ressources", q="ÉQUIPE")
    assert test.text_input(key="texte_q").value == "ÉQUIPE"
    shown = raw(test)
    assert "Soins de premier recours en équipe" in shown
    assert "Soins infirmiers à domicile" not in shown
    test.text_input(key="texte_q").set_value("").run()
    assert "q" not in test.query_params
    assert "Soins infirmiers à domicile" in raw(test)


def test_every_word_asked_must_be_there():
    table = pd.DataFrame({"nom": ["Maison de santé du Port", "Pharmacie du Port"]})
    assert list(matching(table, "port sante")["nom"]) == ["Maison de santé du Port"]
    assert len(matching(table, "  ")) == 2
    assert matching(table, "rien").empty


HOSTILE = "<img src=x onerror=alert(1)>"
_HEAD = (
    "nom;type;competence;adresse;code_commune;commune;cpts_id;horaires;contact_structure;"
    "valide_jusqu_au;remarque"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, spaces):
    """Two CPTS that share a commune, where one structure serves both; one name is hostile."""
    folder = tmp_path_factory.mktemp("ressources") / "partage"
    shutil.copytree(spaces["reunion"], folder, ignore=shutil.ignore_patterns(".cache"))
    lines = [
        _HEAD,
        "Maison de santé du Port;structure_d_exercice;soins;1 rue A;97411;;run-1;;;31/12/2020;",
        "MAISON DE SANTE DU PORT;structure_d_exercice;soins;1 rue A;97411;;run-2;;;31/12/2020;",
        f"{HOSTILE};prevention;{HOSTILE};2 rue B;97415;;run-2;;;31/12/2999;=1+1",
    ]
    file = folder.parent / "ressources.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    receipts = add_files(folder, [file], vintage="2021")
    assert all(receipt.accepted for receipt in receipts), receipts
    return folder


def test_what_serves_two_cpts_counts_once(shared):
    diagnostic = Diagnostic.open(shared)
    everyone = directory.directory(diagnostic, None).resources
    assert len(everyone) == 2
    port = everyone[everyone["nom"].str.lower().str.startswith("maison")].iloc[0]
    assert port["several"]
    assert "run-1" in port["cpts"]
    assert "run-2" in port["cpts"]
    first = directory.directory(diagnostic, diagnostic.territory("cpts", "run-1")).resources
    assert len(first) == 1


def test_an_outdated_card_is_told(shared):
    resources = directory.directory(Diagnostic.open(shared), None).resources
    late = directory.outdated(resources, dt.date(2021, 1, 1))
    assert list(resources.loc[late, "valide"]) == ["2020-12-31"]
    assert not directory.outdated(resources, dt.date(2020, 12, 31)).any()


def test_a_hostile_resource_is_escaped(shared, monkeypatch):
    monkeypatch.setenv("CPTS_DATA", str(shared.parent))
    test = open_page(PAGE, espace="partage", cpts="run-2", liste="ressources")
    assert not test.exception
    assert HOSTILE not in raw(test)
    assert "&lt;img" in raw(test)
    words = said(test)
    assert "comptée une fois" in words
    assert "fiche à revoir depuis le" in words


def test_without_resources_a_template_is_offered(offered):
    test = open_page(PAGE, espace="corse", liste="ressources")
    assert "Remplissez le modèle" in said(test)
    labels = [button.proto.label for button in test.get("download_button")]
    assert labels == ["Modèle CSV", "Modèle Excel"]


def test_classes_of_counts_hold_every_commune():
    counts = pd.Series({"a": 1, "b": 1, "c": 2, "d": 3, "e": 5, "f": 9, "g": 20, "h": 0})
    fills, classes = directory_map.classes_of(counts)
    assert set(fills) == set("abcdefg")
    assert sum(number for _, _, number in classes) == 7
    assert classes[0][1] == "1"
    assert classes[-1][1].endswith("20")
