"""Official files re-saved by a spreadsheet, a mapping tool or a compressor are the originals."""

import csv
import gzip
import io
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

from cpts_data.space import Space
from cpts_data.space.provenance import read_provenance, sha256_of
from cpts_data.space.receiving import add_files
from tests.official_layouts import (
    FILOSOFI,
    POPULATIONS,
    filosofi_rows,
    populations_rows,
    write_csv,
)


@pytest.fixture
def space(tmp_path):
    return tmp_path / "espace"


def added(space, *paths):
    """The receipts of files that must all enter."""
    receipts = add_files(space, list(paths), vintage="2023")
    assert [receipt.faults for receipt in receipts] == [()] * len(receipts)
    return receipts


def typed(cell):
    """A cell as a spreadsheet reads it: « 01004 » becomes 1004, « 20,0 » becomes 20.0."""
    text = str(cell)
    if text.isdigit():
        return int(text)
    return float(text.replace(",", ".")) if text.replace(",", "", 1).isdigit() else text or None


def workbook(path, sheets):
    """Save sheets of rows as a spreadsheet does."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([typed(cell) for cell in row])
    book.save(path)
    return path


def populations_of(space):
    table = Space.open(space).table("populations_legales")
    return table.set_index("code")["population"].sort_index().to_dict()


def test_a_text_saved_as_a_workbook_is_the_text(space, tmp_path):
    path = workbook(tmp_path / "donnees_communes.xlsx", {"Feuil1": populations_rows()})
    (receipt,) = added(space, path)
    assert (receipt.source_id, receipt.stored) == ("populations_legales", "donnees_communes.csv")
    assert "Préparation du fichier : feuille « Feuil1 » convertie en texte." in receipt.remarks
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}
    record = read_provenance(space / "populations_legales")[receipt.stored]
    assert record.sha256_original == sha256_of(path)
    assert "convertie en texte" in record.remarque


def test_decimals_and_masks_of_a_workbook_are_those_of_the_text(space, tmp_path):
    text = write_csv(tmp_path / "filosofi.csv", filosofi_rows())
    added(space, text)
    added(other := space.with_name("autre"), workbook(tmp_path / "f.xlsx", {"F": filosofi_rows()}))
    told, again = (Space.open(folder).table("insee_filosofi") for folder in (space, other))
    pd.testing.assert_frame_equal(told, again)
    assert len(told) == len(FILOSOFI)


def test_the_useful_sheets_of_a_workbook_are_found_under_their_titles(space, tmp_path):
    rows = populations_rows()
    titles = [["Populations légales"], [], ["Source : Insee", "2021"]]
    sheets = {"Lisez-moi": [["Note", "Texte"], ["a", "b"]], "COM": [*titles, *rows]}
    added(space, workbook(tmp_path / "ensemble.xlsx", sheets))
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}


def test_two_useful_sheets_are_two_files(space, tmp_path):
    rows = populations_rows()
    sheets = {"COM": rows[:5], "ARM": [rows[0], *rows[5:]]}
    receipts = added(space, workbook(tmp_path / "p.xlsx", sheets))
    assert [receipt.stored for receipt in receipts] == ["p COM.csv", "p ARM.csv"]
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_titles_above_the_header_of_a_text(space, tmp_path, encoding):
    rows = [['Populations "légales"', ""], [], ["Éditeur", "Insee"], *populations_rows()]
    (receipt,) = added(space, write_csv(tmp_path / "p.csv", rows, encoding=encoding))
    told = " ".join(receipt.remarks).replace("\u00a0", " ").replace("\u202f", " ")
    assert "2 lignes de titre laissées de côté." in told
    assert ("conversion en UTF-8" in told) == (encoding == "utf-16")
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}


def test_a_fault_names_the_line_that_a_person_sees(space, tmp_path):
    rows = populations_rows()
    rows[3][8] = "beaucoup"
    titles = [["Populations légales"], [], ["Éditeur", "Insee"]]
    text = write_csv(tmp_path / "p.csv", [*titles, *rows])
    book = workbook(tmp_path / "p.xlsx", {"COM": [*titles, *rows]})
    for receipt in add_files(space, [text, book]):
        assert [
            (fault.row, fault.column) for fault in receipt.faults if fault.column == "PMUN"
        ] == [(7, "PMUN")]


def test_a_workbook_of_another_subject_is_refused(space, tmp_path):
    book = workbook(tmp_path / "ventes.xlsx", {"Ventes": [["date", "montant"], ["lundi", 3]]})
    (receipt,) = add_files(space, [book])
    assert "un classeur aux feuilles inconnues (« Ventes »)" in receipt.faults[0].found


def test_a_compressed_text(space, tmp_path):
    text = write_csv(tmp_path / "donnees_communes.csv", populations_rows())
    packed = tmp_path / "donnees_communes.csv.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    (receipt,) = added(space, packed)
    assert receipt.stored == "donnees_communes.csv"
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}


def test_a_compressed_text_that_would_fill_the_disk_is_refused(space, tmp_path, monkeypatch):
    monkeypatch.setattr("cpts_data.space.arriving.MAXIMUM_UNZIPPED", 1_000_000)
    packed = tmp_path / "bombe.csv.gz"
    packed.write_bytes(gzip.compress(bytes(3_000_000)))
    (receipt,) = add_files(space, [packed])
    assert "plus de 1,0" in receipt.faults[0].found.replace("\u202f", " ").replace("\u00a0", " ")


def test_persons_of_a_workbook_do_not_stay(space, tmp_path):
    labels = [
        "Type d'identifiant PP",
        "Identifiant PP",
        "Identification nationale PP",
        "Nom d'exercice",
        "Code profession",
        "Libellé profession",
        "Code savoir-faire",
        "Code mode exercice",
        "Code postal (coord. structure)",
        "Code commune (coord. structure)",
        "Adresse e-mail (coord. structure)",
    ]
    row = ["8", "1", "81", "ZANZIBARELLE", "60", "Infirmier", "", "L", "01500", "01004", "z@z.fr"]
    added(space, workbook(tmp_path / "annuaire.xlsx", {"Export": [labels, row]}))
    table = Space.open(space).table("rpps")
    assert table[["code", "code_postal", "profession"]].to_numpy().tolist() == [
        ["01004", "01500", "infirmier"]
    ]
    for file in space.rglob("*"):
        if file.is_file():
            assert b"ZANZIBARELLE" not in file.read_bytes()
            assert b"z@z.fr" not in file.read_bytes()


def layer(codes):
    names = [f"Quartier d'été n° {rank}" for rank, _ in enumerate(codes)]
    shapes = [box(5.3 + rank / 10, 45.9, 5.35 + rank / 10, 46.0) for rank, _ in enumerate(codes)]
    fields = {"code_qp": codes, "lib_qp": names, "insee_dep": "01", "insee_com": "01004"}
    return gpd.GeoDataFrame(fields, geometry=shapes, crs=4326)


def archived(path, folder):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"dossier/{file.name}")
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "CP1252"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_shapefile_in_an_archive(space, tmp_path, encoding, declared):
    folder = tmp_path / "formes"
    folder.mkdir()
    layer(["QN00101M", "QN00102M"]).to_crs(2154).to_file(
        folder / "QP2024_LB93.shp", encoding=encoding
    )
    if not declared:
        (folder / "QP2024_LB93.cpg").write_bytes(b"")
    (receipt,) = added(space, archived(tmp_path / "qpv.zip", folder))
    assert (receipt.source_id, receipt.stored) == ("qpv", "QP2024_LB93.gpkg")
    table = Space.open(space).table("qpv")
    assert table["nom"].tolist() == ["Quartier d'été n° 0", "Quartier d'été n° 1"]
    assert table.geometry.total_bounds == pytest.approx((5.3, 45.9, 5.45, 46.0), abs=1e-6)


def test_a_shapefile_beside_its_parts(space, tmp_path):
    layer(["QN00101M"]).to_file(tmp_path / "qpv.shp")
    (receipt,) = added(space, tmp_path / "qpv.shp")
    assert receipt.source_id == "qpv"


def test_one_layer_in_several_formats_and_projections_is_told_once(space, tmp_path):
    folder = tmp_path / "QPV"
    folder.mkdir()
    for ending, driver in (("geojson", "GeoJSON"), ("gpkg", "GPKG"), ("shp", "ESRI Shapefile")):
        layer(["QN00101M", "QN00102M"]).to_file(folder / f"QP_WGS84.{ending}", driver=driver)
    layer(["QN00101M"]).to_crs(2154).to_file(folder / "QP_LB93.gpkg", driver="GPKG")
    receipts = added(space, archived(tmp_path / "QPV.zip", folder))
    assert sorted(receipt.stored for receipt in receipts) == ["QP_LB93.gpkg", "QP_WGS84.geojson"]
    told = " ".join(remark for receipt in receipts for remark in receipt.remarks)
    assert "« QP_WGS84.gpkg »" in told
    assert "« QP_WGS84.shp »" in told
    assert sorted(Space.open(space).table("qpv")["code_qpv"]) == ["QN00101M", "QN00102M"]


def test_a_workbook_in_an_archive_beside_a_dictionary(space, tmp_path):
    folder = tmp_path / "dossier"
    folder.mkdir()
    workbook(folder / "donnees.xlsx", {"COM": populations_rows()})
    write_csv(folder / "meta.csv", [("COD_VAR", "LIB_VAR"), ("PMUN", "Population")])
    (receipt,) = added(space, archived(tmp_path / "ensemble.zip", folder))
    assert receipt.stored == "donnees.csv"
    assert any("Laissé de côté" in r and "meta.csv" in r for r in receipt.remarks)


MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def test_an_open_document_is_a_workbook(space, tmp_path):
    """LibreOffice: written here by hand, since no library of ours writes it."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in populations_rows()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Feuille1">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "p.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    added(space, path)
    assert populations_of(space) == {code: float(people) for code, people in POPULATIONS.items()}


