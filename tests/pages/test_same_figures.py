"""The same figure everywhere: one value for each indicator, territory and period, on every page.

Every page of the demonstration is opened as a reader opens it, for two CPTS; the figures that it
marks and those of its tables are collected. Nothing may disagree, and no figure may stand without
its indicator, its period or its source.
"""

import pytest

from cpts_data.diagnostic import Diagnostic
from pages.parts import frame
from tests.pages.conftest import DEMONSTRATION
from tests.pages.figures_told import (
    Told,
    disagreements,
    misspelled,
    orphans,
    read,
    tabled,
)
from tests.pages.opening import open_page

CPTS = ("HES-CPTS-02", "HES-CPTS-07")
ADDRESSES = {
    "pages/comparaison.py": [
        *({"vue": view} for view in ("intervalles", "voisins", "classement", "nuage")),
        *({"vue": view} for view in ("tableau", "evolution", "entonnoir")),
        {"vue": "tableau", "theme": "tous"},
        {"vue": "intervalles", "indicateur": "densite_mg", "reference": "france"},
    ],
    "pages/carte.py": [{}, {"decoupage": "cpts"}, {"decoupage": "departement"}],
    "pages/offre.py": [{}, {"reference": "france"}, {"reference": "departement"}],
    "pages/synthese.py": [{}, {"reference": "pairs"}],
    "pages/reunion.py": [{"mode": "reunion", "ecran": str(number)} for number in range(1, 9)],
}
# They describe files, the catalogue, a model, a contract, a drawing in the making: their numbers
# are figures of no territory, and are held by the tests of these pages.
OF_NO_TERRITORY = {
    "pages/aci.py",
    "pages/composer.py",
    "pages/documents.py",
    "pages/donnees.py",
    "pages/sources_et_methodes.py",
    "pages/accessibilite.py",
    "pages/simulateur.py",
}


def visits():
    files = [file for pages in frame.MENU.values() for file, _ in pages]
    return [(file, address) for file in files for address in ADDRESSES.get(file, [{}])]


@pytest.fixture(scope="module")
def walked():
    """Every page: its name, the figures that it tells, the texts that no mark explains."""
    diagnostic = Diagnostic.open(DEMONSTRATION)
    found = []
    for cpts in CPTS:
        for file, address in visits():
            test = open_page(file, cpts=cpts, **address)
            assert not test.exception, (file, address, test.exception[0].message)
            name = "&".join([file, cpts, *(f"{key}={told}" for key, told in address.items())])
            reader = read(test, name)
            found.append((file, [*reader.figures, *tabled(test, name, diagnostic)], reader.loose))
    return found


def everything(walked) -> list[Told]:
    return [one for _, told, _ in walked for one in told]


def test_every_page_of_figures_is_walked(walked):
    """The walk is no empty one: pages tell thousands of figures, many of them several times."""
    told = everything(walked)
    assert len(told) > 4000
    pages = {}
    for one in told:
        pages.setdefault(one.key, set()).add(one.page.split("&")[0])
    assert sum(len(where) >= 3 for where in pages.values()) > 50
    themes = {"population", "offre", "acces", "parcours", "prevention", "synthese", "comparaison"}
    for name in themes:
        assert any(f"pages/{name}.py" in where for where in pages.values()), name


def test_one_value_for_each_indicator_territory_and_period(walked):
    assert disagreements(everything(walked)) == []


def test_the_words_hold_the_figure_that_they_are_marked_with(walked):
    assert misspelled(everything(walked)) == []


def test_no_figure_without_period_or_source(walked):
    assert orphans(everything(walked)) == []


def test_no_number_that_nothing_explains(walked):
    loose = [(file, texts) for file, _, texts in walked if file not in OF_NO_TERRITORY and texts]
    assert loose == []


def told(value, words="", state="observe", source="s (2023)", place="cpts:A", period="2023"):
    key = ("part_75_ans_et_plus", place, "ensemble", period)
    return Told(key, value, state, source, words or value, "page")


def test_the_test_can_fail():
    assert disagreements([told("12.31"), told("12.31")]) == []
    assert len(disagreements([told("12.31"), told("12.32")])) == 1
    assert len(disagreements([told("12.3"), told("", "secret", state="masque")])) == 1
    # A table rounds: the same figure as written, not another one.
    table = Told(told("12.31").key, "12.3", "", "", "", "tableau")
    assert disagreements([told("12.31"), table]) == []
    assert len(disagreements([told("12.31"), Told(table.key, "12.4", "", "", "", "t")])) == 1
    assert misspelled([told("12.31", "12,3 %")]) == []
    assert len(misspelled([told("12.31", "12,4 %")])) == 1
    assert len(orphans([told("12.31", source=""), told("12.31", period="")])) == 2
