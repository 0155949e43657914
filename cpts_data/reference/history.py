"""What became of a code: the only place where the events of the communes are followed.

The shipped history is made of *places*. A place is what was a commune once, since 1943; it never
changes, and at any date one commune holds it. A code at a date is a set of places, and to carry
it to another date is to look where those places are then. So cycles (27676 → 27058 → 27676) end,
and a merger that was undone gives its parts back (60054 of 2018 is 60054 in 2024, and not the
60694 that it lived with in between).

Shares use *cells*: sets of places whose present population is known (a present commune, cut along
the communes that it was made of when one of the yearly snapshots since 2019 still counted them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.reference.codes import (
    CITIES,
    AmbiguousCodeError,
    UnknownCodeError,
    city_of,
    departement_of,
    normalise_code,
)
from cpts_data.reference.shipped import PRESENT_YEAR, shipped

FIRST_YEAR = 2003
_YEARS = range(FIRST_YEAR, PRESENT_YEAR + 1)
_NEARLY_ALL = 0.9
_OPEN = "9999-12-31"
_PARTS = sorted(part for parts in CITIES.values() for part in parts)


def check_year(year: int) -> int:
    """Return the year, or say which ones the reference covers."""
    if not FIRST_YEAR <= year <= PRESENT_YEAR:
        raise ValueError(
            f"Année {year} : le référentiel des communes va de {FIRST_YEAR} à {PRESENT_YEAR}."
        )
    return int(year)


@cache
def names_on(year: int) -> pd.Series:
    """Name of each commune on 1 January of a year, indexed by code, in order."""
    day = f"{check_year(year)}-01-01"
    states = shipped("states")
    alive = states[(states["start"] <= day) & (states["end"] > day)]
    return alive.set_index("code")["name"].sort_index()


@cache
def _holders(year: int) -> pd.Series:
    """The commune that holds each place on 1 January of a year, indexed by place."""
    day = f"{check_year(year)}-01-01"
    places = shipped("places")
    alive = places[(places["start"] <= day) & (places["end"] > day)]
    return alive.set_index("place")["commune"]


def conversion(from_year: int, to_year: int) -> pd.DataFrame:
    """What became of every commune between two 1 January, in either direction of time.

    Returns columns ``source, target, share, kind``, one row per pair, ordered:

    - ``share``: share of the source's present inhabitants who live in the target; 1 for a single
      target; the shares of a split add up to 1. NaN when the reference does not know how the
      inhabitants are spread: going back beyond 2019 through a merger. ``disparu`` has no share.
    - ``kind``: ``scission`` (the source has several targets), ``fusion`` (the target has several
      sources, the absorbing commune itself included), ``changement_de_code``, ``disparu`` (no
      target: NA; Saint-Barthélemy and Saint-Martin after 2007, Mayotte before 2011), ``inchange``.

    The 45 municipal arrondissements pass unchanged, beside the three cities: a reader that sums
    must have one or the other. Years outside 2003..2026 raise ``ValueError``.
    """
    return _conversion(check_year(from_year), check_year(to_year)).copy()


@cache
def _conversion(from_year: int, to_year: int) -> pd.DataFrame:
    places = _holders(from_year).rename("source").to_frame()
    places["target"] = _holders(to_year).reindex(places.index)
    pairs = places.groupby(["source", "target"], dropna=False).size().reset_index(name="places")
    pairs["share"] = 1.0
    split = pairs["source"].duplicated(keep=False)
    splitting = places[places["source"].isin(pairs.loc[split, "source"])]
    pairs.loc[split, "share"] = _shares(splitting, pairs.loc[split])
    lost = pairs["target"].isna()
    pairs.loc[lost, "share"] = np.nan
    together = pairs["target"].duplicated(keep=False)
    pairs["kind"] = np.select(
        [lost, split, together, pairs["source"] != pairs["target"]],
        ["disparu", "scission", "fusion", "changement_de_code"],
        "inchange",
    )
    parts = pd.DataFrame({"source": _PARTS, "target": _PARTS, "share": 1.0, "kind": "inchange"})
    table = pd.concat([pairs[["source", "target", "share", "kind"]], parts])
    return table.sort_values(["source", "target"], ignore_index=True)


def _shares(places: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Shares of the present inhabitants of each pair of a split, NaN when unknown."""
    cells = shipped("cells").set_index("place")
    sizes = cells["cell"].value_counts()
    laid = places.join(cells, how="inner")
    found = laid.groupby(["source", "target", "cell"], as_index=False)["population"].agg(
        ["size", "first"]
    )
    cut = found["size"].to_numpy() != sizes.reindex(found["cell"]).to_numpy()
    found.loc[cut, "first"] = np.nan
    by_pair = found.groupby(["source", "target"], as_index=False)["first"].sum(skipna=False)
    wanted = pairs[["source", "target"]].merge(by_pair, how="left", on=["source", "target"])
    totals = wanted.groupby("source")["first"].transform("sum", skipna=False)
    return (wanted["first"] / totals.where(totals > 0)).to_numpy()


