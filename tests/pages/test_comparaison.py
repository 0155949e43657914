"""« Comparaison »: same figures as the diagnostic, one view drawn at a time, nothing executed."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from cpts_data import french
from cpts_data.analysis.compare import compare
from cpts_data.analysis.confidence import Method
from cpts_data.analysis.references import Kind, Reference
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Polarity
from cpts_data.reading import verdicts
from cpts_data.space.receiving import add_files
from pages.parts import (
    funnel_view,
    peers_view,
    placing,
    plots,
    present,
    store,
    trend_plot,
)
from pages.parts.comparison_views import VIEWS
from tests.analysis.made_values import catalogue, entry, share, table
from tests.pages.opening import bare, charts, open_page, raw, said

PAGE = "pages/comparaison.py"
OWN = "HES-CPTS-02"
SCREENING = "depistage_sein_total"


@pytest.fixture(scope="module")
def demonstration() -> Diagnostic:
    return store.open_space(store.spaces()["demonstration"])


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_opens_and_the_others_are_not_drawn(offered, view):
    test = open_page(PAGE, cpts=OWN, vue=view, indicateur=SCREENING, theme="prevention")
    assert not test.exception
    assert len(charts(test)) == (0 if view == "tableau" else 1)
    assert test.segmented_control(key="choix_vue").value == view


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("space", ["corse", "vide"])
def test_a_sparse_space_says_what_is_missing(offered, space, view):
    test = open_page(PAGE, espace=space, vue=view)
    assert not test.exception
    assert not test.error


def _cells(html: str, label: str) -> list[str]:
    row = next(row for row in html.split("<tr>") if label in row)
    return [
        re.sub(r"<[^>]+>", " ", cell).split()[0] for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)
    ]


def test_the_table_gives_the_figures_of_the_diagnostic(offered, demonstration):
    test = open_page(
        PAGE, cpts=OWN, vue="tableau", theme="prevention", avec=["cpts:HES-CPTS-01", "france:FR"]
    )
    indicator = INDICATORS["depistage_col_uterus"]
    cells = _cells(bare(test), indicator.short_label.replace("'", "’"))
    for cell, (level, name) in zip(
        cells, [("cpts", OWN), ("cpts", "HES-CPTS-01"), ("france", "FR")], strict=True
    ):
        value = demonstration.values([indicator.id], level, [name])["value"].iloc[0]
        assert cell == french.number(value, indicator.digits)


def test_the_table_tells_verdicts_in_words_and_warns_of_chance(offered):
    words = said(open_page(PAGE, cpts=OWN, vue="tableau", theme="prevention"))
    assert "plus élevé que la région" in words
    assert "défavorable" in words
    assert "par le seul hasard" in words


def test_territories_are_kept_in_the_address(offered):
    test = open_page(PAGE, cpts=OWN, vue="tableau", avec=["epci:inconnu", "departement:00"])
    assert test.multiselect(key="choix_avec").value == ["departement:00"]
    test.multiselect(key="choix_avec").set_value(["france:FR", "cpts:HES-CPTS-04"]).run()
    assert test.query_params["avec"] == ["france:FR", "cpts:HES-CPTS-04"]
    test.multiselect(key="choix_avec").set_value([]).run()
    assert test.multiselect(key="choix_avec").value == []


# What a verdict looks like


def _look(own: tuple[int, int], target: float, polarity: Polarity):
    entries = catalogue(entry("part", polarity=polarity))
    rows = table(share("a", *own))
    beside = table(share("83", target, 100, level="departement"))
    told = compare(rows, [Reference(Kind.DEPARTEMENT, beside, "83")], catalogue=entries)
    return verdicts.look(told.iloc[0], entries["part"])


def test_a_sign_says_direction_and_strength_without_colour():
    # 65 of 100: 55.3 to 73.6 % at 95 % (DOMAIN §7.2).
    higher = _look((65, 100), 20, Polarity.HIGH_IS_GOOD)
    assert (higher.sign, higher.judged) == ("▲▲", "favorable")
    assert "plus élevé que le département" in higher.words
    lower = _look((65, 100), 74, Polarity.HIGH_IS_GOOD)
    assert (lower.sign, lower.judged, lower.strong) == ("▼", "défavorable", False)
    assert _look((65, 100), 60, Polarity.HIGH_IS_GOOD).sign == "≈"
    neutral = _look((65, 100), 20, Polarity.NO_JUDGEMENT)
    assert (neutral.sign, neutral.judged, neutral.tone) == ("▲▲", "", verdicts.NEUTRAL)


def test_a_territory_is_not_judged_by_a_part_of_itself():
    row = pd.Series({"level": "region", "reference": "departement"})
    assert verdicts.is_wider(row)
    assert verdicts.is_wider(pd.Series({"level": "france", "reference": "region"}))
    assert not verdicts.is_wider(pd.Series({"level": "departement", "reference": "region"}))
    assert not verdicts.is_wider(pd.Series({"level": "epci", "reference": "departement"}))


def test_chance_is_told_from_twenty_comparisons_on():
    assert verdicts.by_chance(9) == ""
    assert "environ 2 écarts" in verdicts.by_chance(40).replace("\u202f", " ").replace(
        "\u00a0", " "
    )


def test_intervals_are_said_to_meet_or_not():
    rows = pd.DataFrame(
        {
            "territory": ["a", "b", "c", "d"],
            "level": "cpts",
            "lower": [10.0, 12.0, 21.0, np.nan],
            "upper": [20.0, 30.0, 40.0, np.nan],
        }
    )
    told = present.beside_own(rows, "a")
    assert told[0] == "votre territoire"
    assert told[1] == "les intervalles se recouvrent"
    assert told[2].startswith("au-dessus")
    assert told[3] == ""


# Funnel


def test_a_funnel_by_hand():
    # p = 0.5, n = 100: 0.5 ± 1.96 x 0.05, that is 40.2 to 59.8 %.
    rows = table(share("a", 50, 100), share("b", 61, 100), share("c", 30, 100))
    funnel = funnel_view.build(rows, Method("wilson", 100.0), 50.0)
    assert list(funnel.points["place"]) == [0, 1, -2]
    near = funnel.limits.iloc[(funnel.limits["size"] - 100).abs().argmin()]
    spread = 1.959964 * np.sqrt(0.25 / near["size"]) * 100
    assert near["lower_2s"] == pytest.approx(50 - spread, abs=1e-3)
    assert near["upper_2s"] == pytest.approx(50 + spread, abs=1e-3)


def test_a_rate_has_its_events_as_size():
    rows = table(share("a", 100, 1000), share("b", 150, 1000))
    funnel = funnel_view.build(rows, Method("rate", 1000.0), 100.0)
    assert list(funnel.points["size"]) == [100.0, 150.0]
    # Byar on 150 events: 127.0 to 176.0, above 100.
    assert list(funnel.points["place"]) == [0, 2]


# Names and lines


def test_names_never_cover_one_another():
    rng = np.random.default_rng(4)
    points = [tuple(point) for point in rng.uniform(0, 400, (70, 2))]
    labels = [f"CPTS numéro {number}" for number in range(70)]
    found = placing.places(points, labels, range(70), (640, 430))
    boxes = [
        dict(placing._offers(point, label))[place]
        for point, label, place in zip(points, labels, found, strict=True)
        if place
    ]
    assert len(boxes) > 10
    for rank, one in enumerate(boxes):
        assert not any(placing._meet(one, other) for other in boxes[:rank])


def test_names_at_the_end_of_lines_are_moved_apart():
    assert placing.spread([10.0, 12.0, 100.0], 18) == [2.0, 20.0, 100.0]
    assert placing.spread([50.0], 18) == [50.0]


def test_a_line_stops_at_a_break():
    indicator = INDICATORS["depistage_colorectal"]
    periods = ["2020-2021", "2021-2022", "2022-2023", "2023-2024"]
    rows = pd.DataFrame(
        {"period": periods, "value": [1.0, 2.0, 3.0, 4.0], "lower": np.nan, "upper": np.nan}
    )
    figure = trend_plot.trends({"a": rows}, periods, indicator, "b")
    line = figure.data[0]
    assert list(line.y) == [1.0, 2.0, None, 3.0, 4.0]
    assert any("rupture" in str(note.text) for note in figure.layout.annotations)


def test_the_trend_of_the_demonstration_is_told_in_words(offered):
    words = said(open_page(PAGE, cpts=OWN, vue="evolution", indicateur="depistage_col_uterus"))
    assert "la hausse, favorable, est significative" in words


# Peers


def test_peers_may_be_chosen_by_hand(offered):
    test = open_page(PAGE, cpts=OWN, vue="voisins", pairs=["HES-CPTS-01"], indicateur=SCREENING)
    assert not test.exception
    assert test.multiselect(key="choix_pairs").value == ["HES-CPTS-01"]
    words = said(test)
    assert "médiane des territoires comparables" in words
    assert "Caractéristiques prises en compte" in words


def test_the_rural_share_by_hand(demonstration):
    pairs = demonstration.membership_pairs("cpts")
    grid = demonstration.space.table("grille_densite")
    degree = grid[grid["niveaux"] == 7].set_index("code")["densite"]
    people = demonstration.unit_population()
    units = pairs.loc[pairs["territory"] == OWN, "unit"]
    rural = sum(float(people[unit]) for unit in units if degree[unit] >= 5)
    whole = sum(float(people[unit]) for unit in units)
    assert peers_view.rural_share(demonstration)[OWN] == pytest.approx(rural / whole * 100)


# Hostile names


HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, spaces):
    """Two CPTS of Réunion, one whose name is a script and one whose name is a formula."""
    import shutil

    folder = tmp_path_factory.mktemp("hostile") / "hostile"
    shutil.copytree(spaces["reunion"], folder, ignore=shutil.ignore_patterns(".cache"))
    listed = folder.parent / "liste.csv"
    listed.write_text(f"cpts_id;nom\nrun-1;{HOSTILE}\nrun-2;=1+1\n", encoding="utf-8")
    receipts = add_files(folder, [listed], vintage="2021")
    assert all(receipt.accepted for receipt in receipts), receipts
    return folder


@pytest.mark.parametrize("view", VIEWS)
def test_a_hostile_name_is_shown_and_never_executed(hostile, monkeypatch, view):
    monkeypatch.setenv("CPTS_DATA", str(hostile.parent))
    test = open_page(
        PAGE,
        espace="hostile",
        cpts="run-1",
        vue=view,
        indicateur="population",
        avec=["cpts:run-2"],
        theme="population",
    )
    assert not test.exception
    assert HOSTILE not in raw(test)
    for chart in charts(test):
        assert HOSTILE not in json.loads(json.dumps(str(chart.proto.spec)))
    if view == "tableau":
        assert "&lt;script&gt;" in raw(test)


def test_a_chart_shows_angle_brackets():
    assert plots.plain(HOSTILE) == "&lt;script&gt;alert(1)&lt;/script&gt;"
