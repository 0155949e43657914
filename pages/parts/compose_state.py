"""The territory in the making: read from the address, changed by callbacks, undone and redone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpts_data import french
from cpts_data.analysis.composed import Composition, CompositionError, decode
from cpts_data.composition.land import Land
from cpts_data.composition.summary import Summary
from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import Level
from pages.parts import compose_store, frame
from pages.parts.frame import Frame

NEW = "Nouveau territoire"
MOST_STEPS = 60
_STEPS, _NAME, _WORD, _VIEW = "composer_pas", "composer_nom", "composer_mot", "composer_vue"


@dataclass(frozen=True)
class Workshop:
    """What the page composes: the land, the territory as it is, and its figures."""

    page: Frame
    land: Land
    current: Composition
    told: Summary

    @property
    def diagnostic(self) -> Diagnostic:
        """The space, which knows the territory."""
        return self.page.diagnostic

    @property
    def empty(self) -> bool:
        """Whether nothing is composed yet."""
        return not self.current.parts

    @property
    def weights(self) -> dict[str, float]:
        """Every unit of the territory with its part, in the codes of the space's year."""
        return self.told.weights


def open_workshop(page: Frame) -> Workshop:
    """The territory of the address; an empty one when a CPTS, or nothing, is chosen."""
    land = compose_store.land(page.diagnostic)
    current = _chosen(page)
    if current is None:
        current = Composition.of(frame.kept(_NAME) or NEW, [], land.year)
    _follow(current)
    told = compose_store.summary_of(page.diagnostic, current)
    return Workshop(page, land, current, told)


def _chosen(page: Frame) -> Composition | None:
    written = frame.compositions_in_address()
    if page.cpts is not None and page.cpts.level is Level.COMPOSED:
        return next(one for one in page.diagnostic.compositions if one.id == page.cpts.id)
    # A territory that lies wholly beyond the space is no territory of it: it is composed all the
    # same, and counted.
    known = page.diagnostic.territories(Level.COMPOSED).table.index
    beyond = [one for one in written if one.id not in known]
    return beyond[-1] if beyond and frame.parameter("cpts") in (None, beyond[-1].id) else None


# Changes: each is a callback


def put(workshop: Workshop, weights: Mapping[str, float], word: str = "") -> None:
    """Replace the units of the territory; a refusal, or ``word``, is told at the next run."""
    try:
        changed = Composition.of(workshop.current.name, weights.items(), workshop.land.year)
    except CompositionError as error:
        frame.keep(_WORD, str(error))
        return
    _replace(workshop.current, changed)
    _step(changed)
    frame.keep(_WORD, word)


def toggle(workshop: Workshop, code: str) -> None:
    """Add a unit, or take it away."""
    weights = workshop.weights
    if weights.pop(code, None) is None:
        weights[code] = 1.0
    put(workshop, weights)


def add(workshop: Workshop, more: Mapping[str, float] | Iterable[str]) -> None:
    """Add units to the territory; those that it holds already keep their part."""
    given = dict(more) if isinstance(more, Mapping) else dict.fromkeys(more, 1.0)
    weights = workshop.weights
    fresh = {code: part for code, part in given.items() if code not in weights}
    told = french.count_of(len(fresh), "commune ajoutée", "communes ajoutées")
    there = len(given) - len(fresh)
    if there:
        told += f" ; {french.count_of(there, 'autre y était', 'autres y étaient')} déjà"
    put(workshop, weights | fresh, french.typography(f"{told}."))


def remove(workshop: Workshop, codes: Iterable[str]) -> None:
    """Take units away from the territory."""
    gone = set(codes)
    kept = {code: part for code, part in workshop.weights.items() if code not in gone}
    count = len(workshop.weights) - len(kept)
    told = french.count_of(count, "commune retirée", "communes retirées")
    put(workshop, kept, french.typography(f"{told}."))


def rename(workshop: Workshop, name: str) -> None:
    """Give the territory another name."""
    changed = workshop.current.renamed(name)
    frame.keep(_NAME, changed.name)
    if not workshop.empty and changed.id != workshop.current.id:
        _replace(workshop.current, changed)
        _step(changed)


def start_from(workshop: Workshop, name: str, weights: Mapping[str, float]) -> None:
    """Begin another territory from some units, beside those of the address."""
    fresh = Composition.of(name, weights.items(), workshop.land.year)
    frame.keep(_NAME, fresh.name)
    if fresh.parts:
        frame.write_compositions([*frame.compositions_in_address(), fresh])
        frame.remember(cpts=fresh.id)


def start_new(workshop: Workshop) -> None:
    """Begin an empty territory; the present one stays in the address."""
    frame.keep(_NAME, NEW)
    first = next(iter(workshop.diagnostic.territories(Level.CPTS).table.index), None)
    frame.remember(cpts=None if first is None else str(first))


def forget(workshop: Workshop) -> None:
    """Take the territory out of the address."""
    gone = workshop.current.id
    frame.write_compositions([one for one in frame.compositions_in_address() if one.id != gone])
    frame.remember(cpts=None)


def _replace(old: Composition, new: Composition) -> None:
    """Put a territory in the place of another in the address; an empty one leaves it."""
    written = frame.compositions_in_address()
    if old.id not in {one.id for one in written}:
        written = [*written, old]
    kept = [new if one.id == old.id else one for one in written]
    frame.keep(_NAME, new.name)
    frame.write_compositions([one for one in kept if one.parts])
    frame.remember(cpts=new.id if new.parts else None)


def word() -> str:
    """What the last change has to say, once."""
    told = str(frame.kept(_WORD) or "")
    frame.keep(_WORD, "")
    return told


# Undo, redo


@dataclass(frozen=True)
class Steps:
    """The states that this session went through (as texts), and which is shown."""

    texts: tuple[str, ...]
    at: int

    @property
    def shown(self) -> str:
        """The state shown."""
        return self.texts[self.at]


def steps() -> Steps:
    """The states of this session."""
    found: Steps = frame.kept(_STEPS, Steps(("",), 0))
    return found


def _written(composition: Composition) -> str:
    return composition.encode() if composition.parts else ""


def _step(composition: Composition) -> None:
    known = steps()
    texts = (*known.texts[: known.at + 1], _written(composition))[-MOST_STEPS:]
    frame.keep(_STEPS, Steps(texts, len(texts) - 1))


def _follow(composition: Composition) -> None:
    """A territory that comes from elsewhere (a link, another choice) begins a story of its own."""
    if steps().shown != _written(composition):
        frame.keep(_STEPS, Steps((_written(composition),), 0))
        frame.keep(_VIEW, composition.id)


def opened_with() -> str:
    """The id of the territory with which the present story began: where the map looks."""
    return str(frame.kept(_VIEW) or "")


def can_move(by: int) -> bool:
    """Whether there is a state to go back to (-1) or forward to (+1)."""
    known = steps()
    return 0 <= known.at + by < len(known.texts)


def move(workshop: Workshop, by: int) -> None:
    """Go back or forward among the states of this session."""
    known = steps()
    if not can_move(by):
        return
    text = known.texts[known.at + by]
    target = decode(text) if text else Composition.of(NEW, [], workshop.land.year)
    frame.keep(_STEPS, Steps(known.texts, known.at + by))
    if not workshop.empty or target.parts:
        _replace(workshop.current, target)


def tell(text: str) -> None:
    """Say something at the next run."""
    frame.keep(_WORD, text)
