"""Workbooks given as rows of cells: the same bytes at every run."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from demonstration.apl_workbook import new_workbook

Rows = Sequence[Sequence[object]]


def workbook_bytes(sheets: Mapping[str, Rows]) -> bytes:
    """An ``.xlsx`` of the given sheets; texts stay texts, None is an empty cell."""
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                elif cell is not None:
                    sheet.write_number(line, column, float(str(cell)))
    workbook.close()
    return buffer.getvalue()


def text_bytes(
    lines: Sequence[str], *, end: str = "\n", encoding: str = "utf-8", last: bool = True
) -> bytes:
    """Lines with their ends; ``last`` says whether the last one has its own."""
    text = end.join(lines) + (end if last else "")
    return text.encode(encoding)


def plain_number(value: float, digits: int = 4) -> str:
    """A number with a point, without useless zeros: ``12``, ``3.25``."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
