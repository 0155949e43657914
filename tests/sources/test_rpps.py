"""The Annuaire santé: a line is a person x activity x place; no person leaves the reader."""

import pytest

from cpts_data.contracts import ContractError, Faults, check
from cpts_data.received import head_of
from cpts_data.sources import rpps

HEADER_TEXT = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|"
    "Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|"
    "Code profession|Libellé profession|Code catégorie professionnelle|"
    "Libellé catégorie professionnelle|Code type savoir-faire|Libellé type savoir-faire|"
    "Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|"
    "Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|"
    "Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|"
    "Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|"
    "Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|"
    "Code type de voie (coord. structure)|Libellé type de voie (coord. structure)|"
    "Libellé Voie (coord. structure)|Mention distribution (coord. structure)|"
    "Bureau cedex (coord. structure)|Code postal (coord. structure)|"
    "Code commune (coord. structure)|Libellé commune (coord. structure)|"
    "Code pays (coord. structure)|Libellé pays (coord. structure)|Téléphone (coord. structure)|"
    "Téléphone 2 (coord. structure)|Télécopie (coord. structure)|"
    "Adresse e-mail (coord. structure)|Code Département (structure)|"
    "Libellé Département (structure)|Ancien identifiant de la structure|"
    "Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|"
    "Code section tableau pharmaciens|Libellé section tableau pharmaciens"
)
HEADER_52 = HEADER_TEXT.split("|")
HEADER_56 = [
    *HEADER_52,
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
]
PERSONAL = (
    "DUPONT",
    'LUCIE "LULU"',
    "0475000000",
    "lucie.dupont@exemple.fr",
    "CABINET DU DR DUPONT",
)


def line(person, header=HEADER_52, **cells):
    """A line of the file; cells are given by the beginning of their label."""
    values = dict.fromkeys(header, "")
    values |= {
        "Type d'identifiant PP": "8",
        "Identifiant PP": person,
        "Identification nationale PP": f"8{person}",
        "Nom d'exercice": PERSONAL[0],
        "Prénom d'exercice": PERSONAL[1],
        "Téléphone (coord. structure)": PERSONAL[2],
        "Adresse e-mail (coord. structure)": PERSONAL[3],
        "Raison sociale site": PERSONAL[4],
        "Ancien identifiant de la structure": f"0{person}01",
        "Code profession": "60",
        "Libellé profession": "Infirmier",
        "Code catégorie professionnelle": "C",
        "Code mode exercice": "L",
    }
    for start, value in cells.items():
        (name,) = [
            label for label in header if label.replace(" ", "_").replace("-", "_").startswith(start)
        ]
        values[name] = value
    return list(values.values())


def write(path, lines, header=HEADER_52, tail="|", header_tail="|"):
    text = "|".join(header) + header_tail + "\n"
    text += "".join("|".join(cells) + tail + "\n" for cells in lines)
    path.write_text(text, encoding="utf-8")
    return path


DOCTOR = {
    "Code_profession": "10",
    "Libellé_profession": "Médecin",
    "Code_savoir_faire": "SM54",
    "Libellé_savoir_faire": "Médecine générale",
}


@pytest.fixture
def file(tmp_path):
    return write(
        tmp_path / "n'importe quel nom.txt",
        [
            # One doctor, two savoir-faire at one place, then a second place.
            line("10000000001", **DOCTOR, Code_commune="01004", Code_postal="01500"),
            line(
                "10000000001",
                **DOCTOR
                | {"Code_savoir_faire": "SM20", "Libellé_savoir_faire": "Gynécologie-obstétrique"},
                Code_commune="01004",
                Code_postal="01500",
            ),
            line("10000000001", **DOCTOR, Code_commune="01053", Code_mode="S"),
            # The same line twice but for its street: one place.
            line("10000000002", Code_commune="2a004", Numéro_Voie="1"),
            line("10000000002", Code_commune="2A004", Numéro_Voie="3"),
            # Three ways to lack a commune.
            line("10000000003", Numéro_FINESS_site="970400024", Code_mode="S"),
            line("10000000004", Code_postal="25300", Bureau_cedex="25300 DOUBS"),
            line("10000000005", Code_mode=""),
            line("10000000006", Code_profession="77", Libellé_profession="Herboriste"),
            line("10000000007", Code_catégorie="E", Code_mode="B", Code_commune="1004"),
            line("10000000008", Code_commune="Paris", Code_postal="75012"),
        ],
    )


