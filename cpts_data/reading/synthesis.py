"""The synthesis of a territory: the figures quoted first, the facts by side, the grid proposed."""

from __future__ import annotations

from collections.abc import Sequence

from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.compare import Basis
from cpts_data.analysis.highlights import Aspect, Highlight, Tone, by_nature
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import multiple_comparisons
from cpts_data.indicators import Nature
from cpts_data.measures import Status
from cpts_data.reading import spine, standing_out
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Territory

KEY_FIGURES = (
    "part_75_ans_et_plus",
    "taux_pauvrete",
    "densite_mg",
    "apl_mg_65_ans_ou_moins",
    "part_population_sous_dense",
    "part_sans_mt_17_ans_et_plus",
    "prevalence_ald",
    "depistage_sein_organise",
    "vaccination_hpv_filles_15_ans",
)
MOST = 5
GRID = {
    "forces": (
        "Forces",
        "Ce qui va bien aujourd'hui : offre, accès, résultats, équipes, projets engagés.",
    ),
    "faiblesses": (
        "Faiblesses",
        "Ce qui va moins bien aujourd'hui : offre, accès, résultats, coordination.",
    ),
    "opportunites": (
        "Opportunités",
        "Ce qui peut aider demain : installations prévues, financements, partenaires, CLS.",
    ),
    "menaces": (
        "Menaces",
        "Ce qui peut gêner demain : départs, fermetures, population qui change.",
    ),
}
_NEEDS = 4
_TOLD = (Status.OBSERVED, Status.ESTIMATED, Status.BOUNDED)
_TILES = 8
_THEIR_FUTURE = ("part_mg_60_ans_et_plus",)
_BY_AGE = ("population_par_age", "part_sans_mt_par_age")


def key_figures(own: OwnReading, kind: Kind) -> list[Shown]:
    """The figures that one quotes first, those that are known."""
    known = [name for name in KEY_FIGURES if own.status(name) in _TOLD][:_TILES]
    return [own.shown(name, kind) for name in known]


def needs(facts: Sequence[Highlight]) -> list[Highlight]:
    """The needs that stand out: neither good nor bad."""
    return list(by_nature(facts)[Nature.NEED][:_NEEDS])


def comparable(own: OwnReading, kind: Kind) -> list[Shown]:
    """Every indicator that has its place around the reference, theme by theme."""
    names = [name for view in VIEWS.values() for name in view.indicators if name not in _BY_AGE]
    return [one for one in (own.shown(name, kind) for name in names) if spine.drawable(one)]


def warning(own: OwnReading, kind: Kind) -> str:
    """How many comparisons were made, and what chance alone would show."""
    whole = own.compared
    tested = whole[
        (whole["stratum"] == WHOLE)
        & (whole["basis"] == Basis.INTERVAL.value)
        & whole["reference"].isin([kind.value, Kind.EXPECTED.value])
    ]
    told = multiple_comparisons(len(tested))
    rule = (
        "Ces phrases ne retiennent que les écarts significatifs à 99,8 %, les tendances "
        "significatives et, pour les indicateurs sans intervalle, les premiers et derniers rangs."
    )
    return f"{told} {rule}".strip()


def proposed(facts: Sequence[Highlight]) -> dict[str, list[Highlight]]:
    """What the facts propose for each part of the grid.

    Levels that are favourable or not stand in the present; their trends, and the age of the
    doctors, in what comes. A need stands nowhere: the team says what it makes of it.
    """
    parts: dict[str, list[Highlight]] = {part: [] for part in GRID}
    for one in facts:
        coming = one.aspect is Aspect.TREND or one.indicator in _THEIR_FUTURE
        if one.tone is Tone.STRENGTH:
            parts["opportunites" if coming else "forces"].append(one)
        elif one.tone is Tone.ATTENTION:
            parts["menaces" if coming else "faiblesses"].append(one)
    return {part: found[:MOST] for part, found in parts.items()}


def proposals(facts: Sequence[Highlight], territory: Territory) -> dict[str, str]:
    """The grid proposed, as texts that one may write over."""
    return {
        part: "\n".join(f"– {standing_out.told(one, territory)}" for one in found)
        for part, found in proposed(facts).items()
    }
