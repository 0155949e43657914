"""« Synthèse »: the highlights' sentences, the spine in its place, a grid that is kept."""

import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cpts_data import french
from cpts_data.analysis.compare import compare
from cpts_data.analysis.highlights import Tone
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import highlight_sentence, multiple_comparisons
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.reading import comparisons, standing_out, synthesis
from cpts_data.reading.comparisons import Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level
from pages.parts import spine, store
from tests.analysis.made_values import beside, share, table
from tests.pages.conftest import space_of, square
from tests.pages.opening import bare

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = ROOT / "data" / "demonstration"
LOW = "part_sans_mt_17_ans_et_plus"
HIGH = "depistage_col_uterus"


@pytest.fixture(autouse=True)
def fewer_themes(monkeypatch):
    """Two themes are enough, and quick; what they fill in the cache is not left there."""
    few = {theme: VIEWS[theme] for theme in (Theme.POPULATION, Theme.PREVENTION)}
    monkeypatch.setattr(store, "VIEWS", few)
    monkeypatch.setattr(synthesis, "VIEWS", few)
    known = (*few[Theme.POPULATION].indicators, *few[Theme.PREVENTION].indicators)
    chosen = tuple(name for name in synthesis.KEY_FIGURES if name in known)
    monkeypatch.setattr(synthesis, "KEY_FIGURES", chosen)
    store.whole_reading.clear()
    yield
    store.whole_reading.clear()


