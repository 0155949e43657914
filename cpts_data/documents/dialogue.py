"""« Fiche dialogue de gestion »: one page, the contract, its indicators, what is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from cpts_data import french
from cpts_data.aci.calendar import ContractDates, deadlines
from cpts_data.aci.dialogue_sheet import DialogueSheet
from cpts_data.aci.entries import EntryError
from cpts_data.aci.scale import scale_of
from cpts_data.analysis.highlights import Tone, select
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Cell,
    Column,
    Form,
    Heading,
    Kind,
    Look,
    Paragraph,
    Section,
    Table,
    TableRow,
)
from cpts_data.indicators import INDICATORS
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.wording import printed
from cpts_data.reference.aci_tables import aci_tables
from cpts_data.territories import Level

_FEW = 3
_RECENT = dt.timedelta(days=366)


def sections(draft: Draft) -> tuple[Section, ...]:
    """One page: the contract, its indicators, what stands out, what is decided."""
    sheet = draft.options.sheet
    points = draft.bullets(select(draft.facts, Tone.ATTENTION, _FEW), "Points d’attention")
    strong = draft.bullets(select(draft.facts, Tone.STRENGTH, _FEW), "Forces")
    found = points.items or strong.items
    words = "Aucune force ni aucun point d'attention ne se détache dans les chiffres connus."
    nothing = Paragraph(printed(words), Look.NOTE)
    contract = _contract(draft) if sheet is None else _sheet_dates(sheet)
    indicators = _tracked(draft) if sheet is None else _sheet_tables(sheet)
    decided = Form(tuple((label, "") for label in ("Décisions", "Suites, avec qui et pour quand")))
    return (
        Section("contrat", "Le contrat", tuple(contract)),
        Section("indicateurs", "Indicateurs suivis", tuple(indicators)),
        Section("faits", "Ce qui se détache", (points, strong) if found else (nothing,)),
        Section("decisions", "Décisions de la réunion", (decided,)),
    )


def _contract(draft: Draft) -> list[Block]:
    """The deadlines of the contract, when its signature is dated."""
    signature = _signature(draft)
    if signature is None:
        words = (
            "La date de signature du contrat n'est pas dans la liste reçue : les échéances ne "
            "peuvent pas être calculées. La page « ACI » permet de la saisir."
        )
        return [Paragraph(printed(words), Look.NOTE)]
    try:
        found = deadlines(scale_of(aci_tables()).missions, ContractDates(signature))
    except EntryError:
        words = f"La date de signature reçue ({french.date(signature)}) n'est pas plausible."
        return [Paragraph(printed(words), Look.WARNING)]
    shown = [one for one in found if one.due >= draft.date - _RECENT] or list(found)
    rows = tuple(
        TableRow((Cell(printed(one.label)), Cell(printed(french.date(one.due))), Cell("")))
        for one in shown
    )
    columns = (
        Column("Échéance", width=3.0),
        Column("Au plus tard", width=1.4),
        Column("Fait le", width=1.0),
    )
    told = f"Contrat signé le {french.date(signature)}."
    if older := len(found) - len(shown):
        words = french.count_of(older, "échéance plus ancienne", "échéances plus anciennes")
        told += f" {words} de plus d'un an : non {'listées' if older > 1 else 'listée'}."
    source = french.enumeration(list(dict.fromkeys(one.source for one in found)))
    caption = "Échéances du contrat"
    table = Table("echeances", caption, columns, rows, printed(f"Source : {source}."))
    return [Paragraph(printed(told)), table]


def _signature(draft: Draft) -> dt.date | None:
    if draft.territory.level is not Level.CPTS:
        return None
    day = draft.diagnostic.cpts_list().loc[draft.territory.id, "date_signature"]
    return dt.date.fromisoformat(day) if isinstance(day, str) and day else None


def _tracked(draft: Draft) -> list[Block]:
    """The ACI indicators that the space knows; baseline, target and proof are left to complete."""
    table = aci_tables().indicateurs_suivi
    rows = []
    shown_ones = []
    for row in table.itertuples():
        name = str(row.indicateur)
        if name not in INDICATORS or not _is_read(draft, name):
            figure = Cell("à déclarer par la CPTS")
        else:
            shown = draft.teller.shown(name)
            figure = draft.teller.figure(shown)
            shown_ones.append(shown)
        rows.append(
            TableRow((Cell(printed(str(row.libelle))), Cell(""), Cell(""), figure, Cell("")))
        )
    columns = (
        Column("Indicateur", width=3.0),
        Column("Référence", Kind.NUMBER, 0.9),
        Column("Cible", Kind.NUMBER, 0.9),
        Column("Dernière valeur", Kind.NUMBER, 1.5),
        Column("Preuve, commentaire", width=1.5),
    )
    source = draft.teller.source(shown_ones)
    return [Table("indicateurs_suivis", "Indicateurs de l’accord", columns, tuple(rows), source)]


def _is_read(draft: Draft, name: str) -> bool:
    return any(name in view.indicators for view in VIEWS.values())


def _sheet_dates(sheet: DialogueSheet) -> list[Block]:
    blocks: list[Block] = [Paragraph(printed(sheet.period))]
    for title, lines in (("En retard", sheet.late), ("À venir", sheet.coming)):
        if lines:
            blocks += [Heading(title), *[Paragraph(printed(line)) for line in lines]]
    return blocks


def _sheet_tables(sheet: DialogueSheet) -> list[Block]:
    """The indicators of the year, mission by mission, and the money, as the follow-up has them."""
    rows: list[TableRow] = []
    sources: list[str] = []
    for mission in sheet.missions:
        told = " · ".join(one for one in (mission.targets, mission.fixed, mission.variable) if one)
        rows.append(TableRow((Cell(printed(mission.label), printed(told)),), heading=True))
        for one in mission.rows:
            sources.append(one.source)
            rows.append(
                TableRow(
                    tuple(
                        Cell(printed(text))
                        for text in (
                            one.label,
                            one.baseline,
                            one.target,
                            one.result,
                            f"{one.change} {one.denominator}".strip(),
                            one.verdict,
                            f"{one.proof} {one.comment}".strip(),
                        )
                    )
                )
            )
    titles = ("Indicateur", "Référence", "Cible", "Résultat", "Évolution", "Cible", "Preuve")
    widths = (2.4, 1.2, 1.2, 1.2, 1.8, 1.2, 1.6)
    columns = tuple(Column(a, width=b) for a, b in zip(titles, widths, strict=True))
    source = _joined(sources)
    note = " ".join(printed(one) for one in (sheet.variable_total, *sheet.notes) if one)
    return [Table("suivi", printed(sheet.title), columns, tuple(rows), source, note)]


def _joined(sources: Sequence[str]) -> str:
    known = list(dict.fromkeys(one for one in sources if one))
    return printed(f"Source : {' ; '.join(known)}.") if known else ""
