"""A document as a Word file: the same content, real styles, editable tables, fields to update.

Headings, captions (numbered by ``SEQ`` fields), lists and tables are Word's own, so that a team
goes on writing in it. Pictures carry their text alternative. The notice of a fictitious territory
is in the header, hence on every page.
"""

from __future__ import annotations

import io
from functools import singledispatchmethod
from typing import Any

from docx.shared import Mm

from cpts_data import french
from cpts_data.documents import colours
from cpts_data.documents.model import (
    BarChart,
    Block,
    Bullet,
    Bullets,
    Definitions,
    Document,
    DotChart,
    Drawn,
    Form,
    Grid,
    Heading,
    KeyFigures,
    Kind,
    Look,
    MapPicture,
    Missing,
    Model,
    OwnText,
    Paragraph,
    Prompt,
    PyramidChart,
    Section,
    Table,
)
from cpts_data.documents.printable import printable
from cpts_data.documents.rendering import png
from cpts_data.documents.word import tables
from cpts_data.documents.word.elements import (
    Ink,
    bookmarked,
    control,
    element,
    field,
    link,
    paragraph,
    run,
)
from cpts_data.documents.word.styles import blank, signed_list
from cpts_data.reading.verdicts import INKS
from cpts_data.reading.wording import printed

ANSWER = "Cliquez ici pour rédiger."
UPDATE = "Clic droit, « Mettre à jour les champs » : les numéros de page s'affichent."
_LOOKS = {Look.LEAD: "Chapeau", Look.NOTE: "Note", Look.WARNING: "Alerte", Look.BODY: "Normal"}
_BOLD = Ink(bold=True)
_COVER_MM, _SHORT_MM = 150.0, 120.0


def word(document: Document) -> bytes:
    """The document as a .docx file."""
    return _Writer(document).written()