# --------------------------------------------------------------------------- one code


@cache
def _trails() -> dict[str, list[tuple[int, str, str]]]:
    """For each commune code ever borne: the places it held, with the dates."""
    result: dict[str, list[tuple[int, str, str]]] = {}
    for place, commune, start, end in shipped("places").itertuples(index=False):
        result.setdefault(commune, []).append((place, start, end))
    return result


def resolve_code(code: str, year: int | None = None, to_year: int = PRESENT_YEAR) -> str:
    """The commune of ``to_year`` that holds what ``code`` named on 1 January of ``year``.

    Without ``year`` the code has its latest meaning, be it that of 1950. Arrondissements and
    present communes are themselves. Raises :class:`UnknownCodeError`, or
    :class:`AmbiguousCodeError` with the shares when the commune was split since.
    """
    return _resolve_code(code, year, to_year)


@cache
def _ever() -> frozenset[str]:
    return frozenset(_trails()) | frozenset(shipped("former")["code"])


def was_ever(code: str) -> bool:
    """Whether a code ever was that of a commune, or of a part of one, since 1943."""
    return code in _ever()


@cache
def _resolve_code(code: str, year: int | None, to_year: int) -> str:
    wanted = normalise_code(code)
    if wanted is None:
        raise UnknownCodeError(
            f"« {code} » n'est pas un code de commune : cinq caractères sont attendus, comme "
            "01004 ou 2A004."
        )
    if city_of(wanted):
        return wanted
    check_year(to_year)
    held = _trails().get(wanted, [])
    if year is None:
        last = max((end for _, _, end in held), default="")
        places = [place for place, start, end in held if start < last <= end]
    else:
        day = f"{check_year(year)}-01-01"
        places = [place for place, start, end in held if start <= day < end]
    known = _holder_of(to_year)
    holders = {place: known[place] for place in places if place in known}
    targets = sorted(set(holders.values()))
    if not targets and (year is None or places):  # a part's own code, or land shared out
        targets = _told_heirs(wanted, to_year)
    if len(targets) == 1:
        return targets[0]
    if not targets:
        raise UnknownCodeError(_no_commune(wanted, year, to_year, bool(places)))
    raise _shared(wanted, year, to_year, _heirs(wanted, targets, holders))


@cache
def _holder_of(year: int) -> dict[int, str]:
    return {int(place): str(commune) for place, commune in _holders(year).items()}


def _told_heirs(code: str, to_year: int) -> list[str]:
    """Communes of ``to_year`` that the table of former communes gives to a code."""
    former = shipped("former")
    present = former.loc[(former["code"] == code) & (former["present_code"] != ""), "present_code"]
    return sorted({_resolve_code(heir, PRESENT_YEAR, to_year) for heir in present})


