"""The figures and pictures of a territory as files: CSV, GeoJSON, GeoParquet, PNG and SVG.

Figures keep all their decimals, their state (a masked figure is empty and says so), their period
and their sources. Pictures are those of the documents, with title, legend, source, scale, north.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from cpts_data import french
from cpts_data.analysis.aggregate import VALUES_COLUMNS, WHOLE
from cpts_data.documents.content import FICTITIOUS
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    BarChart,
    Document,
    DotChart,
    Drawn,
    MapPicture,
    PyramidChart,
)
from cpts_data.documents.printable import printable
from cpts_data.documents.rendering import png, svg
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading.themes import VIEWS
from cpts_data.spreadsheets import SECRECY, as_csv
from cpts_data.territories import Level

_DECIMALS = 6
_DRAWN = (MapPicture, PyramidChart, DotChart, BarChart)


class NoContoursError(ValueError):
    """A map was asked of a space without contours; the text says it in French."""

    def __init__(self) -> None:
        super().__init__(
            french.typography(
                "Cet espace n'a pas de contours de communes pour ce territoire : ajoutez le "
                "fichier des contours (page « Données »), ou choisissez le CSV."
            )
        )


# Figures


def values(draft: Draft) -> pd.DataFrame:
    """Figures of a territory (with its parts by age) and of its communes, one per line.

    The columns of ``Values``, then the label, the producers, the date and the mentions that every
    export carries.
    """
    names = list(dict.fromkeys(name for view in VIEWS.values() for name in view.everything))
    own = pd.DataFrame(draft.own.rows.values(), columns=list(VALUES_COLUMNS))
    places = draft.material.communes(draft.territory, names)
    together = pd.concat([own, places[list(VALUES_COLUMNS)]], ignore_index=True)
    credits = {one: draft.diagnostic.credits(str(one)) for one in together["sources"].unique()}
    return together.assign(
        libelle=together["indicator"].map(lambda name: INDICATORS[str(name)].label),
        producteurs=together["sources"].map(credits),
        exporte_le=draft.date.isoformat(),
        mention=SECRECY,
        avertissement=notice_of(draft),
    )


def csv(draft: Draft) -> bytes:
    """:func:`values` as French spreadsheets read it."""
    table = values(draft)
    for name in table.select_dtypes(exclude="number").columns:
        texts = table[name].astype("object")
        table[name] = texts.where(texts.isna(), texts.astype(str).map(printable))
    return as_csv(table)


def notice_of(draft: Draft) -> str:
    """What is said of a fictitious territory, empty for a real one."""
    return FICTITIOUS if draft.diagnostic.space.fictitious else ""


# Contours and figures


def frame(draft: Draft) -> gpd.GeoDataFrame:
    """The territory then its communes, one row each, WGS 84: contours and figures side by side.

    Each indicator has its value under its identifier, then ``_statut``, ``_periode``, and
    ``_borne_basse``, ``_borne_haute`` where some are known. Raises :class:`NoContoursError`.
    """
    if not draft.material.drawable:
        raise NoContoursError
    shapes = _shapes(draft)
    table = values(draft)
    table = table[(table["stratum"] == WHOLE) & table["territory"].isin(shapes.index)]
    wide = {"code": shapes.index.astype(str)} | _identity(draft, shapes)
    for name, rows in table.groupby("indicator", sort=False):
        told = rows.drop_duplicates("territory").set_index("territory").reindex(shapes.index)
        if not told["status"].ne(Status.MISSING.value).any():
            continue
        wide |= _columns(str(name), told)
    return gpd.GeoDataFrame(wide, geometry=shapes.to_numpy(), crs="EPSG:4326")


def _shapes(draft: Draft) -> gpd.GeoSeries:
    inside = draft.units.index
    communes = draft.diagnostic.contours_of(Level.COMMUNE, inside).geometry
    if communes.empty:
        raise NoContoursError
    whole = draft.diagnostic.contours_of(draft.territory.level, inside).geometry
    own = whole[whole.index == draft.territory.id]
    both = pd.concat([own, communes]).to_crs("EPSG:4326")
    lighter = shapely.transform(both.to_numpy(), lambda corners: np.round(corners, _DECIMALS))
    return gpd.GeoSeries(lighter, index=both.index, crs="EPSG:4326")


def _identity(draft: Draft, shapes: gpd.GeoSeries) -> dict[str, Any]:
    own = draft.territory
    names = draft.diagnostic.register.units.table["name"]
    is_own = shapes.index == own.id
    return {
        "nom": [
            printable(own.name if code == own.id else str(names[code])) for code in shapes.index
        ],
        "niveau": np.where(is_own, own.level.value, Level.COMMUNE.value),
        "part": draft.units.reindex(shapes.index).fillna(1.0).to_numpy(),
    }


def _columns(name: str, told: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: told["value"].astype(float).to_numpy(),
        f"{name}_statut": told["status"].astype("object").to_numpy(),
        f"{name}_periode": told["period"].astype("object").to_numpy(),
    }
    if told["lower"].notna().any():
        found[f"{name}_borne_basse"] = told["lower"].astype(float).to_numpy()
        found[f"{name}_borne_haute"] = told["upper"].astype(float).to_numpy()
    return found


def about(draft: Draft) -> dict[str, Any]:
    """What goes with every file of contours: title, credits, mentions, the indicators told."""
    table = values(draft)
    known = table[table["status"] != Status.MISSING.value]
    return {
        "titre": printable(f"Diagnostic territorial : {draft.territory.name}"),
        "exporte_le": draft.date.isoformat(),
        "contours": draft.diagnostic.contours_credit(),
        "mention": SECRECY,
        "avertissement": notice_of(draft),
        "indicateurs": {
            str(name): {
                "libelle": INDICATORS[str(name)].label,
                "unite": INDICATORS[str(name)].unit,
                "definition": INDICATORS[str(name)].definition,
                "sources": " ; ".join(sorted({str(one) for one in rows["producteurs"] if one})),
            }
            for name, rows in known.groupby("indicator", sort=False)
        },
    }


def geojson(draft: Draft) -> bytes:
    """:func:`frame` as GeoJSON; a figure that is not known is ``null`` and has its state."""
    table = frame(draft)
    features = [
        {
            "type": "Feature",
            "properties": {
                name: _plain(value) for name, value in row.items() if name != "geometry"
            },
            "geometry": json.loads(shapely.to_geojson(row["geometry"])),
        }
        for row in table.to_dict("records")
    ]
    told = {"type": "FeatureCollection"} | about(draft) | {"features": features}
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if value is None or pd.isna(value):
        return None
    return float(value)


def geoparquet(draft: Draft) -> bytes:
    """:func:`frame` as GeoParquet; credits and mentions stand in the metadata of the file."""
    made = io.BytesIO()
    frame(draft).to_parquet(made, index=False)
    made.seek(0)
    table = pq.read_table(made)
    told = json.dumps(about(draft), ensure_ascii=False).encode("utf-8")
    target = io.BytesIO()
    metadata = dict(table.schema.metadata or {}) | {b"diagnostic_cpts": told}
    pq.write_table(table.replace_schema_metadata(metadata), target)
    return target.getvalue()


# Pictures


def pictures(document: Document) -> Iterator[Drawn]:
    """Every chart and map of a document, each once, in order."""
    known: set[str] = set()
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, _DRAWN) and block.id not in known:
                known.add(block.id)
                yield block


def images(document: Document) -> bytes:
    """Every chart and map of a document as PNG and SVG, in one archive, with their alternatives."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        told = []
        for rank, picture in enumerate(pictures(document), start=1):
            name = f"{rank:02}_{picture.id}"
            archive.writestr(f"{name}.png", png(picture, notice=document.notice))
            archive.writestr(f"{name}.svg", svg(picture, notice=document.notice))
            words = (name, picture.caption, picture.alt, picture.source)
            told.append("\r\n".join(printable(one) for one in words))
        head = "\r\n".join(
            one for one in (document.title, document.notice, document.mention) if one
        )
        text = "\r\n\r\n".join([printable(head), *told]) + "\r\n"
        archive.writestr("alternatives.txt", text.encode("utf-8-sig"))
    return target.getvalue()
