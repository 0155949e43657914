"""Excel: numbers as numbers, masks in words, filters, a dictionary, formulas that stay texts."""

import io
import math
from dataclasses import replace

import openpyxl
import pytest

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.documents.content import SECTIONS
from cpts_data.documents.draft import Draft
from cpts_data.documents.material import Material
from cpts_data.documents.model import Options, Priority
from cpts_data.documents.workbook import workbook
from cpts_data.documents.workbook.sheets import EMPTY, Entry, Head, Sheet, number
from cpts_data.documents.workbook.writing import OPENING, sheets
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level
from tests.documents.hostile import EMOJI, FORMULA, HOSTILE, SEEN, UNSEEN

NOTICE = "Territoire fictif de démonstration"
HEAD = 3


@pytest.fixture(scope="module")
def draft(material, own):
    return Draft(material, own, Options())


@pytest.fixture(scope="module")
def book(material, own):
    return openpyxl.load_workbook(io.BytesIO(workbook(material, own)))


def rows_of(sheet):
    """The rows of a sheet as dictionaries, by head."""
    heads = [cell.value for cell in sheet[HEAD]]
    return [
        dict(zip(heads, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=HEAD + 1)
        if any(cell.value is not None for cell in row)
    ]


def test_every_theme_has_its_sheet_and_every_indicator_its_row(book, draft):
    for view in VIEWS.values():
        told = rows_of(book[view.theme.label])
        whole = [row["Identifiant"] for row in told if row["Population"] == "ensemble"]
        assert whole == list(dict.fromkeys(view.indicators))


def test_the_figures_are_those_of_the_reading_cell_by_cell(book, draft):
    seen = 0
    for view in VIEWS.values():
        told = [r for r in rows_of(book[view.theme.label]) if r["Population"] == "ensemble"]
        for row in told:
            name = row["Identifiant"]
            shown = draft.teller.shown(name)
            quantity, digits = draft.teller.quantity(shown), INDICATORS[name].digits
            for head, value in (
                ("Valeur", quantity.value),
                ("Borne basse", quantity.lower),
                ("Borne haute", quantity.upper),
            ):
                if math.isnan(value):
                    assert row[head] is None, (name, head)
                else:
                    assert row[head] == pytest.approx(french.rounded(value, digits)), (name, head)
                    # What the cell shows is what the screen writes.
                    assert french.number(row[head], digits) == french.number(value, digits)
                    seen += 1
            assert row["État"] == quantity.status.words
            assert (row["Période"] or "") == quantity.period
            assert (row["Source"] or "") == quantity.source.removeprefix("Source : ")
            reference = float(shown.beside["reference_value"])
            if shown.beside["reference"] == "region" and str(shown.beside["basis"]) != "effectif":
                told_value = row.get("Région : valeur")
                assert (told_value is None) == math.isnan(reference)
                if told_value is not None:
                    assert told_value == pytest.approx(french.rounded(reference, digits))
    assert seen > 150


def test_masked_missing_and_zero_are_three_things(book, material, own):
    """On a masked figure the cell is empty and the state says why; a zero is a zero."""
    states = {}
    for view in VIEWS.values():
        for row in rows_of(book[view.theme.label]):
            states.setdefault(row["État"], []).append(row["Valeur"])
    assert all(value is None for value in states[Status.MASKED.words])
    assert all(value is None for value in states[Status.BOUNDED.words])
    assert all(value is not None for value in states[Status.OBSERVED.words])
    assert 0 in states[Status.OBSERVED.words]
    communes = rows_of(book["Communes, Prévention"])
    pairs = [
        (row[head.removeprefix("État : ")], row[head])
        for row in communes
        for head in row
        if head.startswith("État : ")
    ]
    assert pairs
    assert all((value is None) == bool(state) for value, state in pairs)
    assert any(state == "secret statistique" for _, state in pairs)


def test_the_communes_add_up_to_the_territory(book, material, own):
    people = material.diagnostic.values(["population"], own.level, [own.id])["value"].iloc[0]
    told = rows_of(book["Territoire"])
    total = sum(row["Habitants"] * row["Part dans le territoire (%)"] / 100 for row in told)
    assert round(total) == round(people)
    assert all(isinstance(row["Code"], str) and len(row["Code"]) == 5 for row in told)


def test_sheets_filter_stay_in_sight_and_say_what_they_are(book):
    assert book.sheetnames[0] == OPENING
    for sheet in book.worksheets:
        assert NOTICE in sheet["A1"].value
        assert NOTICE in sheet.oddHeader.right.text
        if sheet.title == OPENING:
            continue
        (table,) = sheet.tables.values()
        assert table.autoFilter is not None
        assert table.ref.startswith(f"A{HEAD}:")
        assert sheet.freeze_panes in (f"B{HEAD + 1}", f"C{HEAD + 1}")
        heads = [cell.value for cell in sheet[HEAD]]
        assert len(heads) == len({one.lower() for one in heads})


def test_the_opening_sheet_lists_all_the_others(book):
    listed = [row[0].value for row in book[OPENING].iter_rows() if row[0].hyperlink]
    assert listed == book.sheetnames[1:]


def test_the_dictionary_tells_every_indicator_and_every_column(book):
    told = {row["Identifiant"]: row for row in rows_of(book["Dictionnaire"])}
    labels = {row["Libellé"] for row in rows_of(book["Dictionnaire"])}
    for view in VIEWS.values():
        for row in rows_of(book[view.theme.label]):
            assert told[row["Identifiant"]]["Définition"]
        for head in (cell.value for cell in book[view.theme.label][HEAD]):
            family = head if " : " not in head else f"…\u00a0: {head.split(' : ', 1)[1]}"
            assert family in labels or head in labels


def test_every_known_figure_has_its_source_and_period(book):
    for view in VIEWS.values():
        for row in rows_of(book[view.theme.label]):
            if row["Valeur"] is not None:
                assert row["Source"], row["Identifiant"]
                assert row["Période"], row["Identifiant"]
    assert all(row["Millésime"] and row["Licence"] for row in rows_of(book["Sources"]))
    states = {row["Mot ou signe"] for row in rows_of(book["Méthodes"])}
    assert f"«\u00a0{Status.MASKED.words}\u00a0»" in states


def test_at_99_8_the_interval_is_wider_and_says_so(material, own):
    name = "part_sans_mt_17_ans_et_plus"
    rows = {}
    for level in (0.95, 0.998):
        draft = Draft(material, own, Options(confidence=level))
        (sheet,) = [one for one in sheets(draft) if one.name == "Accès aux soins"]
        place = sheet.column("Identifiant").index(Entry(name))
        rows[level] = {
            head.title: cell for head, cell in zip(sheet.heads, sheet.rows[place], strict=True)
        }
    assert rows[0.998]["Valeur"] == rows[0.95]["Valeur"]
    assert rows[0.998]["Borne basse"].value < rows[0.95]["Borne basse"].value
    assert rows[0.998]["Nature des bornes"].value == "intervalle de confiance à 99,8\u202f%"


def test_hostile_texts_stay_texts(material, own):
    rows = (Priority(FORMULA, "=1+1", "@SUM(A1)", "-2+3", HOSTILE), Priority(EMOJI * 8))
    hostile = replace(own, name=HOSTILE)
    made = workbook(material, hostile, Options(priorities=rows))
    book = openpyxl.load_workbook(io.BytesIO(made))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert not any(one in str(cell.value) for one in UNSEEN)
        assert all(one in sheet["A1"].value for one in SEEN)
    told = rows_of(book["Priorités"])[0]
    assert told["Problème"].startswith("=HYPERLINK")
    assert told["Mission"] == "=1+1"
    cells = book["Priorités"][HEAD + 1]
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4
    # 600 times 8 units of UTF-16, eight times, are 38,400: a cell holds 32,767.
    long = rows_of(book["Priorités"])[1]["Problème"]
    assert long.endswith("…")
    assert 31_000 < len(long.encode("utf-16-le")) / 2 < 32_767


def test_a_space_that_knows_little_still_makes_a_workbook(five):
    poor = Material(five)
    territory = five.territory(Level.CPTS, "CPTS-A")
    book = openpyxl.load_workbook(io.BytesIO(workbook(poor, territory)))
    access = {row["Identifiant"]: row for row in rows_of(book["Accès aux soins"])}
    # The five communes: 14,000 / 4,000 (tests/test_command_line.py).
    assert access["apl_mg"]["Valeur"] == 3.5
    assert access["part_ald_sans_mt"]["Valeur"] is None
    assert access["part_ald_sans_mt"]["État"] == "non disponible"
    assert NOTICE not in book[OPENING]["A1"].value
    assert rows_of(book["Ce qui manque"])


# Small parts


def test_a_number_is_rounded_as_the_screen_does():
    assert number(3.295, 2) == Entry(3.3, 2)
    assert number(-0.5, 0) == Entry(-1.0, 0)
    assert number(float("nan"), 1) is EMPTY
    assert Entry(0.0).empty is False
    assert Entry("").empty is Entry(None).empty is Entry(float("nan")).empty is True


def test_empty_columns_go_but_the_first_ones():
    heads = (Head("a"), Head("b"), Head("c"))
    made = Sheet("s", "t", "", heads, ((Entry(None), Entry(""), Entry(1.0)),))
    kept = made.without_empty_columns(1)
    assert [head.title for head in kept.heads] == ["a", "c"]
    assert kept.column("c") == (Entry(1.0),)
    with pytest.raises(KeyError, match="'b'"):
        kept.column("b")


def test_strata_follow_their_indicator(draft):
    (sheet,) = [one for one in sheets(draft) if one.name == "Accès aux soins"]
    names = [str(one.value) for one in sheet.column("Identifiant")]
    first = names.index("part_sans_mt_par_age")
    told = sheet.column("Population")[first : first + 6]
    assert [str(one.value) for one in told] == [
        "ensemble", "17 à 29 ans", "30 à 44 ans", "45 à 59 ans", "60 à 74 ans", "75 ans ou plus",
    ]  # fmt: skip
    assert draft.own.rows["part_sans_mt_par_age", WHOLE]["status"] == "observe"
    assert set(SECTIONS)
