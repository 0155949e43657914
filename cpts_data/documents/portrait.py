"""« Portrait de territoire »: two pages, who lives here and what stands out."""

from __future__ import annotations

from cpts_data.analysis.highlights import Tone, select
from cpts_data.documents import maps, overview, pictures, theme_sections
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Bullet,
    Bullets,
    KeyFigures,
    Look,
    Paragraph,
    Section,
)
from cpts_data.documents.telling import shortened
from cpts_data.reading import communes, identity, pyramid, synthesis
from cpts_data.reading.spine import drawable
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.wording import printed

LINES = (
    "part_75_ans_et_plus",
    "part_moins_15_ans",
    "taux_pauvrete",
    "fdep",
    "part_c2s",
    "densite_mg",
    "part_mg_60_ans_et_plus",
    "densite_infirmiers",
    "densite_mk",
    "densite_chirurgiens_dentistes",
    "apl_mg_65_ans_ou_moins",
    "part_population_sous_dense",
    "part_sans_mt_17_ans_et_plus",
    "part_ald_sans_mt",
    "taux_passages_urgences",
    "prevalence_ald",
    "depistage_sein_organise",
    "depistage_colorectal",
    "depistage_col_uterus",
    "vaccination_grippe_65_ans_et_plus",
    "vaccination_ror_2_doses",
    "vaccination_hpv_filles_15_ans",
)
# What fills the tiles where the figures quoted first are not known.
_MORE = (
    "densite_population",
    "evolution_population",
    "part_60_ans_et_plus",
    "part_moins_15_ans",
    "fdep",
    "part_c2s",
    "apl_mg",
    "part_population_sous_dense_tous_ages",
    "densite_infirmiers",
    "prevalence_ald_diabete",
)
_TILES = 8
_FEW_LINES, _ROOM = 8, 22
_COMMUNE_COLUMNS = 5
_MAPPED = ("apl_mg_65_ans_ou_moins", "apl_mg", "population")
_FEW = 3


def sections(draft: Draft) -> tuple[Section, ...]:
    """Two pages: who, the figures quoted first, the facts, the comparison, two pictures."""
    return (
        Section("qui", "Le territoire", tuple(_who(draft))),
        Section("chiffres", "Chiffres clés", tuple(tiles(draft))),
        Section("faits", "Ce qui se détache", tuple(facts(draft, synthesis.MOST))),
        Section("comparaison", "Face à la référence", tuple(_lines(draft))),
        Section("images", "Âges et accès", tuple(_pictures(draft))),
    )


# A small map has few names, in letters that are read.
_SMALL_MAP = 38.0


def _who(draft: Draft) -> list[Block]:
    told = identity.population_sentence(draft.diagnostic, draft.territory)
    blocks: list[Block] = [Paragraph(printed(told), Look.LEAD)]
    shared = identity.shared_units(draft.diagnostic, draft.territory)
    drawn = maps.perimeter_map(
        draft.material,
        draft.territory,
        draft.sheet,
        list(shared),
        overview.perimeter_caption(draft),
        overview.commune_list(draft),
        _SMALL_MAP,
    )
    return [*blocks, *([drawn] if drawn else [])]


def tiles(draft: Draft) -> list[Block]:
    """The figures that one quotes first; where they are few, other figures that are known."""
    shown = synthesis.key_figures(draft.own, draft.kind)
    held = [one.indicator.id for one in shown]
    rest = [name for name in draft.known(_MORE) if name not in held]
    shown += draft.shown(rest)[: max(_TILES - len(shown), 0)]
    if not shown:
        words = "Aucun des chiffres clés n'est connu pour ce territoire dans cet espace."
        return [Paragraph(printed(words), Look.NOTE)]
    tiles = tuple(draft.teller.key_figure(one) for one in shown)
    return [KeyFigures(tiles, draft.teller.source(shown))]