def _heirs(code: str, targets: list[str], holders: dict[int, str]) -> dict[str, float]:
    """Shares of the communes that a code was split into, the largest first."""
    shares = dict.fromkeys(targets, float("nan"))
    if holders:
        laid = pd.DataFrame({"source": code, "target": pd.Series(holders)})
        pairs = pd.DataFrame({"source": code, "target": targets})
        shares = dict(zip(targets, _shares(laid, pairs).tolist(), strict=True))
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _no_commune(code: str, year: int | None, to_year: int, was_one: bool) -> str:
    """Say why a code leads to no commune."""
    overseas = shipped("outre_mer").set_index("code")
    left = overseas.reset_index().dropna(subset=["former_code"]).set_index("former_code")
    if code in overseas.index or (was_one and code in left.index):
        now = code if code in overseas.index else left.loc[code, "code"]
        return french.typography(
            f"Le code {code} ({overseas.loc[now, 'name']}) est celui d'une collectivité "
            "d'outre-mer, hors du code officiel des communes : ses données ne peuvent pas être "
            "rattachées à une commune."
        )
    if was_one:
        return f"Le code {code} n'a pas de commune correspondante au 1er janvier {to_year}."
    if year is not None and code in _trails():
        states = shipped("states")
        dates = " ; ".join(
            f"{name}, {_period(start, end)}"
            for _, name, start, end in states[states["code"] == code].itertuples(index=False)
        )
        return french.typography(
            f"Aucune commune ne portait le code {code} au 1er janvier {year}. "
            f"Il a désigné : {dates}. Vérifiez l'année du fichier."
        )
    when = "" if year is None else f" au 1er janvier {year}"
    return french.typography(
        f"Aucune commune n'a le code {code}{when}. Vérifiez qu'il ne s'agit pas d'un code postal."
    )


def _period(start: str, end: str) -> str:
    since = "" if start == "1943-01-01" else f"depuis le {_day(start)}"
    until = "" if end == _OPEN else f"jusqu'au {_day(end)}"
    return f"{since} {until}".strip() or "sans changement depuis 1943"


def _day(text: str) -> str:
    return french.date(dt.date.fromisoformat(text))


def _shared(
    code: str, year: int | None, to_year: int, shares: dict[str, float]
) -> AmbiguousCodeError:
    """The error of a commune that has several heirs."""
    named = f"au 1er janvier {year}" if year is not None else "dans son dernier sens"
    names = names_on(to_year)
    told = [
        f"{names[heir]} ({heir}, "
        + ("part inconnue" if np.isnan(share) else f"{french.percent(share)} des habitants")
        + ")"
        for heir, share in shares.items()
    ]
    message = (
        f"Le code {code}, {named}, a été partagé entre {len(told)} communes de {to_year} : "
        f"{' ; '.join(told)}. Indiquez laquelle."
    )
    return AmbiguousCodeError(french.typography(message), shares)


# --------------------------------------------------------------------------- the year of a file


@cache
def _lives() -> tuple[dict[str, int], np.ndarray, np.ndarray]:
    """Row of each code that a commune ever bore, département of the rows, years of its life."""
    states = shipped("states")
    states = states[~states["code"].isin(list(CITIES))]
    days = np.array([f"{year}-01-01" for year in _YEARS])
    starts = states["start"].to_numpy(dtype="U10")[:, None]
    ends = states["end"].to_numpy(dtype="U10")[:, None]
    alive = pd.DataFrame((starts <= days) & (ends > days)).groupby(states["code"].to_numpy()).any()
    rows = {str(code): row for row, code in enumerate(alive.index)}
    return rows, np.array([departement_of(code) for code in rows]), alive.to_numpy()


def infer_year(codes: Iterable[str]) -> int:
    """The year, 2003..2026, whose communes best match the codes of a file.

    In the départements present, the year with the fewest differences either way (codes that the
    year lacks, communes that the file lacks); the latest of equals. A file that lacks more than a
    tenth of the communes says little by what it lacks: the codes that a year lacks come first
    then. Arrondissements and the three cities say nothing.
    """
    given = {code for code in codes if code not in CITIES and city_of(code) is None}
    rows, departements, alive = _lives()
    present = {departement_of(code) for code in given}
    expected = alive[np.isin(departements, list(present))].sum(axis=0)
    found = alive[[rows[code] for code in given if code in rows]].sum(axis=0)
    unknown, lacking = len(given) - found, expected - found
    whole = (found >= _NEARLY_ALL * expected).any()
    scores = (unknown + lacking, lacking) if whole else (unknown, lacking)
    return max(_YEARS, key=lambda year: (*(-score[year - FIRST_YEAR] for score in scores), year))
