"""The history of the communes, as :mod:`make_reference` needs it.

Two sources are joined: the dated graph of ``historique-communes.json`` (1943 to 1 January 2019)
and yearly snapshots since. Their common language is the *place*: what was a commune once. A place
never changes; the commune that holds it does, and its trail is a list of dated segments.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

HISTORY_YEAR, PRESENT_YEAR = 2019, 2026
EVER, OPEN = "1943-01-01", "9999-12-31"

# What the package does not say, or says wrongly: facts of law, or of the Insee's events file.
MAYOTTE_SINCE = "2011-03-31"  # 101st département (loi organique 2010-1486)
LEFT_THE_COG = {  # collectivités d'outre-mer since then (loi organique 2007-223)
    "97123": ("Saint-Barthélemy", "2007-07-15", "97701"),
    "97127": ("Saint-Martin", "2007-07-15", "97801"),
}
SHARED_OUT = {  # suppressed communes whose land went to several neighbours (COG, event 30)
    "77362": ("77066", "77444"),
    "51385": ("51440", "51487", "51503"),
    "60606": ("60509", "60587"),
    "45117": ("45093", "45313"),
    "51606": ("51235", "51313", "51369"),
    "08227": ("08203", "08454"),
}
NAME_CORRECTIONS = {"COM-22183@1943-01-01": "Plémet"}  # was given the name of 2016

COLLECTIVITIES = ("975", "977", "978")  # and all that begins with 98
KINDS = {"commune-deleguee": "déléguée", "commune-associee": "associée"}

Row = dict[str, Any]
Segment = tuple[str, str, str]  # start, end (excluded), commune
Place = tuple[list[str], list[Segment]]  # codes borne, oldest first; communes that held it


def departement_of(code: str) -> str:
    """First two characters of a commune code, three overseas."""
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def fold(name: str) -> str:
    """Letters and digits of a name, without case or accents: equal = same name, other typing."""
    decomposed = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(c for c in decomposed.casefold() if c.isalnum())


class Snapshot:
    """The communes of one 1 January: names, populations, and what their parts were."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.overseas = [
            r for r in rows if r["code"][:2] == "98" or r["code"][:3] in COLLECTIVITIES
        ]
        outside = {r["code"] for r in self.overseas}
        present = [r for r in rows if r["type"] == "commune-actuelle" and r["code"] not in outside]
        self.communes = {r["code"]: r for r in present}
        self.names = {code: r["nom"] for code, r in self.communes.items()}
        self.parts = [r for r in rows if r["type"] in KINDS]
        self.parent = {r["code"]: r["chefLieu"] for r in self.parts}
        self.heir = {old: r["code"] for r in present for old in r.get("anciensCodes", [])}
        self.population = {
            c: r["population"] for c, r in self.communes.items() if "population" in r
        }

    def holder(self, code: str, before: str) -> str | None:
        """The commune that holds the place ``code``, which was in the commune ``before``."""
        for known in (code, before):
            for candidate in (known, self.parent.get(known), self.heir.get(known)):
                if candidate in self.names:
                    return candidate
        return None