def open_synthesis(**parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    test.switch_page("pages/synthese.py")
    for key, value in parameters.items():
        test.query_params[key] = value
    return test.run()


def html(test):
    return bare(test)


def plain(text):
    return re.sub(r"\s+", " ", text.replace(french.NARROW, " ").replace(french.NO_BREAK, " "))


def listed(test):
    """The sentences of the page, with their sign."""
    items = re.findall(
        r'<li><b class="[^"]*" title="([^"]*)".*?<span>(.*?)</span></li>', html(test)
    )
    return [(unescape(label), plain(unescape(told))) for label, told in items]


def own_reading():
    # The same cache as the page: a reading is worked out once.
    diagnostic = store.open_space(store.spaces()["demonstration"])
    parts = [store.reading(diagnostic, view.indicators) for view in store.VIEWS.values()]
    territory = diagnostic.territory(Level.CPTS, "HES-CPTS-02")
    return comparisons.own_reading(comparisons.merged(parts), territory), territory


# The spine


def drawn(name, reference, *people):
    """The first of some CPTS beside a reference: (persons, of 100) each."""
    values = table(*(share(str(i), top, 100, indicator=name) for i, top in enumerate(people)))
    found = compare(values, [beside(reference, Kind.REGION, indicator=name)])
    row = found.to_dict("records")[0]
    return Shown(INDICATORS[name], {"status": "observe"}, row, None, (), (), None)


@pytest.mark.parametrize(("name", "expected"), [(HIGH, (90.0, 30.0)), (LOW, (10.0, 70.0))])
def test_right_is_favourable_and_the_reference_is_in_the_middle(name, expected):
    # Peers of 30, 40 and 70 % around 50 %: 70 is 20 points away, the farthest, at 104 % of it.
    scale = spine.scale_of(drawn(name, 50.0, 40, 30, 70).beside, INDICATORS[name])
    assert scale.at(50.0) == 50.0
    highest, lower = 50 + 50 / 1.04, 50 - 25 / 1.04
    sign = 1 if name == HIGH else -1
    assert scale.at(70.0) == pytest.approx(50 + sign * (highest - 50))
    assert scale.at(40.0) == pytest.approx(50 + sign * (lower - 50))
    assert (scale.at(70.0) > expected[0]) == (name == HIGH)


def test_a_line_shows_extremes_quartiles_interval_reference_and_figure():
    line = spine.line(drawn(HIGH, 50.0, 45, 30, 70))
    assert [kind in line for kind in ('"range"', '"mid"', '"ci"', '"ref"')] == [True] * 4
    assert 'class="dot pro"' in line


def test_without_reference_there_is_no_line():
    one = drawn(HIGH, float("nan"), 40, 30, 70)
    assert not spine.drawable(one)


# The page


def test_sentences_are_the_net_highlights_five_at_most_and_needs_apart(offered):
    test = open_synthesis(espace="demonstration", cpts="HES-CPTS-02")
    assert not test.exception
    own, territory = own_reading()
    facts = standing_out.facts(own, Kind.REGION, net_only=True)
    assert all(one.net for one in facts)
    told = listed(test)
    for tone, label in ((Tone.STRENGTH, "Force"), (Tone.ATTENTION, "Point d’attention")):
        expected = [one for one in facts if one.tone is tone][:5]
        sentences = [standing_out.brief(highlight_sentence(one), territory) for one in expected]
        assert [text for kind, text in told if kind == label] == [plain(one) for one in sentences]
    needs = [text for kind, text in told if kind == "Constat"]
    assert needs
    assert all("favorable" not in text for text in needs)


def test_the_number_of_comparisons_is_told(offered):
    test = open_synthesis(espace="demonstration", cpts="HES-CPTS-02")
    own, _ = own_reading()
    rows = own.compared[
        (own.compared["stratum"] == "ensemble")
        & (own.compared["basis"] == "intervalle")
        & (own.compared["reference"] == "region")
    ]
    assert plain(multiple_comparisons(len(rows))) in plain(unescape(html(test)))


def _header(indicator):
    return f'<th scope="row">{french.typography(indicator.short_label)}<small>'


def test_the_figures_of_the_spine_are_those_of_the_diagnostic(offered):
    body = html(open_synthesis(espace="demonstration", cpts="HES-CPTS-02"))
    diagnostic = Diagnostic.open(DEMONSTRATION)
    for name in ("part_75_ans_et_plus", "depistage_colorectal", "vaccination_ror_2_doses"):
        indicator = INDICATORS[name]
        value = diagnostic.values([name], Level.CPTS, ["HES-CPTS-02"])["value"].iloc[0]
        line = body[body.rindex(_header(indicator)) :][:300]
        assert f"<b>{french.percent(value / 100, indicator.digits)}</b>" in line


def test_the_grid_keeps_what_is_written_when_the_reference_changes(offered):
    test = open_synthesis(espace="demonstration", cpts="HES-CPTS-02")
    key = "grille_demonstration_HES-CPTS-02_opportunites"
    assert test.text_area(key=key).value.startswith("– ")
    assert all(
        "significative" in line for line in test.text_area(key=key).value.splitlines() if line
    )
    test.text_area(key=key).set_value("Une maison de santé ouvre en 2027.").run()
    test.selectbox(key="choix_reference").set_value("departement").run()
    assert test.text_area(key=key).value == "Une maison de santé ouvre en 2027."


def test_a_need_is_in_no_part_of_the_grid():
    own, territory = own_reading()
    facts = standing_out.facts(own, Kind.REGION, net_only=True)
    written = "\n".join(synthesis.proposals(facts, territory).values())
    needs = [one for one in facts if one.tone is Tone.FACT]
    assert needs
    for one in needs:
        assert standing_out.brief(highlight_sentence(one), territory) not in written


def test_a_sparse_space_and_hostile_names(tmp_path, monkeypatch):
    made = space_of(
        tmp_path / "hostile",
        [square("2A004", "<img src=x onerror=alert(1)>", "2A", "94", 8.7, 41.9)],
        [("2A004", "Ajaccio", 73_000)],
        [("<script>alert(1)</script>", "2A004")],
    )
    monkeypatch.setenv("CPTS_DATA", str(made))
    test = open_synthesis(espace=made.name)
    assert not test.exception
    assert "<script>alert" not in html(test)
    assert "<img src=x" not in html(test)
    assert [area.value for area in test.text_area] == ["", "", "", ""]
