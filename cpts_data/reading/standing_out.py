"""What stands out of a territory's figures, in sentences: the same list on every page and document.

A fact is chosen by ``analysis.highlights``; here, its reference is the one that the reader chose.
"""

from __future__ import annotations

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.grammar import in_place
from cpts_data.analysis.highlights import Aspect, Highlight, Tone, highlights
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import highlight_sentence
from cpts_data.indicators import INDICATORS, Polarity
from cpts_data.measures import Status
from cpts_data.reading import comparisons
from cpts_data.reading.comparisons import OwnReading
from cpts_data.reading.themes import View
from cpts_data.territories import Territory

SIGNS = {Tone.STRENGTH: ("+", "fav"), Tone.ATTENTION: ("!", "def"), Tone.FACT: ("•", "neu")}
TONE_WORDS = {Tone.STRENGTH: "Force", Tone.ATTENTION: "Point d’attention", Tone.FACT: "Constat"}
NOT_OWN = (Status.MISSING, Status.CONTEXT)
_OPENING = 2


def facts(
    own: OwnReading, kind: Kind, *, net_only: bool = False, view: View | None = None
) -> tuple[Highlight, ...]:
    """What stands out in the whole population, the reference chosen first; of one theme or all."""
    whole, trends = own.compared[own.compared["stratum"] == WHOLE], own.trends
    if view is not None:
        whole = whole[whole["indicator"].isin(view.indicators)]
        trends = trends[trends["indicator"].isin(view.indicators)]
    found = highlights(whole, trends, order=comparisons.order(kind), net_only=net_only)
    return tuple(one for one in found if not _contradicted(one))


def _contradicted(one: Highlight) -> bool:
    """A good rank on the wrong side of the reference, or the reverse: neither is to be put first.

    Second of nine CPTS though under its région is no strength to show in a meeting.
    """
    indicator = INDICATORS[one.indicator]
    sign = {Polarity.HIGH_IS_GOOD: 1, Polarity.LOW_IS_GOOD: -1}.get(indicator.polarity, 0)
    told = {Tone.STRENGTH: 1, Tone.ATTENTION: -1, Tone.FACT: 0}[one.tone]
    return one.aspect is Aspect.RANK and sign * told * one.gap < 0


def brief(sentence: str, territory: Territory) -> str:
    """A sentence without its place, where the page already names it."""
    place = french.typography(in_place(territory.level, territory.name))
    start = f"{place[:1].upper()}{place[1:]}, "
    if not sentence.startswith(start):
        return sentence
    rest = sentence.removeprefix(start)
    return rest[:1].upper() + rest[1:]


def told(one: Highlight, territory: Territory) -> str:
    """A fact as a sentence, without its place."""
    return brief(highlight_sentence(one), territory)


def of_theme(own: OwnReading, kind: Kind, view: View) -> list[Highlight]:
    """The two facts that open a theme, one of each family."""
    by_family: dict[str, Highlight] = {}
    for one in facts(own, kind, view=view):
        by_family.setdefault(one.family, one)
    return list(by_family.values())[:_OPENING]


def known(own: OwnReading, names: tuple[str, ...]) -> list[str]:
    """Those of some indicators of which the territory has a figure of its own, shown or masked."""
    return [name for name in names if own.status(name) not in NOT_OWN]


def no_fact(own: OwnReading, view: View) -> str:
    """What opens a theme in which nothing stands out, or nothing is known."""
    if known(own, view.indicators):
        return (
            "Rien ne se détache nettement dans ce thème : ni écart démontré, ni rang extrême, ni "
            "tendance significative."
        )
    around = any(own.status(name) is Status.CONTEXT for name in view.indicators)
    return (
        "Aucun chiffre de ce thème n'est connu pour ce territoire dans cet espace"
        f"{' ; son département donne quelques repères' if around else ''}. Le bas de la page "
        "dit ce qui manque et comment l'obtenir."
    )
