"""Layers that a reader may lay over a map: territories, structures, professionals. Pure.

``map_layer_list`` says which there are; :func:`zones_of` and :func:`points_of` give their shapes,
:func:`make` what the browser loads and what explains it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.analysis import counted, geometry
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import map_geometry, map_legend, palettes
from cpts_data.drawing.map_layer_list import (
    BASIN_LAYER,
    EPCI_LAYER,
    STAGE_LAYER,
    STRUCTURE,
    ZONE,
    ZONING,
    Layer,
)
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.sources.zonage_medecins import ZONES
from cpts_data.territories import Level

# ---- territories ----


@dataclass(frozen=True)
class Zones:
    """Territories of a layer: ``frame`` (``name, style``), owner of each commune, their styles."""

    frame: gpd.GeoDataFrame
    owners: pd.Series
    styles: list[dict[str, Any]]
    words: list[str]


_LINES: Final = {
    EPCI_LAYER: {"colour": "#5b2a86", "weight": 1.8, "dash": "7 4"},
    BASIN_LAYER: {"colour": "#7a4a00", "weight": 2.0, "dash": "1.5 4"},
}


def zones_of(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> Zones:
    """The territories of a layer over some communes (``light``: simplified, indexed by code)."""
    if layer.id == STAGE_LAYER:
        return _stages(diagnostic, light)
    if layer.id.startswith(ZONING):
        return _zoning(diagnostic, layer, light)
    level = Level.EPCI if layer.id == EPCI_LAYER else Level.BASSIN_DE_VIE
    pairs = diagnostic.membership_pairs(level).drop_duplicates("unit").set_index("unit")
    owners = pairs["territory"].reindex(light.index)
    frame = geometry.dissolve(light, owners)
    names = diagnostic.territories(level).table["name"]
    frame["name"] = names.reindex(frame.index).astype(str)
    frame["style"] = 0
    return Zones(frame, owners, [_LINES[layer.id]], [layer.label])


def _stages(diagnostic: Diagnostic, light: gpd.GeoDataFrame) -> Zones:
    pairs = diagnostic.membership_pairs(Level.CPTS)
    pairs = pairs[pairs["unit"].isin(light.index)]
    frame = geometry.dissolve(
        gpd.GeoDataFrame(
            {"territory": pairs["territory"].to_numpy()},
            geometry=light.geometry.reindex(pairs["unit"]).to_numpy(),
            crs=light.crs,
        ),
        pd.Series(pairs["territory"].to_numpy()),
    )
    listed = diagnostic.cpts_list()
    stages = list(STAGES)
    stage = listed["statut"].reindex(frame.index).astype(str)
    # Two CPTS may hold one commune: its tooltip already names both, the layer tells the stage.
    first = pairs.drop_duplicates("unit").set_index("unit")["territory"]
    frame["name"] = [STAGES[name] for name in stage]
    frame["style"] = [stages.index(name) for name in stage]
    styles = [
        {
            "colour": palettes.STAGE_LINES.get(name, palettes.NO_STAGE),
            "weight": 4.5,
            "band": True,
            "hatch": name not in palettes.STAGE_LINES,
        }
        for name in stages
    ]
    return Zones(frame, first.reindex(light.index), styles, [STAGES[name] for name in stages])


def _zoning(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> Zones:
    zone = zone_of_communes(diagnostic, layer.members[0])
    for city, parts in diagnostic.register.units.cities.items():
        if city in zone.index:
            known = pd.Series(zone[city], index=list(parts))
            zone = pd.concat([zone, known[~known.index.isin(zone.index)]])
    drawn = [name for name in palettes.ZONING if (zone == name).any()]
    owners = zone.where(zone.isin(drawn)).reindex(light.index)
    frame = geometry.dissolve(light, owners)
    frame["name"] = [f"{name}, {ZONES[name]}" for name in frame.index]
    frame["style"] = [drawn.index(str(name)) for name in frame.index]
    styles = [
        {"colour": colour, "weight": 4, "band": True, "dash": dash}
        for colour, dash in (palettes.ZONING[name] for name in drawn)
    ]
    words = [french.typography(f"{name} : {ZONES[name]}") for name in drawn]
    return Zones(frame, owners, styles, words)


def zone_of_communes(diagnostic: Diagnostic, profession: str) -> pd.Series:
    """The zone of each commune for a profession, by code; by its TVS where only TVS are listed."""
    table = diagnostic.space.table("zonage_medecins").dropna(subset=["zone"])
    table = table[table["profession"] == profession]
    rows = table[table["niveau"] == "commune"]
    if rows.empty and diagnostic.space.has("territoires_de_vie_sante"):
        areas = diagnostic.space.table("territoires_de_vie_sante")
        areas = areas.loc[areas["type"] == "tvs", ["code", "territoire"]]
        decided = table.loc[table["niveau"] == "tvs", ["code", "zone"]]
        rows = areas.merge(decided.rename(columns={"code": "territoire"}), on="territoire")
    return rows.drop_duplicates("code").set_index("code")["zone"].astype(str)


# ---- points ----


def points_of(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> pd.DataFrame:
    """Points of a layer: ``name, lat, lon, count, placed`` (False at the middle of its commune)."""
    if layer.kind == STRUCTURE:
        return _structures(diagnostic, layer, light)
    return _professionals(diagnostic, layer, light)


def _structures(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> pd.DataFrame:
    table = diagnostic.space.table("finess")
    table = table[table["famille"].astype(str).isin(layer.members)]
    code = _drawn_code(diagnostic, table["code"].astype(str), light)
    table, code = table[code.notna()], code.dropna()
    middle = _middles(light, code)
    placed = table["lon"].notna() & table["lat"].notna()
    names = table["nom"].fillna(table["categorie_libelle"]).fillna(layer.label).astype(str)
    return pd.DataFrame(
        {
            "name": names,
            "lat": table["lat"].astype(float).where(placed, middle["lat"]),
            "lon": table["lon"].astype(float).where(placed, middle["lon"]),
            "count": 1,
            "placed": placed,
            "code": code,
            "what": table["categorie_libelle"].fillna("").astype(str),
        }
    ).reset_index(drop=True)


def _professionals(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = counted.professionals(diagnostic.space)
    rows = rows[(rows["profession"] == layer.members[0]) & (rows["mode"] == "liberal")]
    general = rows["discipline"] == counted.GENERAL_PRACTICE
    if layer.one == "mg":
        rows = rows[general]
    elif layer.one == "autres":
        rows = rows[~general & ~rows["personne"].isin(rows.loc[general, "personne"])]
    code = _drawn_code(diagnostic, rows["code"].astype(str), light)
    counts = rows["personne"].groupby(code).nunique()
    middle = _middles(light, pd.Series(counts.index, index=counts.index, dtype=object))
    return pd.DataFrame(
        {
            "name": light["name"].reindex(counts.index).astype(str),
            "lat": middle["lat"],
            "lon": middle["lon"],
            "count": counts.astype(int),
            "placed": True,
            "code": counts.index,
            "what": layer.label,
        }
    ).reset_index(drop=True)


def _drawn_code(diagnostic: Diagnostic, code: pd.Series, light: gpd.GeoDataFrame) -> pd.Series:
    """The commune of the map that holds a place: a whole city stands on its first part drawn."""
    found = code.where(code.isin(light.index))
    for city, parts in diagnostic.register.units.cities.items():
        drawn = [part for part in parts if part in light.index]
        if drawn:
            found = found.mask(code == city, drawn[0])
    return found


def _middles(light: gpd.GeoDataFrame, code: pd.Series) -> pd.DataFrame:
    points = light.geometry.reindex(code.to_numpy()).representative_point()
    return pd.DataFrame(
        {"lat": np.asarray(points.y), "lon": np.asarray(points.x)}, index=code.index
    )


# ---- what the browser loads, and what explains it ----


@dataclass(frozen=True)
class Drawn:
    """A layer made ready for some communes: its script, its legend, and what an image draws."""

    layer: Layer
    script: str
    legend: str
    zones: Zones | None = None
    points: pd.DataFrame | None = None


def make(diagnostic: Diagnostic, layer: Layer, light: gpd.GeoDataFrame) -> Drawn:
    """Make a layer ready."""
    if layer.kind == ZONE:
        zones = zones_of(diagnostic, layer, light)
        title = "Stade" if layer.id == STAGE_LAYER else layer.label
        script = map_geometry.zone_script(
            layer.id, zones.frame, zones.owners, title=title, styles=zones.styles
        )
        return Drawn(layer, script, _zone_legend(layer, zones), zones=zones)
    points = points_of(diagnostic, layer, light)
    script = map_geometry.point_script(
        layer.id,
        points,
        title=layer.label,
        style={"colour": layer.colour, "letter": layer.letter},
        family=layer.kind,
    )
    return Drawn(layer, script, _point_legend(layer, points), points=points)


def _zone_legend(layer: Layer, zones: Zones) -> str:
    present = set(zones.frame["style"])
    rows = [
        (_zone_look(style), words)
        for rank, (style, words) in enumerate(zip(zones.styles, zones.words, strict=True))
        if rank in present
    ]
    remark = ""
    if layer.id.startswith(ZONING):
        remark = "Décision de l’ARS ; sans liseré : hors zone, ou non renseigné"
    return map_legend.layer_legend(layer.label, rows, remark=french.typography(remark))


def _zone_look(style: Mapping[str, Any]) -> str:
    if not style.get("band"):
        return map_legend.line_look(style["colour"], style.get("dash", ""))
    return map_legend.band_look(
        style["colour"], hatched=bool(style.get("hatch")), dash=style.get("dash", "")
    )


def _point_legend(layer: Layer, points: pd.DataFrame) -> str:
    total = int(points["count"].sum())
    where = len(points)
    if layer.kind == STRUCTURE:
        told = french.count_of(total, "structure")
        loose = int((~points["placed"]).sum())
        if loose:
            told += f", dont {french.number(loose)} au centre de leur commune (adresse non située)"
        mark = map_legend.mark_look(layer.colour, round_one=False)
        return map_legend.layer_legend(f"{layer.label} (lettre {layer.letter})", [(mark, told)])
    told = f"Effectif par commune d’exercice ({french.count_of(where, 'commune')})"
    mark = map_legend.mark_look(layer.colour, round_one=True)
    remark = (
        "Activité libérale, Annuaire santé. Qui exerce dans deux communes compte dans chacune, et "
        "deux fois dans un nombre qui les réunit"
    )
    return map_legend.layer_legend(layer.label, [(mark, told)], remark=french.typography(remark))
