"""« Composer »: every way to add, undo and redo, versions, hostile texts; then every other page."""

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cpts_data.analysis.composed import Composition, decode
from cpts_data.diagnostic import Diagnostic
from cpts_data.space import DEMONSTRATION
from pages.parts import compose_map, compose_state, maps
from tests.pages.test_pages import PAGES, ROOT, open_page, texts

CPTS = "HES-CPTS-02"
PAGE = "pages/composer.py"


@pytest.fixture(scope="module")
def demonstration():
    return Diagnostic.open(DEMONSTRATION)


@pytest.fixture(scope="module")
def units(demonstration):
    return [str(code) for code in demonstration.territories("cpts").units_of(CPTS).index]


def made(units, name="Ma zone"):
    return Composition.of(name, [(code, 1) for code in units], 0)


def opened(composition=None, page=PAGE, **more):
    given = {"composition": composition.encode(), "cpts": composition.id} if composition else {}
    return open_page(page, **given, **more)


def in_link(test):
    """The territory that the address now holds, None without any."""
    found = test.query_params.get("composition")
    return decode(found[-1] if isinstance(found, list) else found) if found else None


def band(test):
    """Label, then (value, words), of each figure of the band."""
    (html,) = [e.proto.body for e in test.get("html") if '<dl class="cpts-band"' in e.proto.body]
    cells = re.findall(
        r"<dt>(.*?)</dt><dd><b[^>]*>(.*?)</b><span>(.*?)</span>", html.replace("\u202f", "")
    )
    return {label: (value, words) for label, value, words in cells}


def name_of(test):
    """The box that holds the name of the territory."""
    (box,) = [one for one in test.text_input if one.label == "Nom du territoire"]
    return box


def press(test, label):
    """Press the button of this very label, else the only one that begins so."""
    exact = [one for one in test.button if one.label == label]
    (button,) = exact or [one for one in test.button if one.label.startswith(label)]
    return button.click().run()


# --------------------------------------------------------------------------- figures


def test_an_empty_territory_says_how_to_begin():
    test = opened()
    assert not test.exception
    assert band(test)["Habitants"] == ("0", "")
    assert "Le territoire est vide" in texts(test)
    assert name_of(test).value == "Nouveau territoire"


def test_the_figures_are_those_of_the_cpts(demonstration, units):
    test = opened(made(units))
    told = band(test)
    values = demonstration.values(
        ["population", "apl_mg_65_ans_ou_moins", "densite_mg"], "cpts", [CPTS]
    ).set_index("indicator")
    assert told["Habitants"][0] == f"{values.loc['population', 'value']:.0f}"
    apl = f"{values.loc['apl_mg_65_ans_ou_moins', 'value']:.2f}".replace(".", ",")
    assert told["APL aux généralistes"][0] == apl
    assert told["Généralistes libéraux"][0] == f"{values.loc['densite_mg', 'numerator']:.0f}"
    assert told["Communes"] == (str(len(units)), "d’un seul tenant")
    # The CPTS itself, and every other that shares a commune with it.
    pairs = demonstration.membership_pairs("cpts")
    met = pairs.loc[pairs["unit"].isin(units), "territory"].nunique()
    assert told["CPTS existantes"][0] == str(met)
    assert told["ACI, par an"][0].endswith("€")
    assert "Taille" in told["Classe de taille ACI"][0]


def test_a_commune_in_part_says_so(units):
    composition = Composition.of("x", [(units[0], 0.4), *((code, 1) for code in units[1:])], 0)
    test = opened(composition)
    assert band(test)["Habitants"][1] == "dont 1\xa0commune en partie"
    assert "s’appliquent aux effectifs, pas aux indices" in texts(test)


# --------------------------------------------------------------------------- ways to add


def test_search_adds_and_takes_away(demonstration):
    name = str(demonstration.register.units.table["name"]["00010"])
    test = opened(chercher=name)
    press(test, f"Ajouter {name}")
    assert in_link(test).codes == ("00010",)
    assert band(test)["Communes"][0] == "1"
    press(test, f"Retirer {name}")
    assert in_link(test) is None


