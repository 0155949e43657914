"""Professionals counted where they practise: located, then counted once per place or territory.

The Annuaire santé has one row per person, place, profession, savoir-faire and mode. A person who
practises in two communes counts once in each of them, and once in the territory that holds both:
so the count of a territory is not the sum of those of its communes. Everything is done on columns
and sparse matrices; nothing loops over persons.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.layouts.departements import departements_of_communes
from cpts_data.territories import Units

PERSONS = "personnes"
LOCATION = "localisation"
_LARGEST = 2**62
LOCATIONS = ("commune", "finess", "code_postal", "inconnue")


def locate(
    table: pd.DataFrame, finess: pd.DataFrame | None, postal_codes: pd.Series
) -> pd.DataFrame:
    """Give a commune to the rows that have none: from their FINESS site, else their postal code.

    ``table`` is that of ``sources.rpps``; ``finess`` that of ``sources.finess`` (``finess``,
    ``code``), None without it. ``postal_codes`` holds commune codes under their postal code (the
    same postal code several times when communes share it); with a second index level, the name of
    the commune, a shared postal code is resolved by the name of the place (``localite``). A
    postal code that several communes share and no name settles is never drawn at random: the row
    stays without commune.

    Returns a copy with ``code`` and ``departement`` completed and ``localisation`` in
    ``commune, finess, code_postal, inconnue``: whence the commune is known. Index kept.
    """
    located = table.copy()
    found = located["code"].astype("string")
    origin = pd.Series("inconnue", index=table.index, dtype="object").mask(found.notna(), "commune")
    if finess is not None:
        sites = finess.drop_duplicates("finess").set_index("finess")["code"]
        codes = _mapped(located["finess_site"], sites, found.isna())
        origin = origin.mask(codes.notna(), "finess")
        found = found.fillna(codes)
    codes = _from_mail(located, postal_codes, found.isna())
    origin = origin.mask(codes.notna(), "code_postal")
    located["code"] = found.fillna(codes)
    located[LOCATION] = pd.Categorical(origin, categories=list(LOCATIONS))
    new = origin.isin(["finess", "code_postal"])
    departement = located["departement"].astype("string")
    told = departements_of_communes(located.loc[new, "code"])
    departement.loc[new] = told
    located["departement"] = departement.astype("category")
    return located


def _mapped(keys: pd.Series, values: pd.Series, wanted: pd.Series) -> pd.Series:
    """Look up the wanted rows' keys in a Series; missing elsewhere."""
    found = pd.Series(pd.NA, index=keys.index, dtype="string")
    rows = keys[wanted].dropna()
    found.loc[rows.index] = values.reindex(rows).astype("string").to_numpy()
    return found


def _from_mail(table: pd.DataFrame, postal_codes: pd.Series, wanted: pd.Series) -> pd.Series:
    postal = pd.Series(
        postal_codes.to_numpy(), index=postal_codes.index.get_level_values(0)
    ).groupby(level=0)
    alone = postal.first()[postal.min() == postal.max()]
    found = _mapped(table["code_postal"], alone, wanted)
    if postal_codes.index.nlevels < 2 or "localite" not in table.columns:
        return found
    names = postal_codes.index.get_level_values(1)
    keys = postal_codes.index.get_level_values(0) + "|" + pd.Index([place_key(n) for n in names])
    named = pd.Series(postal_codes.to_numpy(), index=keys)
    named = named[~named.index.duplicated(keep=False)]
    rows = table.loc[wanted & found.isna(), ["code_postal", "localite"]].dropna()
    spelled = {name: place_key(str(name)) for name in rows["localite"].unique()}
    wanted_keys = rows["code_postal"].astype("string") + "|" + rows["localite"].map(spelled)
    found.loc[rows.index] = named.reindex(wanted_keys).astype("string").to_numpy()
    return found


_CEDEX = re.compile(r"\bcedex\b.*$")
_SAINT = re.compile(r"\b(st|ste)\b")


def place_key(name: str) -> str:
    """The name of a place without accents, punctuation, « CEDEX 2 » or « ST » for « SAINT ».

    >>> place_key("St-Étienne CEDEX 2"), place_key("SAINT ETIENNE")
    ('saint etienne', 'saint etienne')
    """
    letters = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = " ".join(re.findall(r"[a-z0-9]+", plain))
    words = _SAINT.sub(lambda found: {"st": "saint", "ste": "sainte"}[found.group(1)], words)
    return _CEDEX.sub("", words).strip()


