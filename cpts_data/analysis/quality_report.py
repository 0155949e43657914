"""The quality report of a space: for each source, what was read, kept, set aside, and is doubtful.

Every finding is told as a French sentence; a serious one asks for a look before the figures are
shown to anyone. The checks are those of :mod:`cpts_data.analysis.quality`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from cpts_data import french, reference
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.quality import (
    Absent,
    Change,
    ColumnState,
    Impossible,
    Total,
    absent_units,
    column_states,
    implausible_changes,
    impossible_values,
    population_totals,
)
from cpts_data.contracts import Fault, Source
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Ratio, parse
from cpts_data.sources import MODULES
from cpts_data.space import FileState, SourceState, Space, coding
from cpts_data.space.carrying import Carried

# Beyond these shares a finding is serious: fewer are the ordinary life of communes.
MANY_ABSENT = 0.01
MANY_CHANGES = 0.01
LARGE_TOTAL_CHANGE = 0.1
_POPULATION = "populations_legales"
_WHOLES = (("population", "population_totale"),)


class Verdict(StrEnum):
    """What a reader does with a source: trust it, look at it, or mend it."""

    SOUND = "conforme"
    DOUBTFUL = "a_verifier"
    SET_ASIDE = "mis_de_cote"

    @property
    def words(self) -> str:
        """The verdict in French, with its sign."""
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.SOUND: "✓ Conforme",
    Verdict.DOUBTFUL: "▲ À vérifier",
    Verdict.SET_ASIDE: "✕ Fichier mis de côté",
}


@dataclass(frozen=True)
class SetAside:
    """Rows that were read and do not count, and why (French)."""

    rows: int
    reason: str


@dataclass(frozen=True)
class FileQuality:
    """One received file: when, of which vintage, its rows, or the faults that set it aside."""

    name: str
    received: str
    vintage: str
    rows: int
    kept: bool
    sha256: str
    remarks: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Finding:
    """One thing to know of a source, as a French sentence."""

    text: str
    serious: bool


@dataclass(frozen=True)
class SourceQuality:
    """Everything that the checks say of one source of a space.

    ``coverage`` is the share (0 to 1) of the population of the space that the source knows, None
    where it has no sense; ``elsewhere`` counts rows of communes out of the space's territory;
    ``reference`` says which population the totals stand beside; ``inhabitants`` are those of the
    space; ``carried`` are the old codes carried to the geography of the space.
    """

    source_id: str
    title: str
    publisher: str
    vintage: str
    coverage: float | None
    files: tuple[FileQuality, ...]
    rows_read: int
    rows_kept: int
    set_aside: tuple[SetAside, ...]
    elsewhere: int
    absent: Absent | None
    inhabitants: float
    reference: str
    totals: tuple[Total, ...]
    impossible: tuple[Impossible, ...]
    changes: tuple[Change, ...]
    columns: tuple[ColumnState, ...]
    remarks: tuple[str, ...]
    carried: tuple[Carried, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of every file set aside."""
        return tuple(fault for file in self.files for fault in file.faults)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks found, serious first."""
        found = [
            *_file_findings(self),
            *_absent_findings(self),
            *_total_findings(self),
            *[_impossible_finding(item) for item in self.impossible],
            *[finding for item in self.changes for finding in _change_findings(item)],
        ]
        return tuple(sorted(found, key=lambda finding: not finding.serious))

    @property
    def verdict(self) -> Verdict:
        """What a reader does with the source."""
        if any(not file.kept for file in self.files):
            return Verdict.SET_ASIDE
        serious = any(finding.serious for finding in self.findings)
        return Verdict.DOUBTFUL if serious else Verdict.SOUND


def source_quality(
    space: Space, register: LandRegister, source_id: str, vintage: str, coverage: float
) -> SourceQuality:
    """Check one source of an opened space; ``vintage`` and ``coverage`` as the space tells them."""
    state = space.states[source_id]
    source = state.source
    table = space.table(source_id) if state.kept else pd.DataFrame()
    units = register.units
    people = pd.Series(register.population, index=units.codes)
    told, beside = _reference(space, register, source_id, people)

    def name(code: Hashable) -> str:
        if code not in units.codes:
            return str(code)
        row = units.table.loc[code]
        return f"{row['name']} ({row['departement']})"

    has = not table.empty
    wholes = _wholes(source_id)
    coded = has and coding.tells_communes(source)
    read, aside = _rows_set_aside(space, state, len(table))
    return SourceQuality(
        source_id=source_id,
        title=source.title,
        publisher=_publishers(state),
        vintage=vintage,
        coverage=None if math.isnan(coverage) else coverage,
        files=tuple(_file(file) for file in state.files),
        rows_read=read,
        rows_kept=len(table),
        set_aside=aside,
        elsewhere=_elsewhere(table, units.codes) if coded else 0,
        absent=absent_units(table, source, units, people, name) if has else None,
        inhabitants=float(people[~units.is_city].sum()),
        reference=told,
        totals=population_totals(table, source, units, beside) if has and told else (),
        impossible=impossible_values(table, source, wholes, name) if has else (),
        changes=implausible_changes(table, source, name) if has else (),
        columns=column_states(table, source) if has else (),
        remarks=tuple(space.remarks(source_id)),
        carried=space.carried(source_id),
    )


def as_records(report: list[SourceQuality]) -> list[dict[str, Any]]:
    """The report as plain values for JSON: English keys, French sentences, null for the unknown."""
    return [
        {
            **_plain(asdict(item)),
            "totals": [
                _plain({**asdict(total), "gap": total.gap, "plausible": total.plausible})
                for total in item.totals
            ],
            "carried": [{**_plain(asdict(moved)), "codes": moved.codes} for moved in item.carried],
            "verdict": item.verdict.value,
            "findings": [asdict(finding) for finding in item.findings],
        }
        for item in report
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return _plain_number(value) if isinstance(value, float) else value


def _plain_number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _file(file: FileState) -> FileQuality:
    record = file.record
    return FileQuality(
        name=file.path.name,
        received=record.date_recuperation,
        vintage=record.millesime,
        rows=file.outcome.rows,
        kept=file.kept,
        sha256=record.sha256,
        remarks=file.outcome.remarks,
        faults=file.outcome.faults,
    )


def _publishers(state: SourceState) -> str:
    """Who published the files, as their provenance says."""
    stated = {file.record.editeur for file in state.kept} - {""}
    return ", ".join(sorted(stated)) or state.source.publisher


def _reference(
    space: Space, register: LandRegister, source_id: str, people: pd.Series
) -> tuple[str, pd.Series]:
    """The population that totals stand beside, and its name; no name where there is none."""
    known = register.units.table["population"].astype(float)
    if known.notna().any():
        return f"la population de référence de {reference.population_year()}", known
    if source_id != _POPULATION and space.has(_POPULATION):
        return "la population légale de cet espace", people
    return "", people


def _elsewhere(table: pd.DataFrame, codes: pd.Index) -> int:
    """Rows of communes that are not of the space's territory."""
    here = set(codes)
    return sum(code not in here for code in table["code"].dropna().to_numpy(dtype=object))


