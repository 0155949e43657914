"""« Annexe à la lettre d’intention »: the need, the territory, first analyses, deadlines."""

from __future__ import annotations

from cpts_data import french
from cpts_data.aci.scale import scale_of
from cpts_data.aci.stages import stages_of
from cpts_data.documents import maps, overview, portrait, theme_sections
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Bullets,
    Cell,
    Column,
    Form,
    Kind,
    Look,
    Paragraph,
    Prompt,
    Section,
    Table,
    TableRow,
)
from cpts_data.indicators import Theme
from cpts_data.reading import identity, synthesis
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.wording import printed
from cpts_data.reference.aci_tables import aci_tables

_INITIATORS = (
    "Nom de la structure porteuse (ou du collectif)",
    "Professionnels à l’initiative et professions représentées",
    "Interlocuteur pour l’ARS et la CPAM",
    "Téléphone et courriel de la structure",
    "Partenaires déjà rencontrés",
)


def sections(draft: Draft) -> tuple[Section, ...]:
    """Four pages: the need, the territory, the first analyses, the deadlines and initiators."""
    return (
        Section("besoin", "Le besoin", tuple(_need(draft))),
        Section("territoire", "Le territoire", tuple(_defined(draft))),
        Section("analyses", "Premières analyses", tuple(_analyses(draft))),
        Section("echeances", "Grandes échéances", (_stages(draft), _after_signature())),
        Section("initiateurs", "Initiateurs et contacts", (_initiators(draft),)),
    )


def _need(draft: Draft) -> list[Block]:
    told = identity.population_sentence(draft.diagnostic, draft.territory)
    facts = [one for one in portrait.facts(draft, synthesis.MOST) if not _is_empty(one)]
    questions = (
        "Quel problème vécu par les habitants et par les professionnels la CPTS veut-elle "
        "résoudre ?",
        "Que permettra-t-elle que personne ne fait aujourd'hui ?",
    )
    own = draft.options.paragraphs.get("besoin", "").strip()
    written: list[Block] = [Paragraph(printed(told), Look.LEAD), *facts]
    if own:
        return [*written, Paragraph(printed(own))]
    return [*written, Prompt("À rédiger par l’équipe", tuple(printed(one) for one in questions))]


def _is_empty(block: Block) -> bool:
    return isinstance(block, Bullets) and not block.items


def _defined(draft: Draft) -> list[Block]:
    blocks: list[Block] = [overview.identity_block(draft)]
    names = draft.diagnostic.register.units.table["name"]
    shared = identity.shared_units(draft.diagnostic, draft.territory)
    for code, others in shared.items():
        words = (
            f"Commune partagée : {names[code]} appartient aussi à {french.enumeration(others)}. "
            f"{identity.SHARED}"
        )
        blocks.append(Paragraph(printed(words), Look.WARNING))
    drawn = maps.perimeter_map(
        draft.material,
        draft.territory,
        draft.sheet,
        list(shared),
        overview.perimeter_caption(draft),
        overview.commune_list(draft),
    )
    blocks += [drawn] if drawn else []
    people = draft.diagnostic.unit_population().reindex(draft.units.index)
    told = [
        f"{names[code]} ({french.number(float(people[code]))})"
        for code in people.sort_values(ascending=False, kind="stable").index
    ]
    listed = f"Communes et habitants : {', '.join(told)}."
    blocks += [Paragraph(printed(listed))]
    source = f"Source : {draft.diagnostic.population_line()}."
    return [*blocks, Paragraph(printed(source), Look.NOTE)]


def _analyses(draft: Draft) -> list[Block]:
    blocks = [*portrait.tiles(draft)]
    drawn = theme_sections.map_of(draft, VIEWS[Theme.ACCESS])
    blocks += [drawn] if drawn else []
    words = (
        "Ces premières analyses viennent du diagnostic territorial complet, qui donne chaque "
        "indicateur avec son intervalle, ses références, sa source et ses limites."
    )
    return [*blocks, Paragraph(printed(words), Look.NOTE)]


def _stages(draft: Draft) -> Table:
    """The stages to the contract, the documents expected, the dates to complete."""
    rows = []
    for stage in stages_of(aci_tables()):
        for document in stage.documents:
            contents = " ; ".join(one.text for one in document.contents)
            rows.append(
                TableRow(
                    (
                        Cell(printed(stage.label)),
                        Cell(printed(document.name), printed(contents)),
                        Cell(""),
                    )
                )
            )
    columns = (
        Column("Étape", width=1.2),
        Column("Document attendu", width=3.2),
        Column("Date visée", width=1.0),
    )
    source = french.enumeration(
        list(
            dict.fromkeys(
                one.source
                for stage in stages_of(aci_tables())
                for document in stage.documents
                for one in document.contents
            )
        )
    )
    caption = "Du premier contact au contrat"
    return Table("etapes", caption, columns, tuple(rows), printed(f"Source : {source}."))


def _after_signature() -> Table:
    """The deadlines of the core missions, in months after the signature."""
    missions = scale_of(aci_tables()).missions.values()
    rows = [
        TableRow(
            (
                Cell(printed(one.label)),
                Cell(_months(one.start_months)),
                Cell(_months(one.deployment_months)),
            )
        )
        for one in missions
        if one.core
    ]
    columns = (
        Column("Mission socle", width=2.4),
        Column("Démarrage", Kind.NUMBER),
        Column("Déploiement au plus tard", Kind.NUMBER, 1.3),
    )
    source = french.enumeration(list(dict.fromkeys(one.source for one in missions if one.core)))
    note = "En mois après la signature du contrat tripartite, qui dure cinq ans."
    caption = "Après la signature : calendrier des missions"
    told = printed(f"Source : {source}.")
    return Table("calendrier_type", caption, columns, tuple(rows), told, printed(note))


def _months(count: int | None) -> str:
    return "au choix" if count is None else printed(f"{count} mois")


def _initiators(draft: Draft) -> Form:
    given = draft.options.initiators
    fields = given or tuple((label, "") for label in _INITIATORS)
    return Form(tuple((printed(label), printed(words)) for label, words in fields))