def test_lines_of_separators_and_blanks_at_the_end_are_no_rows(space, tmp_path):
    rows = populations_rows()
    path = write_csv(tmp_path / "p.csv", [*rows, [""] * len(rows[0]), [" "] * len(rows[0]), []])
    (receipt,) = added(space, path)
    assert receipt.rows == len(POPULATIONS)


def test_two_files_end_to_end_are_refused_for_that(space, tmp_path):
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(populations_rows() * 2)
    path = tmp_path / "p.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    (receipt,) = add_files(space, [path])
    assert [(fault.row, fault.found) for fault in receipt.faults] == [
        (len(POPULATIONS) + 2, "la ligne d'en-tête, répétée parmi les données")
    ]


def test_an_export_by_zone_saved_as_a_workbook_keeps_its_level(space, tmp_path):
    """Its first line has one cell, and its level is in the second."""
    rows = [["CartoSanté"], ["Référentiel géographique : France par bassin de vie"]]
    rows += [["Code", "Libellé", "APL Médecins généralistes 2023"], ["01004", "Ambérieu", "3,1"]]
    (receipt,) = added(space, workbook(tmp_path / "c.xlsx", {"Export": rows}))
    assert receipt.source_id == "cartosante"
    table = Space.open(space).table("cartosante")
    assert table[["niveau", "code", "valeur"]].to_numpy().tolist() == [
        ["bassin_de_vie", "01004", 3.1]
    ]