def test_it_is_recognised_by_its_header(file, tmp_path):
    assert rpps.recognises(head_of(file))
    sister = write(tmp_path / "SavoirFaire.txt", [["0"] * 13], HEADER_52[:3] + HEADER_52[7:17])
    assert not rpps.recognises(head_of(sister))


def test_a_row_is_a_person_a_place_a_profession_a_skill_and_a_mode(file):
    table = rpps.read(file)
    faults = Faults("x")
    check(table, rpps.SOURCE, faults)
    assert not faults.found
    assert list(table.columns) == [column.name for column in rpps.SOURCE.columns]
    assert len(table) == 10
    doctor = table[table["personne"] == 1]
    assert list(doctor["specialite"]) == ["medecine_generale", "SM20", "medecine_generale"]
    assert list(doctor["code"]) == ["01004", "01004", "01053"]
    assert list(doctor["mode"]) == ["liberal", "liberal", "salarie"]
    assert list(table["personne"]) == [1, 1, 1, 2, 3, 4, 5, 6, 7, 8]


def test_codes_are_repaired_and_departements_told(file):
    table = rpps.read(file).set_index("personne")
    assert table.loc[2, "code"] == "2A004"
    assert table.loc[7, "code"] == "01004"
    departements = table["departement"].groupby(level=0).first()
    assert departements[[2, 3, 4, 7, 8]].tolist() == ["2A", "974", "25", "01", "75"]
    assert table["departement"].loc[[5, 6]].isna().all()


def test_rows_without_commune_are_kept_and_counted(file):
    table = rpps.read(file)
    nowhere = table[table["code"].isna()].set_index("personne")
    assert list(nowhere.index) == [3, 4, 5, 6, 8]
    assert nowhere.loc[4, "localite"] == "DOUBS"
    remarks = " ".join(table.attrs["remarques"]).replace("\u00a0", " ")
    assert "8 personnes sur 10 lignes" in remarks
    assert "5 lignes sans code de commune, dont 1 avec un numéro FINESS, 2 avec un code" in remarks
    assert "1 ligne répétée" in remarks
    assert "« PARIS »" in remarks
    assert "« Herboriste »" in remarks
    assert "1 ligne d'une catégorie autre que « civil »" in remarks


def test_unknown_professions_and_modes_stay_visible(file):
    table = rpps.read(file).set_index("personne")
    assert (table.loc[6, "profession"], table.loc[6, "profession_libelle"]) == (
        "autre",
        "Herboriste",
    )
    assert (table.loc[5, "mode"], table.loc[7, "mode"]) == ("non_renseigne", "benevole")


def test_a_code_that_changes_meaning_is_told_by_its_label(tmp_path):
    rows = [line("1", Code_profession="12", Libellé_profession="Sage-Femme")]
    assert list(rpps.read(write(tmp_path / "x", rows))["profession"]) == ["sage_femme"]


def test_general_practice_is_that_of_doctors(tmp_path):
    rows = [
        line(str(number), **DOCTOR | {"Code_savoir_faire": code})
        for number, code in enumerate(["SM26", "SM53", "SM54", "SM55"], start=1)
    ]
    rows.append(line("9", Code_savoir_faire="SM54"))
    table = rpps.read(write(tmp_path / "x", rows))
    assert list(table["specialite"]) == ["medecine_generale"] * 3 + ["SM55", "SM54"]


@pytest.mark.parametrize(
    ("header", "tail", "header_tail"),
    [(HEADER_52, "|", "|"), (HEADER_56, "|", "|"), (HEADER_56, "", ""), (HEADER_52, "|", "")],
    ids=["52 and a bar", "56 and a bar", "56", "one name fewer than cells"],
)
def test_every_edition_keeps_its_columns_in_place(tmp_path, header, tail, header_tail):
    rows = [line("1", header, Code_commune="01004"), line("2", header, Code_commune="01005")]
    table = rpps.read(write(tmp_path / "x", rows, header, tail, header_tail))
    assert list(table["code"]) == ["01004", "01005"]
    assert list(table["profession"]) == ["infirmier", "infirmier"]


def test_a_typographic_apostrophe_changes_nothing(tmp_path):
    header = [name.replace("'", "’") for name in HEADER_52]
    file = write(tmp_path / "x", [line("1")], header)
    assert rpps.recognises(head_of(file))
    assert len(rpps.read(file)) == 1


