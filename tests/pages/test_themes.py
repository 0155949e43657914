"""The theme pages: the figures are the Diagnostic's, states are told in words, gaps explained."""

import base64
import csv
import io
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cpts_data import french
from cpts_data.analysis.compare import compare
from cpts_data.analysis.references import Kind, targets
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing.sparklines import sparkline
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.measures import Status
from cpts_data.reading import data_requests, marks, pyramid, verdicts
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.sources import indicateurs_locaux
from cpts_data.territories import Level, Territory
from pages.parts import cards
from tests.analysis.made_values import beside, row, share, table
from tests.pages.conftest import space_of, square
from tests.pages.opening import bare

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    Theme.POPULATION: "population",
    Theme.SUPPLY: "offre",
    Theme.ACCESS: "acces",
    Theme.PATHWAYS: "parcours",
    Theme.PREVENTION: "prevention",
}
HOSTILE = "<img src=x onerror=alert(1)> & <b>Anse</b>"
SCREENING = "depistage_col_uterus"
OWN = Territory(Level.CPTS, "a", "CPTS d'essai", ("83",))


def open_page(name, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    test.switch_page(f"pages/{name}.py")
    for key, value in parameters.items():
        test.query_params[key] = value
    return test.run()


def html(test):
    return bare(test)


def words(markup):
    """What one reads of a piece of HTML, with plain spaces."""
    text = unescape(re.sub(r"<[^>]+>", " ", markup))
    return re.sub(r"\s+", " ", text.replace(french.NARROW, " ").replace(french.NO_BREAK, " "))


def reading(credits=None):
    return OwnReading(OWN, None, None, {}, {}, {}, {}, credits or {})


def shown(values_row, reference=65.0, *, history=(), trend=None, **more):
    """One figure of the catalogue's screening beside a région of one value, and its target."""
    indicator = INDICATORS[SCREENING]
    region = beside(reference, Kind.REGION, indicator=SCREENING, name="Var", **more)
    found = compare(table(values_row), [region, targets()]).to_dict("records")
    return Shown(indicator, values_row, found[0], found[1], (), tuple(history), trend)


def card(one, credits=None):
    return words(cards.card(reading(credits), one, lambda sources: f"Cnam, Dépistages, {sources}"))


def screened(top, bottom, **more):
    return share("a", top, bottom, indicator=SCREENING, sources="2023", **more)


# The declaration


def test_every_indicator_of_the_five_themes_has_one_place():
    placed = [name for view in VIEWS.values() for name in view.everything]
    assert len(placed) == len(set(placed))
    expected = {name for name, one in INDICATORS.items() if one.theme in VIEWS}
    assert set(placed) == expected


def test_every_theme_has_a_page_in_the_menu():
    from pages.parts.frame import MENU

    listed = {page for pages in MENU.values() for page, _ in pages}
    assert {f"pages/{name}.py" for name in PAGES.values()} <= listed
    assert set(PAGES) == set(VIEWS)


# The card


def test_a_card_tells_figure_interval_reference_verdict_persons_source_and_year():
    # 620 of 1,000 women: Wilson gives 58,95 to 64,96; 80 % are 800 women, 180 more.
    told = card(shown(screened(620, 1000), 70.0))
    assert "62,0 %" in told
    assert "2023 · IC 59,0 à 65,0" in told
    assert "▼▼ moins élevé que la région, défavorable" in told
    assert "Var 70,0 %" in told
    assert "Il faudrait 180 femmes de 25 à 65 ans de plus pour atteindre la cible." in told
    assert "Source : Cnam, Dépistages, 2023" in told


def test_a_gap_that_is_not_demonstrated_is_said_close():
    assert "≈ proche de la région (écart non démontré)" in card(shown(screened(620, 1000), 63.0))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("masque", "secret statistique"),
        ("masque_secondaire", "secret statistique"),
        ("manquant", "non disponible"),
        ("insuffisant", "effectif insuffisant"),
        ("sans_objet", "sans objet"),
    ],
)
def test_a_figure_that_is_not_shown_says_why_and_never_zero(status, expected):
    told = card(shown(row("a", indicator=SCREENING, status=status)))
    assert expected in told
    assert not re.search(r"(?<![\d,])0,0", told)
    assert "favorable" not in told