def _wholes(source_id: str) -> list[tuple[str, str]]:
    """Parts and wholes that a source holds: the shares of the catalogue, then the declared ones."""
    pairs = list(_WHOLES) if source_id == _POPULATION else []
    for indicator in INDICATORS.values():
        measure = indicator.measure
        if isinstance(measure, Ratio) and indicator.unit == "%":
            part, whole = parse(measure.numerator), parse(measure.denominator)
            if part.source == whole.source == source_id and part.column != whole.column:
                pairs.append((part.column, whole.column))
    return list(dict.fromkeys(pairs))


def _rows_set_aside(
    space: Space, state: SourceState, kept: int
) -> tuple[int, tuple[SetAside, ...]]:
    """Rows read in the good files, and those that do not count: unknown names, older, merged."""
    read = sum(file.outcome.rows for file in state.kept)
    unknown, older = 0, 0
    named = any(column.name == "commune_nom" for column in state.source.columns)
    if state.kept and (named or len(state.kept) > 1):
        tables = [_resolved(space, state.source, file) for file in state.kept]
        unknown = read - sum(len(table) for table in tables)
        older = _told_again(state.source, tables)
    merged = read - unknown - older - kept if state.kept else 0
    found = [
        SetAside(unknown, "commune dont le nom n'a pas été reconnu"),
        SetAside(older, "ligne d'un fichier plus ancien, redite par un plus récent"),
        SetAside(merged, "ligne réunie à une autre par une fusion de communes"),
    ]
    return read, tuple(item for item in found if item.rows > 0)


