"""FINESS: five layouts, one table; nobody is named, and each point is where it should be."""

import csv

import pandas as pd
import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts.coordinates import projection_of
from cpts_data.received import head_of
from cpts_data.sources import finess

FIRST = "finess;etalab;111;2026-05-12\n"


def structure(number, commune, area, category="355", name="CH DU LAC", label="Centre Hospitalier"):
    """One record of the official stock: the tag and 31 fields."""
    return ";".join(
        [
            "structureet", number, "010780054", name, "NOM LONG DE MME DURAND", "DR DURAND",
            "CHEZ DURAND", "900", "RTE", "DE PARIS", "", "", commune, area, "AIN", "01440 VIRIAT",
            "0474000001", "0474000002", category, label, "1102", "Centres", "26010004500012",
            "8610Z", "03", "ARS", "1", "Public", "1979-02-13", "1979-02-13", "2020-02-04", "",
        ]
    )  # fmt: skip


def write(path, *lines, encoding="utf-8"):
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


@pytest.fixture
def stock(tmp_path):
    return write(
        tmp_path / "stock.csv",
        FIRST.strip(),
        structure("010000024", "451", "01"),
        structure("2A0000022", "004", "2A", "620", "PHARMACIE DU PORT", "Pharmacie d'Officine"),
        structure("970100012", "101", "9A"),
        structure("970102018", "123", "9A", "223"),
        structure("970400024", "411", "9D"),
        structure("980501506", "606", "9F", "462", '"LIEU DE VIE ""MAVOUNA"""'),
        structure("310000001", "555", "31", "627", "DR PAUL MARTIN", "Propharmacie"),
        structure("310000002", "555", "31", "999", label="Catégorie nouvelle"),
        "geolocalisation;010000024;870262.2;6571540.8;"
        "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole);2026-05-04",
        "geolocalisation;2A0000022;1;2;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2020-01-01",
        "geolocalisation;970100012;657242.9;1795384.4;"
        "2,ATLASANTE,96,BAN,EPSG:5490 RGAF09/UTM Zone 20N (Antilles);2026-05-04",
        "geolocalisation;970400024;323086.6;7679599.8;1,ATLASANTE,100,IGN,V2.2,UTM_S40;2020-01-01",
        "geolocalisation;980501506;524819.9;8587194.7;1;ATLASANTE;100;IGN;BD_ADRESSE;V2.1;UTM_S38;"
        "2016-02-29",
    )


def test_the_stock_is_recognised_though_it_has_no_header(stock, tmp_path):
    assert finess.recognises(head_of(stock))
    legal = write(tmp_path / "ej.csv", FIRST.strip(), "structureej;010000024;;x")
    assert not finess.recognises(head_of(legal))


def test_codes_of_communes_and_departements(stock):
    table = finess.read(stock).set_index("finess")
    assert table["code"].to_dict() == {
        "010000024": "01451",
        "2A0000022": "2A004",
        "970100012": "97101",
        "970102018": "97123",
        "970400024": "97411",
        "980501506": "97606",
        "310000001": "31555",
        "310000002": "31555",
    }
    assert table.loc[
        ["970102018", "970400024", "980501506", "2A0000022"], "departement"
    ].tolist() == [
        "971",
        "974",
        "976",
        "2A",
    ]
    remarks = " ".join(finess.read(stock).attrs["remarques"]).replace("\u00a0", " ")
    assert "Stock du 12 mai 2026" in remarks
    assert "1 établissement de Saint-Barthélemy ou de Saint-Martin" in remarks
    assert (finess.read(stock)["period"] == "2026").all()


def test_families_are_ours_and_unknown_categories_stay(stock):
    table = finess.read(stock).set_index("finess")
    assert table.loc["010000024", "famille"] == "hopital"
    assert table.loc["2A0000022", "famille"] == "pharmacie"
    assert table.loc["310000002", ["categorie", "famille"]].tolist() == ["999", "autre"]


def test_doubled_quotes_are_part_of_the_name(stock):
    table = finess.read(stock).set_index("finess")
    assert table.loc["980501506", "nom"] == 'LIEU DE VIE "MAVOUNA"'


