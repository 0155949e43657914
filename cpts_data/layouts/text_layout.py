"""How a large delimited text is cut: its header, its width, where its data begin and end.

Only its beginning and its end are looked at: the file may hold millions of lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.received import head_of, refuse_unreadable

ORIGINAL = "reprenez le fichier d'origine, sans le modifier dans un tableur."
_BEGINNING = 4 << 20
_TAIL = 1 << 16
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Layout:
    """How a large text is cut: ``header`` is its header, ``width`` the cells of a data line.

    ``start`` is the place in the file of the first data line, ``first_line`` its number; ``end`` is
    the place where the data end, before the lines of separators that spreadsheets leave.
    """

    path: Path
    separator: str
    encoding: str
    header: tuple[str, ...]
    width: int
    quoted: bool = True
    decimal_point: str = "."
    start: int = 0
    first_line: int = 2
    end: int = 0
    header_line: bytes = b""

    @property
    def expected(self) -> str:
        """The cells of a line, in French."""
        return f"{french.count_of(self.width, 'colonne')} séparées par « {self.separator} »"


def layout_of(path: Path, header_line: int = 0) -> Layout:
    """Look at the beginning of a large text; quotes mean nothing in a « | » file.

    ``header_line`` counts from 0, blank lines apart. A header may have one empty name more, or one
    fewer, than the lines have cells (a separator at the end of lines). Raises
    :class:`ContractError` when the file is no delimited text or has no data line.
    """
    head = head_of(path)
    refuse_unreadable(head)
    if head.kind != "csv" or len(head.rows) < header_line + 2:
        found = "un en-tête sans aucune ligne de données" if head.rows else "un autre type"
        fault = Fault(path.name, found, "un texte à colonnes, avec ses données", ORIGINAL)
        raise ContractError([fault])
    start, first_line, line = _data_start(path, header_line)
    header, first = head.rows[header_line], head.rows[header_line + 1]
    width = len(first)
    extra = header[width:] if len(header) > width else first[len(header) :]
    if any(extra) or len(extra) > 1:
        expected = f"{french.count_of(len(header), 'colonne')}, comme l'en-tête"
        found = french.count_of(width, "colonne")
        raise ContractError([Fault(path.name, found, expected, ORIGINAL, first_line)])
    cells = [cell for row in head.rows[header_line + 1 :] for cell in row]
    comma = head.separator != "," and any(_is_comma_decimal(cell) for cell in cells)
    quoted, point = head.separator != "|", "," if comma else "."
    end = _data_end(path, start, head.separator)
    return Layout(
        path,
        head.separator,
        head.encoding,
        header,
        width,
        quoted,
        point,
        start,
        first_line,
        end,
        line if width > 1 else b"",
    )


def _data_start(path: Path, header_line: int) -> tuple[int, int, bytes]:
    """Where the first data line begins, its number, and the header, looked at as bytes."""
    with path.open("rb") as stream:
        begin = stream.read(_BEGINNING)
    waiting = header_line + 1
    for number, line in enumerate(_LINE.finditer(begin), start=2):
        header = line.group().strip(b"\xef\xbb\xbf \t\r\n")
        waiting -= bool(header)
        if not waiting:
            return line.end(), number, header
    return len(begin), 2, b""


def _data_end(path: Path, start: int, separator: str) -> int:
    """Where the last line that holds something ends: lines of separators after it are no data."""
    nothing = separator.encode() + b'" \t\r\n'
    with path.open("rb") as stream:
        place = size = stream.seek(0, 2)
        while place > start:
            begin = max(start, place - _TAIL)
            stream.seek(begin)
            kept = len(stream.read(place - begin).rstrip(nothing))
            place = begin + kept
            if kept:
                break
        stream.seek(place)
        while block := stream.read(_TAIL):
            if line_end := _LINE_END.search(block):
                return place + line_end.end()
            place += len(block)
    return size


def _is_comma_decimal(cell: str) -> bool:
    whole, mark, part = cell.partition(",")
    return bool(mark) and whole.lstrip("-").isdigit() and part.isdigit()
