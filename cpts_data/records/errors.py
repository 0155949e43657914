"""Why a work could not be read or saved, in French; what was not saved is always in the error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpts_data import french
from cpts_data.records.model import Entry, Record, Revision

_SHOWN = 20


@dataclass(frozen=True)
class Flaw:
    """One thing wrong in what was handed in, with all that is needed to mend it (French texts)."""

    place: str
    found: str
    expected: str
    mend: str

    def __str__(self) -> str:
        return french.typography(
            f"{self.place} – trouvé : {self.found} ; attendu : {self.expected}. "
            f"Pour corriger : {self.mend}"
        )


class RecordsError(RuntimeError):
    """Something that saved works cannot do; the text is French.

    ``unsaved`` is the content that was handed in and did not reach the database, None when the
    call had none.
    """

    def __init__(self, message: str, *, unsaved: Mapping[str, Any] | None = None) -> None:
        self.unsaved = unsaved
        super().__init__(french.typography(message))


class InvalidWorkError(RecordsError):
    """What was handed in cannot be kept; ``flaws`` tells every reason."""

    def __init__(self, flaws: Sequence[Flaw], *, unsaved: Mapping[str, Any] | None = None) -> None:
        self.flaws = tuple(flaws)
        lines = [f"{french.count_of(len(self.flaws), 'anomalie')} :"]
        lines += [f"  - {flaw}" for flaw in self.flaws[:_SHOWN]]
        if len(self.flaws) > _SHOWN:
            lines.append(f"  … et {french.count_of(len(self.flaws) - _SHOWN, 'autre')}.")
        super().__init__("\n".join(lines), unsaved=unsaved)


class ConflictError(RecordsError):
    """Somebody changed the work meanwhile.

    ``theirs`` is the work as it stands, ``yours`` what was refused, ``draft`` the line of the
    history where it is kept (None when there was nothing to keep, as for a deletion).
    """

    def __init__(
        self, theirs: Record, yours: Mapping[str, Any] | None, draft: Revision | None
    ) -> None:
        self.theirs, self.yours, self.draft = theirs, yours, draft
        super().__init__(_conflict(theirs, draft), unsaved=yours)


class UnknownRecordError(RecordsError):
    """No work answers to this link."""

    def __init__(self, message: str = "", *, unsaved: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            message
            or "Aucun travail ne répond à ce lien. Il a peut-être été mal recopié, ou révoqué : "
            "demandez-le de nouveau à la personne qui vous l'a envoyé.",
            unsaved=unsaved,
        )


class ReadOnlyError(RecordsError):
    """A link to read was used to write."""

    def __init__(self, *, unsaved: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            "Ce lien permet de lire ce travail, pas de le modifier. Demandez le lien de "
            "modification à son auteur, ou enregistrez une copie.",
            unsaved=unsaved,
        )


class UnavailableError(RecordsError):
    """The database does not answer, or cannot be written."""


class FullDiskError(RecordsError):
    """There is no room left where works are kept."""


class AddressError(RecordsError):
    """The address of the database (``CPTS_BASE``) cannot be used."""


class NewerDatabaseError(RecordsError):
    """The database was written by a newer version of the product; it was not touched."""


def how_long_ago(then: dt.datetime, now: dt.datetime | None = None) -> str:
    """Say when in French, without a clock time that another time zone would belie."""
    now = dt.datetime.now(tz=dt.UTC) if now is None else now
    minutes = (now - then).total_seconds() / 60
    if minutes < 1:
        return "à l'instant"
    if minutes < 60:
        return f"il y a {int(minutes)}{french.NO_BREAK}min"
    if minutes < 24 * 60:
        return f"il y a {int(minutes / 60)}{french.NO_BREAK}h"
    return f"le {french.date(then.date())}"


def _conflict(theirs: Entry, draft: Revision | None) -> str:
    name = f"« {theirs.title} »" if theirs.title else "Ce travail"
    done = "supprimé" if theirs.deleted else "modifié"
    who = f" par {theirs.author}" if theirs.author else " dans une autre session"
    text = f"{name} a été {done}{who}, {how_long_ago(theirs.saved_at)}, depuis que vous l'avez lu."
    if draft is None:
        return f"{text} Rien n'a été changé : relisez-le, puis recommencez."
    return (
        f"{text} Votre texte n'est pas perdu : il est gardé comme brouillon dans l'historique. "
        "Comparez les deux, puis enregistrez celui qui convient."
    )
