"""The five APL workbooks: one layout, five professions that never share an axis."""

import pytest

from cpts_data.sources import (
    drees_apl,
    drees_apl_chirurgiens_dentistes,
    drees_apl_infirmiers,
    drees_apl_masseurs_kinesitherapeutes,
    drees_apl_sages_femmes,
)
from tests.sources.made_files import faults_of, recognised, remarks, workbook

ALL = (
    drees_apl,
    drees_apl_infirmiers,
    drees_apl_masseurs_kinesitherapeutes,
    drees_apl_chirurgiens_dentistes,
    drees_apl_sages_femmes,
)
# Labels reported by users of the files, our column of the APL.
WORKBOOKS = {
    drees_apl_infirmiers: ("infirmières", "les infirmiers", "apl_infirmiers"),
    drees_apl_masseurs_kinesitherapeutes: (
        "masseurs-kinésithérapeutes",
        "les kinésithérapeutes",
        "apl_masseurs_kinesitherapeutes",
    ),
    drees_apl_chirurgiens_dentistes: (
        "chirurgiens-dentistes",
        "les chirurgiens-dentistes",
        "apl_chirurgiens_dentistes",
    ),
}
ETP = "ETP pour 100 000 habitants standardisés"


def sheet(header, units, *rows, title="Indicateur d'accessibilité potentielle localisée"):
    """A sheet of an APL workbook: title, seven lines, header on line 9, units on line 10."""
    return [[title], *[[""]] * 7, header, units, *rows, *[[""] * len(header)] * 3]


def book(path, name, profession, *rows, unit=ETP):
    header = [
        "Code commune INSEE",
        "Commune",
        f"APL aux {name} ",
        f"Population standardisée 2021 pour {profession}",
        "Population totale 2021",
    ]
    units = ["", "", unit, "habitants standardisés", "habitants"]
    return workbook(path, {"Paramètres": [["Seuils"]], "APL 2023": sheet(header, units, *rows)})


@pytest.mark.parametrize("module", WORKBOOKS, ids=lambda module: module.SOURCE.id)
def test_each_profession_is_recognised_alone_and_read(tmp_path, module):
    name, profession, column = WORKBOOKS[module]
    rows = [["01001", "L'Abergement", 122.416, 838.154, 832], ["2A004", "Ajaccio", 0, 7, 9]]
    path = book(tmp_path / "apl.xlsx", name, profession, *rows)
    assert recognised(path, *ALL) == [module.SOURCE.id]
    table = module.read(path)
    assert len(table) == 2
    first = table.set_index("code").loc["01001"]
    assert (first["period"], first[column]) == ("2023", 122.416)
    assert (first["population_standardisee"], first["population_totale"]) == (838.154, 832)
    assert module.SOURCE.column(column).unit == ETP
    assert module.SOURCE.column(column).weight == "population_standardisee"
    assert remarks(table) == ""


def test_midwives_have_the_population_of_women_beside_the_total(tmp_path):
    header = [
        "Code commune INSEE",
        "Commune",
        "APL aux sages-femmes",
        "Population féminine standardisée 2021 pour les sages-femmes",
        "Population totale 2021",
        "Population féminine 2021",
    ]
    units = ["", "", "ETP pour 100 000 femmes", "femmes", "habitants", "femmes"]
    rows = [["01001", "L'Abergement", 16.5, 401.2, 832, 408]]
    path = workbook(tmp_path / "apl.xlsx", {"APL 2023": sheet(header, units, *rows)})
    assert recognised(path, *ALL) == ["drees_apl_sages_femmes"]
    row = drees_apl_sages_femmes.read(path).iloc[0]
    assert row["apl_sages_femmes"] == 16.5
    assert row["population_standardisee"] == 401.2
    assert (row["population_totale"], row["population_feminine"]) == (832, 408)


