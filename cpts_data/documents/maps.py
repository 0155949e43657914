"""The maps of a document: an indicator commune by commune, and where the territory is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpts_data import french
from cpts_data.documents import model, pictures
from cpts_data.documents.material import Material
from cpts_data.documents.model import Key, Table
from cpts_data.documents.telling import Teller, shortened
from cpts_data.drawing import choropleth, map_legend, map_sheet
from cpts_data.drawing.map_sheet import Sheet
from cpts_data.indicators import INDICATORS
from cpts_data.reading import wording
from cpts_data.reading.wording import printed
from cpts_data.territories import Territory

_STATES = (
    ("masked", "Secret statistique", map_legend.MASKED_COLOUR, "hachures"),
    ("bounded", "Entre deux bornes (secret statistique)", "#c9d6df", "hachures"),
    ("estimated", "Valeur estimée", "#ffffff", "pointillés"),
    ("too_small", "Effectif insuffisant", map_legend.MISSING_COLOUR, "points"),
    ("missing", "Non disponible", map_legend.MISSING_COLOUR, "plein"),
    ("context", "Connu pour le département seulement", map_legend.CONTEXT_COLOUR, "plein"),
    ("blank", "Sans objet", map_legend.BLANK_COLOUR, "plein"),
)


def indicator_map(
    material: Material,
    teller: Teller,
    territory: Territory,
    sheet: Sheet | None,
    name: str,
    letters: float = map_sheet.LETTERS,
) -> model.MapPicture | None:
    """The communes of a territory coloured by an indicator; None when nothing can be drawn."""
    if sheet is None:
        return None
    indicator = INDICATORS[name]
    rows = material.communes(territory, [name])
    known = rows[rows["value"].notna() & rows["status"].isin(pictures.OWN)]
    if known.empty:
        return None
    shown = material.choropleth(name)
    told = pictures.range_words(known, indicator)
    keys = [Key(row.colour, printed(f"{row.label}{_counted(row.count)}")) for row in shown.classes]
    here = _tally_here(rows)
    keys += [
        Key(colour, f"{label} ({french.number(count)})", look)
        for state, label, colour, look in _STATES
        if (count := here.get(state, 0))
    ]
    period = str(rows["period"].iloc[0])
    credits = [material.diagnostic.credits(str(one)) for one in rows["sources"].unique()]
    contours = material.diagnostic.contours_credit()
    source = wording.source_line(credits)
    length, words = sheet.scale
    return model.MapPicture(
        id=f"carte_{name}",
        caption=printed(f"{indicator.label} : {told}"),
        sentence=printed(
            "Les classes sont celles de toutes les communes de la région ; entre parenthèses, "
            "leur nombre."
        ),
        alt=printed(
            f"Carte des communes de {shortened(territory.name)} : {indicator.label}, {period}, "
            f"{told}."
        ),
        source=printed(f"{source}. Contours : {contours}."),
        table=pictures.commune_table(
            teller, f"carte_{name}_tableau", rows, [name], indicator.label
        ),
        drawing=map_sheet.drawing(sheet, shown.fills, shown.states, letters),
        width=map_sheet.WIDE,
        height=sheet.height,
        scale_length=length,
        scale_label=words,
        legend_title=printed(f"{indicator.short_label} ({indicator.unit}), {period}"),
        keys=tuple(keys),
        foot=shown.foot,
    )


def _counted(count: int | None) -> str:
    return "" if count is None else f" ({french.number(count)})"


def _tally_here(rows: pd.DataFrame) -> dict[str, int]:
    """How many communes of the territory are in each state."""
    counts = rows["status"].astype(str).value_counts()
    return {
        name: int(sum(counts.get(status.value, 0) for status in statuses))
        for name, statuses in choropleth.TALLIES.items()
    }


def perimeter_map(
    material: Material,
    territory: Territory,
    sheet: Sheet | None,
    shared: Sequence[str],
    caption: str,
    table: Table,
    letters: float = map_sheet.LETTERS,
) -> model.MapPicture | None:
    """Where the territory is: its communes, those it shares, its neighbours; None without sheet."""
    if sheet is None:
        return None
    fills = dict.fromkeys(sheet.inside, "#cfe0ec")
    keys = [Key("#cfe0ec", "Communes du territoire"), Key("#eef1f4", "Communes voisines")]
    if shared:
        keys.append(Key("#cfe0ec", "Communes partagées avec une autre CPTS", "hachures"))
    keys += [
        Key("#a9b4bf", "Limites des autres CPTS", "trait"),
        Key("#5c6b78", "Limites de départements", "tirets"),
    ]
    length, words = sheet.scale
    contours = material.diagnostic.contours_credit()
    return model.MapPicture(
        id="carte_perimetre",
        caption=printed(caption),
        sentence="",
        alt=printed(f"Carte du périmètre de {shortened(territory.name)}. {caption}."),
        source=printed(f"Source : {material.diagnostic.population_line()}. Contours : {contours}."),
        table=table,
        drawing=map_sheet.drawing(sheet, fills, {"hatched": shared}, letters),
        width=map_sheet.WIDE,
        height=sheet.height,
        scale_length=length,
        scale_label=words,
        legend_title="Périmètre",
        keys=tuple(keys),
        foot="",
    )