def test_a_whole_zone(demonstration):
    epci = str(demonstration.territories("epci").table.index[0])
    held = demonstration.territories("epci").units_of(epci).index
    test = opened(ajouter="zone", zonage="epci", zone=epci)
    press(test, "Ajouter")
    assert in_link(test).codes == tuple(sorted(held))
    press(test, "Retirer")
    assert in_link(test) is None


def test_a_pasted_list_with_doubts_and_unknowns(demonstration):
    test = opened(ajouter="liste")
    name = str(demonstration.register.units.table["name"]["00010"])
    test.text_area(key="composer_liste").set_value(f"{name}\n00011\nAtlantide\n96001")
    press(test, "Lire la liste")
    assert "3\xa0communes reconnues et 1\xa0ligne non reconnue." in texts(test)
    press(test, "Ajouter 3")
    assert in_link(test).codes == ("00010", "00011", "96001")
    press(test, "Remplacer")
    assert in_link(test).codes == ("00010", "00011", "96001")


HOSTILE = (
    '=HYPERLINK("http://exemple.invalid")\n<script>alert(1)</script>\n'
    '<img src=x onerror=alert(1)>\n\u202egnp.exe\n"quotes\'"\n`code` **gras** $x$ :red[x]\n'
)


def test_a_hostile_list_is_harmless_and_answered():
    test = opened(ajouter="liste")
    test.text_area(key="composer_liste").set_value(HOSTILE * 1500)
    press(test, "Lire la liste")
    assert not test.exception
    assert "0\xa0commune reconnue" in texts(test)
    everything = texts(test)
    assert "<script>" not in everything
    assert "<img" not in everything
    assert in_link(test) is None


def test_a_hostile_name_is_shown_as_text(units):
    name = "<img src=x onerror=alert(1)> **gras** =1+1\u202e"
    test = opened(made(units, name))
    assert not test.exception
    assert name_of(test).value == "<img src=x onerror=alert(1)> **gras** =1+1"
    assert "<img" not in "".join(e.proto.body for e in test.get("html"))
    synthesis = opened(made(units, name), "pages/synthese.py")
    assert not synthesis.exception
    assert "<img" not in "".join(e.proto.body for e in synthesis.get("html"))


def test_around_a_commune(demonstration, units):
    test = opened(ajouter="autour", centre_cherche=units[0], centre=units[0], mesure="rayon")
    assert "à vol d’oiseau" in texts(test)
    press(test, "Ajouter")
    assert units[0] in in_link(test).codes


# --------------------------------------------------------------------------- the map


def clicked(monkeypatch, count, **properties):
    """What the browser sends for a click or a lasso."""
    state = {
        "last_object_clicked_count": count,
        "last_active_drawing": {"type": "Feature", "properties": properties},
    }
    monkeypatch.setattr(compose_map.frame, "component_state", lambda key: state)


@pytest.fixture
def workshop(monkeypatch, demonstration, units):
    """The workshop outside of Streamlit: its changes are what is written in the address."""
    wrote = []
    for name in ("put",):
        monkeypatch.setattr(
            compose_state, name, lambda shop, weights, word="": wrote.append(weights)
        )
    monkeypatch.setattr(compose_map.frame, "seen", lambda *_: True)
    monkeypatch.setattr(compose_map.frame, "parameter", lambda *_: None)
    from cpts_data.composition.land import Land
    from cpts_data.composition.summary import summary

    land = Land(demonstration.register)
    current = made(units[:3])
    drawn = demonstration.with_compositions([current])
    told = summary(land, drawn.figures, current)
    return compose_state.Workshop(None, land, current, told), wrote


def test_a_click_adds_then_takes_away(monkeypatch, workshop, units):
    shop, wrote = workshop
    clicked(monkeypatch, 2, code=units[5])
    compose_map._on_map(shop, shop.land.known)
    assert set(wrote[-1]) == {*units[:3], units[5]}
    clicked(monkeypatch, 4, code=units[0])
    compose_map._on_map(shop, shop.land.known)
    assert set(wrote[-1]) == set(units[1:3])


@pytest.mark.parametrize("code", ["99999", "<b>", 12, None, ["00001"]])
def test_a_click_on_nothing_known_changes_nothing(monkeypatch, workshop, code):
    shop, wrote = workshop
    clicked(monkeypatch, 2, code=code)
    compose_map._on_map(shop, shop.land.known)
    assert wrote == []


