"""What a database answers when it cannot, told in French to someone who is no programmer."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from cpts_data.records.errors import FullDiskError, RecordsError, UnavailableError

_RETRY = "Réessayez dans un instant ; si cela dure, prévenez la personne qui gère l'installation."
_KEPT = "Ce que vous avez écrit n'est pas perdu : gardez cette page ouverte."
_FULL_DISK_STATE = "53100"
_NO_RIGHT_STATE = "42501"
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_REFUSED_WRITES = (
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_DIR_FSYNC",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_SHMSIZE",
    "SQLITE_IOERR_SHMOPEN",
)
_LOCK_STATES = ("55P03", "57014", "40001", "40P01")
_SQLITE_REASONS = (
    (
        ("SQLITE_READONLY",),
        "n'est accessible qu'en lecture. Rendez le fichier et son dossier modifiables, ou "
        "choisissez un autre dossier par CPTS_DOSSIER",
    ),
    (
        ("SQLITE_CANTOPEN",),
        "est introuvable ou ne peut pas être ouvert. Remettez le fichier à sa place, ou relancez "
        "l'application pour repartir d'une base neuve",
    ),
    (
        ("SQLITE_NOTADB", "SQLITE_CORRUPT"),
        "n'est pas une base lisible : le fichier a été abîmé ou remplacé. N'y touchez plus, et "
        "remettez à sa place la dernière copie de sauvegarde",
    ),
    (
        ("SQLITE_PERM", "SQLITE_AUTH"),
        "vous est interdit. Demandez le droit d'écrire dans ce dossier, ou choisissez-en un autre "
        "par CPTS_DOSSIER",
    ),
)


@contextmanager
def told_in_french(place: str, unsaved: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Turn the errors of the database and of the disk into ours, with what was not saved."""
    try:
        yield
    except RecordsError as error:
        if error.unsaved is None:
            error.unsaved = unsaved
        raise
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
        raise _explained(error, place, unsaved) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(place, unsaved) from error
        reason = error.strerror or type(error).__name__
        text = (
            f"Le dossier des travaux ({place}) ne peut pas être utilisé ({reason}). Choisissez-en "
            "un autre par CPTS_DOSSIER."
        )
        raise UnavailableError(_told(text, unsaved), unsaved=unsaved) from error


def _explained(
    error: sa.exc.SQLAlchemyError | sqlite3.Error, place: str, unsaved: Mapping[str, Any] | None
) -> RecordsError:
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or ""
    name = getattr(cause, "sqlite_errorname", None) or ""
    if state == _FULL_DISK_STATE or name == "SQLITE_FULL":
        return _full(place, unsaved)
    if name.startswith(_REFUSED_WRITES):
        return FullDiskError(
            _told(
                f"Le disque refuse l'écriture ({place}) : il est plein, limité ou défaillant.",
                unsaved,
            ),
            unsaved=unsaved,
        )
    reason = _reason(error, state, name) or (
        f"a refusé l'opération ({state or name or type(cause).__name__})"
    )
    return UnavailableError(
        _told(f"La base des travaux ({place}) {reason}.", unsaved), unsaved=unsaved
    )


def _reason(error: Exception, state: str, name: str) -> str:
    if state in _LOCK_STATES or name.startswith(_BUSY):
        return "est occupée par une autre session"
    if state == _NO_RIGHT_STATE:
        return (
            "refuse à son compte le droit d'y écrire : accordez-lui CREATE sur le schéma et "
            "l'écriture sur les tables « cpts_… »"
        )
    for names, reason in _SQLITE_REASONS:
        if name.startswith(names):
            return reason
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        return "ne répond pas : elle est arrêtée, injoignable, ou refuse le compte"
    return ""


def _full(place: str, unsaved: Mapping[str, Any] | None) -> FullDiskError:
    text = (
        f"Il n'y a plus de place sur le disque de la base des travaux ({place}). Ce qui était "
        "enregistré est intact. Libérez de la place, ou prévenez la personne qui gère "
        "l'installation, puis enregistrez de nouveau."
    )
    return FullDiskError(text if unsaved is None else f"{text} {_KEPT}", unsaved=unsaved)


def _told(text: str, unsaved: Mapping[str, Any] | None) -> str:
    return f"{text} {_RETRY}" if unsaved is None else f"{text} {_KEPT} {_RETRY}"