def test_bounds_an_estimate_and_a_context_are_told_as_such():
    bounded = row("a", indicator=SCREENING, status="borne", lower=6.9, upper=8.9, denominator=900.0)
    assert "entre 6,9 et 8,9 %" in card(shown(bounded))
    estimated = row("a", 41.1, indicator=SCREENING, status="estime")
    assert "41,1 % estimation" in card(shown(estimated))
    context = card(shown(row("a", 58.0, indicator=SCREENING, status="contexte")))
    assert "valeur du département" in context
    assert "non comparée" in context
    assert "▲" not in context.replace("Définition", "")


def test_the_coverage_and_a_reference_to_be_verified_are_told():
    one = shown(screened(620, 1000, coverage=0.92), 70.0)
    key = (Kind.REGION.value, "REF", SCREENING)
    told = card(one, {key: "reference : un rapport (à vérifier)"})
    assert "Connu pour 92 % de la population".lower() in told.lower()
    assert "Var (à vérifier) 70,0 %" in told


def test_the_period_of_a_reference_is_told_when_it_is_another():
    assert "Var (2021)" in card(shown(screened(620, 1000), 70.0, period="2021"))


def test_verdicts_never_differ_by_colour_alone():
    favourable = marks.of_comparison(shown(screened(620, 1000), 50.0).beside, INDICATORS[SCREENING])
    other = marks.of_comparison(shown(screened(620, 1000), 70.0).beside, INDICATORS[SCREENING])
    assert (favourable.symbol, favourable.tone) == ("▲▲", verdicts.FAVOURABLE)
    assert (other.symbol, other.tone) == ("▼▼", verdicts.UNFAVOURABLE)
    assert len(set(marks.SHAPES.values())) == len(marks.SHAPES)


def test_names_are_escaped():
    one = shown(screened(620, 1000, name=HOSTILE), 70.0)
    found = cards.card(reading(), one, lambda sources: HOSTILE)
    assert "<img src=x" not in found
    assert "<b>Anse" not in found
    assert "&lt;img" in found


def test_a_dataset_is_credited_once_with_its_vintages():
    fictitious = "données fictives au format de : "
    told = cards.source_line(
        [f"{fictitious}CPAM, Indicateurs, 2024", f"{fictitious}CPAM, Indicateurs, 2023"]
    )
    assert words(told) == "Source fictive, au format de : CPAM, Indicateurs, 2023, 2024"


# The small trend


def test_a_hole_and_a_new_definition_cut_the_line():
    def drawn(name, periods, values):
        one = Shown(
            INDICATORS[name],
            {},
            {},
            None,
            (),
            tuple(
                {"period": period, "value": value}
                for period, value in zip(periods, values, strict=True)
            ),
            {},
        )
        image = sparkline(one, 'De "58,4 %" à 52,7 %')
        svg = re.search(r"base64,([A-Za-z0-9+/=]+)", image).group(1)
        return image, base64.b64decode(svg).decode()

    years = ["2020", "2021", "2022", "2023"]
    image, svg = drawn(SCREENING, years, [1.0, 2.0, 3.0, 4.0])
    assert svg.count("<polyline") == 1
    assert 'alt="De &quot;58,4 %&quot; à 52,7 %"' in image
    _, svg = drawn(SCREENING, years, [1.0, 2.0, float("nan"), 4.0])
    assert svg.count("<polyline") == 1
    assert svg.count("<circle") == 3 + 1
    biennial = ["2020-2021", "2021-2022", "2022-2023", "2023-2024"]
    _, svg = drawn("depistage_colorectal", biennial, [1.0, 2.0, 3.0, 4.0])
    assert svg.count("<polyline") == 2


# The pages


@pytest.mark.parametrize("theme", [Theme.PREVENTION])
def test_the_figures_of_a_page_are_those_of_the_diagnostic(offered, theme):
    test = open_page(PAGES[theme], espace="demonstration", cpts="HES-CPTS-02")
    assert not test.exception
    diagnostic = Diagnostic.open(ROOT / "data" / "demonstration")
    told = {
        words(name): words(value).strip()
        for name, value in re.findall(
            r'<section class="cpts-card"><h3>(.*?)</h3>.*?<div class="cpts-value">(.*?)</div>',
            html(test),
        )
    }
    names = [name for group in VIEWS[theme].groups for name in group.indicators]
    values = diagnostic.values(names, Level.CPTS, ["HES-CPTS-02"]).set_index("indicator")
    expected = {
        words(cards.text(cards.heading(INDICATORS[name]))): words(
            french.with_unit(values["value"][name], "%", INDICATORS[name].digits)
        )
        for name in names
        if values["status"][name] == "observe"
    }
    assert len(expected) > 8
    assert told == expected


