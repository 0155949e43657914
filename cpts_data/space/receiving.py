"""Receive files into a space: recognise, check, prune, copy, record. All or nothing for each file.

A file enters under its source's folder with its provenance. The file that it replaces is kept in
``.precedents`` so that the step can be undone. Interrupted at any instant, the space is as before
or as after: the record is written first, the file is copied under a hidden name, and renaming it
is the one step that counts (:func:`~cpts_data.space.provenance.superseded`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import tomli_w

from cpts_data import french, reference
from cpts_data.contracts import ContractError, Fault, Source
from cpts_data.reference import FIRST_YEAR
from cpts_data.sources import MODULES
from cpts_data.space import (
    DESCRIPTION,
    Progress,
    Space,
    checked,
    coding,
    read_file,
    received_files,
    table_key,
)
from cpts_data.space.arriving import Arrival, recognised, refusal, safe_name, unpacked
from cpts_data.space.cache import Cache
from cpts_data.space.locking import one_writer
from cpts_data.space.previous import PREVIOUS as PREVIOUS
from cpts_data.space.previous import free_name, settle
from cpts_data.space.provenance import (
    FileRecord,
    read_provenance,
    sha256_of,
    today,
    unique,
    write_atomically,
    write_provenance,
)
from cpts_data.space.pruning import copy_without_persons
from cpts_data.space.waiting import Ready, WaitingRoom

_MAJORITY = 0.5
_NEARLY_ALL = 0.9
_ALL = 0.999
_SHOWN = 5


@dataclass(frozen=True)
class Receipt:
    """What became of one file: its source and place, or the faults for which it was refused.

    ``file`` is its name as handed over, ``stored`` its name in the space.
    """

    file: str
    source_id: str = ""
    rows: int = 0
    replaced: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    stored: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the file is now in the space."""
        return not self.faults


def add_files(
    space: Path,
    files: Sequence[Path],
    *,
    vintage: str = "",
    address: str = "",
    progress: Progress | None = None,
    waiting: WaitingRoom | None = None,
) -> list[Receipt]:
    """Add files to a space, archives unpacked; one receipt per data file.

    The space is created when absent, unless every file is refused. What ``waiting`` knows of a file
    is not read again.
    """
    created = not space.exists()
    space.mkdir(parents=True, exist_ok=True)
    if not (space / DESCRIPTION).exists():
        title = tomli_w.dumps({"titre": space.resolve().name})
        write_atomically(space / DESCRIPTION, title.encode())
    refused: list[tuple[str, tuple[Fault, ...]]] = []
    receipts: list[Receipt] = []
    with unpacked(files, refused) as ready:
        receipts += [Receipt(name, faults=faults) for name, faults in refused]
        known = [(arrival, *recognised(arrival.path)) for arrival in ready]
        order = list(MODULES)
        known.sort(key=lambda item: order.index(item[1]) if item[1] else -1)
        for number, (arrival, source_id, faults) in enumerate(known):
            if progress is not None:
                progress(arrival.path.name, number, len(known))
            if faults:
                receipt = Receipt(arrival.path.name, faults=faults)
            else:
                with one_writer(space):
                    receipt = _add(space, arrival, source_id, vintage, address, waiting)
            receipts.append(replace(receipt, remarks=receipt.remarks + arrival.remarks))
        if progress is not None:
            progress("", len(known), len(known))
    if created and not any(receipt.accepted for receipt in receipts):
        shutil.rmtree(space)
    return receipts


def _add(
    space: Path,
    arrival: Arrival,
    source_id: str,
    vintage: str,
    address: str,
    waiting: WaitingRoom | None,
) -> Receipt:
    source, path = MODULES[source_id].SOURCE, arrival.path
    folder = space / source_id
    folder.mkdir(exist_ok=True)
    settle(folder)
    name = safe_name(path.name)
    temporary = folder / f".{unique()}.{name}"
    try:
        try:
            original, ready = _made_ready(path, temporary, source, waiting)
        except ContractError as error:
            return Receipt(path.name, source_id, faults=error.faults)
        outcome, table, pruning = ready.outcome, ready.table, ready.pruning
        if pruning and name.lower().endswith((".xlsx", ".xls")):
            name = f"{Path(name).stem}.csv"
        if table is None:
            renamed = tuple(replace(fault, file=path.name) for fault in outcome.faults)
            return Receipt(path.name, source_id, faults=renamed)
        remarks: list[str] = []
        resolved = coding.with_resolved_names(table, _own_codes(space), remarks)
        faults = _unknown_codes(space, table, resolved, source, path.name, remarks)
        if faults:
            return Receipt(path.name, source_id, faults=faults)
        digest = ready.digest
        name = free_name(folder, name, digest)
        replaced = _replaced(space, resolved, source, name)
        if not vintage and _undated(table, source):
            remarks.append(
                "Le fichier ne dit pas son millésime, qui sera déduit de ses codes de communes. "
                "S'il est faux, ajoutez-le de nouveau en précisant le millésime."
            )
        record = FileRecord(
            nom=name,
            titre=source.title,
            editeur=source.publisher,
            adresse=address or source.landing_page,
            date_recuperation=today(),
            millesime=vintage,
            licence=source.licence,
            sha256=digest,
            sha256_original=arrival.original or (original if pruning else ""),
            remplace="/".join(replaced),
            remarque=" ; ".join(filter(None, (arrival.rewriting, pruning))),
        )
        write_provenance(folder, {**read_provenance(folder), name: record})
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()  # succeeds only where a refused file would leave it empty
    settle(folder)
    Cache(space).keep(table_key(source_id, digest), outcome, table)
    told = (*outcome.remarks, *remarks)
    return Receipt(path.name, source_id, outcome.rows, replaced, told, stored=name)


