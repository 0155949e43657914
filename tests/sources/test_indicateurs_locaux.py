"""Local indicators: counts with their status; a table that names people is refused, unseen."""

import io

import openpyxl
import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts.templates import INDICATORS, template_csv, template_workbook
from cpts_data.received import head_of
from cpts_data.sources import indicateurs_locaux

HEADER = ";".join(INDICATORS.names)


def write(path, *lines, header=HEADER, encoding="utf-8"):
    path.write_bytes("\n".join([header, *lines]).encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.csv"


def remarks(table):
    return " ".join(table.attrs["remarques"]).replace("\u00a0", " ")


def test_masked_missing_and_zero_are_three_things(file):
    write(
        file,
        "sans_mt;commune;1004;2025;;120;1000;observe;non",
        "sans_mt;commune;01005;2025;;;900;masque;non",
        "sans_mt;commune;01007;2025;;;900;;non",
        "sans_mt;commune;01008;2025;;0;900;;non",
        "sans_mt;commune;01009;2025;;<11;900;;oui",
        "sans_mt;commune;01010;2025;;n.d.;;;oui",
        "nb_protocoles;cpts;cpts-a;2024-2025;hommes;4;;;oui",
    )
    assert indicateurs_locaux.recognises(head_of(file))
    table = indicateurs_locaux.read(file).set_index("code")
    assert table["numerateur_statut"].to_dict() == {
        "01004": "observe",
        "01005": "masque",
        "01007": "manquant",
        "01008": "observe",
        "01009": "masque",
        "01010": "manquant",
        "cpts-a": "observe",
    }
    assert table.loc["01008", "numerateur"] == 0
    assert table.loc["cpts-a", "denominateur_statut"] == "sans_objet"
    assert table.loc["01010", "denominateur_statut"] == "manquant"
    assert table.loc["cpts-a", ["period", "strate"]].tolist() == ["2024-2025", "hommes"]
    assert table.loc["01004", "strate"] == "ensemble"
    assert table["public"].tolist() == [False] * 4 + [True] * 3


def test_nothing_is_public_unless_it_is_said(file):
    write(file, "sans_mt;commune;01004;2025;;1;10;;")
    table = indicateurs_locaux.read(file)
    assert table["public"].tolist() == [False]
    assert "1 ligne sans « public »" in remarks(table)
    assert indicateurs_locaux.SOURCE.public is False


def test_identifiers_and_codes_are_repaired_and_told(file):
    write(
        file,
        "Part sans MT;Commune;1004.0;2025;;1;10;;non",
        "Part sans MT;département;1;2025;;1;10;;non",
        "Part sans MT;france;;2025;;1;10;;non",
    )
    with pytest.raises(ContractError, match="code"):
        indicateurs_locaux.read(write(file, "a;commune;;2025;;1;10;;non"))
    write(
        file,
        "Part sans MT;Commune;1004.0;2025;;1;10;;non",
        "Part sans MT;département;1;2025;;1;10;;non",
        "Part sans MT;france;FR;2025-s1;;1;10;;non",
    )
    table = indicateurs_locaux.read(file)
    assert table["indicateur"].unique().tolist() == ["part_sans_mt"]
    assert table["code"].tolist() == ["01004", "01", "FR"]
    assert table["period"].tolist() == ["2025", "2025", "2025-S1"]
    assert "« Part sans MT » en « part_sans_mt »" in remarks(table)


def test_impossible_numbers_and_contradictions_are_faults(file):
    write(
        file,
        "a;commune;01004;2025;;11;10;;non",
        "a;commune;01005;2025;;-1;10;;non",
        "a;commune;01007;2025;;5;10;masque;non",
        "a;commune;01008;2025;;;10;observe;non",
        "a;commune;01009;25;;5;10;;non",
        "a;canton;01010;2025;;5;10;;non",
        "a;commune;99;2025;;5;10;;non",
        "a;commune;01012;2025;;cinq;10;;non",
        "a;commune;01013;2025;;5;10;connu;non",
        "a;commune;01014;2025;;5;10;;peut-être",
        "a;commune;01015;2025;;5;10;;non",
        "a;commune;01015;2025;;5;10;;non",
    )
    with pytest.raises(ContractError) as told:
        indicateurs_locaux.read(file)
    assert sorted({fault.row for fault in told.value.faults}) == [
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        13,
    ]
    assert "plus de 100" in str(told.value)


@pytest.mark.parametrize(
    ("label", "cell", "secret"),
    [
        ("NIR", "255081416802538", "255081416802538"),
        ("Date de naissance", "01/02/1956", "1956"),
        ("Nom", "DURAND", "DURAND"),
        ("prenom", "Anne", "Anne"),
        ("jour", "01/02/1956", "1956"),
        ("ref", "255081416802538", "255081416802538"),
        ("commentaire", "vu avec Mme Durand", "Durand"),
    ],
)
def test_a_table_that_names_people_is_refused_and_not_repeated(file, label, cell, secret):
    header = f"{HEADER};{label}"
    write(file, f"a;commune;01004;2025;;1;10;;non;{cell}", header=header)
    assert indicateurs_locaux.recognises(head_of(file))
    with pytest.raises(ContractError) as told:
        indicateurs_locaux.read(file)
    assert {fault.column for fault in told.value.faults} == {label}
    assert "n'a pas été conservé" in str(told.value)
    assert secret not in str(told.value)


def test_a_nir_hidden_in_a_known_column_is_seen(file):
    write(file, "a;cpts;255081416802538;2025;;1;10;;non")
    with pytest.raises(ContractError) as told:
        indicateurs_locaux.read(file)
    assert [(fault.row, fault.column) for fault in told.value.faults] == [(2, "code")]
    assert "255081416802538" not in str(told.value)


def test_a_harmless_column_is_left_out_and_told(file):
    write(file, "a;commune;01004;2025;;1;10;;non;Ambérieu", header=f"{HEADER};nom_commune")
    assert "« nom_commune »" in remarks(indicateurs_locaux.read(file))


def test_a_spreadsheet_of_windows_with_decimal_commas(file):
    header = HEADER.replace("periode", "Période").replace("numerateur", "Numérateur")
    write(
        file, "a;commune;01004;2025;Hommes âgés;12,5;1 000;;non", header=header, encoding="cp1252"
    )
    table = indicateurs_locaux.read(file)
    assert table.loc[0, ["numerateur", "denominateur"]].tolist() == [12.5, 1000]
    assert table.loc[0, "strate"] == "Hommes âgés"


def test_the_templates_are_read_back(tmp_path):
    line = "sans_mt;commune;01004;2025;ensemble;120;1000;observe;non"
    text = template_csv("indicateurs_locaux")
    file = tmp_path / "x.csv"
    file.write_text(text + line, encoding="utf-8")
    table = indicateurs_locaux.read(file)
    assert table["indicateur"].tolist() == ["sans_mt"]
    book = openpyxl.load_workbook(io.BytesIO(template_workbook("indicateurs_locaux")))
    sheet = book["Données"]
    cells = line.split(";")
    sheet.append([*cells[:5], 120, 1000, *cells[7:]])
    book.save(tmp_path / "y.xlsx")
    assert indicateurs_locaux.read(tmp_path / "y.xlsx").equals(table)
