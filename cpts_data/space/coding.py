"""From what a file says to the code file of the space: names to codes, vintages to years."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache

import pandas as pd

from cpts_data import french, reference
from cpts_data.contracts import Kind, Source
from cpts_data.reference.history import names_on
from cpts_data.reference.shipped import FOLDER
from cpts_data.space.cache import code_behind
from cpts_data.space.carrying import Carried, is_share
from cpts_data.space.provenance import FileRecord

VINTAGE = "millesime"
SHOWN_NAMES = 12
_NEARLY_ALL = 0.9
_MOST = 0.5


@cache
def version() -> str:
    """A fingerprint of the code and of the reference that carry a table to the space's year."""
    digest = hashlib.sha256((FOLDER / "provenance.toml").read_bytes())
    for name in sorted(code_behind(__name__)):
        digest.update(inspect.getsource(sys.modules[name]).encode())
    return digest.hexdigest()[:12]


def with_vintage(table: pd.DataFrame, source: Source, record: FileRecord) -> pd.DataFrame:
    """Give the rows of a file that carries no year the vintage its record states."""
    if "period" not in table.columns or source.period_lag is None or not record.millesime:
        return table
    stated = table.copy()
    stated["period"] = stated["period"].replace({"": record.millesime})
    return stated


def taken_over(old: pd.DataFrame, new: pd.DataFrame, source: Source) -> pd.Series:
    """Which rows of an older file a newer one of the source replaces (booleans, index of ``old``).

    The rows that it tells again. A list of chosen communes that tells again most of those of a
    département speaks for all of it: what it no longer lists there is gone. Elsewhere the older
    list holds: that of one département does not wipe out a whole région.
    """
    key = list(source.replaced_by or source.key)
    rows = pd.MultiIndex.from_frame(old[key].astype("string"))
    newer = pd.MultiIndex.from_frame(new[key].astype("string"))
    told = pd.Series(rows.isin(newer), index=old.index)
    if not source.partial:
        return told
    places = [reference.departement_of(str(code)) for code in old["code"]]
    return told | (told.groupby(places).transform("mean") > _MOST)


def tells_communes(source: Source) -> bool:
    """Whether the rows of a source are keyed by communes, to be carried to the space's year."""
    return any(column.name == "code" and column.kind is Kind.COMMUNE for column in source.columns)


def commune_rows(table: pd.DataFrame, source: Source) -> pd.Series:
    """Which rows are of communes: all, none, or those of that level where a file mixes levels."""
    if is_share(source):
        return (table["niveau"] == "commune").fillna(False).astype(bool)
    return pd.Series(tells_communes(source), index=table.index)


