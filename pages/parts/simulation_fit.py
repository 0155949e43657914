"""The model beside the published APL: said before any scenario, shown in full after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.analysis import simulation_sentences as told
from cpts_data.drawing import palettes
from cpts_data.simulation.supply import year_gap_sentence
from pages.parts import blocks
from pages.parts.simulation_setup import Setup

_CONFIG = {"displayModeBar": False, "scrollZoom": False}
_MOST_POINTS = 6000
_WIDEST = 15


def fit_line(setup: Setup) -> None:
    """One line above the simulator: what the model is worth here."""
    fit, model = setup.present.fit, setup.model
    trust = told.trust_sentence(fit, estimated=model.estimated)
    if fit is None:
        blocks.note(trust)
        return
    stated = told.calibration_sentence(fit, model.profession.indicator, model.year)
    blocks.note(f"{stated} {trust}")


def fit_detail(setup: Setup) -> None:
    """Correlation, gaps and scatter; or why there is none and how to have them."""
    fit, model = setup.present.fit, setup.model
    indicator = model.profession.indicator
    if fit is None:
        blocks.nothing_here(
            f"Le modèle n'est pas comparé à l'APL {model.year} publiée : l'espace ne dit pas "
            f"combien de {setup.who.many} exercent dans chaque commune, ou votre liste n'en couvre "
            "qu'une partie. Les installations se simulent quand même ; les départs, seulement là "
            "où votre liste dit qui exerce.",
            "Ajoutez l'annuaire santé (RPPS) ou la base permanente des équipements dans la page "
            f"« Données », ou saisissez « Ma liste de {setup.who.many} ».",
        )
        return
    if gap := year_gap_sentence(setup.heads, model):
        blocks.note(gap)
    pairs = [
        (french.number(fit.correlation, 2), "corrélation (pondérée par les habitants)"),
        (french.number(fit.rank_correlation, 2), "corrélation des rangs"),
        (french.signed(fit.mean_gap, indicator.digits), "écart moyen (calculé − publié)"),
        (french.number(fit.mean_absolute_gap, indicator.digits), "écart moyen par commune"),
    ]
    if indicator.thresholds:
        pairs.append((french.percent(fit.within_half, 0), "des habitants à moins de 0,5 d'écart"))
    blocks.figures(pairs)
    with st.expander("Voir les communes une à une", expanded=False):
        _scatter(setup)


def _scatter(setup: Setup) -> None:
    model, indicator = setup.model, setup.model.profession.indicator
    both = pd.DataFrame(
        {
            "publie": model.published,
            "calcule": setup.present.computed.reindex(model.published.index),
            "people": model.population.reindex(model.published.index),
        }
    ).replace([np.inf, -np.inf], np.nan)
    both = both.dropna().nlargest(_MOST_POINTS, "people")
    names = [_plain(model.name(str(code))) for code in both.index]
    words = [
        f"{name}<br>publié {french.number(row.publie, indicator.digits)}, "
        f"calculé {french.number(row.calcule, indicator.digits)}"
        for name, row in zip(names, both.itertuples(), strict=True)
    ]
    top = float(both[["publie", "calcule"]].to_numpy().max(initial=1.0))
    figure = go.Figure()
    figure.add_scatter(
        x=[0, top], y=[0, top], mode="lines", hoverinfo="skip",
        line={"color": palettes.PEERS, "dash": "dash", "width": 1},
    )  # fmt: skip
    sizes = 5 + _WIDEST * np.sqrt(both["people"] / max(float(both["people"].max()), 1.0))
    figure.add_scatter(
        x=both["publie"],
        y=both["calcule"],
        mode="markers",
        marker={"size": sizes, "color": palettes.OWN, "opacity": 0.55},
        text=words,
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_layout(
        title={"text": "Plus un point est près de la droite, mieux le modèle retrouve l'APL",
               "font": {"size": 15}, "x": 0, "xanchor": "left"},
        height=420,
        margin={"l": 10, "r": 20, "t": 46, "b": 40},
        separators=f",{french.NARROW}",
        showlegend=False,
        plot_bgcolor="#ffffff",
        xaxis={"title": f"APL {model.year} publiée", "gridcolor": "#e3e8ec"},
        yaxis={"title": "APL calculée par le modèle", "gridcolor": "#e3e8ec"},
    )  # fmt: skip
    st.plotly_chart(figure, width="stretch", key="simulation_nuage", config=_CONFIG, theme=None)
    both["gap"] = both["calcule"] - both["publie"]
    far = both.reindex(both["gap"].abs().sort_values(ascending=False, kind="stable").index)
    st.dataframe(
        pd.DataFrame(
            {
                "Commune": [model.name(str(code)) for code in far.index],
                "APL publiée": french.rounded(far["publie"], indicator.digits).to_numpy(),
                "APL calculée": french.rounded(far["calcule"], indicator.digits).to_numpy(),
                "Écart": french.rounded(far["gap"], indicator.digits).to_numpy(),
            }
        ),
        hide_index=True,
        width="stretch",
        height=260,
    )


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
