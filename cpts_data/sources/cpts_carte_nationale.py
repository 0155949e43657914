"""National layer of the CPTS and of projects of CPTS (Santégraphie, WFS): polygons with a stage.

The names of the fields change with the vintage and were not seen: they are told by their words
(« nom_cpts », « nm_cpts » cut by a shapefile…). Stages are matched on whole words (« acti » of ACI
lies inside « rédaction »); a stage that is not understood is ``sans_statut`` and is told. The
projection is that of the ``crs`` member, else judged by the size of the coordinates. Membership of
communes is the business of :mod:`cpts_data.analysis.cpts_layer`. Fields beyond the four that are
read may name persons: :func:`prune` drops them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import repair_area_codes
from cpts_data.layouts.labels import plain
from cpts_data.layouts.layers import read_layer
from cpts_data.received import Head, head_of
from cpts_data.sources.cpts_liste import STAGES, stage_of
from cpts_data.sources.cpts_perimetres import cpts_slug

SOURCE = Source(
    id="cpts_carte_nationale",
    title="Carte nationale des CPTS et des projets de CPTS",
    publisher="DGOS (Santégraphie)",
    landing_page="https://santegraphie.fr",
    licence="Licence Ouverte 2.0 (à vérifier sur la page du producteur)",
    level="cpts",
    key=("cpts_id",),
    columns=(
        Column("cpts_id", Kind.TEXT, "identifiant de la CPTS"),
        Column("nom", Kind.TEXT, "nom de la CPTS"),
        Column("statut", Kind.TEXT, "stade", choices=tuple(STAGES)),
        Column("departement", Kind.CODE, "département", nullable=True),
        Column("geometry", Kind.GEOMETRY, "contour en coordonnées géographiques (WGS 84)"),
    ),
    notes="Noms de champs non vérifiés : lus par leurs mots. Projets et CPTS signées y sont mêlés, "
    "le stade les distingue.",
    addresses=(
        Address(
            "https://santegraphie.fr/geoserver/GCS/ows?service=WFS&"
            "version=1.0.0&request=GetFeature&typeName=GCS%3AAMBU_CPTS&"
            "outputFormat=application%2Fjson",
            "cpts-santegraphie.geojson",
        ),
    ),
)

# Patterns of field names (small letters, « _ » for blanks), the surest first.
_FIELDS = {
    "nom": (
        r"(nom|nm|lib|libelle|intitule)_?(de_la_)?cpts(_.*)?",
        r"nom|libelle|lib|intitule|name|cpts",
        r"(nom|lib|libelle)_(struct|projet|usuel|complet|long).*",
        r"raison_soc.*",
    ),
    "statut": (
        r"(statut|stade|etat|avancement|etape|phase|maturite|status)(_.*)?",
        r".*_(statut|stade|etat|avancement|etape|phase)",
    ),
    "cpts_id": (r"(id|ident|code|cd|num)_?cpts", r"cpts_?id", r"((num|no|n)_)?finess(_.*)?"),
    "departement": (
        r"(code|cd|insee|num|no)_?(dep|dpt|dept|departement)",
        r"dep|dpt|dept|departement",
    ),
}
_PERSONS = re.compile(r"presid|contact|referent|coord|respons|prenom|mail|tel(_|$)")
# Words of a stage, from the most advanced: the first that is met decides.
_STAGE_WORDS = (
    ("aci_signe", {"signataire", "signataires", "signe", "signee", "contractualisee"}),
    ("projet_sante", {"valide", "validee", "validation"}),
    ("lettre_intention", {"redaction", "lettre"}),
    ("emergence", {"initiative", "emergence", "emergente", "reflexion"}),
)
_DENIALS = {"non", "pas", "sans", "cours", "attente", "refuse", "refusee"}
# Two CPTS of one name whose centres are farther apart are two (about 70 km).
_FAR_DEGREES = 0.7
_ORDER = ("sans_statut", "emergence", "lettre_intention", "projet_sante", "aci_signe")


def _named(properties: Iterable[str], ours: str) -> str | None:
    """The property that stands for one of our columns, by the surest of our patterns."""
    names = {plain(name).replace(" ", "_"): name for name in sorted(properties)}
    for pattern in _FIELDS[ours]:
        for name, original in names.items():
            if re.fullmatch(pattern, name) and not _PERSONS.search(name):
                return original
    return None


def _layer(head: Head) -> tuple[str | None, frozenset[str]] | None:
    """Layer (None for GeoJSON) and properties, when they are those of a map of CPTS."""
    for layer, properties in ((None, head.properties), *head.layers.items()):
        spoken = any("cpts" in name.lower() for name in properties)
        spoken = spoken or "cpts" in str(layer or "").lower() or "AMBU_CPTS" in head.text
        stage = _named(properties, "statut") is not None
        cited = stage and "CPTS" in head.text
        commune = {"INSEE_COM", "code_commune", "code_qp"} & properties
        if properties and (spoken or cited) and _named(properties, "nom") and not commune:
            return layer, properties
    return None


def recognises(head: Head) -> bool:
    """Tell a layer of polygons by a name beside the word CPTS in its fields, ids or names."""
    return head.kind in ("geojson", "geopackage") and _layer(head) is not None


def stage_from_words(text: str) -> str | None:
    """Reduce a stage to one of the stage codes by whole words; None when it is not understood.

    « Signataire ACI », « Projet de santé validé », « En cours de rédaction », « Initiative ». A
    denial (« ACI non signé ») is not understood.
    """
    known = stage_of(text)
    if known is not None:
        return known
    words = set(plain(text).split())
    if {"lettre", "intention"} <= words:
        return "lettre_intention"
    denied = words & _DENIALS
    if "redaction" in words and denied <= {"cours"}:
        return "lettre_intention"
    if denied:
        return None
    return next((stage for stage, marks in _STAGE_WORDS if words & marks), None)


def read(path: Path) -> gpd.GeoDataFrame:
    """Read one polygon per CPTS or project, in WGS 84, with its stage.

    Features that bear the same identifier are joined; where their stages differ, the most advanced
    is kept. ``attrs["remarques"]`` tells these and the stages not understood. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), list[str]()
    head = head_of(path)
    found = _layer(head)
    if found is None:
        what = "des contours sans nom de CPTS"
        mend = "exportez la couche avec le champ du nom de la CPTS."
        raise ContractError([Fault(path.name, what, "un champ du nom de la CPTS", mend)])
    raw = read_layer(path, found[0])
    polygons = raw.geometry.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])
    if not polygons.all():
        points = french.count_of(int((~polygons).sum()), "objet")
        remarks.append(f"Laissé de côté, sans surface (point ou ligne) : {points}.")
    raw = raw[polygons]
    table = _features(raw, found[1], remarks)
    _check_names(table, faults)
    table = _joined(table, remarks)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    order = [column.name for column in SOURCE.columns]
    result = gpd.GeoDataFrame(table[order], geometry="geometry", crs=4326)
    result.attrs["remarques"] = remarks
    return result