def test_points_agree_with_a_peer(stock):
    """Control values (pyproj, five decimals) published with another reader of the same file."""
    table = finess.read(stock).set_index("finess")
    expected = {
        "010000024": (5.20918, 46.22229),
        "970100012": (-61.52874, 16.234),
        "970400024": (55.29821, -20.97571),
        "980501506": (45.22868, -12.77989),
    }
    for number, (lon, lat) in expected.items():
        assert table.loc[number, "lon"] == pytest.approx(lon, abs=2e-5)
        assert table.loc[number, "lat"] == pytest.approx(lat, abs=2e-5)


def test_a_point_out_of_its_territory_is_no_point(stock):
    table = finess.read(stock)
    assert table.set_index("finess").loc[["2A0000022"], ["lon", "lat"]].isna().all(axis=None)
    remarks = " ".join(table.attrs["remarques"]).replace("\u00a0", " ")
    assert "1 établissement à coordonnées hors de leur territoire" in remarks
    assert "3 établissements sans coordonnées" in remarks


def test_the_island_of_the_demonstration_has_its_own_box_at_sea(tmp_path):
    """A place of Hespérie (0, 96) is where it is; the same point in a real département is not."""
    # Lambert 93 of 6.8 W, 46.5 N (pyproj, EPSG:4326 to EPSG:2154).
    place = "-49631.7;6646578.0;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2024-11-05"
    path = write(
        tmp_path / "stock.csv",
        FIRST.strip(),
        structure("000010010", "001", "00"),
        structure("290000017", "019", "29"),
        f"geolocalisation;000010010;{place}",
        f"geolocalisation;290000017;{place}",
    )
    table = finess.read(path).set_index("finess")
    assert table.loc["000010010", ["lon", "lat"]].tolist() == pytest.approx([-6.8, 46.5], abs=1e-4)
    assert table.loc[["290000017"], ["lon", "lat"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("source", "departement", "epsg"),
    [
        ("1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93", "01", 2154),
        ("1,ATLASANTE,96,BAN,EPSG:5490 RGAF09/UTM Zone 20N (Antilles)", "971", 5490),
        ("2,ATLASANTE,90,BAN,WGS84/UTM zone 21N (St-Pierre-et-Miquelon)", "975", 32621),
        ("1,ATLASANTE,100,IGN,UTM_S40", "974", 32740),
        ("", "973", 32622),
        ("", "01", 2154),
        ("", "988", None),
    ],
)
def test_the_projection_is_read_in_the_source(source, departement, epsg):
    assert projection_of(source, departement) == epsg


def test_the_year_end_history_has_the_full_code(tmp_path):
    """36 columns then 42: `cog`, the ordinary département, other names for the same things."""
    header = (
        "nofinesset;nofinessej;rs;rslongue;complrs;compldistrib;region;departement;cog;telephone;"
        "categetab;libcategetab;coordx;coordy;sourcegeocod;dateouvert"
    )
    file = write(
        tmp_path / "x.csv",
        header,
        "010000024;010780054;CH;;;;84;01;01451;0474000001;355;Centre Hospitalier;870262.2;"
        "6571540.8;INSEE;1979-02-13",
        "970100012;;CH;;;;01;971;97101;;355;Centre Hospitalier;657242.9;1795384.4;;13/02/1979",
    )
    assert finess.recognises(head_of(file))
    table = finess.read(file)
    assert table["code"].tolist() == ["01451", "97101"]
    assert table["departement"].tolist() == ["01", "971"]
    assert table["lon"].round(5).tolist() == [5.20918, -61.52874]
    assert table["date_ouverture"].tolist() == ["1979-02-13"] * 2
    assert pd.isna(table.loc[1, "finess_ej"])


def test_what_a_spreadsheet_broke_is_repaired(tmp_path):
    header = "nofinesset;rs;commune;departement;categetab;libcategetab;dateouv"
    file = write(tmp_path / "x.csv", header, "10000024;CH;4;1;355.0;CH;1900-01-01")
    table = finess.read(file)
    assert table.loc[0, ["finess", "code", "departement", "categorie"]].tolist() == [
        "010000024",
        "01004",
        "01",
        "355",
    ]
    assert pd.isna(table.loc[0, "date_ouverture"])
    assert len(table.attrs["remarques"]) == 3


def test_latin_files_keep_their_accents(tmp_path):
    line = structure("010000024", "451", "01", name="HÔPITAL")
    file = write(tmp_path / "x.csv", FIRST.strip(), line, encoding="cp1252")
    assert finess.read(file)["nom"].tolist() == ["HÔPITAL"]


def test_faults_are_all_told(tmp_path):
    file = write(
        tmp_path / "x.csv",
        FIRST.strip(),
        structure("010000024", "451", "01"),
        "structureet;010000025;seulement trois",
        structure("010000026", "451", "01") + ";en trop",
        "autrechose;1",
    )
    with pytest.raises(ContractError) as told:
        finess.read(file)
    assert [fault.row for fault in told.value.faults] == [3, 4, 5]


def test_wrong_or_repeated_numbers_are_faults(tmp_path):
    file = write(
        tmp_path / "x.csv",
        FIRST.strip(),
        structure("3,31E+08", "451", "01"),
        structure("010000024", "451", "01"),
        structure("010000024", "451", "01"),
    )
    with pytest.raises(ContractError) as told:
        finess.read(file)
    assert [fault.row for fault in told.value.faults] == [2, 4]


def test_a_quote_never_closed_is_told(tmp_path):
    lines = [structure("010000024", "451", "01", name='"CH')]
    lines += [structure(f"0100{number:05d}", "451", "01") for number in range(2000)]
    file = write(tmp_path / "x.csv", FIRST.strip(), *lines)
    with pytest.raises(ContractError, match="guillemet"):
        finess.read(file)


@pytest.mark.parametrize("layout", ["stock", "header"])
def test_pruning_empties_people_and_keeps_the_rest(stock, tmp_path, layout):
    file = stock
    if layout == "header":
        rows = [structure("310000001", "555", "31", "627", "DR PAUL MARTIN", "Propharmacie")]
        rows.append(structure("310000002", "555", "31", "620", "PHARMACIE", "Pharmacie"))
        rows = [row.removeprefix("structureet;") for row in rows]
        file = write(tmp_path / "x.csv", ";".join(finess.FIELDS), *rows)
    target = tmp_path / "copie.csv"
    finess.prune(file, target)
    text = target.read_text(encoding="utf-8")
    for secret in ("DURAND", "0474000001", "0474000002", "MARTIN"):
        assert secret not in text
    assert finess.recognises(head_of(target))
    table, again = finess.read(file), finess.read(target)
    assert again.equals(table)
    assert table.set_index("finess").loc["310000001", "nom"] == "Propharmacie"


def test_no_person_reaches_the_table(stock):
    table = finess.read(stock)
    told = " ".join(table.astype("string").fillna("").to_numpy().ravel())
    assert "DURAND" not in told
    assert "MARTIN" not in told
    assert "0474" not in told


def test_the_stock_saved_by_a_spreadsheet(stock, tmp_path):
    """Another separator, and the last, empty, field dropped from every line."""
    lines = stock.read_text(encoding="utf-8").splitlines()
    whole = finess.read(stock)
    for number, mark in enumerate((",", "\t", ";")):
        rows = list(csv.reader(lines, delimiter=";"))
        kept = [row[:-1] if row[0] == "structureet" else row for row in rows]
        path = tmp_path / f"{number}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=mark).writerows([*kept, ["", "", ""]])
        pd.testing.assert_frame_equal(finess.read(path), whole)


def test_a_record_that_lost_two_fields_is_told(stock, tmp_path):
    lines = stock.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].rsplit(";", 2)[0]
    with pytest.raises(ContractError) as caught:
        finess.read(write(tmp_path / "b.csv", *lines))
    assert [fault.row for fault in caught.value.faults] == [3]


def test_a_full_commune_code_gets_its_zero_back(tmp_path):
    header = "numero_finess_etablissement;raison_sociale;categetab;code_insee;dateouv"
    path = write(tmp_path / "a.csv", header, "090000024;CH;355;9070;2020-01-01")
    assert finess.read(path).loc[0, ["code", "departement"]].tolist() == ["09070", "09"]
