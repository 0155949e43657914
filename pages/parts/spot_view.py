"""« Points chauds et froids »: where high or low values gather, how sure, and what it is not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.spot_levels import LEVELS, SpotMap, refusal
from cpts_data.drawing import choropleth, map_image, palettes
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from cpts_data.spreadsheets import SECRECY, as_csv
from cpts_data.statistics.inputs import StatisticsError
from pages.parts import blocks, exports, frame, map_choices, map_frame, map_panel, map_store, maps
from pages.parts.frame import Frame
from pages.parts.map_choices import Settings

WORDS = {
    "chaud_confirme": "Point chaud, confirmé",
    "chaud": "Point chaud, à confirmer",
    "non_significatif": "Pas de regroupement démontré",
    "froid": "Point froid, à confirmer",
    "froid_confirme": "Point froid, confirmé",
    "sans_voisin": "Commune sans voisine",
    "manquant": "Sans valeur propre (secret ou non disponible)",
}
_OWN = (Status.OBSERVED.value, Status.ESTIMATED.value)
_MODELLED = ("apl_", "part_population_sous_dense")


def show(page: Frame) -> None:
    """Choices, map, explanation, warnings, table and downloads."""
    diagnostic = page.diagnostic
    choice = map_choices.choose_by_commune(page)
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
            found = map_store.spots(diagnostic, ground, choice.indicator.id, period, values)
        except StatisticsError as error:
            told = str(error)
    if told:
        blocks.nothing_here("Les regroupements ne sont pas cherchés sur cette carte.", told)
        _explanation(choice.indicator)
        return
    _result(page, ground, chosen, choice.indicator, period, rows, found)


def _result(
    page: Frame,
    ground: map_store.MapGround,
    chosen: Settings,
    indicator: Indicator,
    period: str,
    rows: pd.DataFrame,
    found: SpotMap,
) -> None:
    level = found.table["level"]
    counts = level.value_counts()
    title = french.typography(f"Points chauds et froids : {indicator.short_label}, {period}")
    map_panel.heading(title, _sentence(found, counts))
    fills = {str(code): palettes.SPOTS[one] for code, one in level.items() if one in palettes.SPOTS}
    states = _states(rows, level)
    texts = {str(code): _told(row, str(level[code]), indicator) for code, row in rows.iterrows()}
    commune = frame.parameter("commune", list(ground.communes))
    addresses, layers = map_panel.layers(page, ground, chosen.layers, map_choices.Level.COMMUNE)
    classes = [
        maps.LegendClass(palettes.SPOTS[one], WORDS[one], int(counts.get(one, 0)))
        for one in LEVELS
        if one in palettes.SPOTS
    ]
    masked = len(states["hatched"])
    missing = int(counts.get("manquant", 0)) - masked
    lonely = int(counts.get("sans_voisin", 0))
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
                outlined=map_frame.asked_cpts(page),
                layers=addresses,
                **states,
            ),
            "carte_indicateur",
            basemap=chosen.basemap,
        )
    with legend_column:
        method = "« Confirmé » : tient encore quand toutes les communes sont testées ensemble"
        st.html(
            maps.legend(
                "Points chauds et froids",
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
    _explanation(indicator)
    spotted = _table(rows, found)

    def image() -> bytes:
        panel = map_image.Panel(
            title=title,
            subtitle="Points chauds et froids (Gi* de Getis et Ord)",
            fills=fills,
            states=states,
            classes=classes,
            tally={"masked": masked, "missing": missing},
            foot=french.typography(method),
            source=page.diagnostic.source_line(indicator, period),
        )
        return map_image.draw([panel], ground.shapes, layers, map_image.credits_of(page.diagnostic))

    with st.container(horizontal=True):
        exports.image_button(image, f"points_chauds_{indicator.id}")
        st.download_button(
            "Résultats (CSV)",
            lambda: as_csv(spotted.assign(mention=SECRECY)),
            f"points_chauds_{indicator.id}.csv",
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
    }


def _told(row: pd.Series, level: str, indicator: Indicator) -> str:
    if pd.isna(row["status"]):
        return WORDS["manquant"]
    return f"{choropleth.told_of(row, indicator)}\n{WORDS[level]}"


def _table(rows: pd.DataFrame, found: SpotMap) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Commune": rows["name"].astype(str),
            "Code": rows.index.astype(str),
            "Valeur": rows["value"].astype(float).where(found.table["p"].notna()),
            "Résultat": found.table["level"].map(WORDS),
            "Score z": found.table["z"].round(2),
            "p (deux côtés)": found.table["p"].round(4),
        }
    ).sort_values("Score z", ascending=False, na_position="last")


def _sentence(found: SpotMap, counts: pd.Series) -> str:
    alike = found.moran_p <= 0.05 and found.moran > 0
    whole = (
        "Sur l’ensemble de la carte, les communes voisines se ressemblent plus que par hasard"
        if alike
        else "Sur l’ensemble de la carte, rien ne montre que les communes voisines se ressemblent"
    )
    hot, cold = int(counts.get("chaud_confirme", 0)), int(counts.get("froid_confirme", 0))
    spots = "aucun point confirmé"
    if hot or cold:
        spots = (
            f"{french.count_of(hot, 'commune')} en point chaud et "
            f"{french.count_of(cold, 'commune')} en point froid confirmés"
        )
    return (
        f"{whole} (indice de Moran {french.number(found.moran, 2)}, "
        f"{_p_words(found.moran_p)}) : {spots}, sur "
        f"{french.count_of(found.known, 'commune étudiée', 'communes étudiées')}."
    )


def _p_words(p: float) -> str:
    least = 0.001
    return f"p < {french.number(least, 3)}" if p < least else f"p = {french.number(p, 3)}"


def _explanation(indicator: Indicator) -> None:
    blocks.section("Comment lire cette carte")
    blocks.note(
        "Un point chaud est une commune qui forme, avec ses voisines, un ensemble de valeurs "
        "nettement plus élevées que la moyenne de la carte ; un point froid, nettement plus "
        "basses. « Chaud » veut dire élevé, et non bon ou mauvais. Une commune élevée au milieu de "
        "communes basses n'est pas un point chaud."
    )
    blocks.note(
        "Méthode : indice Gi* de Getis et Ord ; les valeurs sont redistribuées 4 999 fois au "
        "hasard entre les communes, et l'on compte combien de fois le hasard fait autant. « À "
        "confirmer » : moins de 5 % de chances pour cette commune seule. Comme chaque commune est "
        "un test, une sur vingt paraîtrait remarquable par hasard : « confirmé » tient compte de "
        "tous les tests (Benjamini et Hochberg, 5 %). Les points « à confirmer » ne suffisent pas "
        "à conclure."
    )
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
