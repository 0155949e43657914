"""CSV, GeoJSON, GeoParquet and images: the figures of the diagnostic, states, sources, notices."""

import io
import json
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image
from shapely.geometry import shape

from cpts_data.analysis.aggregate import VALUES_COLUMNS
from cpts_data.documents import exports
from cpts_data.documents.draft import Draft
from cpts_data.documents.material import Material
from cpts_data.documents.model import Model, Options
from cpts_data.spreadsheets import SECRECY
from cpts_data.territories import Level
from tests.documents.hostile import HOSTILE, UNSEEN
from tests.pages.conftest import write_perimeter, write_populations

NOTICE = "Territoire fictif de démonstration"


@pytest.fixture(scope="module")
def draft(material, own):
    return Draft(material, own, Options())


@pytest.fixture(scope="module")
def table(draft):
    """The CSV, read back as a French spreadsheet does."""
    return pd.read_csv(
        io.BytesIO(exports.csv(draft)),
        sep=";",
        decimal=",",
        dtype={"territory": str, "period": str},
        keep_default_na=False,
        na_values={"value": [""], "lower": [""], "upper": [""]},
    )


@pytest.fixture(scope="module")
def collection(draft):
    return json.loads(exports.geojson(draft))


def test_the_csv_is_the_values_of_the_diagnostic(table, material, own):
    assert list(table.columns)[: len(VALUES_COLUMNS)] == list(VALUES_COLUMNS)
    names = ["apl_mg", "prevalence_ald", "taux_pauvrete", "depistage_sein_organise"]
    expected = material.diagnostic.values(names, Level.CPTS, [own.id])
    told = table[(table["level"] == "cpts") & (table["stratum"] == "ensemble")]
    told = told.drop_duplicates("indicator").set_index("indicator")
    for row in expected.to_dict("records"):
        mine = told.loc[row["indicator"]]
        assert mine["status"] == row["status"]
        if pd.isna(row["value"]):
            assert pd.isna(mine["value"])
        else:
            assert mine["value"] == pytest.approx(row["value"], rel=1e-12)
    units = material.diagnostic.territories(own.level).units_of(own.id).index
    assert set(table.loc[table["level"] == "commune", "territory"]) == set(units)


def test_masked_figures_are_empty_and_say_so(table):
    masked = table[table["status"] == "masque"]
    assert len(masked)
    assert masked["value"].isna().all()
    zeros = table[(table["value"] == 0) & (table["status"] == "observe")]
    assert len(zeros)


def test_every_line_has_its_source_its_date_and_its_mentions(table, draft):
    known = table[table["value"].notna()]
    assert known["producteurs"].ne("").all()
    assert known["period"].ne("").all()
    assert table["mention"].eq(SECRECY).all()
    assert table["avertissement"].eq(NOTICE).all()
    assert set(table["exporte_le"]) == {draft.date.isoformat()}


def test_geojson_draws_the_territory_and_its_communes(collection, material, own):
    units = material.diagnostic.territories(own.level).units_of(own.id).index
    features = collection["features"]
    assert features[0]["properties"]["code"] == own.id
    assert {one["properties"]["code"] for one in features[1:]} == set(units)
    outline, *communes = [shape(one["geometry"]) for one in features]
    assert outline.area == pytest.approx(sum(one.area for one in communes), rel=1e-3)
    west, south, east, north = outline.bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    assert collection["mention"] == SECRECY
    assert collection["avertissement"] == NOTICE


def test_geojson_says_why_a_figure_is_not_there(collection, material):
    by_code = {one["properties"]["code"]: one["properties"] for one in collection["features"]}
    rows = material.diagnostic.unit_rows("taux_pauvrete")
    seen = set()
    for code, told in by_code.items():
        if code not in rows.index:
            continue
        status = rows.loc[code, "status"]
        assert told["taux_pauvrete_statut"] == status
        assert (told["taux_pauvrete"] is None) == pd.isna(rows.loc[code, "value"])
        seen.add(status)
    assert {"observe", "masque"} <= seen


def test_every_indicator_of_the_contours_is_described(collection):
    names = {
        name
        for name in collection["features"][0]["properties"]
        if f"{name}_statut" in collection["features"][0]["properties"]
    }
    assert names == set(collection["indicateurs"])
    for told in collection["indicateurs"].values():
        assert told["libelle"]
        assert told["definition"]
        assert told["sources"]


def test_geoparquet_holds_the_same(draft, collection, tmp_path):
    file = tmp_path / "x.parquet"
    file.write_bytes(exports.geoparquet(draft))
    read = gpd.read_parquet(file)
    assert read.crs.to_epsg() == 4326
    assert read["code"].tolist() == [one["properties"]["code"] for one in collection["features"]]
    for name in ("apl_mg", "taux_pauvrete"):
        told = [one["properties"][name] for one in collection["features"]]
        mine = [None if pd.isna(one) else one for one in read[name]]
        assert mine == pytest.approx(told)
    about = json.loads(pq.read_schema(file).metadata[b"diagnostic_cpts"])
    assert about["avertissement"] == NOTICE
    assert about["indicateurs"] == collection["indicateurs"]


def test_every_picture_stands_alone(written):
    document = written[Model.DIAGNOSIS]
    held = list(exports.pictures(document))
    assert len({one.id for one in held}) == len(held) >= 8
    with zipfile.ZipFile(io.BytesIO(exports.images(document))) as archive:
        names = archive.namelist()
        assert len(names) == 2 * len(held) + 1
        for rank, picture in enumerate(held, 1):
            stem = f"{rank:02}_{picture.id}"
            image = Image.open(io.BytesIO(archive.read(f"{stem}.png")))
            assert min(image.size) > 300
            ElementTree.fromstring(archive.read(f"{stem}.svg"))
        text = archive.read("alternatives.txt").decode("utf-8-sig")
    for picture in held:
        assert picture.alt in text
        assert picture.source in text
    assert NOTICE in text


def test_hostile_names_stay_texts(material, own):
    hostile = Draft(material, replace(own, name=HOSTILE), Options())
    told = json.loads(exports.geojson(hostile))
    assert "<script>alert(1)</script>" in told["features"][0]["properties"]["nom"]
    assert not any(one in json.dumps(told, ensure_ascii=False) for one in UNSEEN)
    frame = gpd.read_parquet(io.BytesIO(exports.geoparquet(hostile)))
    assert "<script>alert(1)</script>" in frame["nom"].iloc[0]


def test_formulas_of_names_are_neutralised_in_the_csv(draft, monkeypatch):
    wild = exports.values(draft).assign(name="=1+1")
    monkeypatch.setattr(exports, "values", lambda draft: wild)
    text = exports.csv(draft).decode("utf-8-sig")
    assert ";'=1+1;" in text
    assert ";=1+1;" not in text


def test_without_contours_the_reason_is_told(tmp_path):
    from cpts_data.diagnostic import Diagnostic
    from cpts_data.space.receiving import add_files

    files = [write_populations(tmp_path / "p.csv", [("2A004", "Ajaccio", 73_000)])]
    files.append(write_perimeter(tmp_path / "c.csv", [("corse-1", "2A004")]))
    add_files(tmp_path / "espace", files, vintage="2021")
    bare = Diagnostic.open(tmp_path / "espace")
    draft = Draft(Material(bare), bare.territory(Level.CPTS, "corse-1"), Options())
    with pytest.raises(exports.NoContoursError, match="contours"):
        exports.geojson(draft)
    assert b"population" in exports.csv(draft)
