"""Official files brought from their publishers' addresses into a space.

Only addresses of the catalogue of sources are fetched. A file arrives beside the space, is checked,
then enters by :func:`cpts_data.space.receiving.add_files`, all or nothing; what was cut is resumed
at the next call. One file that fails stops no other.
"""

from __future__ import annotations

import itertools
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import httpx

from cpts_data import french
from cpts_data.contracts import Address, ContractError, describe
from cpts_data.download import reasons
from cpts_data.download.area import Area, DownloadRefusedError, Wanted, wanted_files
from cpts_data.download.report import (
    DownloadReceipt,
    Errand,
    Result,
    command_to_add,
    errands,
    is_offline,
    report,
    summary,
)
from cpts_data.download.transfer import Fetched, Patience, TransferError, fetch, open_client
from cpts_data.download.workshop import Workshop, open_workshop
from cpts_data.received import reason_of
from cpts_data.space import DESCRIPTION
from cpts_data.space.receiving import Receipt, add_files

__all__ = [
    "Advance",
    "Area",
    "DownloadReceipt",
    "DownloadRefusedError",
    "Errand",
    "Patience",
    "Result",
    "Stage",
    "Wanted",
    "command_to_add",
    "download",
    "errands",
    "is_offline",
    "report",
    "summary",
    "wanted_files",
]

_FRANCE = Area.france()
_PATIENCE = Patience()
# Two sites that cannot be spoken to, and none that can: the machine is offline.
_ENOUGH_SILENCE = 2


class Stage(StrEnum):
    """What is being done with a file."""

    RECEIVING = "téléchargement"
    WAITING = "attente avant un nouvel essai"
    CHECKING = "contrôle et ajout à l'espace"


@dataclass(frozen=True)
class Advance:
    """How far a download is: the file, its number among those fetched, bytes received, announced.

    ``seconds_left`` is the time left for this file, or until the next try; None when not known.
    """

    stage: Stage
    title: str
    file: str
    number: int
    count: int
    received: int = 0
    size: int | None = None
    seconds_left: float | None = None

    @property
    def words(self) -> str:
        """The advance in French, without its title: « 1,2 Mo sur 3,4 Mo, encore 5 s »."""
        if self.stage is Stage.CHECKING:
            return str(self.stage)
        told = french.size_in_bytes(self.received)
        if self.size is not None:
            told += f" sur {french.size_in_bytes(self.size)}"
        if self.stage is Stage.WAITING:
            return f"{told}, nouvel essai dans {_duration(self.seconds_left or 0)}"
        left = "" if self.seconds_left is None else f", encore {_duration(self.seconds_left)}"
        return told + left


Progress = Callable[[Advance], None]


def download(
    space: Path,
    sources: Sequence[str] | None = None,
    area: Area = _FRANCE,
    *,
    addresses: Mapping[str, Sequence[Address]] | None = None,
    patience: Patience = _PATIENCE,
    progress: Progress | None = None,
) -> list[DownloadReceipt]:
    """Bring official files into a space; one receipt per file, in the order of the catalogue.

    ``sources`` are ids (all sources that tell an address when None); of a source published by
    département or région, only the files of ``area`` are brought. ``addresses`` stands in for the
    catalogue's. ``progress`` is called several times a second; what it raises stops the download,
    which the same call resumes.

    :class:`DownloadRefusedError` (French text) when a source is unknown, the space is fictitious,
    another download holds it, or the proxy settings cannot be used; ``OSError`` when the space
    cannot be written.
    """
    wanted = wanted_files(sources, area, addresses)
    if all(item.address.by_hand for item in wanted):
        return [_by_hand(item) for item in wanted]
    _refuse_fictitious(space)
    with open_workshop(space) as workshop, open_client(patience) as client:
        visit = _Visit(workshop, client, patience, progress)
        count, numbers = sum(not item.address.by_hand for item in wanted), itertools.count(1)
        return [
            _by_hand(item) if item.address.by_hand else visit.bring(item, next(numbers), count)
            for item in wanted
        ]


@dataclass
class _Visit:
    """One download under way: which sites are silent, and what is told of the advance."""

    workshop: Workshop
    client: httpx.Client
    patience: Patience
    progress: Progress | None
    silent: dict[str, str] = field(default_factory=dict)
    heard: bool = False

    def bring(self, item: Wanted, number: int, count: int) -> DownloadReceipt:
        """Bring one file by the first of its addresses that gives it."""
        receipt = _receipt(item)
        step = Advance(Stage.RECEIVING, receipt.title, item.address.file, number, count)
        told: list[str] = []
        unreachable = True
        for url in (item.address.url, *item.address.otherwise):
            try:
                return self._add(receipt, url, self._fetch(item, url, step), step)
            except TransferError as error:
                told.append(str(error))
                unreachable &= error.unreachable
            except ContractError as error:
                told.append(describe(error.faults))
                unreachable = False
            except OSError as error:
                told.append(f"écriture impossible : {reason_of(error)}")
                unreachable = False
        reason = " ; ".join(dict.fromkeys(told))
        return replace(receipt, reason=reason, unreachable=unreachable)

    def _fetch(self, item: Wanted, url: str, step: Advance) -> Fetched:
        try:
            host = httpx.URL(url).host
        except httpx.InvalidURL as error:
            raise TransferError(reasons.of_error(error)) from error
        if host in self.silent:
            raise TransferError(self.silent[host], unreachable=True)
        if not self.heard and len(self.silent) >= _ENOUGH_SILENCE:
            raise TransferError(reasons.OFFLINE, unreachable=True)
        known = self.workshop.known(item.source.id, url)
        part = self.workshop.part(url, item.address.file)
        try:
            fetched = fetch(
                self.client, url, part, self.patience, self._watch(step, part.size), known
            )
        except TransferError as error:
            if error.unreachable:
                self.silent[host] = str(error)
            else:
                self.heard = True
            if not part.size:
                self.workshop.forget(url)
            raise
        self.heard = True
        return fetched

    def _watch(self, step: Advance, held: int) -> Callable[[int, int | None, float | None], None]:
        """Tell the advance of one file, with the time left at the rate since its beginning."""
        begun = time.monotonic()

        def watch(received: int, size: int | None, pause: float | None) -> None:
            if self.progress is None:
                return
            if pause is not None:
                told = replace(step, stage=Stage.WAITING, seconds_left=pause)
            else:
                elapsed, gained = time.monotonic() - begun, received - held
                left = None
                if size is not None and gained > 0 and elapsed >= 1:
                    left = (size - received) * elapsed / gained
                told = replace(step, seconds_left=left)
            self.progress(replace(told, received=received, size=size))

        return watch

    def _add(
        self, receipt: DownloadReceipt, url: str, fetched: Fetched, step: Advance
    ) -> DownloadReceipt:
        """Let what arrived into the space, by the door that checks it."""
        if not fetched.changed:
            self.workshop.forget(url)
            return replace(receipt, result=Result.UNCHANGED)
        if self.progress is not None:
            size = fetched.size
            self.progress(replace(step, stage=Stage.CHECKING, received=size, size=size))
        receipts = tuple(add_files(self.workshop.space, [fetched.path], address=url))
        receipt = replace(receipt, size=fetched.size, sha256=fetched.sha256, receipts=receipts)
        self.workshop.forget(url)
        reason = _why_not(receipts, receipt.source_id)
        if reason:
            return replace(receipt, reason=reason)
        self.workshop.remember(url, fetched.marks)
        return replace(receipt, result=Result.ADDED)


def _receipt(item: Wanted) -> DownloadReceipt:
    address = item.address
    if not address.landing_page:
        address = replace(address, landing_page=item.source.landing_page)
    return DownloadReceipt(item.source.id, item.source.title, address, Result.FAILED)


def _by_hand(item: Wanted) -> DownloadReceipt:
    return replace(_receipt(item), result=Result.BY_HAND)


def _why_not(receipts: Sequence[Receipt], source_id: str) -> str:
    """Why what arrived does not count as the file that was wanted; empty when it does."""
    accepted = {receipt.source_id for receipt in receipts if receipt.accepted}
    if source_id in accepted:
        return ""
    if accepted:
        others = french.enumeration(sorted(accepted))
        return f"le site a envoyé un fichier d'une autre source ({others}), ajouté comme tel"
    return "le fichier reçu n'est pas celui qui est attendu, il est refusé"


def _refuse_fictitious(space: Path) -> None:
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        if tomllib.loads((space / DESCRIPTION).read_text(encoding="utf-8")).get("fictif"):
            raise DownloadRefusedError(
                f"L'espace « {space.resolve().name} » est fictif : il n'accueille pas de fichiers "
                "réels. Choisissez un autre dossier, par exemple espaces/mon-territoire."
            )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return french.with_unit(max(1, round(seconds)), "s")
    if seconds < 5400:
        return french.with_unit(round(seconds / 60), "min")
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{french.with_unit(hours, 'h')}{french.NO_BREAK}{minutes:02d}"
