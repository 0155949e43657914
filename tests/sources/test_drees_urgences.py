"""SAE, URGENCES2: years stacked, two types of unit, and cells that are empty, not null."""

import pytest

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import drees_urgences

HEADER = (
    "BOR;AN;nofinesset;nofinessej;URG;HMED;HIDE;SAO;ACC;PASSU;dt80;dt18;dtMCO;dtMCO80;dtMCO18;dtLS;"
    "dtLS80;dtLS18;dtHAD;dtHAD80;dtHAD18;dtEXT;dtEXT80;dtEXT18;dtHOSP;LIT_UHCD;JLI_UHCD;SEJ_UHCD;"
    "SEJ0_UHCD;JOU_UHCD;STAP;RMM"
)


def row(year="2020", site="010000024", kind="GEN", table="URGENCES2", **cells):
    values = dict.fromkeys(HEADER.split(";"), "")
    values |= {"BOR": table, "AN": year, "nofinesset": site, "URG": kind, "ACC": "IAO"} | cells
    return ";".join(values.values())


def write(path, *rows, header=HEADER):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="ascii")
    return path


@pytest.fixture
def file(tmp_path):
    return write(
        tmp_path / "x.csv",
        row(PASSU="1000", dt80="100", dt18="200", dtMCO="150", dtLS="1", dtHAD="", dtEXT="10"),
        row(kind="PED", PASSU="500", dtHOSP="40"),
        row("2019", PASSU="1200", dtMCO="0"),
        row("2019", "2A0000022", PASSU="", dtMCO=""),
        row("2019", "970400024", PASSU="30"),
        row("2019", "980501506", PASSU="40"),
    )


def test_it_is_told_from_the_other_tables_of_the_sae(file, tmp_path):
    assert drees_urgences.recognises(head_of(file))
    sister = write(tmp_path / "sister.csv", row(table="PERINAT", PASSU="1"))
    assert not drees_urgences.recognises(head_of(sister))


def test_years_and_types_are_separate_rows(file):
    table = drees_urgences.read(file)
    assert len(table) == 6
    keyed = table.set_index(["finess", "period", "type"])
    assert keyed.loc[("010000024", "2020", "general"), "passages"] == 1000
    assert keyed.loc[("010000024", "2020", "pediatrique"), "passages"] == 500
    assert keyed.loc[("010000024", "2019", "general"), "passages"] == 1200


def test_overseas_and_corsican_sites_find_their_departement(file):
    table = drees_urgences.read(file).drop_duplicates("finess").set_index("finess")
    assert table["departement"].to_dict() == {
        "010000024": "01",
        "2A0000022": "2A",
        "970400024": "974",
        "980501506": "976",
    }


def test_empty_zero_and_not_asked_are_three_things(file):
    table = drees_urgences.read(file).set_index(["finess", "period", "type"])
    general = table.loc[("010000024", "2020", "general")]
    assert general["suivis_had_statut"] == "manquant"
    assert general["hospitalises_statut"] == "sans_objet"
    children = table.loc[("010000024", "2020", "pediatrique")]
    assert children["suivis_mco_statut"] == "sans_objet"
    assert children["hospitalises"] == 40
    assert children["passages_80_ans_et_plus_statut"] == "manquant"
    earlier = table.loc[("010000024", "2019", "general")]
    assert (earlier["suivis_mco"], earlier["suivis_mco_statut"]) == (0, "observe")
    silent = table.loc[("2A0000022", "2019", "general")]
    assert silent["passages_statut"] == "manquant"


def test_a_site_number_that_lost_its_zero_is_repaired_and_told(tmp_path):
    table = drees_urgences.read(write(tmp_path / "x.csv", row(site="10000024", PASSU="5")))
    assert table["finess"].tolist() == ["010000024"]
    assert any("réparé" in remark for remark in table.attrs["remarques"])


def test_the_layout_of_2025_is_read(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text(
        '"BOR";"AN";"FI";"RS";"FI_EJ";"URG";"PASSU";"LIT_UHCD"\n'
        '"URGENCES2";"2025";"010000024";"CH DE FLEYRIAT";"010780054";"GEN";"45177";"10"\n',
        encoding="utf-8",
    )
    assert drees_urgences.recognises(head_of(file))
    table = drees_urgences.read(file)
    assert table["passages"].tolist() == [45177]
    assert table["suivis_mco_statut"].tolist() == ["manquant"]
    assert "FLEYRIAT" not in table.to_csv()


def test_faults_are_all_told(tmp_path):
    file = write(
        tmp_path / "x.csv",
        row(PASSU="100", dt80="101"),
        row("19", site="020000024", PASSU="1"),
        row(site="X", PASSU="1"),
        row(kind="ADU", site="030000024", PASSU="1"),
        row(site="040000024", PASSU="n.c."),
        row(table="SMUR", site="050000024", PASSU="1"),
        row(site="060000024", PASSU="1"),
        row(site="060000024", PASSU="1"),
    )
    with pytest.raises(ContractError) as told:
        drees_urgences.read(file)
    assert sorted(fault.row for fault in told.value.faults) == [2, 3, 4, 5, 6, 7, 9]
