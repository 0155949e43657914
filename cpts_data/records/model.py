"""What a saved work is: its kinds, what a screen is given of it, and limits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Content = dict[str, Any]

MAXIMUM_TITLE = 200
MAXIMUM_AUTHOR = 80
MAXIMUM_IDENTITY = 200
MAXIMUM_PLACE = 200  # the id of a space, the id of a territory
MAXIMUM_CONTENT = 2_000_000  # bytes of UTF-8 JSON
MAXIMUM_DEPTH = 100


class Kind(StrEnum):
    """The kinds of work; their values are stored and travel in export files: a promise."""

    TERRITORY = "territoire"
    SCENARIO = "scenario"
    COMMENT = "commentaire"
    FOLLOW_UP = "suivi"
    DIAGNOSIS = "diagnostic"
    CONTRACT = "contrat"
    NOTE = "note"


# Kinds that are told by their text alone; the others need a title to be found again.
UNTITLED = frozenset({Kind.COMMENT, Kind.FOLLOW_UP, Kind.NOTE})
# Longest single text inside a content, in characters, for the kinds that are one text.
MAXIMUM_TEXT = {Kind.COMMENT: 5_000, Kind.NOTE: 20_000}


class Action(StrEnum):
    """What made a revision; stored."""

    CREATION = "creation"
    SAVE = "enregistrement"
    DRAFT = "brouillon"
    RESTORATION = "restauration"
    DELETION = "suppression"
    RECOVERY = "retablissement"
    IMPORT = "import"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A work as lists show it: everything but its content.

    ``key`` is what to hand back to act on the work (its id where that is enough, else the link
    that was used); ``editable`` says whether ``key`` allows to change it. ``edit_token`` is empty
    unless it was just made, or is the link that was used: only its hash is stored. ``version``
    counts every change, deletion included. ``attached_to`` is the id of the work that this one
    belongs to (a comment of a diagnosis): whoever may read or edit that one may read or edit this
    one. Datetimes are aware, in UTC.
    """

    id: str
    kind: Kind
    space: str
    territory: str
    attached_to: str
    title: str
    author: str
    version: int
    created_at: dt.datetime
    saved_at: dt.datetime
    deleted: bool
    editable: bool
    key: str
    read_token: str
    edit_token: str = ""


@dataclass(frozen=True, kw_only=True)
class Record(Entry):
    """A work with its content, as it stands now."""

    content: Content


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One line of the history of a work.

    ``version`` is 0 for a draft: a content refused because somebody else had saved first, kept
    beside the versions; ``based_on`` is the version that its author had in front of them.
    ``size`` is that of the content in bytes; ``content`` is None in a list of revisions.
    """

    number: int
    version: int
    based_on: int
    action: Action
    title: str
    author: str
    saved_at: dt.datetime
    size: int
    content: Content | None = None

    @property
    def is_draft(self) -> bool:
        """Whether this was never the work itself, but is kept beside it."""
        return self.action is Action.DRAFT
