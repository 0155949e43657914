"""Screening: a tolerant reader, periods of two years, crude and standardised apart."""

import pytest

from cpts_data.sources import (
    spf_depistage as source,
)
from cpts_data.sources import (
    spf_fdep,
    spf_prevention_compilation,
    spf_vaccination,
)
from tests.sources.made_files import faults_of, recognised, remarks, text

ALL = (source, spf_fdep, spf_prevention_compilation, spf_vaccination)


def test_breast_screening_by_departement(tmp_path):
    path = text(
        tmp_path / "export.csv",
        "Période;Département Code;Département;Taux de participation au dépistage du cancer du sein",
        "2023-2024;1;Ain;51.1",
        "2023-2024;2A;Corse-du-Sud;",
    )
    assert recognised(path, *ALL) == ["spf_depistage"]
    table = source.read(path).set_index("code")
    row = table.loc["01"]
    assert row[["niveau", "period", "cancer", "mode", "sexe", "age"]].to_list() == [
        "departement",
        "2023-2024",
        "sein",
        "brut",
        "ensemble",
        "ensemble",
    ]
    assert row["participation"] == 51.1
    assert table.loc["2A", "participation_statut"] == "manquant"


def test_crude_and_standardised_are_two_series(tmp_path):
    path = text(
        tmp_path / "export.csv",
        "annee,dep,sexe,participation_brute_colorectal,participation_standardisee_colorectal,"
        "borne_inf_participation",
        "2023/2024,01,Hommes,30.1,31.5,29",
        "2023/2024,01,Femmes,34,35,33",
        "2023/2024,01,Ensemble,32,33,31",
    )
    table = source.read(path)
    assert len(table) == 6
    women = table[table["sexe"] == "femmes"].set_index("mode")["participation"]
    assert women.to_dict() == {"brut": 34, "standardise": 35}
    assert set(table["period"]) == {"2023-2024"}
    assert set(table["cancer"]) == {"colorectal"}


def test_a_column_may_name_the_cancer(tmp_path):
    path = text(
        tmp_path / "export.csv",
        "Région Code;Année;Cancer;Taux de participation",
        "84;2024;Col de l'utérus;59.5",
        "84;2024;Sein;44",
    )
    table = source.read(path).set_index("cancer")["participation"]
    assert table.to_dict() == {"col_uterus": 59.5, "sein": 44}
    assert set(source.read(path)["niveau"]) == {"region"}


def test_the_name_of_the_file_is_the_last_resort_and_is_told(tmp_path):
    lines = ("Département Code;Période;Taux de participation", "01;2024-2025;51")
    slug = "cancer-participation-au-depistage-organise-du-cancer-du-sein_dep.csv"
    table = source.read(text(tmp_path / slug, *lines))
    assert set(table["cancer"]) == {"sein"}
    assert "d'après le nom du fichier" in remarks(table)
    (fault,) = faults_of(source, text(tmp_path / "export.csv", *lines))
    assert "sans le nom du cancer" in fault.found


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2024-2025", "2024-2025"),
        ("2024-25", "2024-2025"),
        ("2024 / 2025", "2024-2025"),
        ("de 2023 à 2024", "2023-2024"),
        ("2024", "2024"),
        ("2024-12-31", "2024"),
        ("tous", None),
        ("2022, 2023, 2024", None),
    ],
)
def test_periods(written, period):
    assert source.period_of(written) == period


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("01;tous;51", "Période"),
        ("01;2024-2025;n.d.", "participation sein"),
        ("Ain;2024-2025;51", "code"),
        ("01;2024-2025;151", "participation"),
    ],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, line, column):
    path = text(tmp_path / "a.csv", "Département Code;Période;participation sein", line)
    assert (2, column) in {(fault.row, fault.column) for fault in faults_of(source, path)}


def test_the_compilation_is_another_source(tmp_path):
    path = text(
        tmp_path / "compilation.csv",
        "code_departement,departement,diabete_traite_standardise_2023_pct,"
        "depistage_sein_2024_2025_pct",
        "1,Ain,4.70457,51.1488519320841",
        "2A,Corse-du-Sud,4.52578,",
    )
    assert recognised(path, *ALL) == ["spf_prevention_compilation"]
    table = spf_prevention_compilation.read(path).set_index(["code", "indicateur"])
    breast = table.loc[("01", "depistage_sein")]
    assert (breast["period"], breast["valeur"]) == ("2024-2025", 51.1488519320841)
    assert table.loc[("2A", "depistage_sein"), "valeur_statut"] == "manquant"
    assert table.loc[("2A", "diabete_traite_standardise"), "period"] == "2023"
