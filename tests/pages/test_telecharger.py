"""« Données », downloads: a site of this machine, one that is silent, one that is cut."""

import re
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cpts_data import sources
from cpts_data.contracts import Address
from cpts_data.download import Area, Patience
from cpts_data.space import Space, received_files
from pages.parts import download_views
from tests.official_site import Site, drip, fail_with, open_site
from tests.pages.test_donnees import buttons, open_page, press, said

HASTY = Patience(attempts=2, connection_attempts=2, first_pause=0.01, connect=2, read=2, window=0.3)
POPULATIONS, INCOMES = "populations_legales", "insee_filosofi"
FILES = {POPULATIONS: "populations.csv", INCOMES: "filosofi.csv"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(download_views, "PATIENCE", HASTY)


@pytest.fixture
def site():
    with open_site() as opened:
        yield opened


@pytest.fixture
def etagere(spaces, tmp_path, monkeypatch) -> Path:
    """A shelf of one's own, with an empty space."""
    shelf = tmp_path / "etagere"
    shelf.mkdir()
    shutil.copytree(spaces["vide"], shelf / "vide")
    monkeypatch.setenv("CPTS_DATA", str(shelf))
    return shelf


@pytest.fixture
def published(site: Site, five_files, monkeypatch) -> Site:
    """The only two sources with an address: the populations come, the incomes do not exist."""
    told = {POPULATIONS: site.publish("/p", five_files[POPULATIONS].read_bytes())}
    told[INCOMES] = site.publish("/f", b"", *[fail_with(404)] * 9)
    publish(monkeypatch, told)
    return site


def publish(monkeypatch, urls: dict[str, str]) -> None:
    for name, module in sources.MODULES.items():
        found = (Address(urls[name], FILES[name]),) if name in urls else ()
        monkeypatch.setattr(module, "SOURCE", replace(module.SOURCE, addresses=found))


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def plain(text: str) -> str:
    return re.sub(r"[\u202f\u00a0]", " ", text)


def choose(test: AppTest, *codes: str, only: tuple[str, ...] = ()) -> AppTest:
    test.multiselect(key="zone_Départements_vide").set_value(list(codes)).run()
    return test.multiselect(key="sources_vide").set_value(list(only)).run()


def test_files_come_or_are_left_to_a_person(etagere, published):
    test = open_page("vide")
    assert not any(label.startswith("Télécharger 2") for label in buttons(test))
    choose(test, "2A")
    told = plain(said(test))
    assert "jamais atteintes depuis notre atelier" in told
    assert "127.0.0.1" in told, "the site is named"
    press(test, "Télécharger 2")
    assert not test.exception
    told = plain(said(test))
    assert "1 fichier ajouté et 1 échec" in told
    assert "✓ Reçu : Populations légales des communes (populations.csv)" in told
    assert "(404)" in told
    assert f"127.0.0.1:{published.server_port}/f" in told, "where to fetch it by hand"
    assert "www.insee.fr" in told, "and the page of the producer"
    assert "« Ajouter des fichiers », plus haut" in told
    assert Space.open(etagere / "vide").has(POPULATIONS)
    assert "Interrompre" not in buttons(test)

    press(test, "Télécharger 2")
    assert "= Inchangé" in said(test)
    press(test, "Masquer")
    assert "Inchangé" not in said(test)


def test_the_places_of_the_cpts_of_the_space_are_proposed(etagere, spaces, published):
    shutil.copytree(spaces["corse"], etagere / "corse")
    test = open_page("corse")
    assert test.multiselect(key="zone_Départements_corse").value == ["2A"]
    test.radio[0].set_value("Régions").run()
    assert test.multiselect(key="zone_Régions_corse").value == ["94"]
    assert "Télécharger 2 fichiers" in [plain(label) for label in buttons(test)]
    assert open_page("vide").multiselect(key="zone_Départements_vide").value == []


def test_only_the_chosen_sources_are_asked(etagere, published):
    test = choose(open_page("vide"), "2A", only=(POPULATIONS,))
    press(test, "Télécharger 1")
    assert {request.path for request in published.seen} == {"/p"}
    assert "1 fichier ajouté." in plain(said(test))


def test_the_region_and_the_country_are_offered(etagere, published, monkeypatch):
    asked = []
    monkeypatch.setattr(
        download_views, "download", lambda space, ids, area, **_: asked.append((ids, area)) or []
    )
    test = open_page("vide")
    labels = test.multiselect(key="zone_Départements_vide").options
    assert "Bouches-du-Rhône (13)" in labels
    test.radio[0].set_value("Régions").run()
    test.multiselect(key="zone_Régions_vide").set_value(["93"]).run()
    press(test, "Télécharger 2")
    test.radio[0].set_value("France entière").run()
    press(test, "Télécharger 2")
    assert asked == [(None, Area.of_regions(["93"])), (None, Area.france())]


def test_offline_the_list_of_files_is_given(etagere, monkeypatch):
    port = closed_port()
    publish(
        monkeypatch,
        {
            POPULATIONS: f"http://127.0.0.1:{port}/p",
            INCOMES: f"http://localhost:{port}/f",
        },
    )
    test = choose(open_page("vide"), "13")
    press(test, "Télécharger 2")
    assert not test.exception
    told = plain(said(test))
    assert "Aucune connexion à Internet n’aboutit" in told
    assert "Échec" not in told, "the reason is said once"
    assert f"http://127.0.0.1:{port}/p" in told
    assert f"http://localhost:{port}/f" in told
    assert "puis déposez les fichiers" in told
    (left,) = [path.name for path in (etagere / "vide").iterdir() if path.suffix]
    assert left == "espace.toml"


def test_a_download_that_the_page_leaves_goes_on_where_it_was(
    etagere, published, five_files, monkeypatch
):
    """What stops a run of the page stops the download; the next one asks for the rest only."""
    content = five_files[POPULATIONS].read_bytes()
    published.files["/p"].misdeeds = [drip(len(content) // 4, 0.15)]
    true_download = download_views.download

    def left_half_way(*arguments, progress, **named):
        def tell(advance):
            progress(advance)
            if advance.received > len(content) // 3:
                st.stop()  # what Streamlit does to a run that another one replaces

        return true_download(*arguments, progress=tell, **named)

    monkeypatch.setattr(download_views, "download", left_half_way)
    test = choose(open_page("vide"), "2A", only=(POPULATIONS,))
    press(test, "Télécharger 1")
    assert not received_files(etagere / "vide" / POPULATIONS)

    monkeypatch.setattr(download_views, "download", true_download)
    test.run()
    assert "a été interrompu" in said(test)
    press(test, "Reprendre")
    assert not test.exception
    assert "✓ Reçu" in said(test)
    assert "a été interrompu" not in said(test)
    (whole, rest) = published.ranges("/p")
    assert whole is None
    assert rest.startswith("bytes=")
    (path,) = received_files(etagere / "vide" / POPULATIONS)
    assert path.read_bytes() == content


def test_an_interrupted_download_may_be_given_up(etagere, published, monkeypatch):
    test = open_page("vide")
    test.session_state["garde_telechargement"] = download_views.Asked("vide", Area(), None)
    test.run()
    press(test, "Ne pas reprendre")
    assert "a été interrompu" not in said(test)
    assert not published.seen


def test_two_downloads_of_one_space_wait_for_each_other(etagere, published, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    folder = etagere / "vide" / ".telechargements"
    folder.mkdir()
    test = choose(open_page("vide"), "2A")
    with (folder / "verrou").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        press(test, "Télécharger 2")
        assert not test.exception
        assert "Un autre téléchargement est en cours" in said(test)
    assert not published.seen


def test_the_demonstration_receives_nothing_and_leads_elsewhere(etagere, published):
    test = open_page("demonstration")
    assert "il n’accueille pas de fichiers réels" in said(test)
    assert not test.multiselect
    press(test, "Espace vide")
    assert test.query_params["espace"] == "vide"
    assert test.multiselect
    shutil.rmtree(etagere / "vide")
    assert "Créez d’abord votre espace" in said(open_page("demonstration"))


def test_what_a_site_says_stays_text(etagere, published, five_files, monkeypatch):
    hostile = "<img src=x onerror=alert(1)>.csv"
    monkeypatch.setitem(FILES, INCOMES, hostile)
    publish(monkeypatch, {INCOMES: published.publish("/h", b"a;b\n1;2\n")})
    press(choose(open_page("vide"), "2A"), "Télécharger 1")
    test = press(choose(open_page("vide"), "2A"), "Télécharger 1")
    html = "\n".join(str(element.proto.body) for element in test.get("html"))
    assert "&lt;img" in html
    assert "<img" not in html