def test_a_lasso_adds_what_it_surrounds(monkeypatch, workshop, units):
    shop, wrote = workshop
    west, south, east, north = shop.land.contours[units[5]].bounds
    clicked(monkeypatch, 2, lasso=[[west, south], [east, south], [east, north], [west, north]])
    compose_map._on_map(shop, shop.land.known)
    assert units[5] in wrote[-1]
    assert set(units[:3]) <= set(wrote[-1])


@pytest.mark.parametrize("lasso", [[], [[0, 0]], "abc", [["x", 1]] * 3, [[0, 0], [1, 1], [2, 2]]])
def test_a_lasso_that_no_browser_draws_is_refused_in_words(monkeypatch, workshop, lasso):
    shop, wrote = workshop
    said = []
    monkeypatch.setattr(compose_state, "tell", said.append)
    clicked(monkeypatch, 2, lasso=lasso)
    compose_map._on_map(shop, shop.land.known)
    assert wrote == []
    assert all(text.startswith("Dessin illisible") for text in said)


def test_what_the_map_is_told_of_clicks_and_lassos():
    state = {"last_active_drawing": {"properties": {"lasso": [[1, 2]]}}}
    assert maps.drawn_area(state) == [[1, 2]]
    assert maps.drawn_area({"last_active_drawing": {"properties": {"lasso": "x"}}}) is None
    assert maps.drawn_area(None) is None


# --------------------------------------------------------------------------- undo, names, versions


def test_undo_and_redo(units):
    test = opened(made(units[:3]), chercher=units[5])
    press(test, "Ajouter")
    assert len(in_link(test).codes) == 4
    press(test, "Annuler")
    assert in_link(test).codes == tuple(sorted(units[:3]))
    press(test, "Rétablir")
    assert len(in_link(test).codes) == 4
    press(test, "Annuler")
    test.query_params["chercher"] = units[7]
    test.run()
    press(test, "Ajouter")
    assert [one.disabled for one in test.button if one.label == "Rétablir"] == [True]


def test_undo_back_to_nothing_and_forth():
    test = opened(chercher="00010")
    press(test, "Ajouter")
    press(test, "Annuler")
    assert in_link(test) is None
    press(test, "Rétablir")
    assert in_link(test).codes == ("00010",)


def test_renaming_keeps_the_communes(units):
    test = opened(made(units[:3]))
    name_of(test).set_value("Vallée <b>du</b> Test").run()
    assert in_link(test).name == "Vallée <b>du</b> Test"
    assert in_link(test).codes == tuple(sorted(units[:3]))
    press(test, "Annuler")
    assert in_link(test).name == "Ma zone"


def test_duplicate_change_and_compare(demonstration, units):
    test = opened(made(units[:5]), detail="versions")
    press(test, "Dupliquer")
    assert len(test.query_params["composition"]) == 2
    assert in_link(test).name == "Ma zone (variante)"
    name = str(demonstration.register.units.table["name"][units[6]])
    test.query_params["chercher"] = units[6]
    test.run()
    press(test, f"Ajouter {name}")
    said = texts(test)
    assert "Seulement dans Ma zone (variante)</b> – 1\xa0commune" in said
    assert "Seulement dans Ma zone</b> – 0\xa0commune" in said
    assert "Dans les deux</b> – 5\xa0communes" in said
    (table,) = [one.value for one in test.dataframe if "Chiffre" in one.value.columns]
    assert table.columns[1] == "Ma zone (variante)"
    assert "Population" in set(table["Chiffre"])


def test_comparing_with_the_very_cpts(units):
    test = opened(made(units), detail="versions", version=CPTS)
    assert "Mêmes communes, mêmes parts" in texts(test)


def test_a_new_territory_leaves_the_first_in_the_link(units):
    test = opened(made(units[:3]))
    press(test, "Nouveau territoire vide")
    assert band(test)["Habitants"][0] == "0"
    assert in_link(test).name == "Ma zone"
    test.query_params["chercher"] = units[6]
    test.run()
    press(test, "Ajouter")
    assert len(test.query_params["composition"]) == 2


