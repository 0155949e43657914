"""A pasted text as places: lines, cells, columns, shares. ``lists`` says what each place is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cpts_data.analysis.composed import clean_name
from cpts_data.composition.naming import Namer
from cpts_data.reference import normalise_code, spelling
from cpts_data.reference.surroundings import departements_named

_LONGEST_CELL = 120
_SAMPLE = 200
_MOSTLY = 0.6
_BULLET = re.compile(r"^\s*(?:[•·▪◦*–—]|-(?=\s)|\d{1,3}[.)](?=\s))\s*")
_SHARE = re.compile(r"\(?\s*(\d{1,3}(?:[.,]\d{1,4})?)\s*%\s*\)?\s*$")
_ARTICLE = re.compile(r",\s*(l[ea]s?|l['’]|aux|las|los)\s*(?=$|,)", re.IGNORECASE)
_HEADS = {
    "code": {"code", "insee", "codeinsee", "codecommune", "codgeo", "codegeo", "depcom", "com"},
    "name": {"commune", "nom", "nomcommune", "libelle", "libgeo", "ville", "territoirecpts"},
    "departement": {"departement", "dep", "dpt", "dept", "codedepartement"},
    "part": {"part", "parts", "quotite", "pourcentage"},
}


@dataclass(frozen=True)
class Item:
    """One place as written: line, text, département told by a column, part."""

    line: int
    text: str
    departement: str = ""
    part: float = 1.0


# Lines


def cells_of(line: str) -> list[str]:
    """Cells of a line that tabs, semicolons or bars cut; bare and short."""
    mark = next((one for one in ("\t", ";", "|") if one in line), "")
    cut = line.split(mark) if mark else [line]
    return [clean_name(cell.strip().strip('"“”«»'))[:_LONGEST_CELL] for cell in cut]


def from_lines(cells: Sequence[tuple[int, list[str]]]) -> list[Item]:
    """Every cell is a place; commas part them too, save before an article (« Castellet, Le »)."""
    items: list[Item] = []
    for number, row in cells:
        for cell in row:
            if (share := _share_alone(cell)) and items and items[-1].line == number:
                items[-1] = replace(items[-1], part=share)
                continue
            bare = _BULLET.sub("", cell)
            joined = _ARTICLE.sub(lambda found: f" ({found[1]})", bare)
            for piece in joined.split(",") if not _decimal_share(bare) else [bare]:
                text, part = _with_share(piece.strip())
                if text:
                    items.append(Item(number, text, "", part))
    return items


def _share_alone(text: str) -> float:
    """The share that a cell holds and nothing else (« 40 % »), else 0."""
    rest, share = _with_share(text)
    return share if not rest and "%" in text else 0.0


def _decimal_share(text: str) -> bool:
    """Whether the comma of a text is that of a share: « Nice 33,3 % »."""
    return text.count(",") == 1 and re.search(r"\d,\d+\s*%", text) is not None


def _with_share(text: str) -> tuple[str, float]:
    found = _SHARE.search(text)
    if not found:
        return text, 1.0
    share = round(float(found[1].replace(",", ".")) / 100, 6)
    return (text[: found.start()].strip(), share) if 0 < share <= 1 else (text, 1.0)


# Tables


def roles_of(rows: Sequence[list[str]], namer: Namer) -> dict[str, int] | None:
    """Which column says what, when most lines have the same number of cells; None otherwise."""
    if len(rows) < 2:
        return None
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    if width < 2 or count < _MOSTLY * len(rows):
        return None
    body = [row for row in rows if len(row) == width]
    told = _heads(body[0])
    sample = body[1 : _SAMPLE + 1] if told else body[:_SAMPLE]
    roles = dict(told)
    taken = set(roles.values())
    for role, fits in (
        ("code", lambda cell: _is_code(cell, namer)),
        ("departement", lambda cell: bool(departements_named(cell)) and len(cell) <= 3),
    ):
        if role not in roles:
            shares = {
                place: _share([row[place] for row in sample], fits)
                for place in range(width)
                if place not in taken
            }
            best = max(shares, key=lambda place: shares[place], default=-1)
            if best >= 0 and shares[best] >= _MOSTLY:
                roles[role] = best
                taken.add(best)
    if "name" not in roles:
        shares = {
            place: _share([row[place] for row in sample], lambda cell: namer.names_something(cell))
            for place in range(width)
            if place not in taken
        }
        best = max(shares, key=lambda place: shares[place], default=-1)
        if best >= 0 and shares[best] > 0:
            roles["name"] = best
    if "code" not in roles and "name" not in roles:
        return None
    if told:
        roles["header"] = 1
    # Cells side by side that are all places are a list on several columns.
    beside = [place for place in range(width) if place not in roles.values()]
    if not told and "code" not in roles and "departement" not in roles and beside:
        others = [row[place] for row in sample for place in beside]
        if _share(others, lambda cell: namer.names_something(cell)) >= _MOSTLY:
            return None
    return roles


def _heads(row: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        label = spelling.key(cell).replace(" ", "")
        for role, labels in _HEADS.items():
            if label in labels and role not in found:
                found[role] = place
    return found if "code" in found or "name" in found else {}


def _is_code(cell: str, namer: Namer) -> bool:
    code = normalise_code(cell)
    return code is not None and (code in namer.land.known or code in namer.land.cities)


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    told = [cell for cell in cells if cell]
    if not told:
        return 0.0
    return sum(bool(fits(cell)) for cell in told) / len(told)


def from_table(cells: Sequence[tuple[int, list[str]]], roles: dict[str, int]) -> list[Item]:
    """One place a line, by the roles of its columns; the header is no place."""
    items = []
    for rank, (number, row) in enumerate(cells):
        if rank == 0 and "header" in roles:
            continue

        def cell(role: str, row: list[str] = row) -> str:
            place = roles.get(role, -1)
            return row[place] if 0 <= place < len(row) else ""

        code, name, departement = cell("code"), cell("name"), cell("departement")
        text, part = _with_share(name if not normalise_code(code) else code)
        part = _part(cell("part"), part)
        text = text or name or " ".join(one for one in row if one)
        if text:
            items.append(Item(number, text, "" if normalise_code(text) else departement, part))
    return items


def _part(text: str, otherwise: float) -> float:
    """A share written in its own column: 0,4, 40 or 40 %."""
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d+)?)\s*(%?)", text.strip())
    if not found:
        return otherwise
    number = float(found[1].replace(",", "."))
    share = number / 100 if found[2] or number > 1 else number
    return share if 0 < share <= 1 else otherwise
