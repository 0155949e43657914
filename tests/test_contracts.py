"""What a file promises, and how all its faults are told at once."""

import pandas as pd
import pytest

from cpts_data.contracts import (
    MAXIMUM_FAULTS,
    Column,
    ContractError,
    Fault,
    Faults,
    Kind,
    Source,
    check,
    describe,
    promised_columns,
)

SOURCE = Source(
    id="essai",
    title="Fichier d'essai",
    publisher="Personne",
    landing_page="",
    licence="",
    level="commune",
    key=("code", "period"),
    columns=(
        Column("code", Kind.COMMUNE, "commune"),
        Column("period", Kind.TEXT, "année"),
        Column("taux", Kind.NUMBER, "un taux", minimum=0, maximum=100, nullable=True),
        Column("medecins", Kind.INTEGER, "un effectif"),
        Column("stade", Kind.TEXT, "un stade", choices=("a", "b"), nullable=True),
    ),
)


def table(**changed):
    columns = {
        "code": ["01004", "2A004"],
        "period": ["2023", "2023"],
        "taux": [12.5, None],
        "medecins": [3.0, 0.0],
        "stade": ["a", None],
    }
    return pd.DataFrame(columns | changed)


def faults_of(frame, first_row=2):
    faults = Faults("essai.csv")
    check(frame, SOURCE, faults, first_row)
    return faults.found


def test_a_good_table_has_no_fault():
    assert faults_of(table()) == []
    Faults("essai.csv").raise_if_any()


@pytest.mark.parametrize(
    ("changed", "row", "column", "found"),
    [
        ({"code": ["1004", "2A004"]}, 2, "code", "« 1004 »"),
        ({"code": ["01004", "2C004"]}, 3, "code", "« 2C004 »"),
        ({"code": ["01004", None]}, 3, "code", "une case vide"),
        ({"code": ["01004", ""]}, 3, "code", "une case vide"),
        ({"period": ["", "2023"]}, 2, "period", "une case vide"),
        ({"taux": [100.1, 5.0]}, 2, "taux", "« 100.1 »"),
        ({"taux": [0.0, -0.1]}, 3, "taux", "« -0.1 »"),
        ({"medecins": [3.0, None]}, 3, "medecins", "une case vide"),
        ({"medecins": [3.5, 1.0]}, 2, "medecins", "« 3.5 »"),
        ({"stade": ["a", "c"]}, 3, "stade", "« c »"),
    ],
)
def test_each_fault_names_its_place(changed, row, column, found):
    (fault,) = faults_of(table(**changed))
    assert (fault.file, fault.row, fault.column, fault.found) == ("essai.csv", row, column, found)


def test_true_lines_win_over_positions():
    frame = table(medecins=[3.0, None]).assign(ligne=[11, 25])
    assert faults_of(frame)[0].row == 25
    assert faults_of(table(medecins=[3.0, None]), first_row=11)[0].row == 12


def test_a_key_told_twice():
    (fault,) = faults_of(table(code=["01004", "01004"]))
    assert fault.row == 3
    assert fault.found == "« 01004 » / « 2023 » déjà rencontré"
    assert faults_of(table(code=["01004", "01004"], period=["2022", "2023"])) == []


def test_an_absent_column_and_an_empty_table():
    (fault,) = faults_of(table().drop(columns="taux"))
    assert fault.column == "taux"
    (fault,) = faults_of(table().iloc[0:0])
    assert fault.found == "aucune ligne de données"


def test_all_faults_are_told_together_in_french():
    frame = table(code=["1004", "2A004"], taux=[101.0, -1.0])
    faults = Faults("essai.csv")
    check(frame, SOURCE, faults)
    with pytest.raises(ContractError) as caught:
        faults.raise_if_any()
    assert len(caught.value.faults) == 3
    text = str(caught.value)
    assert text.startswith("3\u00a0anomalies :")
    assert "fichier « essai.csv », ligne 2, colonne « code » – trouvé : « 1004 »" in text
    assert "un code de commune à 5 caractères, comme 01004 ou 2A004" in text
    assert "attendu : un nombre, au moins 0, au plus 100" in text
    assert "Pour corriger : corrigez la valeur ou reprenez le fichier d'origine." in text


def test_long_reports_count_the_rest():
    def report(number):
        return describe([Fault("f.csv", "a", "b", "c.", row) for row in range(number)])

    assert describe([]) == "Aucune anomalie."
    assert report(1).startswith("1\u00a0anomalie :")
    assert "autre" not in report(20)
    assert report(21).endswith("… et 1\u00a0autre.")
    assert report(22).endswith("… et 2\u00a0autres.")
    assert len(report(500).splitlines()) == 22  # a title, twenty faults, the rest


def test_a_file_of_garbage_does_not_fill_the_memory():
    faults = Faults("f.csv")
    for row in range(MAXIMUM_FAULTS + 250):
        faults.add("a", "b", "c.", row=row)
    assert faults.full
    with pytest.raises(ContractError) as caught:
        faults.raise_if_any()
    assert len(caught.value.faults) == MAXIMUM_FAULTS + 1
    assert caught.value.faults[-1].found == "250\u00a0autres anomalies"


def test_what_a_file_holds_cannot_play_with_the_terminal():
    text = str(Fault("a\x1b[2J.csv", "« \r\n\x07 »", "b", "c."))
    assert "\x1b" not in text
    assert "\n" not in text
    assert "\r" not in text


def test_columns_describe_themselves():
    column = Column("part", Kind.NUMBER, "part", minimum=0.25, maximum=1)
    assert column.expectation() == "un nombre, au moins 0,25, au plus 1"
    assert (
        Column("s", Kind.TEXT, "", choices=("a", "")).expectation() == "un texte, parmi a, (vide)"
    )
    assert SOURCE.column("taux").maximum == 100
    with pytest.raises(KeyError, match="essai has"):
        SOURCE.column("absente")
    assert promised_columns([SOURCE]) >= {"essai.code", "essai.taux"}
