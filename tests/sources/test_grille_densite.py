"""The density grid: headers that changed every year, 3, 4 or 7 levels."""

import pytest

from cpts_data.sources import cog, populations_legales, territoires_de_vie_sante
from cpts_data.sources import grille_densite as source
from tests.sources.made_files import faults_of, recognised, text, workbook

TITLES = [["Grille communale de densité"], ["Géographie au 01/01/2025"], []]


def test_the_workbook_with_three_and_seven_levels(tmp_path):
    path = workbook(
        tmp_path / "fichier_diffusion_2025.xlsx",
        {
            "Lisez-moi": [["Grille à 7 niveaux"]],
            "Maille communale": [
                *TITLES,
                ["Code commune", "Libellé", "Degré de densité", "Population", "Degré à 7 niveaux"],
                ["CODGEO", "LIBGEO", "DENS", "PMUN22", "DENS7"],
                ["01004", "Ambérieu", 2, 14000, 3],
                ["2A004", "Ajaccio", 1, 75000, 2],
            ],
        },
    )
    assert recognised(path, source) == ["grille_densite"]
    table = source.read(path).set_index(["code", "niveaux"])
    assert len(table) == 4
    assert table.loc[("01004", 3), ["densite", "densite_nom"]].to_list() == [
        2,
        "Urbain intermédiaire",
    ]
    assert table.loc[("01004", 7), "densite_nom"] == "Petites villes"


def test_the_workbook_of_seven_levels_alone(tmp_path):
    header = ["CODGEO", "LIBGEO", "DENS", "LIBDENS", "PMUN17"]
    path = workbook(
        tmp_path / "grille_densite_7_niveaux_2019.xlsx",
        {
            "Grille_Densite": [
                *TITLES,
                ["Code", "Nom", "Degré", "Libellé", "Population"],
                header,
                ["01001", "L'Abergement", 6, "Rural à habitat dispersé", 800],
                ["01002", "L'Abergement-de-Varey", 2, "Centres urbains intermédiaires", 260],
            ]
        },
    )
    table = source.read(path)
    assert set(table["niveaux"]) == {7}
    assert table["densite"].to_list() == [6, 2]


def test_labels_without_numbers(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "depcom;libcom;libdens",
        "1001;L'Abergement;Rural à habitat dispersé",
        "01004;Ambérieu;Petites villes",
    )
    table = source.read(path)
    assert table[["code", "niveaux", "densite"]].to_numpy().tolist() == [
        ["01001", 7, 6],
        ["01004", 7, 3],
    ]


@pytest.mark.parametrize(
    ("degrees", "levels"), [((1, 2, 3), 3), ((1, 4), 4), ((2, 7), 7), ((1, 2, 5), 7)]
)
def test_the_highest_degree_tells_the_grid_when_nothing_else_does(tmp_path, degrees, levels):
    lines = [f"0100{rank};{degree}" for rank, degree in enumerate(degrees, start=1)]
    table = source.read(text(tmp_path / "a.csv", "CODGEO;DENS", *lines))
    assert set(table["niveaux"]) == {levels}


def test_the_title_tells_the_grid_of_a_few_dense_communes(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        {"Grille 7 niveaux": [["CODGEO", "DENS"], ["75101", 1], ["69381", 1]]},
    )
    assert set(source.read(path)["niveaux"]) == {7}


@pytest.mark.parametrize(
    ("line", "column"), [("01004;dense", "DENS"), ("01004;9", "densite"), ("x;1", "code")]
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, line, column):
    path = text(tmp_path / "a.csv", "CODGEO;DENS", "01001;7", line)
    assert (3, column) in {(fault.row, fault.column) for fault in faults_of(source, path)}


def test_unknown_labels_without_numbers_are_refused(tmp_path):
    assert faults_of(source, text(tmp_path / "a.csv", "CODGEO;LIBDENS", "01004;Ville moyenne"))


def test_other_files_of_communes_are_not_claimed(tmp_path):
    others = {
        "cog.csv": "TYPECOM,COM,REG,DEP,LIBELLE,COMPARENT",
        "pop.csv": "REG;DEP;COM;Commune;PMUN;PCAP;PTOT",
        "tvs.csv": "depcom,libcom,tv,libtv",
    }
    for name, header in others.items():
        path = text(tmp_path / name, header, header)
        assert recognised(path, source) == []
    dens = text(tmp_path / "dens.csv", "CODGEO;DENS", "01001;7")
    assert recognised(dens, cog, populations_legales, territoires_de_vie_sante) == []
