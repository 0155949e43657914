"""Local resources: structures only; what names or reaches a person is not kept."""

import io

import openpyxl
import pandas as pd
import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts.templates import RESOURCES, template_csv, template_workbook
from cpts_data.received import head_of
from cpts_data.sources import ressources_locales

HEADER = ";".join(RESOURCES.names)


def write(path, *lines, header=HEADER, encoding="utf-8"):
    path.write_bytes("".join(f"{line}\r\n" for line in (header, *lines)).encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def remarks(table):
    return " ".join(table.attrs["remarques"]).replace("\u00a0", " ")


LINE = (
    "Maison de santé;structure_d_exercice;Sutures;3 rue du Docteur Roux;1004;Ambérieu;cpts-a;"
    "8 h à 20 h;04 74 00 00 00 ou contact@msp.fr;31/12/2026;accès fauteuil"
)


def test_a_structure_is_read_whole(file):
    write(file, LINE)
    assert ressources_locales.recognises(head_of(file))
    table = ressources_locales.read(file)
    assert table.iloc[0].to_dict() == {
        "nom": "Maison de santé",
        "type": "structure_d_exercice",
        "competence": "Sutures",
        "adresse": "3 rue du Docteur Roux",
        "code": "01004",
        "commune": "Ambérieu",
        "cpts_id": "cpts-a",
        "horaires": "8 h à 20 h",
        "contact_structure": "04 74 00 00 00 ou contact@msp.fr",
        "valide_jusqu_au": "2026-12-31",
        "remarque": "accès fauteuil",
    }
    assert "1 code de commune réparé" in remarks(table)


def test_what_names_or_reaches_a_person_is_emptied_and_counted(file, tmp_path):
    write(
        file,
        "A;autre;Dr Martin sur rendez-vous;;01004;;;;Anne Durand 06 12 34 56 78;;",
        "B;autre;;;01004;;;;anne.durand@msp.fr;;rappeler au 0611223344",
        "C;autre;;12 av. Foch, 06 99 99 99 99;01004;;;;06 00 00 00 01;;255081416802538",
    )
    table = ressources_locales.read(file)
    assert pd.isna(table.loc[0, "competence"])
    assert table["contact_structure"].isna().tolist() == [True, True, False]
    assert table["remarque"].isna().all()
    assert pd.isna(table.loc[2, "adresse"])
    assert "« contact_structure » : 2 cases vidées" in remarks(table)
    assert "« remarque » : 2 cases vidées" in remarks(table)
    pruned = tmp_path / "pruned.csv"
    ressources_locales.prune(file, pruned)
    text = pruned.read_text(encoding="utf-8")
    for secret in ("Durand", "durand", "0611223344", "06 99", "Martin", "255081416802538"):
        assert secret not in text
    assert ressources_locales.read(pruned).equals(table)


def test_columns_of_one_s_own_are_not_kept(file, tmp_path):
    header = HEADER + ";Référent;Portable du référent"
    write(file, LINE + ";Anne Durand;0611223344", header=header)
    table = ressources_locales.read(file)
    assert list(table.columns) == [column.name for column in ressources_locales.SOURCE.columns]
    assert "« Référent » et « Portable du référent »" in remarks(table)
    pruned = tmp_path / "pruned.csv"
    ressources_locales.prune(file, pruned)
    assert "0611223344" not in pruned.read_text(encoding="utf-8")


def test_faults_are_all_told(file):
    write(
        file,
        "Dr Martin;autre;;;01004;;;;;;",
        "A;inconnu;;;01004;;;;;;",
        "B;autre;;;;;;;;;",
        "C;autre;;;01004;;;;;bientôt;",
        ";autre;;;01004;;;;;;",
        "D;autre;;;99;;;;;;",
        "E;autre;;;01004;;;;;;",
        "E;autre;;;01004;;;;;;",
    )
    with pytest.raises(ContractError) as told:
        ressources_locales.read(file)
    assert sorted(fault.row for fault in told.value.faults) == [2, 3, 4, 5, 6, 7, 9]
    assert "Martin" not in str(told.value)


def test_a_spreadsheet_of_windows_with_short_lines(file):
    write(file, "Clinique de l'Étang;Médico-social;;;01004", encoding="cp1252")
    table = ressources_locales.read(file)
    assert table.loc[0, ["nom", "type"]].tolist() == ["Clinique de l'Étang", "medico_social"]


def test_labels_are_found_whatever_their_accents_and_place(tmp_path):
    file = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Accueil"
    sheet = book.create_sheet("Liste")
    sheet.append(["Ressources de la CPTS"])
    sheet.append([name.replace("competence", "Compétence").upper() for name in RESOURCES.names])
    sheet.append(["MSP", "autre", None, None, 1004, None, None, None, None, None, None])
    book.save(file)
    assert ressources_locales.recognises(head_of(file))
    assert ressources_locales.read(file)["code"].tolist() == ["01004"]


def test_the_templates_are_read_back(tmp_path):
    text = template_csv("ressources_locales")
    empty = tmp_path / "x.csv"
    empty.write_text(text, encoding="utf-8")
    assert ressources_locales.recognises(head_of(empty))
    with pytest.raises(ContractError, match="aucune ligne"):
        ressources_locales.read(empty)
    filled = tmp_path / "y.csv"
    filled.write_text(text + LINE, encoding="utf-8")
    table = ressources_locales.read(filled)
    assert table["nom"].tolist() == ["Maison de santé"]
    assert "1 ligne d'exemple non reprise" in remarks(table)
    book = openpyxl.load_workbook(io.BytesIO(template_workbook("ressources_locales")))
    book["Données"].append(LINE.split(";"))
    book.save(tmp_path / "z.xlsx")
    again = ressources_locales.read(tmp_path / "z.xlsx")
    assert again.equals(table)
