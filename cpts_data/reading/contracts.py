"""The contracts of all the CPTS of a space, for the ARS: the list, and what CPTS declared beside.

What a CPTS enters on the page « ACI » never replaces the list: it is told as declared, and only
where the list says nothing does its date of signature count, and is said to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from cpts_data.aci.calendar import ContractDates
from cpts_data.aci.contract import Contract
from cpts_data.aci.entries import EntryError, EntryFault
from cpts_data.aci.overview import COLUMNS, DUE_COLUMNS, SIGNED, due_within
from cpts_data.aci.scale import scale_of, version_in_force
from cpts_data.diagnostic import Diagnostic
from cpts_data.reading.identity import size_classes
from cpts_data.reference.aci_tables import AciTables
from cpts_data.territories import Level


def cpts_table(diagnostic: Diagnostic) -> pd.DataFrame:
    """One row per CPTS, as ``aci.overview`` wants them, from the list and the perimeters."""
    listed = diagnostic.cpts_list()
    people = diagnostic.values(["population"], Level.CPTS).set_index("territory")["value"]
    sizes = [
        tuple(one.number for one in size_classes(diagnostic, diagnostic.territory("cpts", str(i))))
        for i in listed.index
    ]
    table = pd.DataFrame(
        {
            "cpts_id": listed.index.astype(str),
            "name": listed["name"].astype(str).to_numpy(),
            "population": people.reindex(listed.index).to_numpy(dtype=float),
            "statut": listed["statut"].astype(str).to_numpy(),
            "date_statut": listed["date_statut"].to_numpy(dtype=object),
            "date_signature": listed["date_signature"].to_numpy(dtype=object),
            "sizes": pd.Series(sizes, dtype=object),
        }
    )
    return table[list(COLUMNS)]


def with_declared(cpts: pd.DataFrame, contracts: Mapping[str, Contract]) -> pd.DataFrame:
    """The table with what CPTS declared beside: ``declared`` stage (empty without), ``entered``.

    ``entered`` says that the date of signature is one entered on the page « ACI », the list having
    none and the CPTS or the list saying that the contract is signed: a date that is only thought of
    counts for nothing. The CPTS then has deadlines; ``statut`` stays that of the list.
    """
    table = cpts.copy()
    known = [contracts.get(str(name)) for name in table["cpts_id"]]
    signed = [
        one.signature
        if one and one.signature and SIGNED in (one.stage, stage) and _day(listed) is None
        else None
        for one, stage, listed in zip(known, table["statut"], table["date_signature"], strict=True)
    ]
    table["declared"] = [
        one.stage if one and one.stage and one.stage != listed else ""
        for one, listed in zip(known, table["statut"], strict=True)
    ]
    table["entered"] = [day is not None for day in signed]
    table["date_signature"] = [
        day.isoformat() if day else listed
        for day, listed in zip(signed, table["date_signature"], strict=True)
    ]
    return table


def due(
    cpts: pd.DataFrame,
    tables: AciTables,
    today: dt.date,
    days: int,
    contracts: Mapping[str, Contract],
) -> tuple[pd.DataFrame, tuple[EntryFault, ...]]:
    """Deadlines overdue or due soon, each by the version of the agreement in force at signature.

    ``cpts`` is that of :func:`with_declared`. ``followed`` is true where somebody entered what was
    done. Also the faults of the contracts whose dates do not hold: they are counted as not entered.
    """
    parts, faults = [], list[EntryFault]()
    signed = cpts.assign(
        statut=cpts["statut"].where(~cpts["entered"], SIGNED),
        version=[_version(tables, row, contracts) for row in cpts.to_dict("records")],
    )
    for version, rows in signed.groupby("version", sort=True):
        missions = scale_of(tables, str(version)).missions
        told = {
            str(row["cpts_id"]): dates
            for row in rows.to_dict("records")
            if (dates := _dates(row, contracts)) is not None
        }
        for name in list(told):
            one = rows[rows["cpts_id"] == name]
            try:
                due_within(one, missions, today, days, told)
            except EntryError as error:
                faults += error.faults
                del told[name]
        try:
            parts.append(due_within(rows, missions, today, days, told))
        except EntryError as error:
            faults += error.faults
    found = [part for part in parts if len(part)]
    if not found:
        return pd.DataFrame(columns=list(DUE_COLUMNS)), tuple(faults)
    table = pd.concat(found, ignore_index=True)
    followed = {name for name, one in contracts.items() if one.followed}
    table["followed"] = table["cpts_id"].isin(followed)
    ordered = table.sort_values(["due", "name", "key"], kind="stable", ignore_index=True)
    return ordered, tuple(faults)


def _version(
    tables: AciTables, row: Mapping[object, object], contracts: Mapping[str, Contract]
) -> str:
    known = contracts.get(str(row["cpts_id"]))
    if known is not None and known.version in set(tables.versions["version_accord"]):
        return known.version
    return version_in_force(tables, _day(row["date_signature"]))


def _dates(row: Mapping[object, object], contracts: Mapping[str, Contract]) -> ContractDates | None:
    known, signature = contracts.get(str(row["cpts_id"])), _day(row["date_signature"])
    if known is None or signature is None:
        return None
    return replace(known.dates(signature), signature=signature)


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