def names_of_2020(members: list[Row], before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Communes of 1 January 2020 from the EPCI of that day, and the islands that have none.

    The names of that file are badly typed: the spelling of 2019 or 2021 is taken instead.
    """
    listed = {m["code"]: m["nom"] for epci in members for m in epci["membres"]}
    islands = (set(before.names) & set(after.names)) - set(listed)
    result = {}
    for code in [*listed, *islands]:
        spellings = [s.names[code] for s in (after, before) if code in s.names]
        same = [name for name in spellings if fold(name) == fold(listed.get(code, name))]
        result[code] = (same or spellings)[0]
    return result


class History:
    """The dated graph of 0.7.0: nodes (commune, déléguée, associée, absorbed) and their links."""

    def __init__(self, rows: list[Row]) -> None:
        self.node = {r["id"]: dict(r) for r in rows}
        for id_, name in NAME_CORRECTIONS.items():
            self.node[id_]["nom"] = name
        for node in self.node.values():
            if departement_of(node["code"]) == "976" and "dateDebut" not in node:
                node["dateDebut"] = MAYOTTE_SINCE
        for code, (name, end, _) in LEFT_THE_COG.items():
            id_ = f"COM-{code}@{EVER}"
            self.node[id_] = {"id": id_, "code": code, "nom": name, "type": "COM", "dateFin": end}

    def span(self, node: Row) -> tuple[str, str]:
        """First day of a node and first day after it."""
        return node.get("dateDebut", EVER), node.get("dateFin", OPEN)

    def parts(self) -> dict[str, tuple[str, str]]:
        """For each code ever borne: the last name, and the code of the place (of its first part).

        A commune that was already a merger may have got a new code as a part only.
        """
        result = {}
        for node in sorted(self.node.values(), key=lambda node: self.span(node)[0]):
            first = node
            while first.get("membres"):
                first = self.node[first["membres"][0]]
            result[node["code"]] = (node["nom"], first["code"])
        return result

    def path(self, id_: str | None, start: str, end: str) -> list[Segment]:
        """The communes that hold a node over [start, end[, following successors and poles."""
        if id_ is None or start >= end:
            return []
        node = self.node[id_]
        until = min(end, self.span(node)[1])
        if start >= until:
            return self.path(node.get("successeur"), start, end)
        if node["type"] == "COM":
            here = [(start, until, node["code"])]
        else:
            here = self.path(node["pole"], start, until)
        return here + self.path(node.get("successeur"), until, end)

    def places(self) -> list[tuple[list[str], list[Segment]]]:
        """Each place: the codes it bore, oldest first, and the communes that held it."""
        result = []
        for node in self.node.values():
            if "predecesseur" in node or "membres" in node:
                continue
            codes, current = [node["code"]], node
            while "successeur" in current:
                current = self.node[current["successeur"]]
                codes += [current["code"]] if current["code"] != codes[-1] else []
            result.append((codes, merged(self.path(node["id"], self.span(node)[0], OPEN))))
        return sorted(result, key=lambda place: (place[0][-1], place[1]))


def merged(segments: list[Segment]) -> list[Segment]:
    """Join consecutive segments of the same commune."""
    result: list[Segment] = []
    for start, end, code in segments:
        if result and result[-1][1] == start and result[-1][2] == code:
            result[-1] = (result[-1][0], end, code)
        else:
            result.append((start, end, code))
    return result


def follow(
    places: list[tuple[list[str], list[Segment]]],
    snapshots: dict[int, Snapshot],
    names: dict[int, dict[str, str]],
) -> list[list[Segment]]:
    """Carry each place from the state of 1 January 2019 to the present, year by year."""
    result = []
    for codes, segments in places:
        last_start, last_end, commune = segments[-1]
        if last_end != OPEN:
            result.append(segments)
            continue
        carried = [*segments[:-1], (last_start, f"{HISTORY_YEAR + 1}-01-01", commune)]
        for year in range(HISTORY_YEAR + 1, PRESENT_YEAR + 1):
            if year in snapshots:
                holder = snapshots[year].holder(codes[-1], commune)
            else:  # 2020: only the list of codes is known
                later = snapshots[year + 1].holder(codes[-1], commune)
                holder = next((c for c in (codes[-1], commune, later) if c in names[year]), None)
            if holder is None:
                raise SystemExit(f"{codes}: {commune} of {year - 1} is lost in {year}")
            commune = holder
            end = OPEN if year == PRESENT_YEAR else f"{year + 1}-01-01"
            carried.append((f"{year}-01-01", end, commune))
        result.append(merged(carried))
    return result


def states(history: History, names: dict[int, dict[str, str]]) -> pd.DataFrame:
    """Every (code, name) that a commune bore, with its dates; ``end`` is excluded."""
    rows, alive = [], {}
    for node in sorted(history.node.values(), key=lambda n: (n["code"], history.span(n)[0])):
        if node["type"] != "COM":
            continue
        start, end = history.span(node)
        if end == OPEN:
            alive[node["code"]] = (respelt(node, names), start)
        else:
            rows.append((node["code"], node["nom"], start, end))
    if set(alive) != set(names[HISTORY_YEAR]):
        raise SystemExit("the history does not end with the communes of 2019")
    for year in range(HISTORY_YEAR + 1, PRESENT_YEAR + 1):
        day = f"{year}-01-01"
        for code, (name, start) in list(alive.items()):
            if names[year].get(code) != name:
                rows.append((code, name, start, day))
                del alive[code]
        for code, name in names[year].items():
            alive.setdefault(code, (name, day))
    rows += [(code, name, start, OPEN) for code, (name, start) in alive.items()]
    table = pd.DataFrame(sorted(rows), columns=["code", "name", "start", "end"])
    table = table.sort_values(["code", "start"], ignore_index=True)
    again = (table["code"] == table["code"].shift()) & (table["name"] == table["name"].shift())
    run = (~(again & (table["start"] == table["end"].shift()))).cumsum()
    return table.groupby(run).agg({"code": "first", "name": "first", "start": "min", "end": "max"})


def respelt(node: Row, names: dict[int, dict[str, str]]) -> str:
    """The name of a node; when 2021 only types it otherwise, as 2021 does."""
    later = names[HISTORY_YEAR + 2].get(node["code"], "")
    return later if fold(later) == fold(node["nom"]) else node["nom"]


# --------------------------------------------------------------------------- populations


def cells(trails: list[list[Segment]], snapshots: dict[int, Snapshot]) -> list[tuple[int, float]]:
    """For each place, its cell and the cell's present population.

    A cell is the smallest set of places whose population is known: a commune of the present, cut
    along the communes that it was made of when one of the snapshots still counted them apart. The
    inhabitants of today are shared in the proportions of that count.
    """
    years = sorted(snapshots, reverse=True)
    at = {year: [commune_on(trail, f"{year}-01-01") for trail in trails] for year in years}
    inside = {year: grouped(range(len(trails)), column) for year, column in at.items()}
    result: list[tuple[int, float]] = [(-1, float("nan"))] * len(trails)

    def cut(group: list[int], population: float, later: list[int]) -> None:
        for depth, year in enumerate(later):
            parts = grouped(group, at[year])
            known = snapshots[year].population
            whole = all(c in known and len(p) == len(inside[year][c]) for c, p in parts.items())
            if len(parts) > 1 and whole and sum(known[c] for c in parts) > 0:
                total = sum(known[c] for c in parts)
                for commune, part in parts.items():
                    cut(part, population * known[commune] / total, later[depth + 1 :])
                return
        for place in group:
            result[place] = (group[0], population)

    for commune, group in inside[PRESENT_YEAR].items():
        if commune is not None:
            cut(group, float(snapshots[PRESENT_YEAR].population[commune]), years[1:])
    return result


def commune_on(trail: list[Segment], day: str) -> str | None:
    """The commune that holds a place on a day."""
    return next((code for start, end, code in trail if start <= day < end), None)


def grouped(items: Iterable[int], key: list[str | None]) -> dict[Any, list[int]]:
    """Items by the value of ``key`` at their position."""
    result: dict[Any, list[int]] = defaultdict(list)
    for item in items:
        result[key[item]].append(item)
    return result