def test_identifiers_with_letters_and_zeros_stay_apart(tmp_path):
    rows = [line("2A1234567"), line("01"), line("1"), line("2A1234567", Code_commune="01004")]
    assert list(rpps.read(write(tmp_path / "x", rows))["personne"]) == [1, 2, 3, 1]
    rows = [line("01"), line("1"), line("001"), line("01", Code_commune="01004")]
    assert list(rpps.read(write(tmp_path / "y", rows))["personne"]) == [1, 2, 3, 1]


def test_persons_are_numbered_in_the_order_of_the_lines_sorted_or_not(tmp_path):
    for people, numbers in (("1123", [1, 1, 2, 3]), ("3112", [1, 2, 2, 3]), ("2112", [1, 2, 2, 1])):
        rows = [line(who, Code_commune=f"0100{place}") for place, who in enumerate(people)]
        assert list(rpps.read(write(tmp_path / people, rows))["personne"]) == numbers


def test_a_line_cut_or_too_long_is_told_with_its_number(tmp_path):
    rows = [line("1"), line("2")[:30], line("3"), [*line("4"), "x", "y"]]
    with pytest.raises(ContractError) as told:
        rpps.read(write(tmp_path / "x", rows))
    assert [fault.row for fault in told.value.faults] == [3, 5]
    assert "31" in told.value.faults[0].found
    assert "53" in told.value.faults[0].expected


def test_a_person_without_identifier_is_a_fault(tmp_path):
    rows = [line("1"), line("2")]
    rows[1][2] = ""
    with pytest.raises(ContractError, match=r"ligne 3.*Identification nationale PP"):
        rpps.read(write(tmp_path / "x", rows))


def test_missing_columns_are_all_told(tmp_path):
    header = [name for name in HEADER_52 if not name.startswith(("Code mode", "Code commune"))]
    with pytest.raises(ContractError) as told:
        rpps.read(write(tmp_path / "x", [["x"] * len(header)], header))
    assert {fault.column for fault in told.value.faults} == {
        "Code mode exercice",
        "Code commune (coord. structure)",
    }


def test_a_windows_encoding_is_read(tmp_path):
    file = tmp_path / "x"
    padding = [line(str(number)) for number in range(1, 300)]
    write(file, [*padding, line("999", Code_postal="25300", Bureau_cedex="25300 ÉPÔNE")])
    text = file.read_text(encoding="utf-8")
    head, tail = text[:70_000], text[70_000:]
    file.write_bytes(head.encode("utf-8") + tail.encode("cp1252"))
    assert rpps.read(file)["localite"].dropna().tolist() == ["ÉPÔNE"]


def test_pruning_keeps_every_count_and_no_person(file, tmp_path):
    pruned = tmp_path / "copie.csv"
    rpps.prune(file, pruned)
    text = pruned.read_text(encoding="utf-8")
    for secret in (*PERSONAL, "1000000000", "DUPONT", "exemple.fr", "CABINET"):
        assert secret not in text
    assert rpps.recognises(head_of(pruned))
    table, again = rpps.read(file), rpps.read(pruned)
    assert again.equals(table)
    assert again.attrs == table.attrs
    assert {"Nom d'exercice", "Numéro SIRET site", "Libellé Voie (coord. structure)"}.isdisjoint(
        text.splitlines()[0].split("|")
    )


def test_a_quote_is_a_character(tmp_path):
    """« LUCIE "LULU" » opens no quoted field: the rows after it stay rows."""
    table = rpps.read(write(tmp_path / "x", [line(str(number)) for number in range(5)]))
    assert len(table) == 5


def test_a_postal_code_gets_its_zero_back(tmp_path):
    path = write(tmp_path / "a.txt", [line("1", Code_postal="1300"), line("2")])
    assert rpps.read(path)["code_postal"].tolist()[0] == "01300"


def test_two_extractions_end_to_end_are_refused_for_that(tmp_path):
    path = write(tmp_path / "a.txt", [line("1"), HEADER_52, line("2")])
    with pytest.raises(ContractError) as caught:
        rpps.read(path)
    (fault,) = caught.value.faults
    assert (fault.row, fault.found) == (3, "la ligne d'en-tête, répétée parmi les données")


def test_lines_of_separators_at_the_end_are_nobody(tmp_path):
    nothing = [""] * len(HEADER_52)
    path = write(tmp_path / "a.txt", [line("1"), *[nothing] * 9])
    assert len(rpps.read(path)) == 1
