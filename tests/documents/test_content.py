"""The content model: the figures of the screen, each with its source, and what the user chose."""

import math
import re
from dataclasses import fields, is_dataclass

import pytest

from cpts_data.analysis.references import Kind
from cpts_data.documents.content import SECTIONS, document
from cpts_data.documents.model import (
    Cell,
    Grid,
    KeyFigure,
    KeyFigures,
    Missing,
    Model,
    Options,
    OwnText,
    Picture,
    Priority,
    Prompt,
    Quantity,
    Table,
)
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading import standing_out
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level
from pages.parts import cards

GAPS = re.compile(r"[\s\u00a0\u202f]+")


def plain(text):
    """A text without its spaces, whatever their width."""
    return GAPS.sub("", text)


def screen(html):
    """The words of a piece of HTML."""
    from html import unescape

    return plain(unescape(re.sub(r"<[^>]+>", "", html)))


def everything(content, kind):
    """All pieces of a kind, however deep they are."""
    if isinstance(content, kind):
        yield content
    if is_dataclass(content) and not isinstance(content, type):
        for one in fields(content):
            yield from everything(getattr(content, one.name), kind)
    elif isinstance(content, list | tuple):
        for one in content:
            yield from everything(one, kind)


def blocks(doc, kind):
    return [one for part in doc.sections for one in part.blocks if isinstance(one, kind)]


# The same figures as on the screen


@pytest.mark.parametrize("reference", ["region", "departement", "pairs"])
def test_every_table_says_what_the_cards_of_the_pages_say(material, own, reference):
    doc = document(material, own, Model.DIAGNOSIS, Options(reference=reference))
    reading, kind = material.own(own), Kind(reference)
    tables = {table.id: table for table in blocks(doc, Table)}
    seen = 0
    for view in VIEWS.values():
        for rank, group in enumerate(view.groups, start=1):
            names = standing_out.known(reading, group.indicators)
            if not names:
                continue
            rows = tables[f"{view.theme.value}_{rank}"].rows
            assert len(rows) == len(names)
            for name, row in zip(names, rows, strict=True):
                shown = reading.shown(name, kind)
                line = " ".join(cards._line(reading, shown))
                card = screen(cards.card(reading, shown, lambda _: "") + line)
                for cell in row.cells:
                    for words in (cell.text, cell.note):
                        for piece in re.split(r" · | \(|\)|, ", words):
                            if piece not in ("", "–") and "estimation" not in piece:
                                assert plain(piece).lower() in card.lower(), (name, words)
                seen += 1
    assert seen > 80


def test_every_number_is_the_diagnostics_own(material, written):
    """Numbers behind the cells, looked up one by one in the tables of the diagnostic."""
    diagnostic = material.diagnostic
    units = diagnostic.territories(Level.COMMUNE).table.index
    checked = 0
    for doc in written.values():
        for one in everything(doc.sections, Quantity):
            if one.territory == doc.territory.id:
                level = Level.CPTS
            elif one.territory in units:
                level = Level.COMMUNE
            else:
                continue
            rows = diagnostic.values([one.indicator], level, [one.territory], strata=True)
            row = rows[rows["stratum"] == one.stratum].iloc[0]
            assert one.status.value == row["status"]
            assert one.period == row["period"]
            if one.status.has_value:
                assert one.value == row["value"], one
            elif one.status is Status.BOUNDED:
                assert (one.lower, one.upper) == (row["lower"], row["upper"])
            else:
                assert math.isnan(one.value)
            checked += 1
    assert checked > 1000


def test_the_words_of_a_cell_are_its_number(written):
    """« 62,1 % » is 62.1: read back from the words, to the digits that are shown."""
    for cell in everything([doc.sections for doc in written.values()], Cell):
        one = cell.quantity
        if one is None or one.status is Status.BOUNDED or math.isnan(one.value):
            continue
        found = re.match(r"[−+]?[\d\u202f]+(,\d+)?", cell.text)
        assert found, cell
        number = float(
            found[0].replace("\u202f", "").replace(",", ".").replace("−", "-").replace("+", "")
        )
        assert abs(number - one.value) <= 0.5 * 10.0**-one.digits + 1e-9, cell


def test_masked_missing_and_zero_are_three_things(material, own, written):
    words = {"secret statistique": Status.MASKED, "non disponible": Status.MISSING}
    found = set()
    for cell in everything(written[Model.DIAGNOSIS].sections, Cell):
        if cell.text in words and cell.quantity is not None:
            secret = cell.text == "secret statistique"
            expected = (Status.MASKED, Status.MASKED_BY_US) if secret else (Status.MISSING,)
            assert cell.quantity.status in expected
            assert math.isnan(cell.quantity.value)
            found.add(cell.text)
        elif cell.quantity is not None and cell.quantity.value == 0:
            assert cell.text.startswith("0")
            found.add("0")
    assert {"secret statistique", "0"} <= found


