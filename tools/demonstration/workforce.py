"""Who practises on the island: one row per professional and activity, with the years of practice.

Self-employed professionals settle like the inhabitants, more or less in towns; the salaried work in
the establishments. General practitioners are those of the truth behind the APL.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.callings import OTHERS, SPECIALTIES, Calling

LAST_YEAR = 2024
_TURNOVER = 0.035
_FIRST_YEAR = 2018
_FOREVER = 2099
# Families of establishments that employ each kind of professional, and how much.
_EMPLOYERS = {
    "hopital": 1.0,
    "hopital_psychiatrique": 0.5,
    "soins_medicaux_et_readaptation": 0.12,
    "ehpad": 0.07,
    "laboratoire": 0.03,
    "ssiad": 0.04,
    "centre_de_sante": 0.05,
}
_OWN_EMPLOYER = {
    "infirmier": ("hopital", "hopital_psychiatrique", "ehpad", "ssiad", "centre_de_sante",
                  "soins_medicaux_et_readaptation"),
    "psychiatre": ("hopital_psychiatrique", "hopital"),
    "psychologue": ("hopital_psychiatrique", "hopital", "ehpad"),
    "pharmacien": ("pharmacie",),
    "technicien_de_laboratoire": ("laboratoire", "hopital"),
    "chirurgien_dentiste": ("centre_de_sante",),
    "geriatre": ("hopital", "ehpad", "soins_medicaux_et_readaptation"),
}  # fmt: skip
_DEFAULT_EMPLOYER = ("hopital", "soins_medicaux_et_readaptation")
COLUMNS = (
    "metier",
    "code",
    "mode",
    "finess",
    "naissance",
    "sexe",
    "debut",
    "fin",
    "etp",
    "secteur",
)


def settle_professionals(
    communes: pd.DataFrame,
    minutes: np.ndarray,
    doctors: pd.DataFrame,
    sites: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """All professionals who practised between 2019 and 2024.

    ``doctors`` as of :func:`demonstration.careers.after_2023`, ``sites`` the establishments.
    Columns: ``metier`` (id of :mod:`demonstration.callings`), ``code`` (commune), ``mode`` (``L``
    or ``S``), ``finess`` (site of the salaried and of team practices, else empty), ``naissance,
    sexe`` (``H, F``), ``debut, fin`` (years, both included), ``etp`` (full-time equivalents),
    ``secteur`` (1 or 2, self-employed), ``second`` (commune of a second place, else empty).
    """
    tables = [_general_practitioners(doctors, sites, rng)]
    for calling in (*SPECIALTIES, *OTHERS):
        tables.append(_self_employed(calling, communes, minutes, sites, rng))
        tables.append(_salaried(calling, communes, sites, rng))
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    table["second"] = _second_places(table, communes, minutes, rng)
    return table


def present(professionals: pd.DataFrame, year: int) -> pd.DataFrame:
    """The professionals who practise at the end of a year."""
    here = (professionals["debut"] <= year) & (professionals["fin"] >= year)
    return professionals[here]


def _general_practitioners(
    doctors: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    table = doctors[["code", "naissance", "sexe", "debut", "fin"]].copy()
    employed = doctors["exercice"] == "centre_de_sante"
    table["metier"] = "medecin_generaliste"
    table["mode"] = np.where(employed, "S", "L")
    centres = sites[sites["famille"] == "centre_de_sante"].drop_duplicates("code")
    by_commune = centres.set_index("code")["finess"]
    table["finess"] = table["code"].map(by_commune).fillna("").where(employed, "")
    table["finess"] = _in_teams(table, sites, rng, 0.45)
    table["etp"] = 1.0
    table["secteur"] = np.where(rng.random(len(table)) < 0.06, 2, 1)
    return table


def _in_teams(
    table: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator, share: float
) -> pd.Series:
    """Put some of the self-employed in the team practice (MSP) of their commune."""
    teams = sites[sites["famille"] == "msp"].drop_duplicates("code").set_index("code")["finess"]
    joined = rng.random(len(table)) < share
    found = table["code"].map(teams).fillna("").where(joined, "")
    return table["finess"].where(table["finess"] != "", found)


def _self_employed(
    calling: Calling,
    communes: pd.DataFrame,
    minutes: np.ndarray,
    sites: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    population = communes["population"].to_numpy(dtype=float)
    total = round(calling.liberal * population.sum() / 100_000)
    weight = population ** (1 + calling.town) * np.exp(
        -calling.poverty * communes["defavorisation"].to_numpy() - 0.004 * minutes[:, 0]
    )
    smallest = 2_500 if calling.town > 0.5 else 700 if calling.town > 0.15 else 450
    weight = weight / (1 + (smallest / population) ** 2.5)
    places = rng.choice(len(communes), size=total, p=weight / weight.sum())
    table = _careers(calling, communes.index.to_numpy()[places], rng)
    table["mode"] = "L"
    table["finess"] = ""
    if calling.id in ("infirmier", "masseur_kinesitherapeute", "sage_femme", "orthophoniste"):
        table["finess"] = _in_teams(table, sites, rng, 0.30)
    return table


def _salaried(
    calling: Calling, communes: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    total = round(calling.salaried * communes["population"].sum() / 100_000)
    families = _OWN_EMPLOYER.get(calling.id, _DEFAULT_EMPLOYER)
    places = sites[sites["famille"].isin(families) & (sites["fermeture"] == 0)]
    level = places["famille"].map(_EMPLOYERS).fillna(0.05).to_numpy() * places["taille"].to_numpy()
    chosen = rng.choice(len(places), size=total, p=level / level.sum())
    table = _careers(calling, places["code"].to_numpy()[chosen], rng)
    # Those who left worked where others still do.
    finess = places["finess"].to_numpy()
    by_commune = dict(zip(places["code"], finess, strict=True))
    own = [*finess[chosen], *table["code"].to_numpy()[total:]]
    table["finess"] = [by_commune.get(site, site) for site in own]
    table["mode"] = "S"
    table["secteur"] = 1
    return table


def _careers(calling: Calling, codes: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Ages and years of practice of those present in 2024, then of those who left since 2018."""
    count = len(codes)
    age = np.clip(np.rint(rng.normal(calling.age, 10.5, count)), 25, 74).astype(int)
    years = LAST_YEAR - _FIRST_YEAR
    joined = min(max(years * (_TURNOVER + max(calling.growth, 0.0)), 0.05), 0.6)
    youngest = np.argsort(age + 6 * rng.random(count), kind="stable")[: round(joined * count)]
    debut = np.full(count, 2000)
    debut[youngest] = rng.integers(_FIRST_YEAR + 1, LAST_YEAR + 1, len(youngest))
    age[youngest] = np.minimum(age[youngest], 44)
    left = max(round(count * (joined - years * calling.growth)), 0)
    places = rng.choice(count, size=left) if count else np.empty(0, dtype=int)
    end = rng.integers(_FIRST_YEAR, LAST_YEAR, left)
    # Half of them retire, the others move away.
    leaving = np.where(
        rng.random(left) < 0.5, rng.integers(60, 69, left), rng.integers(31, 58, left)
    )
    born = np.concatenate([LAST_YEAR - age, end - leaving])
    size = count + left
    return pd.DataFrame(
        {
            "metier": calling.id,
            "code": np.concatenate([codes, codes[places]]),
            "naissance": born,
            "sexe": np.where(rng.random(size) < calling.women, "F", "H"),
            "debut": np.concatenate([debut, np.full(left, 1995)]),
            "fin": np.concatenate([np.full(count, _FOREVER), end]),
            "etp": np.clip(0.95 * np.exp(0.28 * rng.standard_normal(size)), 0.2, 1.9).round(2),
            "secteur": np.where(rng.random(size) < calling.second_sector, 2, 1),
        }
    )


