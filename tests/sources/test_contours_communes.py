"""Contours: three layouts, areas in each territory's own projection."""

import json

import geopandas as gpd
import pytest
import shapely

from cpts_data import reference
from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import contours_communes, recognise
from tests.official_layouts import geojson, square


def read(path):
    assert recognise(head_of(path)) == ["contours_communes"]
    return contours_communes.read(path)


def faults_of(path):
    with pytest.raises(ContractError) as caught:
        contours_communes.read(path)
    return caught.value.faults


def ten_kilometres(epsg, west, south):
    """A square of 10 km on the ground, in degrees: 100 km², whatever the code under test does."""
    shape = gpd.GeoSeries([shapely.box(west, south, west + 10_000, south + 10_000)], crs=epsg)
    return shapely.geometry.mapping(shape.to_crs(4326).iloc[0])


def test_the_layer_of_etalab(five_files):
    table = read(five_files["contours_communes"]).set_index("code")
    assert len(table) == 14
    assert table["nature"].value_counts().to_dict() == {"arrondissement": 9, "commune": 5}
    assert table.loc["69123", "nature"] == "commune"
    assert table.loc["69381", "nom"] == "Lyon 1e Arrondissement"
    assert table.crs.to_epsg() == 4326


def test_arrondissements_are_known_by_their_code(tmp_path):
    """geo.api.gouv.fr gives them without the city that they are of."""
    parts = [code for codes in reference.CITIES.values() for code in codes]
    assert len(parts) == 45
    # Communes whose codes are next to theirs, and the three cities.
    others = ["75056", "69123", "13055", "13200", "13217", "69380", "69390", "75121", "75100"]
    features = [
        ({"code": code, "nom": f"Lieu {code}", "codeDepartement": code[:2]}, square(2.3, 48.8))
        for code in [*parts, *others]
    ]
    table = read(geojson(tmp_path / "a.geojson", features)).set_index("code")
    assert set(table.index[table["nature"] == "arrondissement"]) == set(parts)
    assert set(table.index[table["nature"] == "commune"]) == set(others)


@pytest.mark.parametrize(
    ("code", "epsg", "west", "south"),
    [
        ("01004", 2154, 880_000, 6_540_000),
        ("97120", 5490, 640_000, 1_770_000),
        ("97302", 2972, 350_000, 540_000),
        ("97411", 2975, 340_000, 7_650_000),
        ("97608", 4471, 510_000, 8_580_000),
    ],
)
def test_areas_on_the_ground(tmp_path, code, epsg, west, south):
    shape = ten_kilometres(epsg, west, south)
    table = read(geojson(tmp_path / "a.geojson", [({"code": code, "nom": "N"}, shape)]))
    assert table.loc[0, "superficie_km2"] == pytest.approx(100, rel=1e-6)


def test_the_overseas_drawn_beside_the_metropole_is_never_measured(tmp_path):
    features = [
        ({"INSEE_COM": "97411", "NOM": "Saint-Denis"}, square(3.5, 40.6)),
        ({"INSEE_COM": "97501", "NOM": "Miquelon"}, square(-56.3, 46.8)),
        ({"INSEE_COM": "01004", "NOM": "Ambérieu"}, square(5.3, 45.9)),
    ]
    table = read(geojson(tmp_path / "a.geojson", features))
    assert table["superficie_km2"].isna().tolist() == [True, True, False]


def test_the_layer_of_the_ign(tmp_path):
    properties = {
        "ID": "COMMUNE_1",
        "NOM": "Pantin",
        "INSEE_COM": "93055",
        "INSEE_DEP": "93",
        "INSEE_REG": "11",
        "POPULATION": "59000",
        "SIREN_EPCI": "200054781/200057875",
    }
    shape = square(2.4, 48.9)
    table = read(geojson(tmp_path / "a.geojson", [(properties, shape)]))
    assert table.loc[0, ["code", "departement", "region", "epci"]].tolist() == [
        "93055",
        "93",
        "11",
        "200054781",
    ]
    alone = read(geojson(tmp_path / "b.geojson", [(properties | {"SIREN_EPCI": "NR"}, shape)]))
    assert alone["epci"].isna().all()