def counts_by_unit(table: pd.DataFrame) -> pd.DataFrame:
    """Count persons once per commune, profession, savoir-faire and mode.

    ``table`` is that of ``sources.rpps``, located or not. Returns ``code, departement,
    profession, specialite, mode, personnes``, one row per combination met; rows without commune
    are kept, by département, under a missing ``code``: their sum with the others is all that the
    file holds. A person counts once in each commune where he or she practises.
    """
    by = ["code", "departement", "profession", "specialite", "mode"]
    if table.empty:
        empty = table[by].astype("string")
        return empty.assign(**{PERSONS: pd.Series(dtype="int64")})
    ranks = [_ranks(table[name]) for name in by]
    group, size = np.zeros(len(table), dtype="int64"), 1
    for rank in ranks:
        size *= int(rank.max()) + 1
        if size > _LARGEST:
            group = pd.factorize(group)[0]
            size = (int(group.max()) + 1) * (int(rank.max()) + 1)
        group *= int(rank.max()) + 1
        group += rank
    group, met = pd.factorize(group)
    people = table["personne"].to_numpy()
    repeated = np.zeros(len(table), dtype=bool)
    # Only who has several rows may be told twice in one group.
    several = np.flatnonzero((np.bincount(people) > 1)[people])
    pairs = group[several] * (int(people.max()) + 1) + people[several]
    repeated[several] = pd.Series(pairs).duplicated().to_numpy()
    rows = np.empty(len(met), dtype="int64")
    rows[group[::-1]] = np.arange(len(group))[::-1]  # the first row of each group
    order = np.lexsort([rank[rows] for rank in reversed(ranks)])
    result = table[by].iloc[rows[order]].reset_index(drop=True).astype("string")
    result[PERSONS] = np.bincount(group[~repeated], minlength=len(rows))[order]
    return result


def _ranks(texts: pd.Series) -> np.ndarray:
    """The rank of each text among those of its column, the missing ones last."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        codes, distinct = texts.cat.codes.to_numpy(), texts.cat.categories
    else:
        codes, distinct = pd.factorize(texts)
    ranks = np.empty(len(distinct) + 1, dtype="int64")
    ranks[np.argsort(np.array(distinct, dtype=object))] = np.arange(len(distinct))
    ranks[-1] = len(distinct)
    return ranks[codes]


def distinct_persons(
    table: pd.DataFrame,
    membership: sparse.csr_array,
    units: Units,
    by: Sequence[str] = ("profession",),
) -> pd.DataFrame:
    """Count persons once per territory, whatever the number of its communes they practise in.

    ``table`` is that of ``sources.rpps``, located; ``membership`` the matrix of a
    ``Territories`` (territories x slots of ``units``, weights in [0, 1]). Returns ``territory``
    (row number of the matrix), the columns ``by``, ``personnes``; a combination that is not there
    counts nobody. Rows without commune, or of a commune that ``units`` does not know, count
    nowhere: ``attrs["hors_territoires"]`` says how many persons are concerned.

    In a commune that belongs to a territory in part, a person counts for that part, and never for
    more than one in all: the sum of the weights of the person's communes there, at most 1.
    """
    if membership.shape[1] != len(units.codes):
        raise ValueError(f"{membership.shape[1]} columns, but {len(units.codes)} units")
    position = units.codes.get_indexer(pd.Index(table["code"]))
    known = position >= 0
    rows = table[known]
    grouped = rows.groupby(list(by), observed=True, dropna=False)
    groups = grouped.ngroup().to_numpy()
    distinct = grouped.size().index.to_frame(index=False).astype("string")
    people = rows["personne"].to_numpy()
    span = int(people.max()) + 1 if len(people) else 1
    # One line per (group, person): a person of two professions counts in each.
    lines, pairs = pd.factorize(groups * span + people)
    presence = sparse.csr_array(
        (np.ones(len(lines)), (lines, position[known])), shape=(len(pairs), len(units.codes))
    )
    presence.sum_duplicates()
    presence.data[:] = 1.0
    shares = sparse.csr_array(presence @ membership.T)
    np.minimum(shares.data, 1.0, out=shares.data)
    gather = sparse.csr_array(
        (np.ones(len(pairs)), (pairs // span, np.arange(len(pairs)))),
        shape=(len(distinct), len(pairs)),
    )
    counts = sparse.coo_array(gather @ shares)
    group, territory = counts.coords
    result = distinct.iloc[group].reset_index(drop=True)
    result.insert(0, "territory", territory)
    result[PERSONS] = counts.data
    result = result[result[PERSONS] > 0].sort_values(["territory", *by], ignore_index=True)
    outside = table.loc[~known, "personne"]
    result.attrs["hors_territoires"] = int((~outside.drop_duplicates().isin(people)).sum())
    return result