def test_beginning_from_a_cpts(units):
    test = open_page(PAGE, cpts=CPTS)
    press(test, "Partir de")
    assert in_link(test).codes == tuple(units)
    assert in_link(test).name.endswith("(variante)")


# --------------------------------------------------------------------------- bad links


@pytest.mark.parametrize("text", ["faux", "1.0.abcd.x", "<script>", "1" * 40_000, "=1+1"])
def test_a_bad_link_is_told_and_the_page_opens(text):
    for page in (PAGE, "pages/synthese.py"):
        test = open_page(page, composition=text)
        assert not test.exception
        assert any("Territoire composé" in one.value for one in test.warning)


def test_a_territory_of_elsewhere_is_told_and_counted():
    away = Composition.of("Seine", [("93055", 1)], 2026)
    test = opened(away, "pages/synthese.py")
    assert not test.exception
    assert "aucune de ses communes n’est dans cet espace" in texts(test)


def test_all_of_france_without_any_file(offered):
    """An empty space: lists, searches, populations and size classes from the reference alone."""
    test = open_page(PAGE, espace="vide", chercher="Marseille")
    press(test, "Ajouter Marseille, 16 arrondissements")
    told = band(test)
    assert int(told["Habitants"][0]) > 850_000
    assert told["Classe de taille ACI"][0] == "Taille 4"
    assert told["Communes"] == ("16", "contiguïté inconnue sans contours")
    assert told["APL aux généralistes"][0] == "non disponible"
    assert "Sans contours" in texts(test)


# --------------------------------------------------------------------------- every other page


@pytest.mark.parametrize("page", [page for page in PAGES if page != PAGE])
def test_every_page_accepts_a_composed_territory(page, units):
    test = opened(made(units[:-2]), page)
    assert not test.exception
    assert not test.error
    assert test.selectbox(key="choix_cpts").value == made(units[:-2]).id
    (link,) = [one for one in test.get("page_link") if "synthese" in one.proto.page]
    assert made(units[:-2]).encode().split(".")[3] in link.proto.query_string


@pytest.mark.parametrize(
    "view", ["tableau", "intervalles", "voisins", "classement", "nuage", "evolution", "entonnoir"]
)
def test_every_comparison_accepts_it(view, units):
    test = opened(made(units[:-2]), "pages/comparaison.py", vue=view)
    assert not test.exception
    assert not test.error


def test_a_page_says_the_same_figures_as_the_composer(demonstration, units):
    composition = made(units[:-2])
    values = demonstration.with_compositions([composition]).values(
        ["population"], "compose", [composition.id]
    )
    people = f"{values['value'].iloc[0]:.0f}"
    assert band(opened(composition))["Habitants"][0] == people
    said = texts(opened(composition, "pages/synthese.py")).replace("\u202f", "")
    assert people in said
    assert "Ma zone" in said


def test_the_choice_lists_composed_territories_beside_the_cpts(demonstration, units):
    test = opened(made(units[:3]), "pages/synthese.py")
    options = test.selectbox(key="choix_cpts").options
    assert sum("(composé)" in one for one in options) == 1
    assert len(options) == 1 + len(demonstration.territories("cpts").table)


def test_the_export_is_read_back_as_a_perimeter(units):
    from pages.parts import compose_exports

    composition = Composition.of("=Zone", [(units[0], 0.4), (units[1], 1)], 0)
    from cpts_data.composition.land import Land
    from cpts_data.composition.summary import summary

    diagnostic = Diagnostic.open(DEMONSTRATION).with_compositions([composition])
    land = Land(diagnostic.without_compositions.register)
    shop = compose_state.Workshop(
        type("Page", (), {"diagnostic": diagnostic})(),
        land,
        composition,
        summary(land, diagnostic.figures, composition),
    )
    table = compose_exports.communes(shop)
    assert isinstance(table, pd.DataFrame)
    assert table["part"].tolist() == [0.4, 1.0]
    assert table["code_commune"].tolist() == sorted(units[:2])
    assert b"'=Zone" in compose_exports.as_csv(table)


def test_no_page_of_the_app_is_left_out():
    assert (ROOT / PAGE).is_file()
    assert isinstance(AppTest, type)
