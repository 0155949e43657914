"""The meeting: eight screens, the figures of the diagnostic, the facts of the synthesis."""

import re
from dataclasses import replace

import pytest

from cpts_data.analysis.highlights import Tone, select
from cpts_data.analysis.references import Kind
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import still_map
from cpts_data.indicators import INDICATORS
from cpts_data.reading import standing_out
from pages.parts import meeting_bars, store
from tests.pages.opening import open_page, raw, said

PAGE = "pages/reunion.py"
OWN = "HES-CPTS-02"


@pytest.fixture(scope="module")
def diagnostic() -> Diagnostic:
    """The demonstration as the pages hold it: worked out once for all of them."""
    return store.open_space(store.spaces()["demonstration"])


@pytest.fixture(scope="module")
def own(diagnostic):
    return store.whole_reading(diagnostic, diagnostic.territory("cpts", OWN))


@pytest.mark.parametrize("screen", range(1, 9))
def test_each_screen_has_one_title_and_its_number(offered, screen):
    test = open_page(PAGE, mode="reunion", cpts=OWN, ecran=str(screen))
    assert not test.exception
    assert len(test.title) == 1
    assert f"{screen} / 8" in said(test)
    assert "Territoire fictif de démonstration" in said(test)


@pytest.mark.parametrize("space", ["corse", "vide"])
@pytest.mark.parametrize("screen", ["1", "6"])
def test_a_sparse_space_is_presented_too(offered, space, screen):
    test = open_page(PAGE, mode="reunion", espace=space, ecran=screen)
    assert not test.exception
    assert len(test.title) == 1


def test_any_page_opens_the_meeting_by_its_address(offered):
    test = open_page("pages/population.py", mode="reunion", cpts=OWN, ecran="2")
    assert test.button(key="reunion_quitter")
    assert test.query_params["ecran"] in ("2", ["2"])


def test_buttons_turn_the_screens_and_the_address_follows(offered):
    test = open_page(PAGE, mode="reunion", cpts=OWN, ecran="1")
    assert test.button(key="reunion_precedent").disabled
    test.button(key="reunion_suivant").click().run()
    assert test.query_params["ecran"] in ("2", ["2"])
    assert "2 / 8" in said(test)
    test.button(key="reunion_precedent").click().run()
    assert "1 / 8" in said(test)


@pytest.mark.parametrize("asked", ["0", "99", "<b>", "3.5"])
def test_an_unknown_screen_is_the_first(offered, asked):
    assert "1 / 8" in said(open_page(PAGE, mode="reunion", cpts=OWN, ecran=asked))


def test_leaving_goes_to_the_synthesis(offered):
    test = open_page(PAGE, mode="reunion", espace="corse", ecran="2")
    test.button(key="reunion_quitter").click().run()
    assert [title.value for title in test.title] == ["Synthèse"]
    assert "mode" not in test.query_params


def test_points_of_attention_are_those_of_the_synthesis(offered, own):
    facts = standing_out.facts(own, Kind.REGION, net_only=True)
    expected = select(facts, Tone.ATTENTION, 5)
    shown = re.findall(
        r'<span class="what">(.*?)<small>',
        raw(open_page(PAGE, mode="reunion", cpts=OWN, ecran="3")),
    )
    assert len(shown) == len(expected) > 0
    for text, one in zip(shown, expected, strict=True):
        assert INDICATORS[one.indicator].short_label[:8] in text.replace("&#x27;", "'")


def test_bars_are_the_figures_of_the_diagnostic(diagnostic, own):
    territory = diagnostic.territory("cpts", OWN)
    bars = meeting_bars.bars_of(own.shown("densite_mg", Kind.REGION), territory)
    expected = diagnostic.values(["densite_mg"], "cpts", [OWN]).iloc[0]
    assert bars[0].own
    assert bars[0].value == expected["value"]
    assert bars[0].lower == expected["lower"]
    region = diagnostic.values(["densite_mg"], "region", ["00"])["value"].iloc[0]
    assert bars[1].value == pytest.approx(region)
    assert len(bars) <= 4


def test_periods_are_the_latest_and_in_order(diagnostic, own):
    bars = meeting_bars.periods_of(own.shown("depistage_col_uterus", Kind.REGION))
    assert [bar.name for bar in bars] == sorted(bar.name for bar in bars)
    assert len(bars) == 5
    last = diagnostic.values(["depistage_col_uterus"], "cpts", [OWN])["value"].iloc[0]
    assert bars[-1].value == last


def test_a_bar_is_as_long_as_its_figure_and_escaped():
    indicator = INDICATORS["depistage_col_uterus"]
    bar = meeting_bars.Bar("<b>x</b>", 50.0, 40.0, 60.0, own=True)
    html = meeting_bars.bars([bar, replace(bar, name="y", value=25.0, own=False)], indicator)
    # The scale ends at the highest interval and 4 % more: 62.4.
    assert re.findall(r'<i style="width:([\d.]+)%', html) == ["80.1", "40.1"]
    assert "left:64.1%;width:32.1%" in html
    assert "<b>x</b>" not in html


def test_nothing_is_drawn_under_zero():
    indicator = INDICATORS["fdep"]
    html = meeting_bars.bars([meeting_bars.Bar("a", -0.5, own=True)], indicator)
    assert "width:" not in html
    assert "−0,50" in html or "−0,5" in html


def test_a_still_map_names_without_covering_and_escapes(diagnostic):
    units = diagnostic.territories("cpts").units_of(OWN).index
    contours = diagnostic.contours_of("commune", units)
    names = [(str(code), "<i>Nom</i>") for code in contours.index]
    still = still_map.prepared(contours, names)
    assert set(still.paths) == set(contours.index)
    assert 0 < len(still.towns) < len(names)
    picture = still_map.picture(still, {}, '"><script>')
    assert "<script>" not in picture
    assert picture.startswith('<img class="meet-map"')
