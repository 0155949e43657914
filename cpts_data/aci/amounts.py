"""Amounts of money with what they are worth: a range, its standing, its sources, its gaps.

DOMAIN §3: any total that uses one amount to be checked is itself « à vérifier »; the sum of
sourced amounts is a calculation; only a total that a document prints is « total publié ».
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cpts_data import french


class Standing(StrEnum):
    """What an amount rests on, from the best to the worst."""

    SOURCED = "source"
    DERIVED = "derive"
    TO_CHECK = "a_verifier"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Standing).index(self)

    @property
    def words(self) -> str:
        """What the screen says beside the amount."""
        return {"source": "source citée", "derive": "calcul", "a_verifier": "à vérifier"}[self]


def worst(standings: Iterable[Standing]) -> Standing:
    """The standing that a sum inherits; the best one when there is nothing to sum."""
    return max(standings, key=lambda standing: standing.rank, default=Standing.SOURCED)


@dataclass(frozen=True)
class Amount:
    """Euros between ``low`` and ``high``, equal when there is but one figure.

    ``published`` says that a document prints this very total; ``parts_to_check`` that the parts
    which make it are themselves to be checked, although the total is not. ``missing`` names what
    the amount leaves out because no figure is known: both bounds are then without it.
    """

    low: float
    high: float
    standing: Standing
    published: bool = False
    parts_to_check: bool = False
    missing: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether there is one figure, to the cent."""
        return abs(self.high - self.low) < 0.005

    @property
    def figure(self) -> str:
        """The figure alone: « 185 000 € », « entre 185 000 et 242 000 € »."""
        if self.exact:
            return french.with_unit(self.low, "€")
        return french.between(self.low, self.high, "€")

    @property
    def mark(self) -> str:
        """The mark alone: « à vérifier », « total publié, répartition à vérifier »…"""
        if self.standing is Standing.TO_CHECK:
            return self.standing.words
        told = "total publié" if self.published else self.standing.words
        return told + (", répartition à vérifier" if self.parts_to_check else "")

    @property
    def words(self) -> str:
        """Figure, mark and what is left out, as the screen says them."""
        gaps = ""
        if self.missing:
            told = french.enumeration([f"« {name} »" for name in self.missing])
            gaps = f", sans {told} (montant inconnu)"
        return french.typography(f"{self.figure}{gaps} – {self.mark}")


NOTHING = Amount(0.0, 0.0, Standing.SOURCED)


def add_up(amounts: Sequence[Amount]) -> Amount:
    """The sum of amounts: its bounds add, its standing is at best « calcul », its gaps gather.

    A sum of one is that one. The sum is never ``published``: only the scale can tell that.
    """
    if not amounts:
        return NOTHING
    if len(amounts) == 1:
        return amounts[0]
    return Amount(
        sum(amount.low for amount in amounts),
        sum(amount.high for amount in amounts),
        worst([Standing.DERIVED, *(amount.standing for amount in amounts)]),
        parts_to_check=any(
            amount.parts_to_check or amount.standing is Standing.TO_CHECK for amount in amounts
        ),
        missing=gathered(amount.missing for amount in amounts),
        sources=gathered(amount.sources for amount in amounts),
        notes=gathered(amount.notes for amount in amounts),
    )


def either(amounts: Sequence[Amount]) -> Amount:
    """One amount or another, nobody knows which: the range that holds them all."""
    if not amounts:
        return NOTHING
    return Amount(
        min(amount.low for amount in amounts),
        max(amount.high for amount in amounts),
        worst(amount.standing for amount in amounts),
        published=all(amount.published for amount in amounts),
        parts_to_check=any(amount.parts_to_check for amount in amounts),
        missing=gathered(amount.missing for amount in amounts),
        sources=gathered(amount.sources for amount in amounts),
        notes=gathered(amount.notes for amount in amounts),
    )


def gathered(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Texts of several lists, each once, in order of appearance."""
    return tuple(dict.fromkeys(text for some in texts for text in some if text))