def _made_ready(
    path: Path, temporary: Path, source: Source, waiting: WaitingRoom | None
) -> tuple[str, Ready]:
    """The sha256 of a file, and what the door makes of it: a copy without persons, then a table.

    What waits since a preview is taken as it is; what is read now waits for the next call.
    """
    original = sha256_of(path)
    if waiting is not None:
        ready = waiting.find(original, path.name, source, temporary)
        if ready is not None:
            if not temporary.exists():
                shutil.copyfile(path, temporary)
            return original, ready
    pruning = copy_without_persons(path, temporary, source)
    outcome, table = read_file(source.id, temporary)
    ready = Ready(sha256_of(temporary), pruning, outcome, table)
    if waiting is not None:
        waiting.keep(original, path.name, source, temporary, ready)
    return original, ready


def _own_codes(space: Path) -> pd.DataFrame:
    """The space's own code file, empty when it has none."""
    return Space.open(space).own_codes if (space / "cog").is_dir() else pd.DataFrame()


def _unknown_codes(
    space: Path,
    table: pd.DataFrame,
    resolved: pd.DataFrame,
    source: Source,
    name: str,
    remarks: list[str],
) -> tuple[Fault, ...]:
    """Refuse a file most of whose communes no code file knows; remark on the unknown of others."""
    if not coding.tells_communes(source):
        return ()
    if len(resolved) <= _MAJORITY * len(table):
        return refusal(
            name,
            f"{french.number(len(table) - len(resolved))} communes inconnues sur "
            f"{french.number(len(table))}. {' '.join(remarks[:_SHOWN])}",
            "des noms de communes de leur département",
            "vérifiez les colonnes du nom de la commune et du département.",
        )
    codes = resolved["code"].dropna()
    known = codes.isin(list(known_codes(space))).astype(bool)
    unknown = codes[~known].unique()
    examples = ", ".join(unknown[:_SHOWN])
    if len(codes) and known.mean() <= _MAJORITY:
        return refusal(
            name,
            f"{french.number(int((~known).sum()))} codes de communes inconnus sur "
            f"{french.number(len(codes))} (par exemple {examples})",
            "des codes du code officiel géographique, d'aujourd'hui ou d'hier",
            "vérifiez la colonne des codes ; des codes postaux ne sont pas des codes de communes.",
        )
    if len(unknown):
        told = french.count_of(
            len(unknown), "code de commune inconnu", "codes de communes inconnus"
        )
        dots = "…" if len(unknown) > _SHOWN else ""
        remarks.append(f"{told} du code officiel géographique : {examples}{dots}.")
    return ()


def known_codes(space: Path) -> pd.Index:
    """Every code that the shipped reference or the space's own code file knows, past or present."""
    present = reference.communes().index.append(reference.arrondissements().index)
    former = reference.former_communes()
    # Older codes now mean other things: 75001 to 75020 were communes of the Seine, and are postal.
    lately = former["date_end"].isna() | (former["date_end"].astype(str) >= str(FIRST_YEAR))
    codes = present.append(pd.Index(former.loc[lately, "code"].unique()))
    if (space / "cog").is_dir():
        opened = Space.open(space)
        if opened.has("cog"):
            codes = codes.append(pd.Index(opened.table("cog")["code"]))
    return codes.unique()


def _replaced(space: Path, table: pd.DataFrame, source: Source, name: str) -> tuple[str, ...]:
    """Older files of which the new one takes the place, all but a few rows."""
    key = list(source.replaced_by or source.key)
    if not set(key) <= set(table.columns):
        return ()
    found = []
    for path in received_files(space / source.id):
        if path.name == name:
            continue
        old = _table_of(space, source, path)
        if old is None or not len(old):
            continue
        gone = coding.taken_over(old, table, source).mean()
        if gone > (_ALL if source.partial else _NEARLY_ALL) and not _undated(old, source):
            found.append(path.name)
    return tuple(found)


def _table_of(space: Path, source: Source, path: Path) -> pd.DataFrame | None:
    """The table of a file of the space with its names resolved, None when it was set aside."""
    cache = Cache(space)
    key, outcome = checked(source.id, path, cache)
    if outcome.faults:
        return None
    table = cache.table(key, outcome.geographic)
    if table is None:
        table = read_file(source.id, path)[1]
    return None if table is None else coding.with_resolved_names(table, _own_codes(space), [])


def _undated(table: pd.DataFrame, source: Source) -> bool:
    """Whether the file's vintage is not in its rows: then two files may be two years."""
    dated = source.period_lag is None or "period" not in table.columns
    return not dated and bool((table["period"] == "").all())
