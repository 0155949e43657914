"""Files of no source are refused for the right reason, without repeating what names a person."""

import json

import pytest

from cpts_data import reference
from cpts_data.space.arriving import recognised
from tests.official_layouts import geojson, square, write_csv


def refusal(path):
    """The one fault for which a file is refused, ordinary blanks."""
    source, faults = recognised(path)
    assert source == ""
    (fault,) = faults
    return str(fault).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("MOD;DATE_EFF;TYPECOM_AV;COM_AV;TYPECOM_AP;COM_AP", "les événements du code officiel"),
        ("COM;TNCC;NCC;NCCENR;LIBELLE;DATE_DEBUT;DATE_FIN", "l'historique des communes"),
        ("CODGEO_INI;CODGEO_2024;LIBGEO_2024", "une table de passage"),
        ("COD_VAR;LIB_VAR;COD_MOD;LIB_MOD", "le dictionnaire des variables"),
        ("BOR;AN;nofinesset;nofinessej;AUTSU", "une autre table de la SAE"),
        ("Type d'identifiant PP;Identifiant PP;Code savoir-faire", "sans les lieux d'exercice"),
        ("nofinessej;rsej;activite;libactivite;nofinesset", "les activités autorisées"),
        ("nofinessej;rsej;eml;libeml;nofinesset", "équipements lourds"),
        ("CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021", "d'un autre niveau que la commune"),
        ("REG;DEP;Département;NBCOM;PMUN;PTOT", "d'un autre niveau que la commune"),
        ("IRIS;COM;TYP_IRIS;LAB_IRIS;P20_POP", "un fichier par IRIS"),
        ("c_dcomiris;t1_rev_med;t1_txchom0", "un fichier par IRIS"),
        ("Code commune;F-EDI;Quintile", "l'indice F-EDI"),
        ("code_qp;lib_qp;insee_com", "sans leurs contours"),
    ],
)
def test_official_files_that_are_near_to_ours(tmp_path, labels, words):
    cells = ["200000111" if label == "CODGEO" else "x" for label in labels.split(";")]
    path = write_csv(tmp_path / "a.csv", [labels.split(";"), cells, cells])
    assert words in refusal(path)


@pytest.mark.parametrize("code", ["01", "2A", "974", 84, "200029999"])
def test_outlines_of_larger_areas(tmp_path, code):
    path = geojson(tmp_path / "a.geojson", [({"code": code, "nom": "N"}, square(5, 45))])
    assert "ajoutez les contours des communes" in refusal(path)


def test_the_json_to_come_of_the_finess(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"pmej": [], "ege": []}]), encoding="utf-8")
    assert "les nouveaux fichiers JSON du FINESS" in refusal(path)


def test_legal_entities_of_the_finess(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("finess;etalab;101;2026-05-12\nstructureej;010000024;x;y\n", encoding="utf-8")
    assert "qui n'est pas celui des établissements" in refusal(path)


def test_counts_of_a_third_party_are_refused_with_the_state_of_their_codes(tmp_path):
    rows = [["codecommune", "infirmiers"]]
    # 1004.0 and 01004 are one commune; 2A004 twice; 97801 is none of today.
    rows += [["1004.0", "1.0"], ["01004", "31.0"], ["2A004", "2.0"], ["2A004", "3.0"]]
    rows += [["97801.0", "4.0"], ["97411", "1.0"]]
    text = refusal(write_csv(tmp_path / "a.csv", rows))
    assert "sur 6 lignes : 2 codes abîmés" in text
    assert "2 communes sur plusieurs lignes, 1 code hors du code officiel" in text


def test_the_hostile_file_is_refused_with_its_report(shared):
    path = shared / "real" / "hostile" / "codes_en_flottants.csv"
    if not path.is_file():
        pytest.skip("the real files of ../shared/real are not on this machine")
    lines = path.read_text(encoding="ascii").splitlines()[1:]
    codes = {line.split(";")[0].removesuffix(".0").zfill(5) for line in lines}
    known = {*reference.communes().index, *reference.arrondissements().index}
    text = refusal(path)
    # 21 911, 1 010 and 1 433 are stated in the description of the file.
    assert "sur 21 911 lignes : 1 010 codes abîmés" in text
    assert f"1 433 communes sur plusieurs lignes, {len(codes - known)} codes hors" in text


@pytest.mark.parametrize(
    "cells",
    [
        ["ZANZIBARELLE", "Lucie", "06 12 34 56 78"],
        ["ZANZIBARELLE", "lucie@exemple.fr", "infirmière"],
        ["ZANZIBARELLE", "2 84 05 13 055 123 45", "x"],
        ["ZANZIBARELLE", "13/05/1984", "x"],
        ["8", "10000000001", "ZANZIBARELLE"],
    ],
)
def test_a_first_line_that_is_no_header_is_never_repeated(tmp_path, cells):
    text = refusal(write_csv(tmp_path / "liste.csv", [cells, cells]))
    assert "une première ligne de 3 cases qui n'est pas un en-tête" in text
    assert not any(cell in text for cell in cells if len(cell) > 1)


def test_another_subject_is_named_by_its_header(tmp_path):
    path = write_csv(tmp_path / "a.csv", [["date", "montant"], ["lundi", "3"]])
    assert "un en-tête inconnu (« date », « montant »)" in refusal(path)
