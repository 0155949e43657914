"""« Territoires sans CPTS »: communes that no CPTS holds, in blocks, with who lives there."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.spot_levels import blocks_of
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import map_image, palettes
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Level
from pages.parts import blocks, exports, frame, map_frame, map_panel, map_store, maps, overview
from pages.parts.frame import Frame
from pages.parts.map_choices import Settings

_STEPS = (500, 2_000, 10_000)
_WHOLE = 0.999


def show(page: Frame, chosen: Settings) -> None:
    """Map, sentence, blocks of uncovered communes, downloads."""
    diagnostic = page.diagnostic
    if diagnostic.territories(Level.CPTS).table.empty:
        overview.no_cpts()
        return
    ground = map_store.map_ground(diagnostic, chosen.scope)
    if ground is None:
        map_panel.no_contours()
        return
    people = diagnostic.unit_population().reindex(ground.communes).astype(float)
    share = _held(diagnostic).reindex(ground.communes).fillna(0.0)
    concerned = pd.Series(
        ground.communes.isin(diagnostic.units_in(diagnostic.field_departements())),
        index=ground.communes,
    )
    free = ground.communes[(share == 0) & concerned]
    partly = ground.communes[(share > 0) & (share < _WHOLE)]
    outside = ground.communes[(share == 0) & ~concerned]
    rank = pd.cut(people[free], [-1, *_STEPS, float("inf")], labels=False, right=False)
    fills = {str(code): palettes.COVERED for code in ground.communes[share > 0]}
    fills |= {str(code): palettes.GAPS[int(one)] for code, one in rank.items()}
    texts = _texts(people, share, free, outside)
    states = {
        "hatched": set(partly.astype(str)),
        "blank": set(outside.astype(str)),
    }
    map_panel.heading(
        "Communes sans CPTS, selon leur population", _sentence(people, concerned, free)
    )
    classes = [
        maps.LegendClass(colour, label, int((rank == place).sum()))
        for place, (colour, label) in enumerate(zip(palettes.GAPS, _labels(), strict=True))
    ]
    classes.append(
        maps.LegendClass(palettes.COVERED, "Dans une CPTS au moins", int((share > 0).sum()))
    )
    addresses, layers = map_panel.layers(page, ground, chosen.layers, Level.COMMUNE)
    commune = frame.parameter("commune", list(ground.communes))
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        map_frame.draw(
            ground,
            maps.paint(
                ground.communes,
                fills,
                texts,
                title="Couverture par une CPTS",
                selected=[commune] if commune else [],
                layers=addresses,
                **states,
            ),
            "carte_indicateur",
            basemap=chosen.basemap,
        )
    foot = (
        f"{french.count_of(len(partly), 'commune')} en partie dans une CPTS (hachures). Seuls les "
        "départements dont la liste nomme au moins une CPTS sont jugés"
        if len(partly)
        else "Seuls les départements dont la liste nomme au moins une CPTS sont jugés"
    )
    with legend_column:
        st.html(
            maps.legend(
                "Habitants des communes sans CPTS",
                classes,
                method=french.typography(foot),
                blank=len(outside),
            )
        )
        map_panel.layer_legends(layers)
        blocks.note(
            f"{diagnostic.population_line()}. Périmètres : liste reçue des CPTS ; une CPTS absente "
            "de la liste laisse ses communes « sans CPTS »."
        )
        if commune:
            map_panel.commune(page, commune)
    found = _blocks(page, ground, free, people)

    def image() -> bytes:
        panel = map_image.Panel(
            title="Communes sans CPTS, selon leur population",
            subtitle="Habitants des communes sans CPTS",
            fills=fills,
            states=states,
            classes=classes,
            tally={"blank": len(outside)},
            foot=french.typography(foot),
            source=diagnostic.population_line(),
        )
        return map_image.draw([panel], ground.shapes, layers, map_image.credits_of(diagnostic))

    with st.container(horizontal=True):
        exports.image_button(image, "territoires_sans_cpts")
        st.download_button(
            "Communes sans CPTS (CSV)",
            lambda: as_csv(found),
            "communes_sans_cpts.csv",
            "text/csv",
            on_click="ignore",
        )


def _held(diagnostic: Diagnostic) -> pd.Series:
    """Share of each commune that CPTS hold, 1 at most, by code."""
    pairs = diagnostic.membership_pairs(Level.CPTS)
    return pairs.groupby("unit")["weight"].sum().clip(upper=1.0)


def _labels() -> list[str]:
    told = [french.number(step) for step in _STEPS]
    between = [f"de {low} à moins de {high}" for low, high in pairwise(told)]
    return [f"moins de {told[0]} habitants", *between, f"{told[-1]} habitants et plus"]


def _texts(
    people: pd.Series, share: pd.Series, free: pd.Index, outside: pd.Index
) -> dict[str, str]:
    told = {}
    for code, number in people.items():
        who = french.count_of(number, "habitant") if number == number else "population inconnue"
        if code in free:
            word = "aucune CPTS"
        elif code in outside:
            word = "département absent de la liste des CPTS"
        elif share[code] < _WHOLE:
            word = f"dans une CPTS pour {french.percent(float(share[code]), 0)}"
        else:
            word = "dans une CPTS"
        told[str(code)] = f"{word}\n{who}"
    return told


def _sentence(people: pd.Series, concerned: pd.Series, free: pd.Index) -> str:
    if not len(free):
        return "Toutes les communes des départements de la liste sont dans une CPTS au moins."
    everyone = people[concerned].sum()
    alone = people[free].sum()
    return (
        f"{french.count_of(len(free), 'commune')} et {french.count_of(alone, 'habitant')}, soit "
        f"{french.percent(alone / everyone if everyone else None)} de la population des "
        "départements concernés, ne sont dans aucune CPTS."
    )


def _blocks(
    page: Frame, ground: map_store.MapGround, free: pd.Index, people: pd.Series
) -> pd.DataFrame:
    """The blocks of touching communes without CPTS, the most populated first; returns the list."""
    units = page.diagnostic.register.units.table
    names = units["name"].astype(str).reindex(free)
    number = blocks_of(free, map_store.touching(page.diagnostic, ground))
    listed = pd.DataFrame(
        {
            "Code": free.astype(str),
            "Commune": names.to_numpy(),
            "Département": units["departement"].reindex(free).to_numpy(),
            "Habitants": people[free].to_numpy(),
            "Ensemble": number.to_numpy(),
        }
    )
    if listed.empty:
        return listed
    rows = []
    for _, part in listed.groupby("Ensemble"):
        part = part.sort_values("Habitants", ascending=False)
        head = str(part["Commune"].iloc[0])
        more = french.count_of(len(part) - 1, "autre commune", "autres communes")
        rows.append(
            {
                "Ensemble de communes voisines": f"{head} et {more}" if len(part) > 1 else head,
                "Départements": ", ".join(sorted(part["Département"].astype(str).unique())),
                "Communes": len(part),
                "Habitants": float(part["Habitants"].sum()),
                "Les plus peuplées": french.enumeration([str(n) for n in part["Commune"].head(4)]),
            }
        )
    table = pd.DataFrame(rows).sort_values("Habitants", ascending=False)
    blocks.section(
        "Ensembles de communes voisines sans CPTS",
        "Un ensemble réunit les communes sans CPTS qui se touchent : c'est à cette échelle qu'un "
        "projet peut naître, ou qu'une CPTS voisine peut s'étendre.",
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=min(420, 38 * (len(table) + 1)),
        column_config={"Habitants": st.column_config.NumberColumn(format="localized")},
    )
    return listed.sort_values(["Ensemble", "Habitants"], ascending=[True, False])