def _second_places(
    table: pd.DataFrame, communes: pd.DataFrame, minutes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A second commune of practice, 8 to 40 minutes away, for one self-employed in sixteen."""
    found = np.full(len(table), "", dtype=object)
    chosen = np.flatnonzero((table["mode"] == "L") & (rng.random(len(table)) < 0.06))
    codes = communes.index.to_numpy()
    population = communes["population"].to_numpy(dtype=float)
    home = communes.index.get_indexer(table["code"].iloc[chosen])
    for row, place in zip(chosen, home, strict=True):
        near = (minutes[place] > 8) & (minutes[place] < 40) & (population > 900)
        if near.any():
            weight = np.where(near, population, 0.0)
            found[row] = codes[rng.choice(len(codes), p=weight / weight.sum())]
    return found


def fte_of(professionals: pd.DataFrame, metier: str, year: int, codes: pd.Index) -> np.ndarray:
    """Full-time equivalents of the self-employed of a profession by commune, at the end of a year.

    Team practices do not matter; a second place takes a third of the time.
    """
    rows = present(professionals, year)
    rows = rows[(rows["metier"] == metier) & (rows["mode"] == "L")]
    apart = rows["second"] != ""
    main = (rows["etp"] * np.where(apart, 2 / 3, 1)).groupby(rows["code"]).sum()
    other = (rows.loc[apart, "etp"] / 3).groupby(rows.loc[apart, "second"]).sum()
    return (
        main.reindex(codes, fill_value=0.0).to_numpy()
        + other.reindex(codes, fill_value=0.0).to_numpy()
    )
