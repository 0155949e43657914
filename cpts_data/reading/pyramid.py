"""The age pyramid of a territory against a reference: shares of residents by sex and age.

Bands of five years where the census gives them, else the seven wide bands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from cpts_data import french
from cpts_data.analysis.grammar import in_place
from cpts_data.analysis.references import Kind
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import AGE_BANDS, INDICATORS, Indicator
from cpts_data.measures import Ratio, Status, rows
from cpts_data.sources.insee_td_pop1b import BANDS
from cpts_data.territories import Level, Territory

SEXES = ("hommes", "femmes")
COLOURS = {"hommes": "#3f7ea6", "femmes": "#c98b3a"}
SHARE = "part"
NO_CENSUS = (
    "Le recensement par sexe et âge (Insee) n'est pas dans cet espace : la pyramide ne "
    "peut pas être dessinée."
)
_WAYS = (
    ("insee_td_pop1b.population", tuple(BANDS)),
    ("insee_evol_struct_pop.population", AGE_BANDS),
)


@dataclass(frozen=True)
class Pyramid:
    """What is drawn: the bands of the territory and of its reference, and what one sees there.

    ``own`` and ``beside`` are tables ``sexe, age, part, personnes, status``; ``beside`` is empty
    and ``around`` an empty name without reference; ``where`` says it in place (« dans la région
    Bretagne »).
    """

    indicator: Indicator
    period: str
    own: pd.DataFrame
    beside: pd.DataFrame
    around: str
    where: str
    summary: str


def pyramid(diagnostic: Diagnostic, territory: Territory, kind: Kind) -> Pyramid | str:
    """The pyramid of a territory, or the French reason why it cannot be drawn."""
    indicator = pyramid_indicator(diagnostic)
    if indicator is None:
        return NO_CENSUS
    own = by_age(diagnostic, indicator, territory)
    if own[SHARE].isna().any() or own.empty:
        told = french.enumeration(
            sorted({Status(str(one)).words for one in own.loc[own[SHARE].isna(), "status"]})
        )
        return f"La pyramide ne peut pas être dessinée : {told} pour certaines tranches."
    around = reference_of(diagnostic, territory, kind)
    beside = by_age(diagnostic, indicator, around) if around else own.iloc[:0]
    if around is None or beside[SHARE].isna().any():
        beside, around = own.iloc[:0], None
    name, where = (around.name, in_place(around.level, around.name)) if around else ("", "")
    period = diagnostic.latest_period(indicator)
    return Pyramid(indicator, period, own, beside, name, where, _summary(name, own, beside))


def pyramid_indicator(diagnostic: Diagnostic) -> Indicator | None:
    """The population by sex and age as strata « hommes 00-04 »; None when no census is there."""
    for column, bands in _WAYS:
        if diagnostic.facts.has(rows(column, age=bands[0], sexe=SEXES[0])):
            strata = tuple(
                (f"{sex} {band}", Ratio(rows(column, age=band, sexe=sex), column))
                for sex in SEXES
                for band in bands
            )
            return replace(
                INDICATORS["population_par_age"],
                id=f"population_par_age_et_sexe_{len(bands)}",
                unit="%",
                measure=Ratio(column, column),
                otherwise=(),
                strata=strata,
            )
    return None


def by_age(diagnostic: Diagnostic, indicator: Indicator, territory: Territory) -> pd.DataFrame:
    """Shares and people of one territory: ``sexe, age, part, personnes, status``."""
    period = diagnostic.latest_period(indicator)
    table = diagnostic.figures.strata(indicator, territory.level, period)
    own = table[table["territory"] == territory.id]
    names = own["stratum"].str.split(" ", n=1, expand=True)
    return pd.DataFrame(
        {
            "sexe": names[0].to_numpy(),
            "age": names[1].to_numpy(),
            SHARE: own["value"].to_numpy(dtype=float),
            "personnes": own["numerator"].to_numpy(dtype=float),
            "status": own["status"].to_numpy(),
        }
    )


def reference_of(diagnostic: Diagnostic, territory: Territory, kind: Kind) -> Territory | None:
    """The département when it is chosen, else the région: the space rarely knows all of France."""
    if not territory.departements:
        return None
    main = territory.departements[0]
    if kind is Kind.DEPARTEMENT:
        return diagnostic.territory(Level.DEPARTEMENT, main)
    units = diagnostic.register.units.table
    region = str(units.loc[units["departement"] == main, "region"].iloc[0])
    return diagnostic.territory(Level.REGION, region)


def _summary(around: str, own: pd.DataFrame, beside: pd.DataFrame) -> str:
    told = "Part de chaque tranche d'âge dans la population du territoire"
    if not around:
        return f"{told}."
    gaps = (own[SHARE] - beside[SHARE]).groupby(own["age"], sort=False).sum()
    more, less = gaps.idxmax(), gaps.idxmin()
    return (
        f"{told} ; le trait noir est {around}. Plus présents ici : {ages(str(more))} "
        f"({french.signed(gaps[more], 1)} point) ; moins présents : {ages(str(less))} "
        f"({french.signed(gaps[less], 1)} point)."
    )


def ages(band: str) -> str:
    """« 75 à 79 ans », « 95 ans ou plus »."""
    if band.endswith("+"):
        return f"{int(band[:-1])} ans ou plus"
    first, last = band.split("-")
    return f"{int(first)} à {int(last)} ans"