def test_another_reference_gives_other_verdicts(offered):
    def verdicts_told(reference):
        asked = {"espace": "demonstration", "cpts": "HES-CPTS-02", "reference": reference}
        found = html(open_page("prevention", **asked))
        return " ".join(re.findall(r'<div class="cpts-verdict[^>]*>(.*?)</div>', found))

    by_region, by_country = verdicts_told("region"), verdicts_told("france")
    assert "que la région" in by_region
    assert "que la France" not in by_region
    assert "que la France" in by_country


@pytest.mark.parametrize("name", PAGES.values())
def test_a_sparse_space_explains_what_is_missing(offered, name):
    test = open_page(name, espace="corse", cpts="corse-1")
    assert not test.exception
    assert not test.error
    told = words(html(test))
    if name == "population":
        assert "76 000" in told
    else:
        assert "Aucun chiffre de ce thème n’est connu" in told
    assert any("Ce qui manque et pourquoi" in one.value for one in test.header)
    assert "Aucun fichier de cet espace ne l’apporte." in told
    asked = test.get("code")[0].value
    assert "de la CPTS corse-1" in asked
    assert "Ajaccio (2A004), Bonifacio (2A041)" in asked


def test_hostile_names_are_shown_and_not_run(tmp_path, monkeypatch):
    made = space_of(
        tmp_path / "hostile",
        [square("2A004", HOSTILE, "2A", "94", 8.7, 41.9)],
        [("2A004", HOSTILE, 73_000)],
        [("<script>alert(1)</script>", "2A004")],
    )
    monkeypatch.setenv("CPTS_DATA", str(made))
    for name in ("population", "acces"):
        test = open_page(name, espace=made.name)
        assert not test.exception
        assert "<script>alert" not in html(test)
        assert "<img src=x" not in html(test)


# What is missing


def test_the_request_tells_what_is_counted_and_its_template_is_read_back(spaces, tmp_path):
    diagnostic = Diagnostic.open(spaces["corse"])
    own = diagnostic.territory(Level.CPTS, "corse-1")
    statuses = dict.fromkeys(["ratio_ald_diabete", "nb_msp"], Status.MISSING)
    found = data_requests.gaps(diagnostic, statuses, [])
    assert [gap.on_request for gap in found] == [True, False]
    assert "FINESS" in found[1].how
    asked = data_requests.wanted(found)
    assert [one.indicator for one in asked] == ["prevalence_ald_diabete"]
    assert asked[0].strata == ("00-14", "15-29", "30-44", "45-59", "60-74", "75-89", "90+")
    text = words(data_requests.letter(diagnostic, own, asked, 2026))
    assert "Numérateur : assurés en affection de longue durée pour ce motif" in text
    assert "Dénominateur : les assurés." in text
    assert "2021 à 2025" in text

    content = data_requests.filled_template(own, [], asked, 2026).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(lines) == 5 * 8
    for line in lines:
        line |= {"numerateur": "12", "denominateur": "345", "statut": "observe"}
    path = tmp_path / "indicateurs_locaux.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    read = indicateurs_locaux.read(path)
    assert len(read) == 40
    assert set(read["code"]) == {"corse-1"}
    assert read["numerateur"].eq(12).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "part_ald_sans_mt",
            (
                "Assurés de 17 ans et plus en affection de longue durée sans médecin traitant "
                "déclaré",
                "les assurés de 17 ans et plus en affection de longue durée",
            ),
        ),
        (
            "vaccination_ror_2_doses",
            (
                "Enfants ayant reçu deux doses du vaccin rougeole, oreillons, rubéole",
                "les enfants du même âge",
            ),
        ),
        ("nb_adherents", ("Professionnels distincts qui adhèrent à la CPTS", "")),
    ],
)
def test_numerator_and_denominator_come_from_the_definition(name, expected):
    assert data_requests.numerator_and_denominator(INDICATORS[name]) == expected


# The pyramid


def test_the_pyramid_counts_every_inhabitant_of_the_census_once():
    diagnostic = Diagnostic.open(ROOT / "data" / "demonstration")
    indicator = pyramid.pyramid_indicator(diagnostic)
    own = diagnostic.territory(Level.CPTS, "HES-CPTS-02")
    found = pyramid.by_age(diagnostic, indicator, own)
    assert len(found) == 2 * 19
    assert found["part"].sum() == pytest.approx(100)
    older = found.loc[found["age"].isin(["75-79", "80-84", "85-89", "90+"]), "part"].sum()
    told = diagnostic.values(["part_75_ans_et_plus"], Level.CPTS, ["HES-CPTS-02"])["value"].iloc[0]
    assert older == pytest.approx(told, abs=0.3)