def test_every_figure_has_its_source_and_its_period(written):
    for doc in written.values():
        for table in blocks(doc, Table):
            if any(cell.quantity for row in table.rows for cell in row.cells):
                assert table.source.startswith("Source"), table.id
        for picture in blocks(doc, Picture):
            assert picture.source.startswith("Source")
            assert picture.caption
            assert picture.alt
            assert picture.table.rows
        for figures in blocks(doc, KeyFigures):
            assert figures.source.startswith("Source")
        for one in everything(doc.sections, Quantity):
            if one.status.has_value:
                target = one.territory in ("cible", "attendu", "pairs")
                assert one.source, one
                assert one.period or target, one


def test_every_title_of_a_picture_says_a_result(written):
    for picture in blocks(written[Model.DIAGNOSIS], Picture):
        assert re.search(r"\d", picture.caption), picture.caption


# What the user chooses


def test_sections_are_chosen_in_the_order_of_the_outline(material, own):
    chosen = Options(sections=("methodes", "population"))
    doc = document(material, own, Model.DIAGNOSIS, chosen)
    assert [part.id for part in doc.sections] == ["population", "methodes"]
    with pytest.raises(KeyError, match="essentiel"):
        document(material, own, Model.DIAGNOSIS, Options(sections=("populaton",)))


def test_what_the_team_wrote_takes_the_place_of_the_questions(material, own):
    text = "Les saisonniers doublent la population en août.\nIls consultent peu."
    options = Options(sections=("population", "offre"), paragraphs={"population": text})
    doc = document(material, own, Model.DIAGNOSIS, options)
    population, supply = doc.sections
    assert OwnText(text) in population.blocks
    assert not [one for one in population.blocks if isinstance(one, Prompt)]
    assert [one for one in supply.blocks if isinstance(one, Prompt)]


def test_the_grid_and_the_priorities_are_the_teams_when_it_wrote_them(material, own):
    options = Options(
        sections=("synthese",),
        grid={"forces": "– Une MSP très active\n\nUn hôpital proche"},
        priorities=(Priority("Patients sans MT", "acces", "Cellule de recherche", "part", "5 %"),),
    )
    doc = document(material, own, Model.DIAGNOSIS, options)
    (grid,) = blocks(doc, Grid)
    assert grid.parts[0].lines == ("Une MSP très active", "Un hôpital proche")
    assert not grid.parts[0].proposed
    assert grid.parts[1].proposed
    table = next(one for one in blocks(doc, Table) if one.id == "priorites")
    assert table.rows[0].cells[0].text == "Patients sans MT"
    assert len(table.rows) == 1


def test_at_99_8_only_what_is_proved_at_99_8_is_said(material, own):
    strict = document(material, own, Model.DIAGNOSIS, Options(confidence=0.998))
    usual = document(material, own, Model.DIAGNOSIS)
    wider = 0
    pairs = zip(everything(usual.sections, Cell), everything(strict.sections, Cell), strict=False)
    tables = {table.id: table for table in blocks(strict, Table)}
    assert pairs
    for table in blocks(usual, Table):
        other = tables.get(table.id)
        if other is None or len(other.rows) != len(table.rows):
            continue
        for row, same in zip(table.rows, other.rows, strict=True):
            for cell, twin in zip(row.cells, same.cells, strict=True):
                one, two = cell.quantity, twin.quantity
                if one is None or two is None or one.indicator != two.indicator:
                    continue
                if math.isnan(one.lower) or one.status is Status.BOUNDED or math.isnan(two.lower):
                    continue
                assert two.lower <= one.lower
                assert two.upper >= one.upper
                wider += two.upper > one.upper
                assert one.value == two.value or math.isnan(one.value)
            verdicts = [cell for cell in same.cells if cell.symbol in ("▲", "▼")]
            assert not verdicts
    assert wider > 30


def test_an_unknown_reference_is_refused(material, own):
    with pytest.raises(ValueError, match="planete"):
        document(material, own, Model.PORTRAIT, Options(reference="planete"))


# Every territory, with much or little known


def test_the_sections_are_those_of_a_diagnosis(written):
    titles = [part.title for part in written[Model.DIAGNOSIS].sections]
    assert len(titles) == len(SECTIONS) == 16
    for title in ("Territoire", "Population", "Offre de soins", "Prévention"):
        assert title in titles
    assert sum("rédiger" in one.title for one in blocks(written[Model.DIAGNOSIS], Prompt)) >= 10


def test_a_space_that_knows_little_says_what_lacks_and_whom_to_ask(five):
    from cpts_data.documents.material import Material

    territory = five.territory(Level.CPTS, five.territories(Level.CPTS).table.index[0])
    material = Material(five)
    doc = document(material, territory, Model.DIAGNOSIS)
    told = [item for block in blocks(doc, Missing) for item in block.items]
    labels = ", ".join(item.label for item in told)
    assert INDICATORS["depistage_sein_organise"].short_label in labels
    assert all(item.how for item in told)
    assert any("CPAM" in item.how for item in told)


def test_large_figures_are_those_of_the_synthesis(material, own, written):
    reading = material.own(own)
    essentials = written[Model.DIAGNOSIS].section("essentiel")
    figures = next(one for one in essentials.blocks if isinstance(one, KeyFigures))
    for item in figures.items:
        assert isinstance(item, KeyFigure)
        shown = reading.shown(item.quantity.indicator, Kind.REGION)
        tile = screen(cards.value(shown))
        assert tile.startswith(plain(item.text))