class _Writer:
    """Writes block after block; counts figures, tables and headings as it goes."""

    def __init__(self, content: Document) -> None:
        self.content = content
        self.long = content.model is Model.DIAGNOSIS
        self.made = blank(content, long=self.long)
        self.lists: dict[tuple[str, str], int] = {}
        self.counts = {"Figure": 0, "Tableau": 0}
        self.marks = 0
        self.last = self.made.element.body[-1]

    def written(self) -> bytes:
        if self.long:
            self._cover()
            self._contents()
        else:
            self._title()
        for section in self.content.sections:
            self._section(section)
        self._add(paragraph("Source", run(self.content.mention)))
        target = io.BytesIO()
        self.made.save(target)
        return target.getvalue()

    def _add(self, *made: Any) -> None:
        """Put elements before the end of the body (the section's own properties)."""
        for one in made:
            self.last.addprevious(one)

    # Opening

    def _title(self) -> None:
        content = self.content
        self._add(paragraph("Subtitle", run(content.subtitle)))
        self._add(paragraph("Title", run(content.title)))
        if content.notice:
            self._add(paragraph("Territoirefictif", run(content.notice)))
        self._add(paragraph("Note", run(self._about())))

    def _about(self) -> str:
        content = self.content
        level = french.percent(content.confidence, 0 if content.confidence < 0.99 else 1)
        return printed(
            f"Document du {french.date(content.date)}. Chiffres comparés avec {content.reference} "
            f"; intervalles de confiance à {level}. Espace de données : {content.space}."
        )

    def _cover(self) -> None:
        self._add(*[paragraph("Normal") for _ in range(3)])
        self._title()
        self._add(paragraph("Normal"))
        self.write(KeyFigures(self.content.identity))
        for section in self.content.sections:
            for block in section.blocks:
                if isinstance(block, MapPicture) and section.id == "territoire":
                    self._add(paragraph("Normal"), self._image(block, _COVER_MM))
        self._break()

    def _break(self) -> None:
        self._add(paragraph("Normal", element("r", element("br", type="page"))))

    def _contents(self) -> None:
        """The table of contents: a field, whose entries stand there before its first update."""
        entries = [
            paragraph(
                "TOC1",
                link(_mark(place), run(printable(f"{place} {section.title}"))),
            )
            for place, section in enumerate(self.content.sections, start=1)
        ]
        start, end = _split_field('TOC \\o "1-1" \\h \\z \\u')
        hint = paragraph("Note", run(printed(UPDATE), Ink(italic=True)))
        for place, one in enumerate(start):
            entries[0].insert(place + 1, one)
        hint.append(end)
        heading = paragraph("TOCHeading", run("Sommaire"))
        self._add(
            element(
                "sdt",
                element(
                    "sdtPr",
                    element(
                        "docPartObj",
                        element("docPartGallery", val="Table of Contents"),
                        element("docPartUnique"),
                    ),
                ),
                element("sdtContent", heading, *entries, hint),
            )
        )
        self._break()

    # Sections and blocks

    def _section(self, section: Section) -> None:
        self.marks += 1
        title = bookmarked(_mark(self.marks), self.marks, run(section.title))
        self._add(paragraph("Heading1", *title))
        for block in section.blocks:
            self.write(block)

    @singledispatchmethod
    def write(self, block: Block) -> None:
        """Write one block; a block of an unknown kind is a fault of ours."""
        raise TypeError(f"no way to write {type(block).__name__} in Word")

    @write.register
    def _(self, block: Paragraph) -> None:
        self._add(paragraph(_LOOKS[block.look], run(block.text)))

    @write.register
    def _(self, block: Heading) -> None:
        self._add(paragraph("Heading2", run(block.text)))

    @write.register
    def _(self, block: Bullets) -> None:
        if block.title and block.items:
            self._add(paragraph("Heading2", run(block.title)))
        for item in block.items:
            label = [] if block.title or not item.label else [run(f"{item.label} : ", _BOLD)]
            words = (*label, run(item.text))
            self._add(paragraph("ListBullet", *words, numbered=self._list(item)))
        if block.items and block.source:
            self._add(self._source(block.source))

    @write.register
    def _(self, block: KeyFigures) -> None:
        if block.title:
            self._add(paragraph("Heading2", run(block.title)))
        self._add(tables.of_key_figures(block), self._source(block.source))

    @write.register
    def _(self, block: Table) -> None:
        if block.caption:
            self._add(self._caption("Tableau", block.caption, keep=True))
        self._add(tables.of_table(block))
        # A note on a table that draws tells how to read the drawing, which is not here.
        if block.note and not any(one.kind is Kind.DRAWING for one in block.columns):
            self._add(paragraph("Source", run(block.note)))
        self._add(self._source(block.source))

    @write.register(DotChart)
    @write.register(PyramidChart)
    @write.register(BarChart)
    @write.register(MapPicture)
    def _(self, block: Drawn) -> None:
        width = tables.WIDTH_MM if self.long else _SHORT_MM
        self._add(self._image(block, width), self._caption("Figure", block.caption, keep=True))
        if block.sentence:
            self._add(paragraph("Source", run(block.sentence), keep=True))
        self._add(self._source(block.source))

    @write.register
    def _(self, block: Prompt) -> None:
        self._add(paragraph("Àrédiger", run(block.title)))
        for question in block.questions:
            self._add(paragraph("Question", run(question)))
        self._add(control(block.title, "a_rediger", ANSWER, "Réponse"))

    @write.register
    def _(self, block: OwnText) -> None:
        for line in block.text.splitlines():
            if line.strip():
                self._add(paragraph("Normal", run(line)))

    @write.register
    def _(self, block: Missing) -> None:
        self._add(paragraph("Heading2", run(block.title)), tables.of_missing(block))
        self._add(paragraph("Source"))

    @write.register
    def _(self, block: Grid) -> None:
        self._add(tables.of_grid(block), paragraph("Source"))

    @write.register
    def _(self, block: Definitions) -> None:
        for term, words in block.items:
            self._add(paragraph("Définition", run(f"{term}\n", _BOLD), run(words)))

    @write.register
    def _(self, block: Form) -> None:
        if block.title:
            self._add(paragraph("Heading2", run(block.title)))
        self._add(tables.of_form(block), paragraph("Source"))

    # Parts of blocks

    def _list(self, item: Bullet) -> int:
        """The list of the sign of a fact, in the colour of its tone."""
        key = (item.symbol, item.tone)
        if key not in self.lists:
            colour = colours.bare(INKS.get(item.tone, colours.GREY))
            self.lists[key] = signed_list(self.made, item.symbol, colour, len(self.lists))
        return self.lists[key]

    def _caption(self, name: str, caption: str, *, keep: bool) -> Any:
        self.counts[name] += 1
        number = field(f"SEQ {name} \\* ARABIC", str(self.counts[name]))
        words = run(f" – {caption}")
        return paragraph("Caption", run(f"{name} "), *number, words, keep=keep)

    def _source(self, source: str) -> Any:
        return paragraph("Source", run(source)) if source else paragraph("Source")

    def _image(self, picture: Drawn, width_mm: float) -> Any:
        """The picture alone in a paragraph held with its caption."""
        drawn = png(picture, width_mm=width_mm, titled=False)
        holder = self.made.add_paragraph()
        holder.paragraph_format.keep_with_next = True
        shape = holder.add_run().add_picture(io.BytesIO(drawn), width=Mm(width_mm))
        named = shape._inline.docPr
        named.set("descr", printable(picture.alt))
        named.set("title", printable(picture.caption))
        named.set("name", picture.id)
        return holder._element


def _mark(number: int) -> str:
    return f"_Toc{number:08d}"


def _split_field(instruction: str) -> tuple[list[Any], Any]:
    """The beginning and the end of a field that covers several paragraphs."""
    parts = field(instruction, "")
    return parts[:3], parts[4]