def test_general_practitioners_by_age_whatever_the_label(tmp_path):
    apl = "APL aux médecins généralistes"
    header = [
        "Code commune INSEE",
        "Commune",
        apl,
        f"{apl} de 65 ans et moins ",
        f"{apl} de 62 ans et moins ",
        f"{apl} de 60 ans et moins ",
        "Population standardisée 2021 pour la médecine générale",
        "Population totale 2021",
    ]
    units = ["", "", *["consultations"] * 4, "habitants", "habitants"]
    rows = [["01001", "L'Abergement", 1.942, 1.881, 1.5, 1.25, 838.154, 832]]
    older = [*header[:3], f"{apl} de moins de 65 ans", *header[6:]]
    path = workbook(
        tmp_path / "apl.xlsx",
        {
            "APL 2024": sheet(header, units, *rows),
            "APL 2023": sheet(older, [*units[:4], "", ""], ["01001", "L'Abergement", 2, 1, 3, 4]),
        },
    )
    assert recognised(path, *ALL) == ["drees_apl"]
    table = drees_apl.read(path).set_index("period")
    assert table.loc["2024", "apl_mg"] == 1.942
    assert table.loc["2024", "apl_mg_65_ans_ou_moins"] == 1.881
    assert table.loc["2024", "apl_mg_62_ans_ou_moins"] == 1.5
    assert table.loc["2024", "apl_mg_60_ans_ou_moins"] == 1.25
    assert table.loc["2023", "apl_mg_65_ans_ou_moins"] == 1
    assert table.loc["2023", ["apl_mg_62_ans_ou_moins", "apl_mg_60_ans_ou_moins"]].isna().all()


def test_the_layout_of_2018_has_no_total_population(tmp_path):
    header = [
        "Code commune INSEE",
        "Communes",
        "APL aux médecins généralistes",
        "APL aux médecins généralistes de moins de 65 ans",
        "Population standardisée 2016 pour la médecine générale",
    ]
    rows = [["titre"], *[[""]] * 6, header, [""] * 5, ["01001", "L'Abergement", 3, 2, 800]]
    path = workbook(tmp_path / "apl.xlsx", {"APL_2018": rows})
    table = drees_apl.read(path)
    assert table["period"].to_list() == ["2018"]
    assert table["population_totale"].isna().all()


def test_the_title_names_the_profession_when_the_labels_do_not(tmp_path):
    header = ["Code commune INSEE", "Commune", "APL 2023", "Population standardisée 2021"]
    title = "Indicateur d'accessibilité potentielle localisée aux masseurs-kinésithérapeutes"
    rows = sheet(header, ["", "", ETP, ""], ["01001", "x", 100, 800], title=title)
    path = workbook(tmp_path / "apl.xlsx", {"APL 2023": rows})
    assert recognised(path, *ALL) == ["drees_apl_masseurs_kinesitherapeutes"]


def test_a_unit_of_another_profession_is_told(tmp_path):
    unit = "consultations par habitant standardisé"
    row = ["01001", "L'Abergement", 3.2, 800, 832]
    path = book(tmp_path / "apl.xlsx", "infirmières", "les infirmiers", row, unit=unit)
    assert unit in remarks(drees_apl_infirmiers.read(path))


def test_faults_of_all_sheets_come_together(tmp_path):
    row = ["01001", "L'Abergement", "n.d.", 800, 832]
    path = book(tmp_path / "apl.xlsx", "infirmières", "les infirmiers", row, ["99", "x", 1, 2, 3])
    faults = faults_of(drees_apl_infirmiers, path)
    assert {(fault.row, fault.column) for fault in faults} >= {(11, "apl_infirmiers"), (12, "code")}


def test_another_workbook_is_refused_in_words(tmp_path):
    path = book(tmp_path / "apl.xlsx", "infirmières", "les infirmiers", ["01001", "x", 1, 2, 3])
    (fault,) = faults_of(drees_apl_sages_femmes, path)
    assert "aucune feuille" in fault.found
