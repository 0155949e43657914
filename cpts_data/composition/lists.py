"""A pasted or dropped list: names or codes, of today or of before, in lines or in a table.

Every line gets its answer at once, with its number: kept, to be chosen among candidates, or
unknown and why. Nothing typed is ever interpreted: a formula, a tag or a mark that reverses the
direction of writing is a name that no commune bears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from python_calamine import CalamineError

from cpts_data import french
from cpts_data.composition.list_tables import Item, cells_of, from_lines, from_table, roles_of
from cpts_data.composition.naming import Answer, Budget, Namer
from cpts_data.received import cell_text, reason_of
from cpts_data.received.heads import open_workbook

MOST_LINES = 20_000
MOST_BYTES = 5_000_000
_SHOWN = 80
_CLEAR = 3


class UnreadableListError(ValueError):
    """A list that cannot be read at all; the text says why, in French."""


@dataclass(frozen=True)
class Entry:
    """One place named by a list: its line, what was written, and the answer.

    ``codes`` are kept; else ``candidates`` are to choose from, ``likely`` being the one of the
    département where most of the list lies (proposed, never taken); else the place is unknown.
    """

    line: int
    text: str
    codes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    message: str = ""
    part: float = 1.0
    likely: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListReading:
    """What a list says: its entries in order, and remarks on the whole (French)."""

    entries: tuple[Entry, ...]
    remarks: tuple[str, ...] = ()

    @property
    def kept(self) -> dict[str, float]:
        """The units that are sure, with their parts (the largest of those told)."""
        found: dict[str, float] = {}
        for entry in self.entries:
            for code in entry.codes:
                found[code] = max(entry.part, found.get(code, 0.0))
        return found

    @property
    def told(self) -> tuple[Entry, ...]:
        """Entries that were understood otherwise than plainly: old names, postal codes, cities."""
        return tuple(one for one in self.entries if one.codes and one.message)

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        """Entries to be chosen among candidates."""
        return tuple(one for one in self.entries if not one.codes and one.candidates)

    @property
    def unknown(self) -> tuple[Entry, ...]:
        """Entries that no commune explains."""
        return tuple(one for one in self.entries if not one.codes and not one.candidates)

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        kept = french.count_of(len(self.kept), "commune reconnue", "communes reconnues")
        told = [kept]
        if self.doubtful:
            told.append(f"{french.number(len(self.doubtful))} à préciser")
        if self.unknown:
            count = french.count_of(len(self.unknown), "ligne non reconnue", "lignes non reconnues")
            told.append(count)
        return french.typography(f"{french.enumeration(told)}.")


def text_of_file(path: Path, content_head: bytes) -> str:
    """The text of a dropped list: a text, or the first sheet of a workbook as tabulated lines.

    Raises :class:`UnreadableListError` (French).
    """
    if path.stat().st_size > MOST_BYTES:
        size = french.number(MOST_BYTES / 1e6)
        raise UnreadableListError(
            f"Fichier de plus de {size} Mo : une liste de communes est courte."
        )
    if content_head.startswith(b"PK"):
        try:
            rows = open_workbook(path).get_sheet_by_index(0).to_python(nrows=MOST_LINES + 1)
        except OSError as error:
            raise UnreadableListError(f"Le classeur ne s’ouvre pas : {reason_of(error)}.") from None
        except (CalamineError, ValueError):
            raise UnreadableListError(
                "Le classeur ne s’ouvre pas : enregistrez-le de nouveau."
            ) from None
        return "\n".join("\t".join(cell_text(cell) for cell in row) for row in rows)
    return decoded(path.read_bytes())


def decoded(content: bytes) -> str:
    """A text from its bytes: UTF-8, UTF-16 with its mark, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read_list(text: str, namer: Namer, context: Sequence[str] = ()) -> ListReading:
    """Read a list; ``context`` are the départements of names that tell none.

    Ten thousand lines are answered in less than a second; what is beyond ``MOST_LINES`` is told.
    """
    lines = [(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    remarks = []
    if len(lines) > MOST_LINES:
        most, rest = french.number(MOST_LINES), french.count_of(len(lines) - MOST_LINES, "ligne")
        remarks.append(f"Seules les {most} premières lignes sont lues : {rest} de plus.")
        lines = lines[:MOST_LINES]
    cells = [(number, cells_of(one)) for number, one in lines]
    roles = roles_of([row for _, row in cells], namer)
    items = from_table(cells, roles) if roles else from_lines(cells)
    reader = _Reader(namer, tuple(context))
    answers = [reader.answer(item) for item in items]
    mistaken = _postal_list(items, answers)
    if mistaken:
        remarks.append(
            "Cette liste semble faite de codes postaux. Ceux qui sont aussi des codes de communes "
            "sont à préciser."
        )
    entries = [
        _entry(item, _doubted(answer, item, namer) if mistaken else answer)
        for item, answer in zip(items, answers, strict=True)
    ]
    entries = _with_likely(entries, namer)
    return ListReading(tuple(entries), tuple(french.typography(one) for one in remarks))


def _with_likely(entries: Sequence[Entry], namer: Namer) -> list[Entry]:
    """Propose, among homonyms, the one of the département where the list clearly lies."""
    home = namer.land.units["departement"]
    held = {code for entry in entries for code in entry.codes}
    counts = Counter(home.reindex(list(held)).dropna().astype(str))
    told = []
    for entry in entries:
        ranked = sorted(
            ((counts[str(home.get(code, ""))], code) for code in entry.candidates), reverse=True
        )
        first, second = (*ranked, (0, ""), (0, ""))[:2]
        clear = first[0] >= _CLEAR and first[0] >= 2 * second[0]
        told.append(replace(entry, likely=(first[1],)) if clear else entry)
    return told


@dataclass
class _Reader:
    """Answers once for each distinct text."""

    namer: Namer
    context: tuple[str, ...]
    budget: Budget = field(default_factory=Budget)
    known: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def answer(self, item: Item) -> Answer:
        key = (item.text, item.departement)
        if key not in self.known:
            found = self.namer.answer(item.text, self.context, item.departement, budget=self.budget)
            self.known[key] = replace(found, message=_words(found.message))
        return self.known[key]


def _words(message: str) -> str:
    """A message as it is shown: what was typed may stand in it."""
    return french.typography(" ".join(message[:400].split())) if message else ""


def _entry(item: Item, answer: Answer) -> Entry:
    return Entry(
        item.line,
        item.text[:_SHOWN],
        answer.codes,
        answer.candidates,
        answer.message,
        item.part,
    )


# Postal codes


def _postal_list(items: Sequence[Item], answers: Sequence[Answer]) -> bool:
    """Whether the bare codes of a list are postal ones: a third at least are nothing else."""
    bare = [answer for item, answer in zip(items, answers, strict=True) if item.text.isdigit()]
    only = sum(answer.postal and bool(answer.candidates) for answer in bare)
    return bool(bare) and only >= len(bare) / 3


def _doubted(answer: Answer, item: Item, namer: Namer) -> Answer:
    """A code that may be read both ways is asked."""
    if not (item.text.isdigit() and answer.codes and answer.postal):
        return answer
    return namer.both_ways(item.text, answer)