def test_the_arrondissements_of_the_ign(tmp_path):
    features = [
        (
            {"NOM": f"Lyon {rank}e", "INSEE_ARM": f"6938{rank}", "INSEE_COM": "69123"},
            square(rank, 45),
        )
        for rank in (1, 2)
    ]
    table = read(geojson(tmp_path / "a.geojson", features))
    assert table["code"].tolist() == ["69381", "69382"]
    assert table["nature"].tolist() == ["arrondissement"] * 2


def test_a_geopackage(tmp_path):
    path = tmp_path / "communes.gpkg"
    frame = gpd.GeoDataFrame(
        {"INSEE_COM": ["01004"], "NOM": ["Ambérieu-en-Bugey"]},
        geometry=[shapely.box(880_000, 6_540_000, 890_000, 6_550_000)],
        crs=2154,
    )
    frame.to_file(path, layer="commune", engine="pyogrio")
    table = read(path)
    assert table.loc[0, "superficie_km2"] == pytest.approx(100, rel=1e-6)
    assert 5 < table.geometry.iloc[0].centroid.x < 6


@pytest.mark.parametrize(
    "properties",
    [{"code": "01", "nom": "Ain"}, {"code": "200029999", "nom": "CC"}, {"code": 84, "nom": "ARA"}],
)
def test_other_levels_are_not_communes(tmp_path, properties):
    path = geojson(tmp_path / "a.geojson", [(properties, square(5, 45))])
    assert recognise(head_of(path)) == []


def test_delegated_communes_are_not_communes(tmp_path):
    properties = {"code": "01015", "nom": "Arbignieu", "type": "commune-deleguee"}
    path = geojson(tmp_path / "a.geojson", [(properties, square(5, 45))])
    assert recognise(head_of(path)) == []


def test_codes_as_numbers_are_repaired(tmp_path):
    table = read(geojson(tmp_path / "a.geojson", [({"code": 1004, "nom": "N"}, square(5, 45))]))
    assert table.loc[0, "code"] == "01004"
    assert "réparé" in table.attrs["remarques"][0]


def test_what_is_wrong_is_told(tmp_path):
    good, twice = {"code": "01004", "nom": "A"}, {"code": "01004", "nom": "B"}
    path = geojson(tmp_path / "a.geojson", [(good, square(5, 45)), (twice, None)])
    assert [(fault.row, fault.column) for fault in faults_of(path)] == [
        (2, "geometry"),
        (2, "code"),
    ]
    path = geojson(tmp_path / "b.geojson", [(good, square(880_000, 6_540_000, 10_000))])
    (fault,) = faults_of(path)
    assert "hors de la Terre" in fault.found


def test_a_file_cut_short_or_without_communes(tmp_path, five_files):
    text = five_files["contours_communes"].read_text(encoding="utf-8")
    path = tmp_path / "a.geojson"
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    (fault,) = faults_of(path)
    assert "incomplet" in fault.found
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    assert recognise(head_of(path)) == []


def ign_layers(path, layers):
    """Write the layers of an IGN GeoPackage: name -> rows of properties."""
    for rank, (name, rows) in enumerate(layers.items()):
        shapes = [shapely.box(place, 45 + rank, place + 1, 46 + rank) for place in range(len(rows))]
        if "lieu" in name.lower():
            shapes = [shape.centroid for shape in shapes]
        frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)
        frame.to_file(path, layer=name, engine="pyogrio")
    return path


