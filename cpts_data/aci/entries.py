"""Faults of what a person enters in a form or a saved work: all told at once, in French."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cpts_data import french

MAXIMUM_FAULTS = 100
SHOWN_FAULTS = 20
# Control characters but tab and line feed, line and paragraph separators, direction marks, halves
# of characters: they move cursors, hide text, or cannot be written.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True)
class EntryFault:
    """One thing wrong: where, what was found, what was expected, how to mend it (French)."""

    where: str
    found: str
    expected: str
    mend: str

    def __str__(self) -> str:
        text = (
            f"{self.where} – trouvé : {self.found} ; attendu : {self.expected}. "
            f"Pour corriger : {self.mend}"
        )
        return INVISIBLE.sub("�", re.sub(r"[\t\n]", " ", text))


class EntryError(ValueError):
    """What was entered cannot be taken; ``faults`` holds every fault, the text tells them."""

    def __init__(self, faults: Sequence[EntryFault]) -> None:
        self.faults: tuple[EntryFault, ...] = tuple(faults)
        lines = [f"{french.count_of(len(self.faults), 'anomalie')} :"]
        lines += [f"  - {fault}" for fault in self.faults[:SHOWN_FAULTS]]
        if len(self.faults) > SHOWN_FAULTS:
            lines.append(f"  … et {french.count_of(len(self.faults) - SHOWN_FAULTS, 'autre')}.")
        super().__init__("\n".join(lines))


@dataclass
class EntryFaults:
    """Collects the faults of one entry, then raises them together."""

    found: list[EntryFault] = field(default_factory=list)

    def add(self, where: str, found: str, expected: str, mend: str) -> None:
        """Note one fault; beyond a hundred the rest is left untold."""
        if len(self.found) < MAXIMUM_FAULTS:
            self.found.append(EntryFault(where, found, expected, mend))

    def raise_if_any(self) -> None:
        """Raise :class:`EntryError` when at least one fault was noted."""
        if self.found:
            raise EntryError(self.found)


def quoted(value: object, longest: int = 60) -> str:
    """What was found, between French quotes, cut when long."""
    text = str(value)
    return f"« {text[:longest]}{'…' if len(text) > longest else ''} »"