def _text(raw: pd.DataFrame, label: str | None) -> pd.Series:
    if label is None or label not in raw.columns:
        return pd.Series("", index=raw.index, dtype="string")
    return raw[label].astype("string").fillna("").str.strip()


def _features(raw: gpd.GeoDataFrame, names: Iterable[str], remarks: list[str]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {"ligne": np.arange(len(raw)) + 1}, geometry=raw.geometry, index=raw.index
    )
    fields = {ours: _named(names, ours) for ours in _FIELDS}
    name = _text(raw, fields["nom"]).str.replace(r"\s+", " ", regex=True)
    table["nom"] = name
    stages = _text(raw, fields["statut"])
    reduced = stages.map(stage_from_words)
    unknown = stages[reduced.isna()].value_counts()
    if len(unknown):
        told = french.enumeration([f"« {stage} » ({count})" for stage, count in unknown.items()])
        remarks.append(f"Stades non reconnus, lus comme « non renseigné » : {told}.")
    table["statut"] = reduced.fillna("sans_statut").astype("string")
    codes = repair_area_codes(_text(raw, fields["departement"]).str.extract(r"^(\w+)")[0])
    departement = codes.where(codes.str.fullmatch(r"\d{2}|2[AB]|9[78]\d").fillna(False))
    table["departement"] = departement
    given = _text(raw, fields["cpts_id"])
    table["cpts_id"] = given.mask(given == "", _made_ids(table, remarks))
    return table


