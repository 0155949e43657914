"""What the oracle knows of each place: rows, cells, periods, a producer's own figures.

Rows are plain dicts. Written from DOMAIN §8 and §9.2 and from the declarations of the sources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cpts_data.contracts import Column, Source
from cpts_data.sources import MODULES
from tests.oracle_registers import REGISTERS, distinct_persons, minutes_to_nearest

KNOWN, MASKED, MISSING, OUTSIDE = "observe", "masque", "manquant", "sans_objet"
ESTIMATED, BOUNDED, CONTEXT, FEW = "estime", "borne", "contexte", "insuffisant"
WHOLE = "ensemble"
FINEST = ("commune", "arrondissement")
INSIDE_A_DEPARTEMENT = (*FINEST, "cpts", "compose", "epci", "bassin_de_vie")
WHOLE_OF_SPLITS = ("departement", "region", "france")
POPULATION = "populations_legales.population"
NEARLY = 2


@dataclass(frozen=True)
class Name:
    """The name of a column, taken apart."""

    source: str
    column: str
    level: str
    before: int
    where: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def plain(self) -> Name:
        return Name(self.source, self.column, "", 0, self.where)


@cache
def taken_apart(text: str) -> Name:
    body, _, where = text.partition("[")
    body, _, mark = body.partition("@")
    source, column = body.split(".")
    chosen = []
    for piece in where.rstrip("]").split(",") if where else []:
        stratum, _, values = piece.partition("=")
        chosen.append((stratum, tuple(values.split("|"))))
    before = int(mark[1:]) if mark.startswith("-") else 0
    return Name(source, column, "" if before else mark, before, tuple(chosen))


@dataclass(frozen=True)
class Cell:
    """What is known of one place: a value, or why there is none, and what masks leave to see."""

    state: str
    value: float = 0.0
    estimated: bool = False
    row: bool = True
    hidden: int = 1
    seen: float = 0.0


ABSENT = Cell(MISSING, row=False)


@dataclass(frozen=True)
class Land:
    """Units and territories: départements, whole cities with their parts, weights by territory."""

    departements: dict[str, str]
    regions: dict[str, str]
    cities: dict[str, tuple[str, ...]]
    reference_population: dict[str, float]
    territories: dict[str, dict[str, dict[str, float]]]
    national: bool
    covers_france: bool
    year: str
    reference_year: str


class Known:
    """The rows of a space, as columns of cells by unit and as figures by territory."""

    def __init__(self, tables: dict[str, list[dict]], land: Land) -> None:
        self.land = land
        self.tables = tables
        self._counted: dict[tuple[str, bool], list[dict]] = {}
        self._groups: dict = {}
        self._cells: dict = {}
        self._figures: dict = {}
        self._periods: dict[str, list[str]] = {}
        self._periods_told: dict = {}
        self._persons: dict = {}
        self.people_known = self._people()

    # Periods

    def periods(self, text: str) -> list[str]:
        """Periods for which a column is known or masked somewhere."""
        if text not in self._periods:
            self._periods[text] = self._known_periods(taken_apart(text).plain)
        return self._periods[text]

    def _known_periods(self, name: Name) -> list[str]:
        if name.source not in self.tables:
            promised = f"{name.source}.{name.column}"
            return [self.land.reference_year] if promised == POPULATION else []
        rows = self._rows(name)
        if not rows:
            return []
        if "period" not in rows[0]:
            return [self.land.year]
        strata = self._strata(name)
        found = set()
        for place, periods in self._told(name).items():
            if all(place[strata.index(stratum)] in values for stratum, values in name.where):
                found |= periods
        return sorted(found)

    def _told(self, name: Name) -> dict[tuple, set[str]]:
        """The periods for which each stratum is known or masked somewhere."""
        rows, strata = self._rows(name), self._strata(name)
        key = (id(rows), name.column)
        if key not in self._periods_told:
            told: dict[tuple, set[str]] = {}
            for row in rows:
                known = row.get(name.column) is not None
                known = known or row.get(f"{name.column}_statut") == MASKED
                if known and row["period"] is not None:
                    place = tuple(row[stratum] for stratum in strata)
                    told.setdefault(place, set()).add(str(row["period"]))
            self._periods_told[key] = told
        return self._periods_told[key]

    def period_of(self, text: str, wanted: str) -> str:
        """The period asked, else the latest not after it; some years before for the past."""
        name, found = taken_apart(text), self.periods(text)
        if name.before:
            return self._years_earlier(found, wanted, name.before)
        if not found or wanted in found:
            return wanted
        before = [period for period in found if period <= wanted]
        if f"{name.source}.{name.column}" == POPULATION or not before:
            return found[-1]
        return before[-1]

    @staticmethod
    def _years_earlier(found: list[str], wanted: str, years: int) -> str:
        best: tuple[int, str] | None = None
        for period in found:
            gap = abs(year_of(wanted) - years - year_of(period))
            if year_of(period) < year_of(wanted) and gap <= NEARLY:
                best = min(best or (gap, period), (gap, period))
        return best[1] if best else ""

    # Rows and cells

    def _rows(self, name: Name) -> list[dict]:
        """The rows that hold a column: those of the table, or those counted out of it."""
        counted = {column.name for column in source_of(name).counted}
        if name.column not in counted:
            return self.tables[name.source]
        key = (name.source, name.column == "minutes")
        if key not in self._counted:
            self._counted[key] = self._nearest(name) if key[1] else REGISTERS[key[0]](self.tables)
        return self._counted[key]

    def _nearest(self, name: Name) -> list[dict]:
        """Minutes to the nearest service; without a matrix they are estimated, elsewhere tested."""
        if "temps_de_trajet" not in self.tables:
            return []
        land = self.land
        units = [unit for unit in land.departements if unit not in land.cities]
        return minutes_to_nearest(self.tables, name.source, units, land.cities)

    def _group(self, name: Name, period: str, level: str) -> dict[tuple, dict[str, list[dict]]]:
        """Rows of a period and level: stratum -> code -> rows."""
        rows = self._rows(name)
        key = (id(rows), period, level)
        if key in self._groups:
            return self._groups[key]
        groups: dict[tuple, dict[str, list[dict]]] = {}
        strata = self._strata(name)
        for row in rows:
            if "period" in row and row["period"] != period:
                continue
            if row.get("niveau", "commune") != level:
                continue
            place = tuple(row[stratum] for stratum in strata)
            groups.setdefault(place, {}).setdefault(row["code"], []).append(row)
        self._groups[key] = groups
        return groups

    def _strata(self, name: Name) -> tuple[str, ...]:
        rows = self._rows(name)
        declared = source_of(name).strata_columns
        return tuple(stratum for stratum in declared if rows and stratum in rows[0])

    def figures(self, name: Name, period: str, level: str) -> dict[str, Cell]:
        """One cell per place: rows of the strata asked are added; unsaid strata are the whole."""
        key = (name, period, level)
        if key not in self._figures:
            self._figures[key] = self._added(name, period, level)
        return self._figures[key]

    def _added(self, name: Name, period: str, level: str) -> dict[str, Cell]:
        groups, strata = self._group(name, period, level), self._strata(name)
        asked = dict(name.where)
        places = [
            place
            for place in groups
            if all(place[strata.index(stratum)] in values for stratum, values in name.where)
        ]
        for position, stratum in enumerate(strata):
            if stratum not in asked and any(place[position] == WHOLE for place in places):
                places = [place for place in places if place[position] == WHOLE]
        by_code: dict[str, list[Cell]] = {}
        for place in places:
            for code, rows in groups[place].items():
                cell = self._alone(rows, name, bool(strata))
                by_code.setdefault(code, []).append(cell)
        wanted = 0
        if any(len(values) > 1 for values in asked.values()):
            wanted = 1
            for position, stratum in enumerate(strata):
                met = {place[position] for place in places}
                wanted *= len(asked[stratum]) if stratum in asked else len(met)
        if wanted == 0 and len(places) > 1:
            wanted = 1
        if column_of(name).absent_means_zero:
            wanted = min(wanted, 1)
        return {code: _sum(cells, wanted) for code, cells in by_code.items()}

    @staticmethod
    def _alone(rows: list[dict], name: Name, labelled: bool) -> Cell:
        """The cell of one place and stratum; under labels that overlap, the largest figure."""
        row = rows[-1]
        if labelled and len(rows) > 1:
            row = rows[0]
            for other in rows[1:]:
                value, best = other[name.column], row[name.column]
                if value is not None and (best is None or value > best):
                    row = other
        value, status = row[name.column], row.get(f"{name.column}_statut")
        if value is not None:
            return Cell(KNOWN, float(value), status == ESTIMATED)
        return Cell(status if status in (MASKED, OUTSIDE) else MISSING)

    def cell(self, text: str, period: str, unit: str) -> Cell:
        """What a column says of one unit (or of a whole city)."""
        key = (text, period)
        if key not in self._cells:
            self._cells[key] = self._laid(taken_apart(text), period)
        return self._cells[key].get(unit, ABSENT)

    def _laid(self, name: Name, period: str) -> dict[str, Cell]:
        if name.level:
            return self._around(name, period)
        if period not in self.periods(_text(name)):
            return {}
        if name.source not in self.tables:
            people = self.land.reference_population if self.land.national else {}
            return {unit: Cell(KNOWN, count) for unit, count in people.items()}
        cells = dict(self.figures(name, period, "commune"))
        outside = source_of(name).outside
        for unit, departement in self.land.departements.items():
            if unit not in cells and departement in outside:
                cells[unit] = Cell(OUTSIDE, row=False)
        if column_of(name).absent_means_zero:
            self._fill_with_zeros(cells, name, period)
        return cells

    def _fill_with_zeros(self, cells: dict[str, Cell], name: Name, period: str) -> None:
        """A register lists what exists: nothing elsewhere in the départements it speaks of."""
        spoken = set()
        for by_code in self._group(name, period, "commune").values():
            spoken |= {self.land.departements.get(code) for code in by_code}
        parts_of_whole = set()
        for city, parts in self.land.cities.items():
            if city in cells and not any(part in cells for part in parts):
                parts_of_whole |= set(parts)
        for unit, departement in self.land.departements.items():
            if unit in self.land.cities or unit in parts_of_whole or departement not in spoken:
                continue
            if unit not in cells or not cells[unit].row:
                cells[unit] = Cell(KNOWN, 0.0)

    def _around(self, name: Name, period: str) -> dict[str, Cell]:
        """The figure of the département, région or country of each unit."""
        plain = name.plain
        if period not in self.periods(_text(plain)):
            return {}
        wider = self.figures(plain, period, name.level)
        places = {"departement": self.land.departements, "region": self.land.regions}
        found = {}
        for unit in self.land.departements:
            code = "FR" if name.level == "france" else places[name.level].get(unit, "")
            if code in wider and wider[code].state in (KNOWN, MASKED):
                found[unit] = wider[code]
        return found

    # A producer's own figures

    def own(self, text: str, period: str, level: str, territory: str) -> Cell | None:
        """What the producer says of this very territory; None when it says nothing."""
        name = taken_apart(text)
        if name.level or name.source not in self.tables:
            return None
        if level == "france" and not self.land.covers_france and not self.land.national:
            return None
        if f"{name.source}.{name.column}" == "rpps.praticiens":
            if level == "france" and not self.land.covers_france:
                return None
            return self._own_persons(name, period, level, territory)
        combine = column_of(name).combine
        if level in FINEST:
            if combine == "somme":
                return None
            told = self.figures(name, period, "commune").get(territory)
        else:
            rows = self._rows(name)
            if not rows or "niveau" not in rows[0]:
                return None
            told = self.figures(name, period, level).get(territory)
        if told is not None and told.estimated and combine == "moyenne":
            return Cell(MISSING)
        return told

    def _own_persons(self, name: Name, period: str, level: str, territory: str) -> Cell | None:
        weights = self._with_cities(level, territory)
        spoken = set()
        for by_code in self._group(name, period, "commune").values():
            spoken |= {self.land.departements.get(code) for code in by_code}
        if not weights or any(self.land.departements[unit] not in spoken for unit in weights):
            return None
        key = (name, period)
        if key not in self._persons:
            self._persons[key] = distinct_persons(self.tables, dict(name.where), period)
        total = 0.0
        for communes in self._persons[key].values():
            held = sum(weights.get(commune, 0.0) for commune in communes)
            total += min(held, 1.0)
        return Cell(KNOWN, total)

    def _with_cities(self, level: str, territory: str) -> dict[str, float]:
        """Inner units, and the whole cities of which every part is held alike."""
        weights = dict(self.land.territories[level][territory])
        for city, parts in self.land.cities.items():
            held = {weights.get(part, 0.0) for part in parts}
            if len(held) == 1 and (weight := held.pop()) > 0:
                weights[city] = weight
        return weights

    def _people(self) -> dict[str, float]:
        """Inhabitants: the latest legal population received, else the reference's."""
        people = dict.fromkeys(self.land.departements, 0.0) | self.land.reference_population
        rows = self.tables.get("populations_legales", [])
        if rows:
            last = max(row["period"] for row in rows)
            for row in rows:
                known = row["period"] == last and row["population"] is not None
                if known and row["code"] in people:
                    people[row["code"]] = float(row["population"])
        if not any(people.values()):
            people = dict.fromkeys(people, 1.0)
        for city, parts in self.land.cities.items():
            within = sum(people[part] for part in parts)
            if within > 0:
                people[city] = within
        return people


def source_of(name: Name) -> Source:
    return MODULES[name.source].SOURCE


def column_of(name: Name) -> Column:
    return source_of(name).column(name.column)


def _text(name: Name) -> str:
    chosen = ",".join(f"{stratum}={'|'.join(values)}" for stratum, values in name.where)
    mark = f"@-{name.before}" if name.before else ""
    return f"{name.source}.{name.column}{mark}" + (f"[{chosen}]" if chosen else "")


def year_of(period: str) -> int:
    found = re.match(r"\d{4}", period)
    return int(found.group()) if found else 10_000


def _sum(cells: list[Cell], wanted: int) -> Cell:
    """Add the strata of one place: missing before masked before estimated."""
    if len(cells) == 1 and wanted <= 1:
        return cells[0]
    states = [cell.state for cell in cells]
    if set(states) == {OUTSIDE}:
        return Cell(OUTSIDE)
    if len(cells) < wanted or MISSING in states or OUTSIDE in states:
        return Cell(MISSING)
    seen = sum(cell.value for cell in cells)
    if MASKED in states:
        return Cell(MASKED, hidden=states.count(MASKED), seen=seen)
    return Cell(KNOWN, seen, any(cell.estimated for cell in cells))
