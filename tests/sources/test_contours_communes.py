"""Contours: three layouts, areas in each territory's own projection."""

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
