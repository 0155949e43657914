"""The file by which works are carried from one installation to another: JSON, versioned, checked.

::

    {"format": "cpts-travaux", "version": 1, "exporte_le": "2026-11-22T09:30:00+00:00",
     "nombre": 1, "travaux": [{"id": …, "nature": "scenario", "espace": …, "territoire": …,
       "rattache_a": "", "cree_le": …, "empreinte": sha256 of the rest of this entry,
       "versions": [{"titre": …, "contenu": {…}, "action": …, "auteur": …, "enregistre_le": …}]}]}

Each work carries its own fingerprint, so that one damaged entry does not lose the others. Nothing
of a file is believed: kinds, lengths, depths, dates and contents are checked as what people type.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from cpts_data import french
from cpts_data.records.checking import content_flaws, digest_of, line_flaws, mark_of, one_line
from cpts_data.records.errors import Flaw, InvalidWorkError
from cpts_data.records.model import MAXIMUM_TITLE, Action, Content, Kind
from cpts_data.records.rights import new_id

FORMAT = "cpts-travaux"
FORMAT_VERSION = 1
MAXIMUM_FILE = 64_000_000
MAXIMUM_WORKS = 5_000
MAXIMUM_VERSIONS = 10_000
_ID = re.compile(r"[0-9a-f]{32}")
_Choice = TypeVar("_Choice", bound=StrEnum)
_REMAKE = "refaites l'export depuis l'installation d'origine."


@dataclass(frozen=True)
class PortableVersion:
    """One version of a work in a file."""

    title: str
    content: Content
    action: Action
    author: str
    saved_at: dt.datetime


@dataclass(frozen=True)
class PortableWork:
    """One work in a file; ``versions`` oldest first, the last is the present one."""

    id: str
    kind: Kind
    space: str
    territory: str
    attached_to: str
    created_at: dt.datetime
    versions: tuple[PortableVersion, ...]

    @property
    def title(self) -> str:
        """The present title."""
        return self.versions[-1].title

    @property
    def digest(self) -> str:
        """The fingerprint of what it says now."""
        return digest_of(self.versions[-1].title, self.versions[-1].content)

    @property
    def marks(self) -> list[str]:
        """What tells each version from any other, wherever it travelled."""
        return [
            mark_of(digest_of(version.title, version.content), version.saved_at)
            for version in self.versions
        ]


@dataclass(frozen=True)
class RefusedWork:
    """A work of a file that was not taken in, and every reason."""

    title: str
    flaws: tuple[Flaw, ...]


class _RefusedEntryError(Exception):
    def __init__(self, flaws: Sequence[Flaw]) -> None:
        self.flaws = tuple(flaws)


def file_of_one(
    kind: Kind, *, space: str, title: str, content: Content, territory: str = "", author: str = ""
) -> bytes:
    """The file of one work that no database holds yet: a way out when there is none to save it.

    Importing it makes the work. Raises :class:`InvalidWorkError` when it is too large.
    """
    now = dt.datetime.now(tz=dt.UTC)
    version = PortableVersion(one_line(title), content, Action.CREATION, one_line(author), now)
    work = PortableWork(new_id(), kind, one_line(space), one_line(territory), "", now, (version,))
    return written_file([work])


def written_file(works: Sequence[PortableWork]) -> bytes:
    """Works as the bytes of a file that :func:`read_file` takes back.

    When it would be larger than what is taken back, earlier versions stay behind;
    :class:`InvalidWorkError` when even the present ones are too large together.
    """
    alone = [replace(work, versions=work.versions[-1:]) for work in works]
    for carried in (works, alone):
        file = _file(carried)
        if len(file) <= MAXIMUM_FILE and len(works) <= MAXIMUM_WORKS:
            return file
    number = french.count_of(len(works), "travail", "travaux")
    found = f"{number}, {french.size_in_bytes(len(file))}"
    raise InvalidWorkError([_too_large(found, "exportez ces travaux en plusieurs fichiers.")])


def _file(works: Sequence[PortableWork]) -> bytes:
    document = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "exporte_le": dt.datetime.now(tz=dt.UTC).isoformat(),
        "nombre": len(works),
        "travaux": [_written(work) for work in works],
    }
    # ASCII: a surrogate alone, or a program that reads it in another encoding, breaks nothing.
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode("ascii")


def read_file(file: bytes) -> tuple[list[PortableWork], list[RefusedWork]]:
    """The works of a file, and those that cannot be taken in, with every reason.

    :class:`InvalidWorkError` when the whole is not a file of works that this version reads.
    """
    document = _document(file)
    given = document.get("travaux")
    if not isinstance(given, list):
        _refuse_all("aucune liste de travaux", "une liste « travaux »", _REMAKE)
    if len(given) > MAXIMUM_WORKS:
        found = french.count_of(len(given), "travail", "travaux")
        raise InvalidWorkError([_too_large(found, "importez-les en plusieurs fichiers.")])
    works: dict[str, PortableWork] = {}
    refused: list[RefusedWork] = []
    for number, entry in enumerate(given, start=1):
        place = f"travail n° {number}"
        try:
            work = _work(place, entry)
            if work.id in works:
                flaw = Flaw(place, "un travail déjà lu dans ce fichier", "un seul", _REMAKE)
                raise _RefusedEntryError([flaw])
            works[work.id] = work
        except _RefusedEntryError as error:
            refused.append(RefusedWork(_title_for_screen(entry), error.flaws))
    told = document.get("nombre")
    if isinstance(told, int) and told > len(given):
        missing = french.count_of(told - len(given), "travail manque", "travaux manquent")
        expected = french.count_of(told, "travail", "travaux")
        refused.append(RefusedWork("", (Flaw("fichier", missing, expected, _REMAKE),)))
    return list(works.values()), refused


def _document(file: bytes) -> dict[str, Any]:
    if len(file) > MAXIMUM_FILE:
        found = french.size_in_bytes(len(file))
        raise InvalidWorkError([_too_large(found, "importez-le en plusieurs fichiers.")])
    try:
        document = json.loads(file, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _refuse_all(
            "un contenu qui n'est pas du JSON entier",
            "un fichier de travaux exporté par ce logiciel",
            "le fichier a pu être coupé ou modifié : " + _REMAKE,
        )
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        _refuse_all(
            "un autre fichier",
            "un fichier de travaux exporté par ce logiciel",
            "choisissez le fichier donné par « Exporter mes travaux ».",
        )
    version = document.get("version")
    if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
        _refuse_all(
            "un format plus récent, ou inconnu",
            f"le format {FORMAT_VERSION}",
            "mettez le logiciel à jour avant d'importer.",
        )
    return document


def _written(work: PortableWork) -> dict[str, Any]:
    entry = {
        "id": work.id,
        "nature": work.kind.value,
        "espace": work.space,
        "territoire": work.territory,
        "rattache_a": work.attached_to,
        "cree_le": work.created_at.isoformat(),
        "versions": [
            {
                "titre": version.title,
                "contenu": version.content,
                "action": version.action.value,
                "auteur": version.author,
                "enregistre_le": version.saved_at.isoformat(),
            }
            for version in work.versions
        ],
    }
    return {**entry, "empreinte": _fingerprint(entry)}


def _fingerprint(entry: dict[str, Any]) -> str:
    rest = {key: value for key, value in entry.items() if key != "empreinte"}
    text = json.dumps(rest, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _work(place: str, entry: object) -> PortableWork:
    if not isinstance(entry, dict):
        raise _RefusedEntryError([Flaw(place, "autre chose qu'un travail", "un objet", _REMAKE)])
    if not _is_intact(entry):
        flaw = Flaw(
            place,
            "une empreinte qui ne correspond pas au contenu",
            "un travail tel qu'il a été exporté",
            "il a été modifié ou abîmé depuis : " + _REMAKE,
        )
        raise _RefusedEntryError([flaw])
    flaws: list[Flaw] = []
    kind = _choice(Kind, entry.get("nature"), f"{place}, nature", flaws)
    texts = {name: _text(entry, name, place, flaws) for name in ("id", "espace", "territoire")}
    parent = _text(entry, "rattache_a", place, flaws)
    if not _ID.fullmatch(texts["id"]) or (parent and not _ID.fullmatch(parent)):
        flaws.append(
            Flaw(f"{place}, identifiant", "une autre forme", "32 chiffres hexadécimaux", _REMAKE)
        )
    created = _moment(entry.get("cree_le"), f"{place}, date de création", flaws)
    given = entry.get("versions")
    if not isinstance(given, list) or not 1 <= len(given) <= MAXIMUM_VERSIONS:
        limit = f"entre 1 et {french.number(MAXIMUM_VERSIONS)} versions"
        flaws.append(Flaw(f"{place}, versions", "aucune, ou trop", limit, _REMAKE))
        given = []
    versions = [
        _version(f"{place}, version {number}", version, kind or Kind.NOTE, texts, flaws)
        for number, version in enumerate(given, start=1)
    ]
    if flaws or kind is None or created is None:
        raise _RefusedEntryError(flaws)
    kept = tuple(version for version in versions if version is not None)
    return PortableWork(
        texts["id"], kind, texts["espace"], texts["territoire"], parent, created, kept
    )


def _version(
    place: str, given: object, kind: Kind, texts: dict[str, str], flaws: list[Flaw]
) -> PortableVersion | None:
    if not isinstance(given, dict):
        flaws.append(Flaw(place, "autre chose qu'une version", "un objet", _REMAKE))
        return None
    title = _text(given, "titre", place, flaws)
    author = _text(given, "auteur", place, flaws)
    action = _choice(Action, given.get("action"), f"{place}, action", flaws)
    moment = _moment(given.get("enregistre_le"), f"{place}, date", flaws)
    content = given.get("contenu")
    lines = line_flaws(
        kind, title=title, author=author, space=texts["espace"], territory=texts["territoire"]
    )
    wrong = [*lines, *content_flaws(kind, content)]
    flaws += [
        Flaw(f"{place}, {flaw.place}", flaw.found, flaw.expected, flaw.mend) for flaw in wrong
    ]
    if wrong or action is None or moment is None or not isinstance(content, dict):
        return None
    return PortableVersion(title, content, action, author, moment)


def _is_intact(entry: dict[str, Any]) -> bool:
    try:
        return entry.get("empreinte") == _fingerprint(entry)
    except (ValueError, RecursionError):
        return False


def _text(entry: dict[str, Any], name: str, place: str, flaws: list[Flaw]) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        flaws.append(Flaw(f"{place}, {name}", "autre chose qu'un texte", "un texte", _REMAKE))
        return ""
    return one_line(value)


def _choice(choices: type[_Choice], value: object, place: str, flaws: list[Flaw]) -> _Choice | None:
    if isinstance(value, str) and value in {choice.value for choice in choices}:
        return choices(value)
    known = french.enumeration([choice.value for choice in choices], "ou")
    flaws.append(Flaw(place, "une valeur inconnue", known, _REMAKE))
    return None


def _moment(value: object, place: str, flaws: list[Flaw]) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    flaws.append(Flaw(place, "une date illisible", "une date ISO avec son fuseau", _REMAKE))
    return None


def _title_for_screen(entry: object) -> str:
    try:
        title = entry["versions"][-1]["titre"]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return ""
    return one_line(title)[:MAXIMUM_TITLE] if isinstance(title, str) else ""


def _too_large(found: str, mend: str) -> Flaw:
    limit = (
        f"au plus {french.number(MAXIMUM_WORKS)} travaux et {french.size_in_bytes(MAXIMUM_FILE)}"
    )
    return Flaw("fichier", found, limit, mend)


def _refuse_all(found: str, expected: str, mend: str) -> NoReturn:
    raise InvalidWorkError([Flaw("fichier", found, expected, mend)])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON
