"""What a download did, in French: what was added, what failed, what to fetch by hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from shlex import quote

from cpts_data import french
from cpts_data.contracts import Address, describe
from cpts_data.space.receiving import Receipt

_SHOWN = 12


class Result(StrEnum):
    """What became of one official file."""

    ADDED = "ajouté"
    UNCHANGED = "inchangé"
    FAILED = "échec"
    BY_HAND = "à récupérer vous-même"


@dataclass(frozen=True)
class DownloadReceipt:
    """What became of one official file.

    ``reason`` says in French why it is not there; ``sha256`` and ``size`` (bytes) are those of what
    the site sent (an archive, maybe), ``receipts`` those of the data files that it held.
    ``unreachable`` says that the site could not even be spoken to.
    """

    source_id: str
    title: str
    address: Address
    result: Result
    reason: str = ""
    size: int = 0
    sha256: str = ""
    receipts: tuple[Receipt, ...] = ()
    unreachable: bool = False

    @property
    def failed(self) -> bool:
        """Whether the file was tried and could not be had."""
        return self.result is Result.FAILED


@dataclass(frozen=True)
class Errand:
    """Files of one source that a person is to fetch: what to open, and why we could not."""

    title: str
    urls: tuple[str, ...]
    landing_page: str
    files: tuple[str, ...]
    why: str
    note: str


def is_offline(receipts: Sequence[DownloadReceipt]) -> bool:
    """Whether no site at all could be spoken to."""
    tried = [receipt for receipt in receipts if receipt.result is not Result.BY_HAND]
    return bool(tried) and all(receipt.unreachable for receipt in tried)


def errands(receipts: Sequence[DownloadReceipt]) -> list[Errand]:
    """What remains to be fetched by hand, one errand per source and page of its publisher."""
    groups: dict[tuple[str, str, str], list[DownloadReceipt]] = {}
    for receipt in receipts:
        if receipt.result in (Result.FAILED, Result.BY_HAND):
            key = (receipt.source_id, receipt.address.landing_page, receipt.address.note)
            groups.setdefault(key, []).append(receipt)
    return [
        Errand(
            title=found[0].title,
            urls=tuple(receipt.address.url for receipt in found if receipt.address.url),
            landing_page=landing_page,
            files=tuple(receipt.address.file for receipt in found),
            why=" ; ".join(dict.fromkeys(r.reason for r in found if r.failed)),
            note=note,
        )
        for (_, landing_page, note), found in groups.items()
    ]


def report(receipts: Sequence[DownloadReceipt], space: Path) -> str:
    """Tell a whole download, one paragraph per kind of outcome, as text for a screen."""
    lines = [summary(receipts)]
    if is_offline(receipts):
        lines += ["", f"{_OFFLINE} {_OFFLINE_ADVICE}"]
    for receipt in receipts:
        lines += _told(receipt, alone=not is_offline(receipts))
    found = errands(receipts)
    if is_offline(receipts):
        found = [replace(errand, why="") for errand in found]
    if not found:
        return french.typography("\n".join(lines))
    lines += ["", "À récupérer vous-même :"]
    for number, errand in enumerate(found, start=1):
        lines += _errand(number, errand)
    text = french.typography("\n".join(lines))
    advice = french.typography(
        "Déposez ensuite ces fichiers, quel que soit leur nom, dans la page « Données » de "
        "l'application, ou tapez :"
    )
    # The command is left as it is typed: typographic apostrophes are no part of a path.
    return f"{text}\n\n{advice}\n  {command_to_add(space)}"


def command_to_add(space: Path) -> str:
    """The command that adds files fetched by hand."""
    place = f'"{space}"' if sys.platform == "win32" else quote(str(space))
    return f"python -m cpts_data ajouter --espace {place} FICHIER [FICHIER…]"


_OFFLINE = "Aucune connexion à Internet n'aboutit depuis ce poste."
_OFFLINE_ADVICE = (
    "Si votre établissement passe par un proxy, demandez à votre service informatique la valeur "
    "de HTTPS_PROXY. Vous pouvez aussi ouvrir les adresses ci-dessous dans un navigateur, sur ce "
    "poste ou sur un autre."
)


def summary(receipts: Sequence[DownloadReceipt]) -> str:
    """One sentence: how many files were added, unchanged, failed, are left to a person."""
    counts = {result: sum(r.result is result for r in receipts) for result in Result}
    parts = [
        french.count_of(counts[Result.ADDED], "fichier ajouté", "fichiers ajoutés"),
        french.count_of(counts[Result.UNCHANGED], "inchangé"),
        french.count_of(counts[Result.FAILED], "échec"),
        french.number(counts[Result.BY_HAND]) + " à récupérer vous-même",
    ]
    kept = [part for part, result in zip(parts, Result, strict=True) if counts[result]]
    return f"{french.enumeration(kept) or 'Aucun fichier demandé'}."


def _told(receipt: DownloadReceipt, *, alone: bool) -> list[str]:
    name = f"{receipt.title} ({receipt.address.file})"
    if receipt.result is Result.ADDED:
        rows = sum(found.rows for found in receipt.receipts)
        told = f"{french.count_of(rows, 'ligne')}, {french.size_in_bytes(receipt.size)}"
        return [f"AJOUTÉ    {name} : {told}", *_details(receipt)]
    if receipt.result is Result.UNCHANGED:
        return [f"INCHANGÉ  {name} : l'espace a déjà la dernière version"]
    if receipt.failed and alone:
        return [f"ÉCHEC     {name} : {receipt.reason}.", *_details(receipt)]
    return []


def _details(receipt: DownloadReceipt) -> list[str]:
    lines = []
    for found in receipt.receipts:
        if found.replaced:
            lines.append(f"          remplace {french.enumeration(found.replaced)}")
        lines += [f"          {remark}" for remark in found.remarks]
        if not found.accepted:
            told = describe(found.faults).replace("\n", "\n          ")
            lines.append(f"          {found.file} : {told}")
    return lines


def _errand(number: int, errand: Errand) -> list[str]:
    lines = [f"{number:>3}. {errand.title}"]
    if errand.why:
        lines.append(f"     Pourquoi : {errand.why}.")
    lines += [f"     Ouvrez : {url}" for url in errand.urls[:_SHOWN]]
    if len(errand.urls) > _SHOWN:
        others = french.count_of(len(errand.urls) - _SHOWN, "autre adresse", "autres adresses")
        lines.append(f"     … et {others}, de même forme")
    if not errand.urls:
        lines.append(f"     Fichier : {french.enumeration(errand.files)}")
    if errand.landing_page:
        lines.append(f"     Page du producteur : {errand.landing_page}")
    if errand.note:
        lines.append(f"     À savoir : {errand.note}")
    return lines