def _resolved(space: Space, source: Source, file: FileState) -> pd.DataFrame:
    """The rows of one file, names resolved and vintage told, before codes are carried."""
    table = space.cache.table(file.key, file.outcome.geographic)
    if table is None:
        table = MODULES[source.id].read(file.path)
    table = coding.with_vintage(table, source, file.record)
    table = coding.with_resolved_names(table, space.own_codes, [])
    undated = "period" in table.columns and bool((table["period"] == "").any())
    if undated and source.period_lag is not None and space.year:
        year = coding.geography_year(table["code"], space.year, source.partial)
        table = coding.with_period(table, source, year, [])
    return table


def _told_again(source: Source, tables: list[pd.DataFrame]) -> int:
    """Rows of older tables that a newer one tells too (tables are given oldest first)."""
    key = list(source.replaced_by or source.key)
    count = 0
    newer: pd.MultiIndex | None = None
    for table in reversed(tables):
        rows = pd.MultiIndex.from_frame(table[key].astype("string"))
        if newer is not None:
            count += int(rows.isin(newer).sum())
        newer = rows if newer is None else newer.append(rows)
    return count


# Findings, in words


def _file_findings(item: SourceQuality) -> list[Finding]:
    found = []
    for file in item.files:
        if not file.kept:
            faults = french.count_of(len(file.faults), "anomalie")
            found.append(Finding(f"Fichier « {file.name} » mis de côté : {faults}.", True))
    for aside in item.set_aside:
        rows = french.count_of(aside.rows, "ligne écartée", "lignes écartées")
        found.append(Finding(f"{rows} : {aside.reason}.", "nom" in aside.reason))
    return found


def _absent_findings(item: SourceQuality) -> list[Finding]:
    absent = item.absent
    if absent is None or not absent.communes:
        return []
    communes = french.count_of(absent.communes, "commune")
    people = french.count_of(absent.inhabitants, "habitant")
    ending = ", …" if absent.communes > len(absent.examples) else "."
    text = f"{communes} sans donnée ({people}) : {', '.join(absent.examples)}{ending}"
    serious = item.inhabitants > 0 and absent.inhabitants / item.inhabitants > MANY_ABSENT
    return [Finding(text, serious)]


def _total_findings(item: SourceQuality) -> list[Finding]:
    found = []
    for total in item.totals:
        gap = french.signed(total.gap * 100, 1)
        when = f" ({total.period})" if total.period else ""
        communes = french.count_of(total.communes, "commune")
        text = (
            f"{_capital(total.label)}{when} : {french.number(total.total)}, contre "
            f"{french.number(total.reference)} pour les mêmes communes ({communes}) selon "
            f"{item.reference}, soit {gap} %."
        )
        found.append(Finding(text, not total.plausible))
    return found


def _impossible_finding(item: Impossible) -> Finding:
    rows = french.count_of(item.rows, "ligne")
    text = f"{_capital(item.label)} : {item.rule} dans {rows} ({' ; '.join(item.examples)})."
    return Finding(text, True)


def _change_findings(item: Change) -> list[Finding]:
    found = []
    between = f"entre {item.previous} et {item.period}"
    if item.beyond:
        share = item.beyond / item.compared
        noun = "commune" if item.by_commune else "ligne"
        rows = french.count_of(item.beyond, f"{noun} change", f"{noun}s changent")
        percent = "moins de 0,1 %" if share < 0.001 else french.percent(share)
        zero = f", dont {french.number(item.emptied)} à zéro" if item.emptied else ""
        text = (
            f"{_capital(item.label)} : {rows} de {item.rule} {between}{zero} ({percent} des "
            f"{french.number(item.compared)} comparées) ; par exemple "
            f"{' ; '.join(item.examples[:3])}."
        )
        found.append(Finding(text, share > MANY_CHANGES or item.emptied > 0))
    if item.total_change is not None and abs(item.total_change) > LARGE_TOTAL_CHANGE:
        change = french.signed(item.total_change * 100, 1)
        text = f"{_capital(item.label)} : le total change de {change} % {between}."
        found.append(Finding(text, True))
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
