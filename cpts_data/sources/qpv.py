"""ANCT, quartiers prioritaires de la politique de la ville (QPV): contours and their communes.

Fields ``code_qp, lib_qp, insee_reg, insee_dep, insee_com, lib_com…``. Two generations of codes:
``QN`` (2024) and ``QP`` (2015 to 2023). A QPV may lie in several communes, all in ``insee_com``,
with a separator that was not verified: codes are picked out whatever stands between them. Layers
exist in WGS 84, in Lambert 93 and in the overseas projections.
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.layers import read_layer
from cpts_data.received import Head, head_of

GENERATIONS = {"QP": "2015", "QN": "2024"}

SOURCE = Source(
    id="qpv",
    title="Quartiers prioritaires de la politique de la ville (QPV)",
    publisher="ANCT",
    landing_page="https://www.data.gouv.fr/datasets/"
    "quartiers-prioritaires-de-la-politique-de-la-ville-qpv",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="qpv",
    key=("code_qpv",),
    columns=(
        Column("code_qpv", Kind.CODE, "code du quartier"),
        Column("nom", Kind.TEXT, "nom du quartier", nullable=True),
        Column("generation", Kind.TEXT, "année de la liste", choices=tuple(GENERATIONS.values())),
        Column("departement", Kind.CODE, "département", nullable=True),
        Column("communes", Kind.TEXT, "codes des communes du quartier, séparés par un blanc"),
        Column("geometry", Kind.GEOMETRY, "contour en coordonnées géographiques (WGS 84)"),
    ),
    notes="Hexagone en vigueur le 1er janvier 2024, outre-mer le 1er janvier 2025. Noms de champs "
    "rapportés par des utilisateurs.",
    addresses=(
        Address(
            "https://www.data.gouv.fr/api/1/datasets/r/942d4ee8-8142-4556-8ea1-335537ce1119",
            "qpv-2024.geojson",
        ),
    ),
)

_CODE = r"(?:QN|QP)[0-9A-Z]{6}"
_COMMUNE = re.compile(r"\b(?:\d{2}|2[AB])\d{3}\b")


def _fields(names: frozenset[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


def _layer(head: Head) -> tuple[str | None, dict[str, str]] | None:
    for layer, names in ((None, head.properties), *head.layers.items()):
        fields = _fields(frozenset(names))
        if "code_qp" in fields:
            return layer, fields
    return None


def recognises(head: Head) -> bool:
    """Tell the layer by a geometry and ``code_qp``."""
    return head.kind in ("geojson", "geopackage") and _layer(head) is not None


def read(path: Path) -> gpd.GeoDataFrame:
    """Read one polygon per QPV, in WGS 84, with the codes of all its communes.

    Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    layer, fields = _layer(head_of(path)) or (None, {})
    raw = read_layer(path, layer)
    table = gpd.GeoDataFrame(
        {"ligne": np.arange(len(raw)) + 1}, geometry=raw.geometry, index=raw.index
    )
    table["code_qpv"] = raw[fields["code_qp"]].astype("string").str.strip().str.upper()
    empty = pd.Series(pd.NA, index=raw.index, dtype="string")
    for name, field in (("nom", "lib_qp"), ("departement", "insee_dep")):
        values = raw[fields[field]].astype("string").str.strip() if field in fields else empty
        table[name] = values.replace({"": pd.NA})
    table["generation"] = table["code_qpv"].str.slice(0, 2).map(GENERATIONS).astype("string")
    places = raw[fields["insee_com"]].map(communes_of) if "insee_com" in fields else empty
    table["communes"] = places.astype("string").fillna("")
    wrong = ~table["code_qpv"].str.fullmatch(_CODE).fillna(False).astype(bool)
    for row in table[wrong].itertuples():
        faults.add(
            f"« {row.code_qpv} »",
            "un code de quartier comme QN00101M ou QP001001",
            "corrigez le code, ou reprenez le fichier d'origine.",
            row=int(str(row.ligne)),
            column="code_qp",
        )
    faults.raise_if_any()
    table, remarks = _joined(table)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    order = [column.name for column in SOURCE.columns]
    result = gpd.GeoDataFrame(table[order], geometry="geometry", crs=4326)
    result.attrs["remarques"] = remarks
    return result


def _joined(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """One row per QPV: the parts of one code are joined, with all their communes."""
    repeated = table["code_qpv"].duplicated(keep=False)
    if not repeated.any():
        return table.reset_index(drop=True), []
    groups = table.groupby("code_qpv", sort=False)
    one = groups.first()
    one["geometry"] = groups["geometry"].agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
    one["communes"] = groups["communes"].agg(lambda cells: communes_of(" ".join(cells)))
    told = french.count_of(int(table.loc[repeated, "code_qpv"].nunique()), "quartier")
    joined = gpd.GeoDataFrame(one.reset_index(), geometry="geometry", crs=table.crs)
    return joined, [f"{told} en plusieurs morceaux, que l'on réunit."]


def communes_of(cell: object) -> str:
    """The commune codes of a cell, whatever separates them: « 06029 06030 »."""
    return " ".join(dict.fromkeys(_COMMUNE.findall(str(cell).upper())))
