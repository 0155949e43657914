"""The Excel file of a diagnosis: sheets that filter, sort and print; no formula, no link.

Texts are written as texts, whatever they look like: « =1+1 » is shown, never computed, even after
somebody edits the cell (``quotePrefix``).
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cpts_data import french
from cpts_data.documents import colours
from cpts_data.documents.content import FICTITIOUS, REFERENCES
from cpts_data.documents.draft import Draft
from cpts_data.documents.material import Material
from cpts_data.documents.model import Options
from cpts_data.documents.printable import one_line, printable
from cpts_data.documents.workbook import around, themes
from cpts_data.documents.workbook.sheets import Entry, Sheet
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.verdicts import GROUNDS
from cpts_data.reading.wording import printed
from cpts_data.spreadsheets import SECRECY, neutralised
from cpts_data.territories import Territory

AUTHOR = "Diagnostic territorial des CPTS"
OPENING = "Lisez-moi"
_SAFE: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MOST_SIGNS = 32_000
_HEAD_ROW, _LINE_PT = 2, 14
# Columns at least that wide (in signs) wrap their texts, on that many lines at most.
_WRAPPED, _MOST_LINES = 60.0, 8
_A4, _PRINTED_SIGNS, _BROAD = 9, 190.0, 0.85
_TABLE_STYLE = "Table Style Light 1"


def sheets(draft: Draft) -> tuple[Sheet, ...]:
    """The sheets of a diagnosis, in order, without the opening one."""
    figures = [themes.of_theme(draft, view) for view in VIEWS.values()]
    figures.append(themes.activity(draft))
    places = [around.territory(draft)]
    places += [one for view in VIEWS.values() if (one := around.of_communes(draft, view))]
    first = [around.facts(draft), *figures, *places]
    first += [one for one in (around.missing(draft), around.priorities(draft)) if one]
    return (*first, around.dictionary(first), around.sources(draft), around.methods(draft))


def workbook(material: Material, territory: Territory, options: Options | None = None) -> bytes:
    """The workbook of a territory as an .xlsx file; its figures are those of the screen."""
    draft = Draft(material, territory, options or Options())
    return _Book(draft).written(sheets(draft))


class _Book:
    """Writes sheets; keeps the formats, which Excel shares between cells."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.notice = FICTITIOUS if draft.diagnostic.space.fictitious else ""
        self.target = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.target, _SAFE)
        self.formats: dict[tuple[Any, ...], Format] = {}

    def written(self, told: Sequence[Sheet]) -> bytes:
        self._properties()
        opening = self.book.add_worksheet(OPENING)
        for rank, one in enumerate(told, start=1):
            self._sheet(one, rank)
        self._opening(opening, told)
        self.book.close()
        return self.target.getvalue()

    def _properties(self) -> None:
        draft = self.draft
        self.book.set_properties(
            {
                "title": one_line(f"Diagnostic territorial : {draft.territory.name}"),
                "subject": one_line(draft.diagnostic.space.title),
                "author": AUTHOR,
                "comments": one_line(f"{self.notice} {SECRECY}"),
                "created": dt.datetime.combine(draft.date, dt.time(), tzinfo=None),
            }
        )

    # Cells

    def format(self, **wanted: Any) -> Format:
        """A format, made once."""
        told = {"font_name": "Calibri", "font_size": 10, "valign": "top"} | wanted
        key = tuple(sorted(told.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(told)
        return self.formats[key]

    def _text(self, sheet: Worksheet, row: int, column: int, words: str, **look: Any) -> None:
        """A text, whatever it looks like; cut where Excel would lose it whole."""
        held = _cut(printable(words))
        if neutralised(held) != held:
            look["quote_prefix"] = True
        sheet.write_string(row, column, held, self.format(**look))

    def _entry(self, sheet: Worksheet, row: int, column: int, entry: Entry, *, wrap: bool) -> None:
        if entry.empty:
            sheet.write_blank(row, column, None, self.format())
        elif isinstance(entry.value, str):
            look: dict[str, Any] = {"indent": 1} | ({"text_wrap": True} if wrap else {})
            if entry.tone and (ground := _ground(entry)):
                look["bg_color"] = ground
            self._text(sheet, row, column, entry.value, **look)
        else:
            form = "#,##0" + (f".{'0' * entry.digits}" if entry.digits else "")
            sheet.write_number(row, column, float(entry.value or 0.0), self.format(num_format=form))

    # Sheets

    def _sheet(self, told: Sheet, rank: int) -> None:
        sheet = self.book.add_worksheet(told.name)
        self._title(sheet, f"{told.title} : {self.draft.territory.name}", told.note)
        for column, head in enumerate(told.heads):
            sheet.set_column(column, column, head.width)
        last = _HEAD_ROW + max(len(told.rows), 1)
        look = self.format(bold=True, text_wrap=True, bg_color=colours.hashed(colours.TINT))
        sheet.add_table(
            _HEAD_ROW,
            0,
            last,
            len(told.heads) - 1,
            {
                "name": f"Tableau_{rank}",
                "style": _TABLE_STYLE,
                "banded_rows": False,
                "columns": [
                    {"header": one_line(head.title), "header_format": look} for head in told.heads
                ],
            },
        )
        wraps = [head.width >= _WRAPPED for head in told.heads]
        for place, row in enumerate(told.rows, start=_HEAD_ROW + 1):
            for column, (entry, wrap) in enumerate(zip(row, wraps, strict=True)):
                self._entry(sheet, place, column, entry, wrap=wrap)
            sheet.set_row(place, _LINE_PT * _lines(told, row, wraps))
        frozen = 2 if told.heads[0].title == "Code" else 1
        sheet.freeze_panes(_HEAD_ROW + 1, frozen)
        sheet.set_row(_HEAD_ROW, 3 * _LINE_PT)
        self._page(sheet, sum(head.width for head in told.heads))

    def _title(self, sheet: Worksheet, title: str, note: str) -> None:
        """The title with the notice, and the line of sources: the same rows on every sheet."""
        words = f"{title} · {self.notice}" if self.notice else title
        colour = colours.hashed(colours.ALERT if self.notice else colours.DEEP)
        self._text(sheet, 0, 0, printed(words), bold=True, font_size=13, font_color=colour)
        self._text(sheet, 1, 0, note, italic=True, font_color=colours.hashed(colours.GREY))

    def _page(self, sheet: Worksheet, width: float) -> None:
        """Landscape A4, as many pages across as it takes to be read."""
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(math.ceil(width / _PRINTED_SIGNS), 0)
        sheet.repeat_rows(_HEAD_ROW)
        sheet.repeat_columns(0)
        sheet.hide_gridlines(2)
        name = _printed_on_edges(self.draft.territory.name)
        sheet.set_header(f"&L{name}&R{self.notice}")
        sheet.set_footer(f"&L{french.date(self.draft.date)}&R&P / &N")

    def _opening(self, sheet: Worksheet, told: Sequence[Sheet]) -> None:
        """What the workbook is, what it holds, how to read it."""
        draft = self.draft
        sheet.set_column(0, 0, 28.0)
        sheet.set_column(1, 1, 100.0)
        self._title(sheet, f"Diagnostic territorial : {draft.territory.name}", "")
        level = french.percent(
            draft.options.confidence, 0 if draft.options.confidence < 0.99 else 1
        )
        about = [
            ("Territoire", draft.territory.label),
            ("Espace de données", draft.diagnostic.space.title),
            ("Population", draft.diagnostic.population_line()),
            ("Date", french.date(draft.date)),
            ("Référence choisie", REFERENCES[draft.kind.value]),
            ("Intervalles", f"confiance à {level}, sauf « bornes dues au secret »"),
            ("Chiffres", "arrondis comme à l'écran ; l'export CSV garde toutes les décimales"),
            (
                "Cellule vide",
                "le chiffre n'est pas connu : la colonne « État » dit pourquoi ; jamais un zéro",
            ),
            ("Mention", SECRECY),
        ]
        row = _HEAD_ROW
        for label, words in about:
            self._text(sheet, row, 0, printed(label), bold=True)
            self._text(sheet, row, 1, printed(words), text_wrap=True)
            row += 1
        row += 1
        self._text(sheet, row, 0, "Feuille", bold=True)
        self._text(sheet, row, 1, "Ce qu’elle contient", bold=True)
        for one in told:
            row += 1
            look = self.format(font_color=colours.hashed(colours.PRIMARY), underline=1)
            sheet.write_url(row, 0, f"internal:'{one.name}'!A1", look, one.name)
            count = french.count_of(len(one.rows), "ligne")
            self._text(sheet, row, 1, printed(f"{one.about} {count}."))
        self._page(sheet, _PRINTED_SIGNS)


def _cut(words: str) -> str:
    """A text that holds in a cell; Excel counts in UTF-16, where an emoji is two."""
    held = words.encode("utf-16-le")
    if len(held) <= 2 * _MOST_SIGNS:
        return words
    return held[: 2 * _MOST_SIGNS].decode("utf-16-le", "ignore") + "…"


def _lines(told: Sheet, row: Sequence[Entry], wraps: Sequence[bool]) -> int:
    """How many lines the longest wrapped text of a row takes, near enough."""
    needed = [
        math.ceil(len(entry.value) * _BROAD / head.width)
        for entry, head, wrap in zip(row, told.heads, wraps, strict=True)
        if wrap and isinstance(entry.value, str)
    ]
    return min(max([1, *needed]), _MOST_LINES)


def _ground(entry: Entry) -> str:
    found = GROUNDS.get((entry.tone, entry.strong)) or GROUNDS.get((entry.tone, False), "")
    return "" if found.upper() == "#FFFFFF" else found


def _printed_on_edges(words: str) -> str:
    """A name for the header: « & » gives orders there, and 255 signs are all that it holds."""
    return one_line(words).replace("&", "&&")[:100]