def by_vintage(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Cut a table by period: each vintage has its own geography."""
    if "period" not in table.columns:
        yield "", table
        return
    for period, part in table.groupby("period", sort=True):
        yield str(period), part


def geography_year(codes: pd.Series, expected: int | None = None, partial: bool = False) -> int:
    """The year whose code file fits the codes best.

    A file that lists nearly all the communes of its départements tells its year by those that it
    holds and lacks. One that lists few of them (``partial``, or an extract) tells it by its codes
    alone: the year ``expected`` when it knows them all, else the latest that knows the most.
    """
    # Plain sets: comparing 35,000 Arrow strings year by year takes ten times longer.
    given = frozenset(codes.dropna().astype(object))
    inferred = reference.infer_year(given)
    held = _departements(given)
    around = [code for code in _codes_on(inferred) if reference.departement_of(code) in held]
    if not partial and around and len(given.intersection(around)) >= _NEARLY_ALL * len(around):
        return inferred
    bare = {code for code in given if reference.city_of(code) is None}
    years = [expected] if expected else []
    years += list(range(reference.PRESENT_YEAR, reference.FIRST_YEAR - 1, -1))
    return min(years, key=lambda year: len(bare - _codes_on(year)))


@cache
def _codes_on(year: int) -> frozenset[str]:
    return frozenset(names_on(year).index.astype(object))


def _departements(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(reference.departement_of(str(code)) for code in codes)


def with_period(table: pd.DataFrame, source: Source, year: int, remarks: list[str]) -> pd.DataFrame:
    """Fill an empty period: the year of the geography less the source's lag; say so."""
    if "period" not in table.columns or source.period_lag is None or not year:
        return table
    if not (table["period"] == "").any():
        return table
    period = str(year - source.period_lag)
    remarks.append(
        f"Millésime {period} déduit des codes de communes (géographie de {year}), car le fichier "
        "ne le dit pas. S'il est faux, ajoutez de nouveau le fichier en précisant son millésime."
    )
    dated = table.copy()
    dated["period"] = dated["period"].replace({"": period})
    return dated


def with_latest_meaning(
    table: pd.DataFrame, source: Source, known: pd.Index, year: int, remarks: list[str]
) -> tuple[pd.DataFrame, Carried]:
    """Tell the codes that the space's geography does not know; in a list of communes, mend them.

    A list of chosen communes may hold a code of any age: it stands for the commune, or the
    communes, where it is today. A figure is never moved so: its code stays, in no territory.
    Returns the table and the codes that were mended.
    """
    mended = Carried(0, year, 0, ())
    unknown = pd.Index(table.loc[~table["code"].isin(known), "code"].dropna().unique())
    if unknown.empty:
        return table, mended
    heirs = {code: _heirs(code, year) for code in unknown} if source.partial and year else {}
    found = {code: told for code, told in heirs.items() if told}
    if found:
        pairs = pd.DataFrame(
            [(code, heir) for code, told in found.items() for heir in told],
            columns=["code", "heir"],
        )
        moved = tuple((str(row.code), str(row.heir)) for row in pairs.itertuples())
        mended = Carried(0, year, int(table["code"].isin(list(found)).sum()), moved)
        merged = table.merge(pairs, on="code", how="left")
        merged["code"] = merged["heir"].fillna(merged["code"])
        table = merged.drop(columns="heir").drop_duplicates(ignore_index=True)
    lost = [code for code in unknown if code not in found]
    if lost:
        shown = ", ".join(lost[:SHOWN_NAMES]) + ("…" if len(lost) > SHOWN_NAMES else "")
        codes = french.count_of(len(lost), "code de commune inconnu", "codes de communes inconnus")
        where = f"dans la géographie de {year}" if year else "du fichier des codes de l'espace"
        remarks.append(f"{codes} {where}, dans aucun territoire : {shown}.")
    return table, mended


def _heirs(code: str, year: int) -> tuple[str, ...]:
    try:
        return (reference.resolve_code(code, to_year=year),)
    except reference.AmbiguousCodeError as error:
        return error.candidates
    except reference.ReferenceLookupError:
        return ()


def with_resolved_names(
    table: pd.DataFrame, own_codes: pd.DataFrame, remarks: list[str]
) -> pd.DataFrame:
    """Give a code to the rows that only have a name and a département; say what stays unknown."""
    if "commune_nom" not in table.columns:
        return table
    waiting = table["code"].isna()
    if not waiting.any():
        return table
    rows = table[waiting]
    if own_codes.empty:
        found = reference.resolve_communes(rows["commune_nom"], rows["departement"])
        codes, messages = found["code"], found["message"]
        rules = found.loc[found["code"].notna(), "rule"].value_counts()
        told = [
            f"{reference.RULES[str(rule)]} ({french.number(count)})"
            for rule, count in rules.items()
        ]
        if told:
            remarks.append(f"Noms de communes reconnus : {', '.join(told)}.")
    else:
        names = own_codes[own_codes["nature"] == "commune"]
        by_name = names.drop_duplicates(["nom", "departement"], keep=False)
        keys = by_name.set_index(["nom", "departement"])["code"]
        wanted = pd.MultiIndex.from_frame(rows[["commune_nom", "departement"]])
        codes = pd.Series(keys.reindex(wanted).to_numpy(), index=rows.index)
        messages = "« " + rows["commune_nom"].astype(str) + " » est inconnu du code officiel."
    unknown = codes.isna()
    for message in messages[unknown].head(SHOWN_NAMES):
        remarks.append(str(message))
    if unknown.sum() > SHOWN_NAMES:
        others = french.count_of(int(unknown.sum()) - SHOWN_NAMES, "autre nom", "autres noms")
        remarks.append(f"… et {others}.")
    resolved = table.copy()
    resolved.loc[waiting, "code"] = codes.astype("string")
    return resolved[resolved["code"].notna()].reset_index(drop=True)