IGN_3 = {
    "ARRONDISSEMENT": [{"NOM": "Lyon", "INSEE_ARR": "2", "INSEE_DEP": "69"}],
    "ARRONDISSEMENT_MUNICIPAL": [{"NOM": "Lyon 1er", "INSEE_ARM": "69381", "INSEE_COM": "69123"}],
    "CHFLIEU_COMMUNE": [{"NOM": "Lyon", "INSEE_COM": "69123"}],
    "COMMUNE": [
        {"NOM": "Lyon", "INSEE_COM": "69123", "INSEE_DEP": "69", "SIREN_EPCI": "200046977"},
        {"NOM": "Ambérieu-en-Bugey", "INSEE_COM": "01004", "INSEE_DEP": "01", "SIREN_EPCI": "NR"},
    ],
    "COMMUNE_ASSOCIEE_OU_DELEGUEE": [
        {"NOM": "Arbignieu", "INSEE_CAD": "01015", "INSEE_COM": "01015"}
    ],
    "DEPARTEMENT": [{"NOM": "Ain", "INSEE_DEP": "01", "INSEE_REG": "84"}],
}
IGN_4 = {
    "arrondissement_municipal": [
        {
            "nom_officiel": "Lyon 1er",
            "code_insee": "69381",
            "code_insee_de_la_commune_de_rattach": "69123",
        }
    ],
    "commune": [
        {
            "nom_officiel": name,
            "code_insee": code,
            "code_insee_du_departement": code[:2],
            "code_insee_de_la_region": "84",
            "codes_siren_des_epci": epci,
        }
        for code, name, epci in (
            ("69123", "Lyon", "200046977"),
            ("01004", "Ambérieu-en-Bugey", "NR"),
        )
    ],
    "commune_associee_ou_deleguee": [
        {
            "nom_officiel": "Arbignieu",
            "code_insee": "01015",
            "code_insee_de_la_commune_de_rattach": "01015",
        }
    ],
    "departement": [{"nom_officiel": "Ain", "code_insee": "01", "code_insee_de_la_region": "84"}],
}


@pytest.mark.parametrize("layers", [IGN_3, IGN_4], ids=["edition 3", "edition 4"])
def test_the_many_layers_of_a_geopackage_of_the_ign(tmp_path, layers):
    table = read(ign_layers(tmp_path / "ign.gpkg", layers)).set_index("code")
    assert table["nature"].to_dict() == {
        "69123": "commune",
        "01004": "commune",
        "69381": "arrondissement",
    }
    assert table["nom"].to_dict()["01004"] == "Ambérieu-en-Bugey"
    assert table["epci"].dropna().to_dict() == {"69123": "200046977"}
    assert table["departement"].dropna().to_dict() == {"69123": "69", "01004": "01"}


def test_edition_4_as_geojson(tmp_path):
    for name, codes in (("commune", ["69123", "01004"]), ("arrondissement_municipal", ["69381"])):
        features = [(row, square(4, 45)) for row in IGN_4[name]]
        assert read(geojson(tmp_path / f"{name}.geojson", features))["code"].tolist() == codes
    features = [(row, square(4, 45)) for row in IGN_4["departement"]]
    assert recognise(head_of(geojson(tmp_path / "d.geojson", features))) == []


def test_a_file_of_gdal_names_its_projection_before_its_features(tmp_path):
    path = tmp_path / "gdal.geojson"
    frame = gpd.GeoDataFrame(
        {"code": ["01004"], "nom": ["Ambérieu"]}, geometry=[shapely.box(5, 45, 6, 46)], crs=4326
    )
    frame.to_file(path, driver="GeoJSON", engine="pyogrio")
    assert '"crs"' in path.read_text(encoding="utf-8").split('"features"')[0]
    assert read(path)["code"].tolist() == ["01004"]


def test_properties_after_a_long_shape(tmp_path):
    """A server of layers tells the shape first: that of a large commune passes 64 kB."""
    ring = [[5 + place / 10_000, 45] for place in range(9_999)] + [[6, 46], [5, 45]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "geometry": shape, "properties": {"code": "01004", "nom": "A"}}
    path = tmp_path / "serveur.geojson"
    content = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert path.stat().st_size > 100_000
    assert read(path)["code"].tolist() == ["01004"]


def test_chief_places_are_no_contours(tmp_path):
    point = {"type": "Point", "coordinates": [5.3, 45.9]}
    path = geojson(tmp_path / "a.geojson", [({"INSEE_COM": "01004", "NOM": "A"}, point)])
    (fault,) = faults_of(path)
    assert "des points" in fault.found
