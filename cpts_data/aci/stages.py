"""The stages of a CPTS, what is expected at each, and what comes next (DOMAIN §1.4)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.aci.calendar import FIRST_AGREEMENT
from cpts_data.aci.entries import EntryError, EntryFault, EntryFaults
from cpts_data.reference.aci_tables import AciTables

UNKNOWN = "sans_statut"
# The law of 26 January 2016 made the CPTS.
FIRST_DAY = dt.date(2016, 1, 26)
_FIRST_DAYS = {"aci_signe": (FIRST_AGREEMENT, "signature du premier accord")}
MEANING_SOURCE = "CPAM de Seine-Saint-Denis et ARS Île-de-France, présentation de l'ACI, 2019"


@dataclass(frozen=True)
class Content:
    """One thing that a document must hold, and where that was read."""

    text: str
    standing: Standing
    source: str


@dataclass(frozen=True)
class Document:
    """A document expected at a stage, with its contents in order."""

    name: str
    contents: tuple[Content, ...]

    @property
    def standing(self) -> Standing:
        """The worst of its contents."""
        return max((one.standing for one in self.contents), key=lambda told: told.rank)


@dataclass(frozen=True)
class Stage:
    """One stage: rank, code, label of the map, meaning, the event that dates it, documents."""

    rank: int
    code: str
    label: str
    meaning: str
    dated_event: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Progress:
    """Where a CPTS stands: its stage (None when not told), since when, what comes next.

    ``expected`` are the documents of the next stage that are not ready. ``remarks`` are French
    sentences on dates that are not known.
    """

    stage: Stage | None
    since: dt.date | None
    following: Stage | None
    expected: tuple[Document, ...]
    remarks: tuple[str, ...]

    @property
    def words(self) -> str:
        """Where the CPTS stands and what comes next, in one or two sentences."""
        if self.stage is None:
            return french.typography("Le stade de cette CPTS n'est pas renseigné.")
        since = f" depuis le {french.date(self.since)}" if self.since else ""
        told = f"{self.stage.label}{since}."
        if self.following is None:
            return french.typography(f"{told} Dernière étape : le calendrier du contrat commence.")
        names = french.enumeration([_within(document.name) for document in self.expected])
        told += f" Étape suivante : {_within(self.following.label)}"
        return french.typography(f"{told} ; à préparer : {names}." if names else f"{told}.")


def _within(name: str) -> str:
    """A name as it stands within a sentence: « projet de santé », but « ACI signé »."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def stages_of(tables: AciTables) -> tuple[Stage, ...]:
    """The stages in order, with the documents expected at each."""
    found = []
    ordered = tables.etapes.sort_values(["ordre", "rang"], kind="stable")
    for code, rows in ordered.groupby("code", sort=False):
        first = rows.iloc[0]
        documents = tuple(
            Document(
                str(name),
                tuple(
                    Content(str(row.contenu), Standing(row.statut), str(row.source))
                    for row in some.itertuples()
                ),
            )
            for name, some in rows.groupby("document", sort=False)
        )
        found.append(
            Stage(
                int(first["ordre"]),
                str(code),
                str(first["libelle"]),
                str(first["sens"]),
                str(first["evenement_date"]),
                documents,
            )
        )
    return tuple(found)


def next_stage(stages: Sequence[Stage], code: str) -> Stage | None:
    """The stage that follows; the first one when the stage is not told, None after the last."""
    if code == UNKNOWN:
        return stages[0]
    later = [stage for stage in stages if stage.rank > _stage(stages, code).rank]
    return later[0] if later else None


def check_dates(
    stages: Sequence[Stage], dates: Mapping[str, dt.date | None], today: dt.date
) -> tuple[EntryFault, ...]:
    """Every fault of the dates at which stages were reached, none when they are sound.

    Stages follow each other: a later one is not dated before an earlier one. No date lies in the
    future, before the law that made the CPTS, or for the ACI before the agreement of 2019.
    """
    faults = EntryFaults()
    known = {stage.code: stage for stage in stages}
    for code in dates:
        if code not in known:
            faults.add(
                "Étape",
                f"« {code[:60]} »",
                f"une étape parmi {french.enumeration([*known], 'ou')}",
                "corrigez le nom de l'étape.",
            )
    dated = [(stage, day) for stage in stages if (day := dates.get(stage.code)) is not None]
    for stage, day in dated:
        first, why = _FIRST_DAYS.get(stage.code, (FIRST_DAY, "loi qui a créé les CPTS"))
        if not first <= day <= today:
            faults.add(
                f"Date de l'étape « {stage.label} »",
                french.date(day),
                f"une date entre le {french.date(first)} ({why}) et aujourd'hui, le "
                f"{french.date(today)}",
                "corrigez la date : elle dit un événement passé.",
            )
    for (before, earlier), (after, later) in itertools.pairwise(dated):
        if later < earlier:
            faults.add(
                f"Date de l'étape « {after.label} »",
                f"le {french.date(later)}, avant « {before.label} » (le {french.date(earlier)})",
                "des étapes dans l'ordre",
                "corrigez l'une des deux dates.",
            )
    return tuple(faults.found)


def progress(
    stages: Sequence[Stage],
    code: str,
    dates: Mapping[str, dt.date | None],
    today: dt.date,
    ready: Collection[str] = (),
) -> Progress:
    """Where a CPTS stands and what it must prepare.

    ``code`` is its stage (or ``sans_statut``), ``dates`` the days at which stages were reached,
    ``ready`` the names of the documents that are ready. Raises
    :class:`~cpts_data.aci.entries.EntryError` with every fault of the dates; a stage that is dated
    although the CPTS has not reached it is one of them.
    """
    faults = list(check_dates(stages, dates, today))
    current = None if code == UNKNOWN else _stage(stages, code)
    reached = current.rank if current else 0
    for stage in stages:
        if current is not None and stage.rank > reached and dates.get(stage.code) is not None:
            faults.append(
                EntryFault(
                    f"Date de l'étape « {stage.label} »",
                    french.date(dates[stage.code]),
                    f"aucune date : la CPTS en est à « {current.label} »",
                    "retirez cette date, ou corrigez le stade.",
                )
            )
    if faults:
        raise EntryError(faults)
    following = next_stage(stages, code)
    expected = tuple(
        document
        for document in (following.documents if following else ())
        if document.name not in ready
    )
    remarks = tuple(
        french.typography(f"Date non connue : {stage.dated_event} (« {stage.label} »).")
        for stage in stages
        if stage.rank <= reached and dates.get(stage.code) is None
    )
    since = dates.get(current.code) if current else None
    return Progress(current, since, following, expected, remarks)


def checklist(stages: Sequence[Stage], ready: Collection[str] = ()) -> pd.DataFrame:
    """Everything that documents must hold, one row each.

    Columns: ``rank, stage, label, document, content, standing, source, ready``.
    """
    rows = [
        (
            stage.rank,
            stage.code,
            stage.label,
            document.name,
            content.text,
            content.standing.value,
            content.source,
            document.name in ready,
        )
        for stage in stages
        for document in stage.documents
        for content in document.contents
    ]
    columns = ["rank", "stage", "label", "document", "content", "standing", "source", "ready"]
    return pd.DataFrame(rows, columns=columns)


def _stage(stages: Sequence[Stage], code: str) -> Stage:
    for stage in stages:
        if stage.code == code:
            return stage
    known = french.enumeration([*(stage.code for stage in stages), UNKNOWN], "ou")
    fault = EntryFault("Stade", f"« {code[:60]} »", f"{known}", "corrigez le stade.")
    raise EntryError([fault])
