"""EPCI by commune: the INSEE's workbook and the DGCL's list tell the same."""

import pytest

from cpts_data.received import head_of
from cpts_data.sources import insee_epci, recognise, table_appartenance
from tests.official_layouts import membership_rows, write_csv
from tests.sources.made_files import faults_of, remarks, workbook

TITLE = "Intercommunalité - Métropole au 1er janvier 2025"
# An EPCI of two départements, the métropole de Lyon, and an island that belongs to none.
MEMBERS = [
    ["01304", "Pont-d'Ain", "200029999", "CC Rives de l'Ain - Pays du Cerdon", "01", "84"],
    ["01199", "Jujurieux", "200029999", "CC Rives de l'Ain - Pays du Cerdon", "01", "84"],
    ["69123", "Lyon", "200046977", "Métropole de Lyon", "69", "84"],
    ["05061", "Gap", "200067825", "CA Gap-Tallard-Durance", "05", "93"],
    ["04066", "Curbans", "200067825", "CA Gap-Tallard-Durance", "04", "93"],
    ["22016", "Île-de-Bréhat", "ZZZZZZZZZ", "Sans objet", "22", "53"],
]
NATURES = [
    ["200029999", "CC Rives de l'Ain - Pays du Cerdon", "CC", 14],
    ["200046977", "Métropole de Lyon", "MET69", 58],
    ["200067825", "CA Gap-Tallard-Durance", "CA", 17],
]
DGCL = (
    "dept;siren;raison_sociale;nature_juridique;mode_financ;nb_membres;total_pop_tot;total_pop_mun;"
    "dep_com;insee;siren_membre;nom_membre;ptot_2024;pmun_2024"
)


def insee(path, members=MEMBERS, natures=NATURES, title=TITLE):
    blank = [[""]] * 3
    head = [[title], ["Mise en ligne le 04/02/2025"], *blank]
    return workbook(
        path,
        {
            "Documentation": [["Documentation"]],
            "EPCI": [*head, ["EPCI", "LIBEPCI", "NATURE_EPCI", "NB_COM"], *natures],
            "Composition_communale": [
                *head,
                ["CODGEO", "LIBGEO", "EPCI", "LIBEPCI", "DEP", "REG"],
                *members,
            ],
        },
    )


def dgcl_rows():
    cerdon = "01;200029999;CC Rives de l'Ain - Pays du Cerdon;CC;FPU;14;14992;14705"
    gap = "05;200067825;CA Gap-Tallard-Durance;CA;FPU;17;1;1"
    paris = "75;200054781;Métropole du Grand Paris;METRO;FPU;131;1;1"
    lines = [
        DGCL,
        f"{cerdon};01;01304;210103040;Pont-d'Ain;2920;2871",
        f"{cerdon};01;01199;210101994;Jujurieux;2078;2024",
        f"{gap};04;04066;210400669;Curbans;1;1",
        f"{paris};75;75056;217500016;Paris;1;1",
    ]
    return [line.split(";") for line in lines]


def test_the_workbook_of_the_insee(tmp_path):
    path = insee(tmp_path / "n'importe quel nom.xlsx")
    assert recognise(head_of(path)) == ["insee_epci"]
    table = insee_epci.read(path).set_index("code")
    assert len(table) == 6
    assert set(table["period"]) == {"2025"}
    assert table.loc["01304", "epci"] == "200029999"
    assert table.loc["01304", "epci_nom"] == "CC Rives de l'Ain - Pays du Cerdon"
    assert table["nature"].to_dict() | {"22016": None} == {
        "01304": "CC",
        "01199": "CC",
        "69123": "MET69",
        "05061": "CA",
        "04066": "CA",
        "22016": None,
    }
    assert table.loc["22016", ["epci", "epci_nom", "nature"]].isna().all(), (
        "no EPCI named ZZZZZZZZZ"
    )
    assert table["departement_siege"].isna().all()


def test_the_list_of_the_dgcl(tmp_path):
    """Sheet named after the year, header on line 1, all text; Curbans (04) is of Gap's (05)."""
    path = workbook(tmp_path / "epcicom.xlsx", {"Epcicom2024": dgcl_rows()})
    assert recognise(head_of(path)) == ["insee_epci"]
    table = insee_epci.read(path).set_index("code")
    assert set(table["period"]) == {"2024"}
    assert table["epci"].to_dict() == {
        "01304": "200029999",
        "01199": "200029999",
        "04066": "200067825",
        "75056": "200054781",
    }
    assert table.loc["04066", "departement_siege"] == "05"
    assert list(table["nature"]) == ["CC", "CC", "CA", "METRO"]


@pytest.mark.parametrize("separator", [";", ","])
def test_the_same_lists_saved_as_text(tmp_path, separator):
    path = write_csv(tmp_path / "a.csv", dgcl_rows(), separator=separator)
    assert recognise(head_of(path)) == ["insee_epci"]
    assert len(insee_epci.read(path)) == 4
    header = ["CODGEO", "LIBGEO", "EPCI", "LIBEPCI", "DEP", "REG"]
    path = write_csv(tmp_path / "b.csv", [header, *MEMBERS, [""] * 6], separator=separator)
    assert recognise(head_of(path)) == ["insee_epci"]
    table = insee_epci.read(path)
    assert len(table) == 6
    assert set(table["period"]) == {""}, "a text without title tells no year"


def test_the_membership_table_is_another_source(tmp_path):
    header, *rows = membership_rows()[:-1]
    path = write_csv(tmp_path / "t.csv", [header, *rows], separator=",")
    assert recognise(head_of(path)) == ["table_appartenance"]
    assert not insee_epci.recognises(head_of(path))
    assert not table_appartenance.recognises(head_of(insee(tmp_path / "e.xlsx")))


def test_what_spreadsheets_do_to_codes_is_repaired(tmp_path):
    members = [[1304, "Pont-d'Ain", 200029999, "CC Rives de l'Ain", 1, 84]]
    table = insee_epci.read(insee(tmp_path / "e.xlsx", members))
    assert table.loc[0, "code"] == "01304"
    assert table.loc[0, "epci"] == "200029999"
    assert "1 code de commune réparé" in remarks(table)


def test_a_commune_in_two_epci_and_a_cut_siren_are_faults(tmp_path):
    members = [*MEMBERS[:2], ["01304", "Pont-d'Ain", "200067825", "CA Gap", "01", "84"]]
    members.append(["01001", "L'Abergement-Clémenciat", "20006919", "CC de la Dombes", "01", "84"])
    faults = faults_of(insee_epci, insee(tmp_path / "e.xlsx", members))
    assert [(fault.row, fault.column) for fault in faults] == [(10, "epci"), (9, "code")]
    assert "« 20006919 »" in faults[0].found


def test_what_does_not_fit_is_told(tmp_path):
    members = [*MEMBERS[:1], ["01199", "Jujurieux", "200029999", "CC du Cerdon", "01", "84"]]
    natures = [["200029999", "CC Rives de l'Ain - Pays du Cerdon", "PETR", 14]]
    table = insee_epci.read(insee(tmp_path / "e.xlsx", members, natures))
    assert "porte plusieurs noms" in remarks(table)
    assert "« PETR »" in remarks(table)
    assert set(table["nature"]) == {"PETR"}
