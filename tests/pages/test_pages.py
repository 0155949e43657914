"""Every page opens alone, by deep link, on every kind of space; the address keeps its state."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cpts_data.indicators import INDICATORS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]
SPACES = ["demonstration", "corse", "reunion", "sans_cpts", "masque", "vide"]


def open_page(page: str, **parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    if page != "app.py":
        test.switch_page(page)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()


def texts(test: AppTest) -> str:
    parts = [
        str(block.value)
        for kind in ("markdown", "info", "warning")
        for block in getattr(test, kind)
    ]
    return "\n".join(parts + [str(element.proto.body) for element in test.get("html")])


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_a_space(offered, page, space):
    test = open_page(page, espace=space)
    assert not test.exception
    assert not test.error
    assert len(test.title) == 1


def test_the_demonstration_says_that_it_is_fictitious(offered):
    for page in PAGES:
        assert "Territoire fictif de démonstration" in texts(open_page(page))


def test_a_real_space_is_not_called_fictitious(offered):
    assert "fictif" not in texts(open_page("app.py", espace="corse"))


@pytest.mark.parametrize("page", ["app.py", "pages/synthese.py", "pages/comparaison.py"])
def test_an_empty_space_says_what_is_missing_and_how_to_add_it(offered, page):
    test = open_page(page, espace="vide")
    said = texts(test)
    assert "ne contient pas encore de périmètre de CPTS" in said
    assert "déposez sur la page" in said
    # No command of a terminal for people who never open one.
    assert "python -m" not in said
    links = [link.proto.label for link in test.main.get("page_link")]
    assert links[:2] == ["Composer un territoire", "Déposer une liste de CPTS"]


def test_the_address_chooses_the_cpts(offered):
    test = open_page("pages/synthese.py", espace="demonstration", cpts="HES-CPTS-02")
    assert test.selectbox(key="choix_cpts").value == "HES-CPTS-02"
    assert any("CPTS du Levant" in header.value for header in test.header)


def test_a_choice_is_written_in_the_address(offered):
    test = open_page("pages/synthese.py", espace="demonstration", cpts="HES-CPTS-02")
    test.selectbox(key="choix_cpts").set_value("HES-CPTS-04").run()
    assert test.query_params["cpts"] == "HES-CPTS-04"
    assert any("Rivages du Ponant" in header.value for header in test.header)


def test_an_unknown_cpts_is_told_and_replaced(offered):
    test = open_page("pages/synthese.py", espace="demonstration", cpts="<b>rien</b>")
    assert not test.exception
    assert "existe pas ici" in texts(test)


def test_the_indicator_of_the_map_is_in_the_address(offered):
    test = open_page("pages/carte.py", espace="demonstration", indicateur="densite_population")
    assert test.selectbox(key="choix_indicateur").value == "densite_population"
    test.selectbox(key="choix_indicateur").set_value("population").run()
    assert test.query_params["indicateur"] == "population"


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_indicator_has_a_map(offered, indicator):
    for level in ("commune", "cpts"):
        test = open_page("pages/carte.py", indicateur=indicator, decoupage=level)
        assert not test.exception


def test_a_masked_space_says_secret_and_never_zero(offered):
    said = texts(open_page("pages/population.py", espace="masque", cpts="HES-CPTS-01"))
    card = said[said.index("Taux de pauvreté") :][:400]
    assert "secret statistique" in card


def test_a_shared_commune_is_told(offered):
    said = texts(open_page("pages/synthese.py", espace="reunion", cpts="run-1"))
    assert "Commune partagée" in said
    assert "Taille 1, 2 ou 3" in said


def test_a_space_changed_on_disk_is_seen_without_a_restart(offered, spaces):
    before = open_page("pages/synthese.py", espace="sans_cpts")
    assert "ne contient pas encore" in texts(before)
    added = spaces["sans_cpts"] / "cpts_perimetres"
    added.mkdir()
    try:
        (added / "p.csv").write_text("cpts_id;code_commune\nnouvelle;2A004\n", encoding="utf-8")
        after = open_page("pages/synthese.py", espace="sans_cpts")
        assert any("nouvelle" in header.value for header in after.header)
    finally:
        (added / "p.csv").unlink()
        added.rmdir()
