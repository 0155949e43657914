"""The sections that cross themes: the essentials, the territory, the actors, the synthesis."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpts_data import french
from cpts_data.analysis.highlights import Tone, select
from cpts_data.documents import maps
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Cell,
    Column,
    Grid,
    GridPart,
    Heading,
    KeyFigure,
    KeyFigures,
    Kind,
    Look,
    Paragraph,
    Table,
    TableRow,
)
from cpts_data.documents.telling import shortened
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading import directory, identity, marks
from cpts_data.reading import synthesis as reading
from cpts_data.reading.comparisons import Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.wording import cell, printed, source_line
from cpts_data.territories import Level

FRAGILE = ("part_75_ans_et_plus", "prevalence_ald", "part_ald_sans_mt")
RESOURCES = ("nb_hopitaux", "nb_ehpad", "nb_msp", "nb_centres_de_sante", "nb_pharmacies")
PATHWAYS = ("nb_protocoles", "nb_patients_protocoles")
MEMBERS = ("nb_adherents", "part_adherents")
_EMPTY_LINES = 5
_NAMED = 6


def identity_figures(draft: Draft) -> tuple[KeyFigure, ...]:
    """Who the territory is, in large figures: inhabitants, size class, communes, stage."""
    diagnostic, territory = draft.diagnostic, draft.territory
    people, period = identity.people_of(diagnostic, territory)
    row = diagnostic.values(["population"], territory.level, [territory.id]).iloc[0]
    quantity = draft.teller.number(row, INDICATORS["population"])
    told = [KeyFigure("habitants", french.number(people), meta=period, quantity=quantity)]
    if sizes := identity.size_words(diagnostic, territory):
        told.append(KeyFigure("accord conventionnel (ACI)", sizes))
    parts = draft.units.index.isin(diagnostic.territories(Level.ARRONDISSEMENT).table.index)
    noun = "communes ou arrondissements" if parts.any() else "communes"
    number = len(draft.units)
    told.append(KeyFigure(noun if number > 1 else "commune", french.number(number)))
    stage = diagnostic.stage_of(territory.id)
    told.append(KeyFigure(printed(stage.when), printed(stage.label)))
    return tuple(told)


def identity_block(draft: Draft) -> KeyFigures:
    """The same, with the source of the population and of the stage."""
    diagnostic = draft.diagnostic
    credits = [diagnostic.credits("cpts_liste")] if diagnostic.space.has("cpts_liste") else []
    told = " ; ".join([diagnostic.population_line(), *credits])
    return KeyFigures(identity_figures(draft), printed(f"Source : {told}"))


def essentials(draft: Draft) -> list[Block]:
    """The figures that one quotes first, five strengths, five points of attention, the needs."""
    shown = reading.key_figures(draft.own, draft.kind)
    blocks: list[Block] = []
    if shown:
        tiles = tuple(draft.teller.key_figure(one) for one in shown)
        blocks.append(KeyFigures(tiles, draft.teller.source(shown), "Chiffres clés"))
    blocks += sides(draft)
    if needs := reading.needs(draft.facts):
        blocks.append(draft.bullets(needs, "Besoins qui se distinguent"))
    blocks.append(Paragraph(printed(reading.warning(draft.own, draft.kind)), Look.NOTE))
    return blocks


def sides(draft: Draft, most: int = reading.MOST) -> list[Block]:
    """Strengths, then points of attention; or that none stands out."""
    blocks: list[Block] = []
    for tone, title, none in (
        (Tone.STRENGTH, "Forces", "Aucune force ne se détache à ce niveau."),
        (Tone.ATTENTION, "Points d’attention", "Aucun point d'attention ne se détache."),
    ):
        found = select(draft.facts, tone, most)
        if found:
            blocks.append(draft.bullets(found, title))
        else:
            blocks += [Heading(title), Paragraph(printed(none), Look.NOTE)]
    return blocks


def introduction(draft: Draft) -> list[Block]:
    """What the document rests on: the space, its population, its vintages, its limits."""
    diagnostic = draft.diagnostic
    known = [name for view in VIEWS.values() for name in draft.known(view.indicators)]
    told = (
        f"Ce document rassemble {french.count_of(len(known), 'indicateur')} connus pour "
        f"{draft.territory.name}, tirés de "
        f"{french.count_of(len(diagnostic.space.states), 'source')}. "
        f"{diagnostic.population_line()}. Chaque chiffre porte sa source et sa période ; les "
        "annexes disent comment il est fait et ce qui manque."
    )
    return [
        Paragraph(printed(told), Look.LEAD),
        Paragraph(
            printed(
                "Un écart n'est dit « plus élevé » ou « moins élevé » que si la référence sort "
                "de l'intervalle de confiance. Un indicateur sans intervalle (recensement, APL) "
                "montre un écart et un rang, sans test. Un besoin n'est ni bon ni mauvais. Le "
                "document constate ; il ne dit pas les causes."
            )
        ),
    ]


def territory(draft: Draft) -> list[Block]:
    """The perimeter: who, where, with whom it is shared, commune by commune."""
    diagnostic, own = draft.diagnostic, draft.territory
    blocks: list[Block] = [identity_block(draft)]
    told = identity.population_sentence(diagnostic, own)
    blocks.append(Paragraph(printed(told), Look.LEAD))
    shared = identity.shared_units(diagnostic, own)
    names = diagnostic.register.units.table["name"]
    for code, others in shared.items():
        words = (
            f"Commune partagée : {names[code]} appartient aussi à {french.enumeration(others)}. "
            f"{identity.SHARED}"
        )
        blocks.append(Paragraph(printed(words), Look.WARNING))
    table = commune_list(draft)
    drawn = maps.perimeter_map(
        draft.material, own, draft.sheet, list(shared), perimeter_caption(draft), table
    )
    return [*blocks, *([drawn] if drawn else []), table]


def perimeter_caption(draft: Draft) -> str:
    """« 28 communes dans Monts-d’Hespérie (96) »."""
    found = [
        draft.diagnostic.territory(Level.DEPARTEMENT, one).label
        for one in draft.territory.departements
    ]
    count = french.count_of(len(draft.units), "commune")
    return f"{count} dans {french.enumeration(found)}" if found else count


def commune_list(draft: Draft) -> Table:
    """The communes of the territory: inhabitants, share, EPCI, other CPTS."""
    diagnostic = draft.diagnostic
    units = diagnostic.register.units.table
    people = diagnostic.unit_population().reindex(draft.units.index)
    total = float((people * draft.units).sum())
    shared = identity.shared_units(diagnostic, draft.territory)
    epci = epci_names(draft)
    rows = []
    for code in people.sort_values(ascending=False, kind="stable").index:
        weight = float(draft.units[code])
        share = float(people[code]) * weight / total if total > 0 else float("nan")
        rows.append(
            TableRow(
                (
                    Cell(printed(str(units["name"][code]))),
                    Cell(str(code)),
                    Cell(french.number(float(people[code]))),
                    Cell(french.percent(share)),
                    Cell(printed(str(epci.get(code, "–")))),
                    Cell(printed(french.enumeration(shared.get(str(code), [])) or "–")),
                )
            )
        )
    columns = (
        Column("Commune", width=2.0),
        Column("Code", width=0.8),
        Column("Habitants", Kind.NUMBER, 1.0),
        Column("Part", Kind.NUMBER, 0.8),
        Column("EPCI", width=2.4),
        Column("Autre CPTS", width=1.6),
    )
    kept = [k for k in range(len(columns)) if k < 4 or any(r.cells[k].text != "–" for r in rows)]
    return Table(
        "communes_du_territoire",
        printed(f"Les {len(rows)} communes du territoire"),
        tuple(columns[k] for k in kept),
        tuple(TableRow(tuple(row.cells[k] for k in kept)) for row in rows),
        printed(f"Source : {diagnostic.population_line()}"),
    )


def epci_names(draft: Draft) -> dict[str, str]:
    """The EPCI of each commune, by code; empty when the space has none."""
    pairs = draft.diagnostic.membership_pairs(Level.EPCI)
    if pairs.empty:
        return {}
    names = draft.diagnostic.territories(Level.EPCI).table["name"].astype(str)
    held = pairs[pairs["unit"].isin(draft.units.index)]
    return dict(zip(held["unit"], held["territory"].map(names), strict=True))


def _declared(draft: Draft, identifier: str, caption: str, names: tuple[str, ...]) -> list[Block]:
    """Figures of the activity of the CPTS, which it counts itself; what is absent is said so."""
    rows = draft.diagnostic.values(list(names), draft.territory.level, [draft.territory.id])
    told = [
        TableRow(
            (
                Cell(printed(draft.label(str(row["indicator"])))),
                Cell(
                    printed(cell(row, INDICATORS[str(row["indicator"])])),
                    quantity=draft.teller.number(row, INDICATORS[str(row["indicator"])]),
                ),
                Cell(printed(str(row["period"]) or "–")),
            )
        )
        for row in rows.to_dict("records")
    ]
    if all(Status(str(one)) is Status.MISSING for one in rows["status"]):
        words = "Ces chiffres sont tenus par la CPTS elle-même : aucun n'est dans cet espace."
        return [Paragraph(printed(words), Look.NOTE)]
    columns = (
        Column("Indicateur", width=3.0),
        Column("Valeur", Kind.NUMBER),
        Column("Période", width=0.8),
    )
    credits = [draft.diagnostic.credits(str(one)) for one in rows["sources"].unique()]
    return [Table(identifier, printed(caption), columns, tuple(told), source_line(credits))]


def pathways(draft: Draft) -> list[Block]:
    """Protocols and the patients in them, as the CPTS declares them."""
    return _declared(draft, "protocoles", "Protocoles de la CPTS", PATHWAYS)


def crises(draft: Draft) -> list[Block]:
    """Who is fragile here, and what resources the territory has."""
    blocks: list[Block] = []
    for identifier, caption, names in (
        ("fragiles", "Personnes fragiles", FRAGILE),
        ("ressources", "Ressources du territoire", RESOURCES),
    ):
        if known := draft.known(names):
            blocks.append(draft.teller.table(identifier, caption, draft.shown(known)))
    return blocks


def professionals(draft: Draft) -> list[Block]:
    """Professionals counted in the directory, and those who joined the CPTS."""
    found = directory.directory(draft.diagnostic, draft.territory)
    blocks = _declared(draft, "adherents", "Adhésion à la CPTS", MEMBERS)
    if found.professionals.empty:
        return blocks
    people = found.professionals[found.professionals["discipline"] == directory.ALL]
    people = people.sort_values("total", ascending=False)
    rows = tuple(
        TableRow(
            (
                Cell(printed(directory.profession_label(str(row.profession)))),
                Cell(french.number(float(row.liberaux))),
                Cell(french.number(float(row.autres))),
                Cell(french.number(float(row.total))),
            )
        )
        for row in people.itertuples()
    )
    columns = (
        Column("Profession", width=3.0),
        Column("Libéraux", Kind.NUMBER),
        Column("Autres modes", Kind.NUMBER),
        Column("Ensemble", Kind.NUMBER),
    )
    source = source_line([draft.diagnostic.credits("rpps")])
    note = "Chaque professionnel est compté une fois dans le territoire, où qu'il y exerce."
    caption = "Professionnels qui exercent dans le territoire"
    return [*blocks, Table("professionnels", caption, columns, rows, source, printed(note))]


def actors(draft: Draft) -> list[Block]:
    """Establishments, services and local resources of the territory."""
    found = directory.directory(draft.diagnostic, draft.territory)
    blocks: list[Block] = []
    for identifier, caption, table, source in (
        ("structures", "Établissements et services", found.structures, "finess"),
        ("ressources_locales", "Ressources locales", found.resources, "ressources_locales"),
    ):
        if not table.empty:
            blocks.append(_by_type(draft, identifier, caption, table, source))
    if not blocks:
        words = (
            "Ni les établissements (Finess) ni les ressources locales ne sont dans cet espace : la "
            "page « Données » dit comment les ajouter."
        )
        blocks.append(Paragraph(printed(words), Look.NOTE))
    return blocks


def _by_type(
    draft: Draft, identifier: str, caption: str, table: pd.DataFrame, source: str
) -> Table:
    rows = []
    for kind, group in table.groupby("type", sort=True):
        named = [f"{row.nom} ({row.commune})" for row in group.head(_NAMED).itertuples()]
        rest = len(group) - len(named)
        if rest > 0:
            named.append(f"et {french.count_of(rest, 'autre')}")
        rows.append(
            TableRow(
                (
                    Cell(printed(str(kind))),
                    Cell(french.number(len(group))),
                    Cell(printed(" ; ".join(named))),
                )
            )
        )
    columns = (Column("Type", width=1.4), Column("Nombre", Kind.NUMBER, 0.6), Column("Où", width=4))
    credit = source_line([draft.diagnostic.credits(source)])
    return Table(identifier, printed(caption), columns, tuple(rows), credit)


def synthesis(draft: Draft) -> list[Block]:
    """Every comparable indicator around its reference, the grid, the priorities."""
    blocks: list[Block] = []
    if drawn := notable(draft):
        own = shortened(draft.territory.name)
        caption = f"{own} parmi les CPTS de la région : {_notable_words(drawn)}"
        blocks.append(draft.teller.spine_table("ecarts", caption, drawn))
    blocks += [Heading("Forces, faiblesses, opportunités, menaces"), grid(draft)]
    blocks += [Heading("Priorités"), priorities(draft)]
    return blocks


def notable(draft: Draft) -> list[Shown]:
    """The indicators whose gap is significant; without any, all that can be compared."""
    found = reading.comparable(draft.own, draft.kind)
    signed = [one for one in found if marks.of_comparison(one.beside, one.indicator).significant]
    return signed or found


def _notable_words(shown: Sequence[Shown]) -> str:
    significant = marks.of_comparison(shown[0].beside, shown[0].indicator).significant
    if significant:
        return french.count_of(len(shown), "écart significatif", "écarts significatifs")
    return "aucun écart n'est démontré ; tous les indicateurs comparables"


def grid(draft: Draft) -> Grid:
    """The grid as the team wrote it, or as the figures propose it."""
    proposed = reading.proposals(draft.facts, draft.territory)
    parts = []
    for part, (title, hint) in reading.GRID.items():
        written = draft.options.grid.get(part)
        text = proposed[part] if written is None else written
        lines = [line.strip().removeprefix("–").strip() for line in text.splitlines()]
        kept = tuple(printed(line) for line in lines if line)
        parts.append(GridPart(title, printed(hint), kept, written is None))
    return Grid(tuple(parts))


def priorities(draft: Draft) -> Table:
    """Problème → mission → action → indicateur ACI → cible; empty lines to fill without any."""
    told = [
        TableRow(
            tuple(
                Cell(printed(text))
                for text in (one.problem, one.mission, one.action, one.indicator, one.target)
            )
        )
        for one in draft.options.priorities
    ]
    rows = told or [TableRow(tuple(Cell("") for _ in range(5)))] * _EMPTY_LINES
    titles = ("Problème", "Mission", "Action", "Indicateur ACI", "Cible")
    columns = tuple(Column(title) for title in titles)
    caption = "Du problème à l’indicateur de suivi"
    return Table("priorites", caption, columns, tuple(rows))
