"""Every CPTS of a région at once, for the ARS: stages, classes, what is due, who is covered.

The table of CPTS has one row each: ``cpts_id``, ``name``, ``population`` (NaN when not known),
``statut`` (stage code), ``date_statut`` and ``date_signature`` (``datetime.date``, ISO text or
missing), ``sizes`` (tuple of the possible size classes, empty when not known).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS, Alert, ContractDates, anniversary, deadlines
from cpts_data.aci.entries import EntryError, EntryFaults
from cpts_data.aci.scale import Mission
from cpts_data.aci.stages import UNKNOWN, Stage

SIGNED = "aci_signe"
COLUMNS = ("cpts_id", "name", "population", "statut", "date_statut", "date_signature", "sizes")
DUE_COLUMNS = (
    "cpts_id",
    "name",
    "key",
    "event",
    "mission",
    "label",
    "due",
    "days",
    "alert",
    "followed",
)


def by_stage(cpts: pd.DataFrame, stages: Sequence[Stage]) -> pd.DataFrame:
    """CPTS by stage, in order, the stage that is not told last.

    One row per stage, those without CPTS included: ``stage, label, count, population,
    without_population``. ``population`` sums the CPTS whose population is known; an inhabitant of a
    commune that two CPTS share is counted in both (:func:`covered` counts each once).
    """
    _require(cpts)
    labels = {stage.code: stage.label for stage in stages} | {UNKNOWN: "Statut non renseigné"}
    told = cpts["statut"].where(cpts["statut"].isin(list(labels)), UNKNOWN)
    groups = cpts.groupby(told)["population"]
    table = pd.DataFrame({"label": pd.Series(labels)}).rename_axis("stage")
    table["count"] = groups.size().reindex(table.index).fillna(0).astype(int)
    table["population"] = groups.sum().reindex(table.index).fillna(0.0)
    unknown = cpts["population"].isna().groupby(told).sum()
    table["without_population"] = unknown.reindex(table.index).fillna(0).astype(int)
    return table.reset_index()


def by_size(cpts: pd.DataFrame, stages: Sequence[Stage]) -> pd.DataFrame:
    """CPTS by size class and stage: one row per class, one column per stage code, ``total``.

    A CPTS whose class is not settled has a row of its own (« taille 1 ou 2 »): none is counted
    twice, and none is put in a class that it may not have. Index: ``sizes``, words in ``label``.
    """
    _require(cpts)
    codes = [*(stage.code for stage in stages), UNKNOWN]
    sizes = cpts["sizes"].map(lambda told: tuple(sorted(set(told))))
    told = cpts["statut"].where(cpts["statut"].isin(codes), UNKNOWN)
    met = sorted(set(sizes), key=lambda some: (not some, some))
    wanted = list(dict.fromkeys([*((number,) for number in (1, 2, 3, 4)), *met]))
    wanted.sort(key=lambda some: (not some, some))
    pairs = list(zip(sizes, told, strict=True))
    rows = [
        {"label": _size_words(some)}
        | {code: pairs.count((some, code)) for code in codes}
        | {"total": list(sizes).count(some)}
        for some in wanted
    ]
    index = pd.Index(wanted, tupleize_cols=False, name="sizes")
    return pd.DataFrame(rows, index=index)


def due_within(
    cpts: pd.DataFrame,
    missions: Mapping[str, Mission],
    today: dt.date,
    days: int,
    dates: Mapping[str, ContractDates] | None = None,
) -> pd.DataFrame:
    """The deadlines of the signed contracts that are overdue or due in the next days, by date.

    ``dates`` gives, by ``cpts_id``, what is known of a contract (done, chosen, dialogues); for the
    others everything is taken as not done, and only the signature is known. One row per deadline
    with ``DUE_COLUMNS``; ``days`` is negative when overdue, ``followed`` is False where nobody told
    what is done, so that « dépassée » means « non renseignée ». Contracts that ended are left out,
    and so are CPTS whose date of signature is not known. Raises
    :class:`~cpts_data.aci.entries.EntryError` naming the CPTS whose dates are faulty, all at once.
    """
    _require(cpts)
    known = dates or {}
    rows, faults = [], EntryFaults()
    for row in cpts.to_dict("records"):
        signature = _day(row["date_signature"])
        if row["statut"] != SIGNED or signature is None:
            continue
        told = known.get(str(row["cpts_id"]), ContractDates(signature))
        try:
            found = deadlines(missions, told)
        except EntryError as error:
            for fault in error.faults:
                where = f"{row['name']}, {fault.where}"
                faults.add(where, fault.found, fault.expected, fault.mend)
            continue
        if anniversary(told.signature, TERM_YEARS) < today:
            continue
        for one in found:
            left = (one.due - today).days
            if one.alert(today) is not Alert.DONE and left <= days:
                told_row = (one.key, one.event.value, one.mission, one.label, one.due, left)
                followed = str(row["cpts_id"]) in known
                rows.append(
                    (row["cpts_id"], row["name"], *told_row, one.alert(today).value, followed)
                )
    faults.raise_if_any()
    table = pd.DataFrame(rows, columns=list(DUE_COLUMNS))
    return table.sort_values(["due", "name", "key"], kind="stable", ignore_index=True)


def covered(
    cpts_ids: Sequence[str], membership: pd.DataFrame, unit_population: pd.Series
) -> tuple[float, float]:
    """Inhabitants of some CPTS, each counted once, as a range.

    ``membership`` has ``territory, unit, weight`` (share of the unit in the territory);
    ``unit_population`` is indexed by unit. Where several CPTS hold parts of one unit, nobody knows
    whether the parts overlap: between the largest part and their sum. Equal bounds when every unit
    is held whole. Units without population count for nothing.
    """
    mine = membership[membership["territory"].isin(list(cpts_ids))]
    weights = mine.groupby("unit")["weight"]
    people = unit_population.reindex(weights.groups.keys()).fillna(0.0).to_numpy(dtype=float)
    low = np.minimum(1.0, weights.max().to_numpy(dtype=float))
    high = np.minimum(1.0, weights.sum().to_numpy(dtype=float))
    return float((people * low).sum()), float((people * high).sum())


def signed_by_year(
    cpts: pd.DataFrame,
    last_year: int,
    membership: pd.DataFrame | None = None,
    unit_population: pd.Series | None = None,
) -> pd.DataFrame:
    """Contracts signed and population covered at the end of each year, cumulated.

    One row per year from the first signature to ``last_year``: ``year, signed`` (in the year),
    ``cumulated``, ``population_low, population_high`` (of today, in the perimeters of today). With
    ``membership`` and ``unit_population`` each inhabitant counts once; without them a shared
    commune counts in each of its CPTS. CPTS that signed on a date that is not known are in no year:
    :func:`undated` counts them.
    """
    _require(cpts)
    signed = cpts[cpts["statut"] == SIGNED]
    days = [_day(value) for value in signed["date_signature"]]
    years = pd.Series([day.year if day else np.nan for day in days], index=signed.index)
    first = years.min()
    columns = ["year", "signed", "cumulated", "population_low", "population_high"]
    if first != first or first > last_year:
        return pd.DataFrame(columns=columns)
    rows = []
    for year in range(int(first), last_year + 1):
        held = signed[years <= year]
        if membership is None or unit_population is None:
            low = high = float(held["population"].sum())
        else:
            ids = [str(one) for one in held["cpts_id"]]
            low, high = covered(ids, membership, unit_population)
        rows.append((year, int((years == year).sum()), len(held), low, high))
    return pd.DataFrame(rows, columns=columns)


def ended(cpts: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """The signed contracts whose five years are over: ``cpts_id, name, term``, the oldest first.

    What became of them (renewed, another contract) is in no list: it is asked of the CPTS.
    """
    _require(cpts)
    rows = []
    for row in cpts.to_dict("records"):
        signature = _day(row["date_signature"])
        if row["statut"] == SIGNED and signature is not None:
            term = anniversary(signature, TERM_YEARS)
            if term < today:
                rows.append((row["cpts_id"], row["name"], term))
    table = pd.DataFrame(rows, columns=["cpts_id", "name", "term"])
    return table.sort_values(["term", "name"], kind="stable", ignore_index=True)


def stages_by_year(
    cpts: pd.DataFrame, stages: Sequence[Stage], last_year: int
) -> tuple[pd.DataFrame, int]:
    """CPTS at each stage by the end of each year, and how many have a stage without a date.

    A list tells the stage of today and since when: a CPTS counts in its present stage from the year
    it reached it, in none before (the stages that it went through are not told). One row per year,
    from the first date to ``last_year``, one column per stage code.
    """
    _require(cpts)
    codes = [stage.code for stage in stages]
    told = cpts[cpts["statut"].isin(codes)]
    years = [day.year if (day := _day(value)) else None for value in told["date_statut"]]
    known = [(year, code) for year, code in zip(years, told["statut"], strict=True) if year]
    if not known:
        return pd.DataFrame(columns=codes).rename_axis("year"), len(told)
    index = pd.Index(range(min(year for year, _ in known), last_year + 1), name="year")
    counts = [[sum(y <= year and c == code for y, c in known) for code in codes] for year in index]
    return pd.DataFrame(counts, index=index, columns=codes), len(told) - len(known)


def undated(cpts: pd.DataFrame) -> pd.DataFrame:
    """The CPTS whose ACI is signed on a date that is not known: ``cpts_id, name``."""
    _require(cpts)
    signed = cpts[cpts["statut"] == SIGNED]
    unknown = [_day(value) is None for value in signed["date_signature"]]
    return signed.loc[unknown, ["cpts_id", "name"]].reset_index(drop=True)


def _size_words(sizes: tuple[int, ...]) -> str:
    if not sizes:
        return "taille non connue"
    return f"taille {french.enumeration([str(number) for number in sizes], 'ou')}"


def _day(value: object) -> dt.date | None:
    """A day given as a date, a timestamp or ISO text; None when missing or unreadable."""
    if isinstance(value, dt.datetime):
        return None if pd.isna(value) else value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def _require(cpts: pd.DataFrame) -> None:
    absent = [name for name in COLUMNS if name not in cpts.columns]
    if absent:
        raise ValueError(f"the table of CPTS lacks {', '.join(absent)}")
