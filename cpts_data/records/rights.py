"""Who may do what: a link is the right, no account is needed.

A token has 24 random bytes. The link to edit is known by its hash alone, so that a copy of the
database (a backup, a thief) gives nobody the right to write. In an embedded installation the person
at the machine needs none: the id of a work is enough, and a new link to edit can be made at will;
this is why nothing has to be kept in clear there either. In a shared one an id is enough for the
identity that made the work, as the proxy tells it; anybody else needs a link.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from cpts_data.records.checking import one_line
from cpts_data.records.errors import UnknownRecordError
from cpts_data.records.model import MAXIMUM_IDENTITY
from cpts_data.records.schema import LINK, RECORD

HEADER_VARIABLE = "CPTS_ENTETE_IDENTITE"
MAXIMUM_LINKS = 500
_READ, _EDIT = "l", "m"  # « lire », « modifier »
_TOKEN_LENGTH = 33
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}(?:\.[0-9a-f]{32})?")


@dataclass(frozen=True)
class Person:
    """Whoever asks: ``at_home`` in an embedded installation; an identity, or none."""

    identity: str
    at_home: bool


@dataclass(frozen=True)
class Access:
    """What a key opens: a work, to edit or only to read."""

    record_id: str
    editable: bool
    key: str
    edit_token: str = ""


def identity_from(headers: Mapping[str, str]) -> str:
    """The identity that a proxy tells in the header named by ``CPTS_ENTETE_IDENTITE``, or empty.

    Only for an installation that is reached through that proxy alone: anybody else could write the
    header.
    """
    name = os.environ.get(HEADER_VARIABLE, "").strip().lower()
    if not name:
        return ""
    found = [value for header, value in headers.items() if header.lower() == name]
    identity = one_line(found[0]) if len(found) == 1 else ""
    # Cut short, two identities could become one.
    return identity if len(identity) <= MAXIMUM_IDENTITY else ""


def new_id() -> str:
    """An id for a work, unique over all installations."""
    return uuid.uuid4().hex


def new_read_token() -> str:
    """A token for a link to read."""
    return _READ + secrets.token_urlsafe(24)


def new_edit_token() -> str:
    """A token for a link to edit."""
    return _EDIT + secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    """What is kept of a link to edit. A plain hash is enough for 192 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def access(connection: sa.Connection, key: str, person: Person) -> Access:
    """What a key opens to a person; :class:`UnknownRecordError` when that is nothing."""
    if not _KEY.fullmatch(key):
        raise UnknownRecordError
    first, _, attached = key.partition(".")
    found = _direct(connection, first, person)
    if not attached:
        return found
    wanted = sa.select(RECORD.c.id).where(
        RECORD.c.id == attached, RECORD.c.attached_to == found.record_id
    )
    if connection.execute(wanted).first() is None:
        raise UnknownRecordError
    return Access(attached, found.editable, key)


def opened_by(connection: sa.Connection, links: Iterable[str]) -> dict[str, Access]:
    """What the links that a session has opened give, by id; dead ones are left out."""
    edits = {hash_of(link): link for link in _tokens(links, _EDIT)}
    reads = _tokens(links, _READ)
    found: dict[str, Access] = {}
    if reads:
        read = sa.select(RECORD.c.id, RECORD.c.read_token).where(RECORD.c.read_token.in_(reads))
        for record_id, token in connection.execute(read):
            found[record_id] = Access(record_id, False, token)
    if edits:
        edit = sa.select(LINK.c.record_id, LINK.c.token_hash).where(LINK.c.token_hash.in_(edits))
        for record_id, digest in connection.execute(edit):
            found[record_id] = Access(record_id, True, edits[digest], edits[digest])
    return found


def made_by(record_id: str, token: str, person: Person) -> Access:
    """The access of whoever has just made a work: its id where that is enough, else its link."""
    by_id = person.at_home or bool(person.identity)
    return Access(record_id, True, record_id if by_id else token, token)


def below(access_to: Access, record_id: str) -> Access:
    """The access to a work attached to the one that an access opens."""
    by_link = access_to.key != access_to.record_id
    key = f"{access_to.key}.{record_id}" if by_link else record_id
    return Access(record_id, access_to.editable, key)


def _direct(connection: sa.Connection, key: str, person: Person) -> Access:
    if _is_token(key, _EDIT):
        wanted = sa.select(LINK.c.record_id).where(LINK.c.token_hash == hash_of(key))
        record_id = connection.execute(wanted).scalar()
        if record_id:
            return Access(record_id, True, key, key)
    elif _is_token(key, _READ):
        wanted = sa.select(RECORD.c.id).where(RECORD.c.read_token == key)
        record_id = connection.execute(wanted).scalar()
        if record_id:
            return Access(record_id, False, key)
    else:
        parent = RECORD.alias()
        owners = connection.execute(
            sa.select(RECORD.c.owner, parent.c.owner)
            .outerjoin(parent, parent.c.id == RECORD.c.attached_to)
            .where(RECORD.c.id == key)
        ).first()
        if owners and (person.at_home or (person.identity and person.identity in tuple(owners))):
            return Access(key, True, key)
    raise UnknownRecordError


def _is_token(text: str, letter: str) -> bool:
    return len(text) == _TOKEN_LENGTH and text.startswith(letter)


def _tokens(links: Iterable[str], letter: str) -> list[str]:
    kept = [link for link in links if _is_token(link, letter) and _KEY.fullmatch(link)]
    return list(dict.fromkeys(kept))[:MAXIMUM_LINKS]
