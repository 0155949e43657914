"""What becomes of a spoiled file: a table that keeps its contract, a refusal in French, or a fault.

Anything else is a fault of ours: another exception, an infinite number in a table, a table that
breaks its own contract, an English message.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path

import numpy as np
import pandas as pd

from cpts_data.contracts import ContractError, Faults, check
from cpts_data.received import head_of, refuse_unreadable
from cpts_data.sources import MODULES, recognise

READ, REFUSED, UNKNOWN = "lu", "refusé", "non reconnu"
_ENGLISH = re.compile(
    r"\b(error|invalid|expected|could not|cannot|unable|failed|exception|unknown|missing|not a|"
    r"must be|out of|does not|index|key)\b",
    re.IGNORECASE,
)


def verdict(path: Path, pruned: Path) -> tuple[str, str]:
    """What reading a file ends in, and the fault of ours when there is one (empty: none)."""
    try:
        head = head_of(path)
        refuse_unreadable(head)
        claimed = recognise(head)
        if not claimed:
            return UNKNOWN, ""
        for source in claimed:
            told = _reading(source, path)
            if told:
                return READ, f"{source} : {told}"
            prune = getattr(MODULES[source], "prune", None)
            if prune is not None:
                prune(path, pruned)
                told = _same(source, path, pruned)
                if told:
                    return READ, f"{source}, copie élaguée : {told}"
    except ContractError as error:
        return REFUSED, _message_fault(error)
    except Exception:
        return "exception", traceback.format_exc(limit=-6)
    return READ, ""


def _reading(source: str, path: Path) -> str:
    table = MODULES[source].read(path)
    faults = Faults(path.name)
    check(table, MODULES[source].SOURCE, faults)
    if faults.found:
        return f"contrat rompu sans un mot : {faults.found[0]}"
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_float_dtype(values) and np.isinf(values.to_numpy(dtype=float)).any():
            return f"un nombre infini dans « {name} »"
    return ""


def _same(source: str, path: Path, pruned: Path) -> str:
    """Whether the copy without persons is recognised, and tells as many rows as the original."""
    if source not in recognise(head_of(pruned)):
        return "elle n'est plus reconnue"
    rows, left = len(MODULES[source].read(path)), len(MODULES[source].read(pruned))
    return "" if rows == left else f"{left} lignes au lieu de {rows}"


def _message_fault(error: ContractError) -> str:
    if not error.faults:
        return "un refus sans raison"
    for fault in error.faults:
        ours = re.sub(r"«[^»]*»", "", f"{fault.found} {fault.expected} {fault.mend}")
        if not (fault.found and fault.expected and fault.mend):
            return f"un message incomplet : {fault}"
        if english := _ENGLISH.search(ours):
            return f"de l'anglais (« {english.group()} ») : {fault}"
    return ""