def facts(draft: Draft, most: int) -> list[Block]:
    """Strengths and points of attention, each list under its title, or that there is none."""
    blocks: list[Block] = []
    for tone, title in ((Tone.STRENGTH, "Forces"), (Tone.ATTENTION, "Points d’attention")):
        blocks.append(draft.bullets(select(draft.facts, tone, most), title))
    if needs := synthesis.needs(draft.facts):
        blocks.append(draft.bullets(needs[:most], "Besoins qui se distinguent"))
    if unknown := _unknown(draft):
        blocks.append(Bullets(unknown, "Ce que l’on ne sait pas encore"))
    rule = synthesis.warning(draft.own, draft.kind)
    return [*blocks, Paragraph(printed(rule), Look.NOTE)]


def _unknown(draft: Draft) -> tuple[Bullet, ...]:
    """The themes of which little is known, and how to know more; none when most is known."""
    told = []
    for view in VIEWS.values():
        held = communes.known(view, draft.commune_rows(view))
        found = communes.gaps(draft.diagnostic, draft.own, view, held)
        everything = len(view.indicators) + len(view.by_commune)
        if 2 * len(found) <= everything:
            continue
        ways = list(dict.fromkeys(one.how for one in theme_sections.grouped(found)))
        words = (
            f"{view.theme.label} : {len(found)} indicateurs sur {everything} ne sont pas connus. "
            f"{' '.join(ways[:2])}"
        )
        told.append(Bullet(printed(words), "?", "Non disponible", "sans"))
    return tuple(told)


def _lines(draft: Draft) -> list[Block]:
    """The indicators of most use around their reference; where they are few, the communes too."""
    shown = [one for one in draft.shown(draft.known(LINES)) if drawable(one)]
    if len(shown) < _FEW_LINES:
        shown = synthesis.comparable(draft.own, draft.kind)
    blocks: list[Block] = []
    if shown:
        caption = f"{shortened(draft.territory.name)} parmi les CPTS de la région"
        blocks.append(draft.teller.spine_table("face_a_la_reference", caption, shown))
    else:
        words = "Aucun indicateur de ce territoire n'a de référence dans cet espace."
        blocks.append(Paragraph(printed(words), Look.NOTE))
    room = _ROOM - len(shown)
    return blocks + (_largest_communes(draft, room) if room >= _FEW else [])


def _largest_communes(draft: Draft, most: int) -> list[Block]:
    """The most populated communes with what is known of them, as many as there is room for."""
    names: list[str] = []
    for view in VIEWS.values():
        names += communes.known(view, draft.commune_rows(view))[:_FEW]
    chosen = [name for name in names if name != "population"][:_COMMUNE_COLUMNS]
    people = draft.diagnostic.unit_population().reindex(draft.units.index)
    first = people.sort_values(ascending=False, kind="stable").index[:most]
    rows = draft.material.communes(draft.territory, ["population", *chosen])
    rows = rows[rows["territory"].isin(first)]
    if rows.empty:
        return []
    every = len(first) == len(draft.units)
    caption = (
        "Les communes du territoire" if every else f"Les {len(first)} communes les plus peuplées"
    )
    columns = ["population", *chosen]
    told = pictures.commune_table(
        draft.teller, "communes_peuplees", rows, columns, caption, list(first)
    )
    return [told]


def _pictures(draft: Draft) -> list[Block]:
    """The pyramid (or incomes by commune), and the map of access (or of inhabitants)."""
    blocks: list[Block] = []
    found = pyramid.pyramid(draft.diagnostic, draft.territory, draft.kind)
    if not isinstance(found, str):
        blocks.append(pictures.pyramid_chart(draft.material, found))
    else:
        bars = pictures.commune_bars(
            draft.material, draft.teller, draft.territory, "niveau_vie_median"
        )
        blocks += [bars] if bars else [Paragraph(printed(found), Look.NOTE)]
    for name in _MAPPED:
        drawn = maps.indicator_map(
            draft.material, draft.teller, draft.territory, draft.sheet, name, _SMALL_MAP
        )
        if drawn is not None:
            return [*blocks, drawn]
    return blocks
