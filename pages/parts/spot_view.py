"""« Points chauds et froids »: where high or low values gather, how sure, and what it is not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.spot_levels import NEIGHBOURHOODS, SpotMap, refusal
from cpts_data.drawing import choropleth, map_image
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from cpts_data.spreadsheets import SECRECY, as_csv
from cpts_data.statistics.inputs import StatisticsError
from pages.parts import (
    blocks,
    exports,
    frame,
    map_choices,
    map_frame,
    map_panel,
    map_store,
    maps,
    spot_readings,
)
from pages.parts.frame import Frame
from pages.parts.map_choices import Settings
from pages.parts.spot_readings import READINGS, SpotReading

_OWN = (Status.OBSERVED.value, Status.ESTIMATED.value)
_MODELLED = ("apl_", "part_population_sous_dense")


def show(page: Frame) -> None:
    """Choices, map, explanation, warnings, table and downloads."""
    diagnostic = page.diagnostic
    choice = map_choices.choose_by_commune(page)
    names = {"ensembles": "Points chauds et froids", "voisinages": "Voisinages et exceptions"}
    reading = READINGS[frame.choose("Lecture", names, "lecture", horizontal=True)]
    chosen = map_choices.settings(page, None)
    ground = map_store.map_ground(diagnostic, chosen.scope)
    if ground is None:
        map_panel.no_contours()
        return
    rows = diagnostic.unit_rows(choice.indicator.id, choice.period).reindex(ground.communes)
    values = rows["value"].astype(float).where(rows["status"].isin(_OWN))
    told = refusal(values)
    if not told:
        period = str(rows.loc[values.notna(), "period"].mode().iloc[0])
        try:
            name = choice.indicator.id
            found = map_store.spots(diagnostic, ground, name, period, reading.id, values)
        except StatisticsError as error:
            told = str(error)
    if told:
        blocks.nothing_here("Les regroupements ne sont pas cherchés sur cette carte.", told)
        _explanation(choice.indicator, reading)
        return
    _result(page, ground, chosen, choice.indicator, period, rows, Found(reading, found))


@dataclass(frozen=True)
class Found:
    """What one reading found."""

    reading: SpotReading
    spots: SpotMap


def _result(
    page: Frame,
    ground: map_store.MapGround,
    chosen: Settings,
    indicator: Indicator,
    period: str,
    rows: pd.DataFrame,
    found: Found,
) -> None:
    reading, level = found.reading, found.spots.table["level"]
    title = french.typography(f"{reading.title}, {indicator.short_label}, {period}")
    map_panel.heading(title, spot_readings.sentence(reading, found.spots), indicator.id)
    colours = {str(code): reading.colour_of(str(one)) for code, one in level.items()}
    fills = {code: colour for code, colour in colours.items() if colour}
    states = _states(rows, level)
    texts = {
        str(code): _told(row, reading.told(str(level[code])), indicator)
        for code, row in rows.iterrows()
    }
    commune = frame.parameter("commune", list(ground.communes))
    addresses, layers = map_panel.layers(page, ground, chosen.layers, map_choices.Level.COMMUNE)
    classes = [maps.LegendClass(*told) for told in reading.counted(level)]
    masked, missing = len(states["hatched"]), len(states["missing"])
    lonely = len(states["blank"])
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        map_frame.draw(
            ground,
            maps.paint(
                ground.communes,
                fills,
                texts,
                title=indicator.short_label,
                selected=[commune] if commune else [],
                outlined=map_frame.asked_cpts(page, ground),
                layers=addresses,
                **states,
            ),
            "carte_indicateur",
            basemap=chosen.basemap,
        )
    with legend_column:
        method = reading.legend
        st.html(
            maps.legend(
                reading.title,
                classes,
                method=french.typography(method),
                masked=masked,
                missing=missing,
                blank=lonely,
            )
        )
        map_panel.layer_legends(layers)
        map_panel.source(page, indicator, period)
        if commune:
            map_panel.commune(page, commune)
    _explanation(indicator, reading)
    spotted = _table(rows, found)

    def image() -> bytes:
        panel = map_image.Panel(
            title=title,
            subtitle=f"{reading.title} ({reading.statistic})",
            fills=fills,
            states=states,
            classes=classes,
            tally={"masked": masked, "missing": missing},
            foot=french.typography(method),
            source=page.diagnostic.source_line(indicator, period),
        )
        return map_image.draw([panel], ground.shapes, layers, map_image.credits_of(page.diagnostic))

    with st.container(horizontal=True):
        exports.image_button(image, f"{reading.id}_{indicator.id}")
        st.download_button(
            "Résultats (CSV)",
            lambda: as_csv(spotted.assign(mention=SECRECY)),
            f"{reading.id}_{indicator.id}.csv",
            "text/csv",
            on_click="ignore",
        )
    panel = st.expander("Tableau des valeurs", on_change="rerun", key="tableau_points")
    if panel.open:
        with panel:
            st.dataframe(spotted, hide_index=True, width="stretch", height=360)


def _states(rows: pd.DataFrame, level: pd.Series) -> dict[str, set[str]]:
    status = rows["status"].astype(str)
    hidden = (Status.MASKED.value, Status.MASKED_BY_US.value, Status.BOUNDED.value)
    unknown = level == "manquant"
    return {
        "hatched": set(level.index[unknown & status.isin(hidden)].astype(str)),
        "missing": set(level.index[unknown & ~status.isin(hidden)].astype(str)),
        "blank": set(level.index[level == "sans_voisin"].astype(str)),
        # A dotted border: only where the four kinds of neighbourhood have one colour each.
        "estimated": set(level.index[level.isin(NEIGHBOURHOODS[:4])].astype(str)),
    }


def _told(row: pd.Series, words: str, indicator: Indicator) -> str:
    if pd.isna(row["status"]):
        return words
    return f"{choropleth.told_of(row, indicator)}\n{words}"


def _table(rows: pd.DataFrame, found: Found) -> pd.DataFrame:
    spots = found.spots.table
    return pd.DataFrame(
        {
            "Commune": rows["name"].astype(str),
            "Code": rows.index.astype(str),
            "Valeur": rows["value"].astype(float).where(spots["p"].notna()),
            "Résultat": [found.reading.told(str(one)) for one in spots["level"]],
            "Score z": spots["z"].round(2),
            "p (deux côtés)": spots["p"].round(4),
        }
    ).sort_values("Score z", ascending=False, na_position="last")


def _explanation(indicator: Indicator, reading: SpotReading) -> None:
    blocks.section("Comment lire cette carte")
    for text in reading.explained:
        blocks.note(text)
    told = (
        "Le résultat dépend de l'étendue choisie et des voisines que le bord de la carte coupe. "
        "Les communes masquées ou non renseignées ne sont ni testées ni comptées comme voisines. "
        "Dans les très petites communes, une valeur peut varier fortement d'une année à l'autre."
    )
    if indicator.id.startswith(_MODELLED):
        told += (
            " L'APL d'une commune est calculée avec l'offre des communes voisines : elle est "
            "regroupée par construction. La carte montre donc où sont les ensembles, pas qu'ils "
            "existent."
        )
    blocks.note(told)
