"""Readings kept beside the space: the first page of the next day does not work them out again.

A reading of all CPTS takes a few seconds of computing, most of it the search for what must be
hidden (``analysis.secrecy``). It depends on the files of the space, on what is said of them, on the
shipped reference and on our code: any of them changed, it is made anew. The cache may be deleted.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pandas as pd

from cpts_data.diagnostic import Diagnostic
from cpts_data.reading import comparisons
from cpts_data.reading.comparisons import Reading
from cpts_data.reference import national
from cpts_data.space.cache import Outcome, code_behind

_TABLES = ("values", "compared", "history", "trends")
_CREDITS = "credits"


def reading(
    diagnostic: Diagnostic,
    indicators: Sequence[str],
    make: Callable[[Diagnostic, Sequence[str]], Reading] = comparisons.read,
) -> Reading:
    """:func:`comparisons.read`, or what the cache of the space kept of it."""
    asked = hashlib.sha256("|".join(indicators).encode()).hexdigest()[:12]
    key = f"lecture-{asked}-{_fingerprint(diagnostic)}"
    found = _read(diagnostic, key)
    if found is None:
        found = _plain(make(diagnostic, indicators))
        diagnostic.space.cache.forget(f"lecture-{asked}-")
        _keep(diagnostic, key, found)
    return found


def _plain(found: Reading) -> Reading:
    """The same with texts as texts: what is kept and what is fresh are alike."""

    def told(table: pd.DataFrame) -> pd.DataFrame:
        loose = [name for name in table.columns if table[name].dtype == object]
        return table.astype(dict.fromkeys(loose, "str"))

    return replace(found, **{name: told(getattr(found, name)) for name in _TABLES})


def _read(diagnostic: Diagnostic, key: str) -> Reading | None:
    store = diagnostic.space.cache
    outcome = store.outcome(key)
    if outcome is None:
        return None
    tables = {name: store.table(f"{key}-{name}") for name in _TABLES}
    if any(table is None for table in tables.values()):
        return None
    told = {name: table for name, table in tables.items() if table is not None}
    credits = {tuple(place): text for place, text in outcome.extra.get(_CREDITS, [])}
    return Reading(**told, credits=credits)


def _keep(diagnostic: Diagnostic, key: str, found: Reading) -> None:
    """Keep the tables, then the outcome that says that they are all there."""
    store = diagnostic.space.cache
    for name in _TABLES:
        table: pd.DataFrame = getattr(found, name)
        store.keep(f"{key}-{name}", Outcome(len(table)), table)
    credits = [[list(place), text] for place, text in found.credits.items()]
    store.keep(key, Outcome(len(found.values), extra={_CREDITS: credits}))


def _fingerprint(diagnostic: Diagnostic) -> str:
    """All that a reading depends on, beside its indicators."""
    space = diagnostic.space
    files: Mapping[str, list[list[str]]] = {
        name: [[file.key, repr(file.record)] for file in state.kept]
        for name, state in space.states.items()
    }
    inputs = [dict(sorted(files.items())), space.fictitious, _version()]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:24]


@cache
def _version() -> str:
    """A fingerprint of the code behind a reading, and of the shipped reference that it reads."""
    digest = hashlib.sha256(pd.__version__.encode())
    reference = national.FILE.parents[1]
    for file in sorted([*reference.rglob("*.csv"), *reference.rglob("*.toml")]):
        digest.update(file.read_bytes())
    for name in sorted(code_behind(comparisons.__name__)):
        digest.update(inspect.getsource(sys.modules[name]).encode())
    return digest.hexdigest()[:16]
