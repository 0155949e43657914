"""The age pyramid of a territory against a reference: shares of residents by sex and age.

Bands of five years where the census gives them, else the seven wide bands.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.analysis.references import Kind
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import palettes
from cpts_data.indicators import AGE_BANDS, INDICATORS, Indicator
from cpts_data.measures import Ratio, Status, rows
from cpts_data.sources.insee_td_pop1b import BANDS
from cpts_data.territories import Level, Territory
from pages.parts import blocks, plots, present
from pages.parts.theme_views import ThemePage

_SEXES = ("hommes", "femmes")
_COLOURS = {"hommes": "#3f7ea6", "femmes": "#c98b3a"}
_WAYS = (
    ("insee_td_pop1b.population", tuple(BANDS)),
    ("insee_evol_struct_pop.population", AGE_BANDS),
)
_SHARE = "part"


def pyramid_indicator(diagnostic: Diagnostic) -> Indicator | None:
    """The population by sex and age as strata « hommes 00-04 »; None when no census is there."""
    for column, bands in _WAYS:
        if diagnostic.facts.has(rows(column, age=bands[0], sexe=_SEXES[0])):
            strata = tuple(
                (f"{sex} {band}", Ratio(rows(column, age=band, sexe=sex), column))
                for sex in _SEXES
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
            _SHARE: own["value"].to_numpy(dtype=float),
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


def show(theme: ThemePage) -> None:
    """The pyramid, its sentence, its table; or why there is none."""
    diagnostic = theme.page.diagnostic
    indicator = pyramid_indicator(diagnostic)
    blocks.section("Pyramide des âges")
    if indicator is None:
        blocks.note(
            "Le recensement par sexe et âge (Insee) n'est pas dans cet espace : la pyramide ne "
            "peut pas être dessinée."
        )
        return
    own = by_age(diagnostic, indicator, theme.territory)
    if own[_SHARE].isna().any():
        told = french.enumeration(
            sorted({Status(str(one)).words for one in own.loc[own[_SHARE].isna(), "status"]})
        )
        blocks.note(f"La pyramide ne peut pas être dessinée : {told} pour certaines tranches.")
        return
    around = reference_of(diagnostic, theme.territory, theme.kind)
    beside = by_age(diagnostic, indicator, around) if around else own.iloc[:0]
    if around is None or beside[_SHARE].isna().any():
        beside, around = own.iloc[:0], None
    name = around.name if around else ""
    summary = _summary(name, own, beside)
    blocks.note(summary)
    present.chart(figure(own, beside, name), "pyramide", summary)
    values = diagnostic.figures.strata(
        indicator, theme.territory.level, diagnostic.latest_period(indicator)
    )
    values = values[values["territory"] == theme.territory.id]
    present.table(_table(own, beside, name), values, f"pyramide_{theme.territory.id}")
    period = diagnostic.latest_period(indicator)
    blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")


def _summary(around: str, own: pd.DataFrame, beside: pd.DataFrame) -> str:
    told = "Part de chaque tranche d'âge dans la population de la CPTS"
    if not around:
        return f"{told}."
    gaps = (own[_SHARE] - beside[_SHARE]).groupby(own["age"], sort=False).sum()
    more, less = gaps.idxmax(), gaps.idxmin()
    return (
        f"{told} ; le trait noir est {around}. Plus présents ici : {_ages(str(more))} "
        f"({french.signed(gaps[more], 1)} point) ; moins présents : {_ages(str(less))} "
        f"({french.signed(gaps[less], 1)} point)."
    )


def _ages(band: str) -> str:
    if band.endswith("+"):
        return f"{int(band[:-1])} ans ou plus"
    first, last = band.split("-")
    return f"{int(first)} à {int(last)} ans"


def figure(own: pd.DataFrame, beside: pd.DataFrame, around: str) -> go.Figure:
    """Bars of both sexes, back to back; the reference as an outline."""
    chart = go.Figure()
    for sex, sign in (("hommes", -1), ("femmes", 1)):
        mine = own[own["sexe"] == sex]
        ages = [_ages(band) for band in mine["age"]]
        words = [
            f"{sex}, {age} : {french.with_unit(share, '%', 1)} ({french.number(people)} personnes)"
            for age, share, people in zip(ages, mine[_SHARE], mine["personnes"], strict=True)
        ]
        chart.add_bar(
            x=sign * mine[_SHARE],
            y=ages,
            orientation="h",
            name=sex.capitalize(),
            marker={
                "color": _COLOURS[sex],
                "pattern": {
                    "shape": "/" if sex == "femmes" else "",
                    "fillmode": "overlay",
                    "fgcolor": "#ffffff",
                    "solidity": 0.12,
                },
            },
            hovertext=words,
            hovertemplate="%{hovertext}<extra></extra>",
        )
        theirs = beside[beside["sexe"] == sex]
        if len(theirs):
            chart.add_scatter(
                x=sign * theirs[_SHARE],
                y=[_ages(band) for band in theirs["age"]],
                mode="lines",
                line={"color": "#1d2733", "width": 2, "shape": "vhv"},
                name=plots.plain(around),
                showlegend=sex == "femmes",
                hoverinfo="skip",
            )
    widest = float(max(own[_SHARE].max(), beside[_SHARE].max() if len(beside) else 0.0))
    step = 1 if widest < 6 else 2 if widest < 12 else 5
    ticks = list(range(0, int(widest) + step + 1, step))
    marks = sorted({sign * tick for tick in ticks for sign in (-1, 1)})
    chart.update_layout(
        plots.layout(
            110 + 21 * (len(own) // 2),
            barmode="overlay",
            bargap=0.12,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            xaxis=plots.axis(
                "% de la population",
                tickvals=marks,
                ticktext=[french.number(abs(mark)) for mark in marks],
                range=[-widest * 1.06, widest * 1.06],
            ),
            yaxis={"automargin": True, "tickfont": {"size": 12}, "dtick": 1},
            margin={"l": 10, "r": 20, "t": 40, "b": 44},
        )
    )
    chart.add_vline(x=0, line={"color": palettes.OWN, "width": 1})
    return chart


def _table(own: pd.DataFrame, beside: pd.DataFrame, around: str) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "Âge": [_ages(band) for band in own["age"]],
            "Sexe": own["sexe"],
            "Personnes": own["personnes"].round(),
            "Part (%)": own[_SHARE].round(2),
        }
    )
    if len(beside):
        shown[f"{around} (%)"] = beside[_SHARE].round(2).to_numpy()
    return shown