def _made_ids(table: gpd.GeoDataFrame, remarks: list[str]) -> pd.Series:
    """Identifiers from names and départements; far homonyms without département are numbered."""
    parts = table["departement"].astype("string").fillna("")
    slugs = [cpts_slug(str(n), str(d)).strip("-") for n, d in zip(table["nom"], parts, strict=True)]
    made = pd.Series(slugs, index=table.index, dtype="string")
    shared = made.duplicated(keep=False) & (parts == "")
    for slug, group in table[shared].groupby(made[shared]):
        places = group.geometry.representative_point()
        ordered = group.index[np.lexsort((places.y, places.x))]
        number, last = 1, places[ordered[0]]
        for index in ordered:
            number += int(places[index].distance(last) > _FAR_DEGREES)
            last = places[index]
            if number > 1:
                made[index] = f"{slug}-{number}"
        if number > 1:
            remarks.append(f"{number} CPTS nommées « {group['nom'].iloc[0]} », numérotées.")
    return made


def _check_names(table: pd.DataFrame, faults: Faults) -> None:
    for line in table.loc[table["nom"] == "", "ligne"]:
        mend = "complétez le champ du nom dans la couche."
        faults.add("une case vide", "le nom de la CPTS", mend, row=int(line), column="nom")
    faults.raise_if_any()


def _joined(table: gpd.GeoDataFrame, remarks: list[str]) -> gpd.GeoDataFrame:
    """One row per identifier: shapes of the most advanced stage joined."""
    repeated = table["cpts_id"].duplicated(keep=False)
    if not repeated.any():
        return table
    rank = table["statut"].map(_ORDER.index)
    best = rank.groupby(table["cpts_id"]).transform("max")
    chosen = table[rank == best]
    shapes = chosen.groupby("cpts_id")["geometry"].agg(lambda s: shapely.union_all(s.to_numpy()))
    one = chosen.drop_duplicates("cpts_id").set_index("cpts_id")
    one["geometry"] = shapes
    names = french.enumeration(sorted(set(table.loc[repeated, "nom"])))
    remarks.append(
        f"Plusieurs contours du même identifiant, réunis (stade le plus avancé) : {names}."
    )
    return gpd.GeoDataFrame(one.reset_index(), geometry="geometry", crs=table.crs)


def prune(path: Path, target: Path) -> None:
    """Write the same layer with the fields that are read and no other (they may name persons)."""
    head = head_of(path)
    found = _layer(head)
    names: Iterable[str] = () if found is None else found[1]
    kept = [name for ours in _FIELDS if (name := _named(names, ours)) is not None]
    if head.kind == "geopackage":
        layer = None if found is None else found[0]
        gpd.read_file(path, layer=layer, columns=kept).to_file(target, layer=layer, driver="GPKG")
        return
    content = json.loads(path.read_text(encoding=head.encoding))
    for feature in content.get("features", []):
        properties = feature.get("properties") or {}
        feature["properties"] = {name: properties.get(name) for name in kept}
        if not re.fullmatch(r"[\w.:-]*", str(feature.get("id", ""))):
            feature.pop("id")
    members = {"type", "crs", "features", "name", "bbox"}
    pruned = {name: value for name, value in content.items() if name in members}
    target.write_text(json.dumps(pruned, ensure_ascii=False), encoding="utf-8")
