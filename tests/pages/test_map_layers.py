"""Layers on the demonstration: shapes, owners, counts, scripts and legends; images of maps."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cpts_data.analysis.geometry import simplify_coverage
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import map_image, map_layer_list, map_layers, palettes
from cpts_data.drawing.map_geometry import codes_sum
from cpts_data.territories import Level
from pages.parts import maps

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demonstration():
    return Diagnostic.open(ROOT / "data" / "demonstration")


@pytest.fixture(scope="module")
def light(demonstration):
    contours = demonstration.contours().drop_duplicates("code").set_index("code")
    frame = simplify_coverage(contours[["geometry"]], 150)
    frame["name"] = demonstration.register.units.table["name"].reindex(frame.index)
    return frame


@pytest.fixture(scope="module")
def layers(demonstration):
    return map_layer_list.available(demonstration)


def content(drawn):
    text = drawn.script.split("]=", 1)[1].rstrip().removesuffix(";")
    return json.loads(text)


def test_the_layers_of_the_demonstration(layers):
    expected = ("cpts_stades", "epci", "bassins_de_vie", "zonage_medecins", "pharmacies")
    assert set(expected) <= set(layers)
    assert "generalistes" in layers


def test_stages_are_drawn_with_a_hatch_where_none_is_told(demonstration, light, layers):
    drawn = map_layers.make(demonstration, layers["cpts_stades"], light)
    assert len(drawn.zones.frame) == len(demonstration.territories(Level.CPTS).table)
    hatched = [style for style in drawn.zones.styles if style["hatch"]]
    assert len(hatched) == 1
    assert hatched[0]["colour"] == palettes.NO_STAGE
    script = content(drawn)
    assert script["sum"] == codes_sum(light.index)
    assert len(script["of"]) == len(light)
    assert script["of"].count(-1) == 6  # the communes without CPTS


def test_epci_cover_every_commune(demonstration, light, layers):
    drawn = map_layers.make(demonstration, layers["epci"], light)
    told = demonstration.space.table("insee_epci").set_index("code")["epci_nom"]
    names = drawn.zones.frame["name"]
    owners = drawn.zones.owners.dropna()
    assert {code: names[owner] for code, owner in owners.items()} == {
        code: told[code] for code in owners.index
    }


def test_zoning_is_that_of_the_order(demonstration, light, layers):
    drawn = map_layers.make(demonstration, layers["zonage_medecins"], light)
    table = demonstration.space.table("zonage_medecins")
    doctors = table[(table["profession"] == "medecins") & (table["niveau"] == "commune")]
    decided = doctors.set_index("code")["zone"]
    assert (drawn.zones.owners == "ZIP").sum() == (decided == "ZIP").sum() > 0
    assert not (drawn.zones.owners == "HV").any()
    assert "Décision de l’ARS" in drawn.legend


def test_every_structure_is_a_point(demonstration, light, layers):
    table = demonstration.space.table("finess")
    pharmacies = table[table["famille"] == "pharmacie"]
    drawn = map_layers.make(demonstration, layers["pharmacies"], light)
    assert len(drawn.points) == len(pharmacies)
    loose = pharmacies["lon"].isna() | pharmacies["lat"].isna()
    assert (~drawn.points["placed"]).sum() == loose.sum() > 0
    assert drawn.points[["lon", "lat"]].notna().all().all()
    assert "au centre de leur commune" in drawn.legend


def test_places_are_read_back_as_they_were(demonstration, light, layers):
    drawn = map_layers.make(demonstration, layers["ehpad"], light)
    script = content(drawn)
    steps = np.array(script["places"]).reshape(-1, 2)
    places = steps.cumsum(axis=0) / 10_000
    assert places == pytest.approx(drawn.points[["lon", "lat"]].to_numpy(), abs=6e-5)
    assert [script["names"][k] for k in script["name"]] == drawn.points["name"].to_list()


def test_professionals_are_counted_once_per_commune_and_never_named(demonstration, light, layers):
    rows = demonstration.space.table("rpps")
    nurses = rows[(rows["profession"] == "infirmier") & (rows["mode"] == "liberal")]
    expected = nurses.dropna(subset=["code"]).groupby("code", observed=True)["personne"].nunique()
    points = map_layers.make(demonstration, layers["infirmiers"], light).points
    counts = points.set_index("code")["count"]
    known = expected[expected.index.astype(str).isin(counts.index)]
    assert known.sum() > 100
    assert (counts[known.index.astype(str)].to_numpy() >= known.to_numpy()).all()
    assert set(points["name"]) <= set(light["name"])


def test_a_script_never_closes_its_tag(demonstration, light, layers):
    for name in ("cpts_stades", "zonage_medecins", "pharmacies", "generalistes"):
        assert "<" not in map_layers.make(demonstration, layers[name], light).script


def test_the_image_has_a_map_a_legend_and_the_colours_asked_for(demonstration, light, layers):
    classes = [maps.LegendClass("#b30000", "de 1 à 2", len(light))]
    fills = dict.fromkeys(light.index, "#b30000")
    panel = map_image.Panel("Titre", "%", fills, {}, classes, source="Source")
    drawn = [map_layers.make(demonstration, layers["epci"], light)]
    credits = map_image.credits_of(demonstration)
    assert credits.warning == "Territoire fictif de démonstration"
    for panels, size in (([panel], (1650, 1200)), ([panel, panel], (2400, 1200))):
        picture = Image.open(io.BytesIO(map_image.draw(panels, light, drawn, credits)))
        assert picture.size == size
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        share = (pixels == (0xB3, 0, 0)).all(axis=1).mean()
        assert 0.05 < share < 0.6


@pytest.mark.parametrize(("metres", "expected"), [(999, 500), (20_000, 20_000), (60_000, 50_000)])
def test_the_scale_is_a_round_length(metres, expected):
    assert map_image._round_length(metres) == expected
