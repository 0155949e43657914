"""The sections that speak of one theme: facts, tables, charts, map, communes, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cpts_data.documents import maps, pictures
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Heading,
    Look,
    MapPicture,
    Missing,
    MissingItem,
    Paragraph,
)
from cpts_data.indicators import Theme
from cpts_data.measures import Status
from cpts_data.reading import communes, identity, line_charts, pyramid, standing_out
from cpts_data.reading.data_requests import Gap
from cpts_data.reading.themes import VIEWS, View
from cpts_data.reading.wording import printed
from cpts_data.territories import Level


def of_theme(draft: Draft, theme: Theme) -> list[Block]:
    """Everything that a theme's page shows, in its order."""
    view = VIEWS[theme]
    blocks = opening(draft, view)
    blocks += tables(draft, view)
    blocks += charts(draft, theme)
    blocks += mapped(draft, view)
    blocks += context(draft, view)
    return blocks


def opening(draft: Draft, view: View) -> list[Block]:
    """Who lives here, and the two facts that matter most in the theme."""
    blocks: list[Block] = []
    if view.theme is Theme.POPULATION:
        told = identity.population_sentence(draft.diagnostic, draft.territory)
        blocks.append(Paragraph(printed(told), Look.LEAD))
    found = standing_out.of_theme(draft.own, draft.kind, view)
    if found:
        blocks.append(draft.bullets(found))
    else:
        told = standing_out.no_fact(draft.own, view)
        told = told.replace("Le bas de la page", "La fin de la section")
        blocks.append(Paragraph(printed(told), Look.NOTE))
    return blocks


def tables(draft: Draft, view: View) -> list[Block]:
    """One table for each group of indicators, of what is known."""
    blocks: list[Block] = []
    for rank, group in enumerate(view.groups, start=1):
        names = draft.known(group.indicators)
        if names:
            identifier = f"{view.theme.value}_{rank}"
            shown = draft.shown(names)
            blocks.append(Heading(printed(group.heading)))
            blocks.append(draft.teller.table(identifier, group.heading, shown, note=group.note))
    return blocks


def charts(draft: Draft, theme: Theme) -> list[Block]:
    """The charts of a theme's page."""
    own, kind = draft.own, draft.kind
    made: dict[Theme, Callable[[], Iterable[line_charts.LineChart]]] = {
        Theme.SUPPLY: lambda: [line_charts.professions(own, kind)],
        Theme.ACCESS: lambda: [
            line_charts.apl(own, kind),
            line_charts.by_age(
                own, kind, "part_sans_mt_par_age", "Sans médecin traitant, selon l’âge"
            ),
        ],
        Theme.PATHWAYS: lambda: [
            line_charts.affections(own),
            line_charts.by_age(own, kind, "prevalence_ald", "Personnes en ALD, selon l’âge"),
        ],
        Theme.PREVENTION: lambda: [line_charts.coverages(own, kind)],
    }
    found = [pictures.dot_chart(draft.teller, one) for one in made.get(theme, list)()]
    blocks: list[Block] = [one for one in found if one is not None]
    return population_charts(draft) if theme is Theme.POPULATION else blocks


def population_charts(draft: Draft) -> list[Block]:
    """The pyramid, or why there is none; incomes, commune by commune."""
    blocks: list[Block] = []
    found = pyramid.pyramid(draft.diagnostic, draft.territory, draft.kind)
    if isinstance(found, str):
        blocks.append(Paragraph(printed(found), Look.NOTE))
    else:
        blocks.append(pictures.pyramid_chart(draft.material, found))
    bars = pictures.commune_bars(draft.material, draft.teller, draft.territory, "niveau_vie_median")
    return blocks + ([bars] if bars else [])


def mapped(draft: Draft, view: View) -> list[Block]:
    """The map of the theme, of its first indicator that communes have."""
    found = map_of(draft, view)
    return [found] if found else []


def map_of(draft: Draft, view: View) -> MapPicture | None:
    """The map that the theme's page shows first; None when communes have no figure."""
    names = communes.known(view, draft.commune_rows(view))
    if not names:
        return None
    name = view.first_map if view.first_map in names else names[0]
    return maps.indicator_map(draft.material, draft.teller, draft.territory, draft.sheet, name)


def context(draft: Draft, view: View) -> list[Block]:
    """What is known of the département only."""
    around = [name for name in view.indicators if draft.own.status(name) is Status.CONTEXT]
    if not around or not draft.territory.departements:
        return []
    main = draft.diagnostic.territory(Level.DEPARTEMENT, draft.territory.departements[0])
    table = draft.teller.context_table(
        f"{view.theme.value}_reperes", draft.shown(around), main.label
    )
    return [Heading("Repères du département"), table]


def missing(draft: Draft, theme: Theme) -> list[Block]:
    """What the theme lacks, why, and whom to ask."""
    view = VIEWS[theme]
    held = communes.known(view, draft.commune_rows(view))
    found = communes.gaps(draft.diagnostic, draft.own, view, held)
    if not found:
        return []
    return [Missing(grouped(found))]


def grouped(found: Sequence[Gap]) -> tuple[MissingItem, ...]:
    """What is missing, the indicators that lack the same thing told together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for gap in found:
        alike.setdefault((gap.why, _how(gap.how)), []).append(gap.indicator.short_label)
    return tuple(
        MissingItem(printed(", ".join(labels)), printed(why), printed(how))
        for (why, how), labels in alike.items()
    )


def _how(words: str) -> str:
    """The screen has the text of the request under it; a document sends to the page."""
    return words.replace("(texte prêt ci-dessous)", "(texte prêt sur la page du thème)")
