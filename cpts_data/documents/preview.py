"""A document before one leaves with it: pages of a PDF as images, what slides and sheets hold.

PDFium draws one page at a time in a process: a lock keeps sessions from meeting there.
"""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator, Sequence

import pypdfium2
from pptx import Presentation
from python_calamine import CalamineWorkbook

_POINTS_PER_INCH = 72.0
_ONE_AT_A_TIME = threading.Lock()
_QUALITY = 82


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with _ONE_AT_A_TIME:
        opened = pypdfium2.PdfDocument(pdf)
        try:
            return len(opened)
        finally:
            opened.close()


def page_images(pdf: bytes, pages: Sequence[int], ppi: float = 100.0) -> list[bytes]:
    """Some pages of a PDF (the first is 0) as JPEG images."""
    with _ONE_AT_A_TIME:
        opened = pypdfium2.PdfDocument(pdf)
        try:
            drawn = [opened[page].render(scale=ppi / _POINTS_PER_INCH).to_pil() for page in pages]
        finally:
            opened.close()
    found = []
    for one in drawn:
        target = io.BytesIO()
        one.convert("RGB").save(target, "JPEG", quality=_QUALITY)
        found.append(target.getvalue())
    return found


def slide_lines(pptx: bytes) -> Iterator[str]:
    """The titles of the slides, in order."""
    for slide in Presentation(io.BytesIO(pptx)).slides:
        title = slide.shapes.title
        yield title.text_frame.text if title is not None else ""


def sheet_lines(xlsx: bytes) -> Iterator[tuple[str, int, int]]:
    """Name, lines and columns of each sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        yield name, sheet.height, sheet.width


def archive_lines(content: bytes) -> Iterator[str]:
    """The names of the files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield from archive.namelist()
