"""Saving in Chromium: two sessions at once, the second is told and nothing is lost."""

import re
from pathlib import Path

import pytest

from cpts_data.records import Kind, Records
from tests.browser.stillness import wait_still

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "aci?espace=demonstration&cpts=HES-CPTS-03"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("travaux-navigateur")


@pytest.fixture(scope="module")
def url(serve, folder):
    """The app on a database of works of this file alone."""
    return serve(ROOT / "app.py", CPTS_DOSSIER=str(folder))


@pytest.fixture
def session(open_page, url):
    """Open the page « ACI » as one more person."""

    def start(address=CONTRACT):
        page = open_page()
        page.goto(address if address.startswith("http") else f"{url}/{address}")
        page.get_by_role("heading", name=re.compile("^Enregistrer ce contrat")).wait_for()
        wait_still(page, 150_000)
        return page

    return start


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()
    wait_still(page)


def rate(page, mission, value):
    """Type a rate; the panel must still be open afterwards."""
    box = page.locator(f'input[aria-label="{mission}"]')
    if not box.is_visible():
        page.get_by_text("Et si… ? Version de l’accord").or_(
            page.get_by_text("Et si… ? Version de l'accord")
        ).first.click()
        box.wait_for()
        wait_still(page)
    box.fill(value)
    box.press("Enter")
    wait_still(page)
    assert box.is_visible(), "the panel closed in the hands of whoever types"


def rates_of(records, key):
    return records.read(key).content["taux"]


def test_two_sessions_at_once_lose_nothing(session, folder):
    first = session()
    rate(first, "Accès aux soins", "50")
    press(first, "Enregistrer maintenant")
    first.get_by_text("À jour.").wait_for()
    second = session(first.url)
    rate(second, "Accès aux soins", "60")
    press(second, "Enregistrer maintenant")
    rate(first, "Parcours pluriprofessionnels", "80")
    press(first, "Enregistrer maintenant")
    first.get_by_text("Votre texte n’est pas perdu").wait_for()
    table = first.get_by_role("table").filter(has_text="Ce qui diffère")
    assert "60" in table.inner_text()
    assert "80" in table.inner_text()
    press(first, "Garder ma version")
    first.get_by_text("À jour.").wait_for()
    with Records.open(str(folder / "travaux.sqlite")) as records:
        (work,) = records.find(kind=Kind.CONTRACT)
        assert rates_of(records, work.key) == {"acces": 0.5, "parcours": 0.8}
        told = [
            records.revision(work.key, one.number).content["taux"]
            for one in records.history(work.key)
        ]
    assert {"acces": 0.6} in told, "the version of the other session is in the history"


def test_an_empty_box_is_no_rate(session):
    page = session(f"{CONTRACT}&taux=acces:40")
    rate(page, "Accès aux soins", "")
    assert "taux=aucune" in page.url


def test_the_list_opens_a_work_on_its_page(open_page, url, session):
    saved = session()
    if saved.get_by_text("version").count() == 0:
        rate(saved, "Prévention", "30")
        press(saved, "Enregistrer maintenant")
    page = open_page()
    page.goto(f"{url}/travaux?espace=demonstration")
    page.get_by_role("button", name="Ouvrir", exact=True).first.wait_for()
    wait_still(page)
    page.get_by_role("button", name="Ouvrir", exact=True).first.click()
    page.get_by_role("heading", name="ACI : contrat et suivi", level=1).wait_for()
    page.get_by_role("heading", name=re.compile("^Enregistrer ce contrat")).wait_for()
    wait_still(page, 150_000)
    assert "travail=l" in page.url


@pytest.mark.parametrize("address", [CONTRACT, "travaux?espace=demonstration"])
def test_a_phone_scrolls_no_page_sideways(open_page, url, address):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{url}/{address}")
    page.get_by_role("heading", level=1).first.wait_for()
    wait_still(page, 150_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
