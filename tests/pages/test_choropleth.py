"""From figures to colours: bounds by their middle, context not drawn, the same classes twice."""

import pandas as pd
import pytest

from cpts_data.drawing import choropleth, palettes
from cpts_data.indicators import INDICATORS

INDICATOR = INDICATORS["taux_pauvrete"]
GREENS = palettes.sequential(INDICATOR, 4)


def table(rows):
    """Rows of ``Values``: (territory, value, lower, upper, status)."""
    frame = pd.DataFrame(rows, columns=["territory", "value", "lower", "upper", "status"])
    return frame.assign(name=frame["territory"], period="2021")


VALUES = table(
    [
        ("a", 5.0, None, None, "observe"),
        ("b", 10.0, 8.0, 12.0, "observe"),
        ("c", 15.0, None, None, "estime"),
        ("d", 20.0, None, None, "observe"),
        ("e", None, 14.0, 16.0, "borne"),
        ("f", 12.0, None, None, "contexte"),
        ("g", None, None, None, "masque"),
        ("h", None, None, None, "manquant"),
        ("i", None, None, None, "sans_objet"),
        ("j", None, None, None, "insuffisant"),
    ]
)
HOLDERS = pd.Series(list("abcdefghij"), index=list("abcdefghij"))


def drawn(values=VALUES, holders=HOLDERS, **options):
    chosen = {"method": "egales", "classes": 3, "noun": ("commune", "communes")} | options
    return choropleth.choropleth(values, holders, INDICATOR, **chosen)


def test_bounds_wear_the_class_of_their_middle_under_hatches():
    shown = drawn()
    # Three equal classes of 5 to 20: bounds 10, 15, 20; the middle of 14 and 16 is 15.
    assert shown.fills["e"] == shown.fills["c"] == palettes.sequential(INDICATOR, 3)[1]
    assert "e" in shown.states["hatched"]
    assert "secret statistique" in shown.texts["e"]
    assert "milieu" in shown.legend


def test_a_figure_of_the_departement_is_not_drawn_and_the_legend_says_so():
    shown = drawn()
    assert "f" not in shown.fills
    assert shown.states["context"] == {"f"}
    assert "non dessinée" in shown.texts["f"]
    assert "Connu pour le département seulement (non dessiné)" in shown.legend


def test_each_state_has_its_sign_and_its_words():
    shown = drawn()
    assert shown.states["hatched"] == {"e", "g"}
    assert shown.states["missing"] == {"h"}
    assert shown.states["blank"] == {"i"}
    assert shown.states["dotted"] == {"j"}
    assert shown.states["estimated"] == {"c"}
    assert "(estimation)" in shown.texts["c"]
    assert shown.texts["g"] == "secret statistique"
    assert "8,0 – 12,0" in shown.texts["b"]
    assert shown.drawn == 5


def test_a_commune_out_of_every_territory_is_white_and_told():
    holders = HOLDERS.copy()
    holders["z"] = None
    shown = drawn(holders=holders, noun=("CPTS", "CPTS"))
    assert "z" in shown.states["blank"]
    assert shown.texts["z"] == "hors CPTS"
    assert "hors CPTS" in shown.legend


def test_two_maps_share_their_classes():
    other = table([("a", 40.0, None, None, "observe"), ("b", 6.0, None, None, "observe")])
    shared = choropleth.scale([VALUES, other], INDICATOR, "egales", 5)
    # 5 to 40 in five equal classes of 7.
    assert shared.bounds == pytest.approx((12, 19, 26, 33, 40))
    one, two = drawn(shared=shared), drawn(values=other, shared=shared)
    assert one.fills["a"] == two.fills["b"] == palettes.sequential(INDICATOR, 5)[0]
    assert [row.label for row in one.classes] == [row.label for row in two.classes]
    assert "les mêmes sur les deux cartes" in one.legend


def test_nothing_known_draws_nothing():
    shown = drawn(values=table([("a", None, None, None, "manquant")]))
    assert shown.fills == {}
    assert shown.drawn == 0
    assert shown.states["missing"] == {"a"}


def test_thresholds_read_strictly_under():
    apl = INDICATORS["apl_mg"]
    assert choropleth.labels([2.5, 4.0, 6.0], 1.0, apl, "seuils") == [
        "moins de 2,50",
        "de 2,50 à moins de 4,00",
        "de 4,00 à 6,00",
    ]
