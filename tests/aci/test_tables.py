"""The shipped tables of the ACI against DOMAIN §1.4, §3 and §4, and tables of an installation."""

import pandas as pd
import pytest

from cpts_data.contracts import ContractError
from cpts_data.indicators import INDICATORS
from cpts_data.indicators.model import Polarity
from cpts_data.reference.aci_tables import FOLDER, VARIABLE, aci_tables
from cpts_data.sources.cpts_liste import STAGES

SIZES = (1, 2, 3, 4)


def amounts(poste, mission="", volet="total", version="aci_2019"):
    table = aci_tables().bareme
    rows = table[
        (table["version_accord"] == version)
        & (table["poste"] == poste)
        & (table["mission"] == mission)
        & (table["volet"] == volet)
    ].set_index("taille")
    return [(float(rows["montant_eur"][size]), rows["statut"][size]) for size in SIZES]


def marked(values, statuses):
    return list(zip(map(float, values), statuses, strict=True))


UNREAD_BUT_2 = ("a_verifier", "derive", "a_verifier", "a_verifier")


@pytest.mark.parametrize(
    ("poste", "mission", "values", "statuses"),
    [  # the table of DOMAIN §3.2, line by line
        ("fonctionnement", "", (50_000, 60_000, 75_000, 90_000), ("derive",) * 4),
        ("mission", "acces", (30_000, 35_000, 45_000, 55_000), UNREAD_BUT_2),
        ("mission", "parcours", (50_000, 70_000, 90_000, 100_000), UNREAD_BUT_2),
        ("mission", "prevention", (20_000, 30_000, 35_000, 40_000), UNREAD_BUT_2),
        ("missions_optionnelles", "", (35_000, 47_000, 70_000, 95_000), UNREAD_BUT_2),
        ("mission", "qualite", (15_000, 20_000, 30_000, 40_000), ("a_verifier",) * 4),
        ("mission", "accompagnement", (20_000, 27_000, 40_000, 55_000), ("a_verifier",) * 4),
        ("total_hors_snp", "", (185_000, 242_000, 315_000, 380_000), ("source",) * 4),
        ("supplement_snp", "acces", (35_000, 45_000, 55_000, 70_000), ("source",) * 4),
        ("total_maximum", "", (220_000, 287_000, 370_000, 450_000), ("source",) * 4),
        ("credit_amorcage_ars", "", (30_000,) * 4, ("source",) * 4),
    ],
)
def test_the_scale_of_2019_is_that_of_the_sources(poste, mission, values, statuses):
    assert amounts(poste, mission) == marked(values, statuses)


@pytest.mark.parametrize(
    ("poste", "mission", "values"),
    [  # what was read around avenant 2, all to be checked
        ("fonctionnement_avant_missions", "", (87_500, 105_000, 131_250, 157_500)),
        ("aide_lettre_intention", "", (15_000, 17_500, 20_000, 25_000)),
        ("crise_plan", "crise", (25_000, None, None, 50_000)),
        ("crise_survenue", "crise", (37_500, None, None, 75_000)),
    ],
)
def test_avenant_2_is_to_be_checked_and_what_is_not_known_is_empty(poste, mission, values):
    found = amounts(poste, mission, version="avenant_2")
    assert [None if amount != amount else amount for amount, _ in found] == list(values)
    whole = aci_tables().bareme
    assert set(whole.loc[whole["version_accord"] == "avenant_2", "statut"]) == {"a_verifier"}


def test_running_costs_raised_by_75_per_cent_are_those_spoken_of():
    plain = [amount for amount, _ in amounts("fonctionnement")]
    raised = [a for a, _ in amounts("fonctionnement_avant_missions", version="avenant_2")]
    assert [amount * 1.75 for amount in plain] == raised


def test_half_of_each_mission_is_variable():
    for mission in ("acces", "parcours", "prevention", "qualite", "accompagnement"):
        whole = amounts("mission", mission)
        for volet in ("fixe", "variable"):
            half = amounts("mission", mission, volet)
            assert [amount * 2 for amount, _ in half] == [amount for amount, _ in whole]


def test_every_line_says_its_source_and_a_calculation_shows_itself():
    table = aci_tables().bareme
    assert (table["source"] != "").all()
    assert table.loc[table["statut"] == "derive", "remarque"].str.startswith("calcul : ").all()


def test_missions_and_their_deadlines():
    table = aci_tables().missions
    found = {
        (row.version_accord, row.code): (row.categorie, row.demarrage_mois, row.deploiement_mois)
        for row in table.itertuples()
    }
    for version in ("aci_2019", "avenant_2"):  # DOMAIN §3.4
        assert found[version, "acces"] == ("socle", 6, 18)
        assert found[version, "parcours"] == found[version, "prevention"] == ("socle", 12, 24)
        assert found[version, "qualite"][0] == found[version, "accompagnement"][0] == "optionnelle"
    assert found["avenant_2", "crise"] == ("socle", 6, 18)
    assert ("aci_2019", "crise") not in found
    optional = table["categorie"] == "optionnelle"
    assert table.loc[optional, ["demarrage_mois", "deploiement_mois"]].isna().all(axis=None)


def test_stages_are_those_of_the_map():
    table = aci_tables().etapes.drop_duplicates("code")
    labels = dict(zip(table["code"], table["libelle"], strict=True))
    assert labels | {"sans_statut": "Statut non renseigné"} == STAGES
    assert list(table["ordre"]) == [1, 2, 3, 4]


def test_followed_indicators_exist_and_their_target_follows_their_polarity():
    table = aci_tables().indicateurs_suivi
    assert len(table) == 11
    for row in table.itertuples():
        indicator = INDICATORS[row.indicateur]
        assert (indicator.unit, indicator.digits) == (row.unite, row.decimales)
        if indicator.polarity is not Polarity.NO_JUDGEMENT:
            good = "au_moins" if indicator.polarity is Polarity.HIGH_IS_GOOD else "au_plus"
            assert row.cible == good
    declared = set(table.loc[table["mode"] == "declare", "indicateur"])
    assert declared == {"nb_protocoles", "nb_patients_protocoles", "nb_adherents", "part_adherents"}


def test_callers_cannot_spoil_the_tables():
    mine = aci_tables().bareme
    mine.loc[:, "montant_eur"] = 1.0
    assert aci_tables().bareme["montant_eur"].max() == 500_000


# ------------------------------------------------------------------ tables of an installation


def shipped(name):
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


def changed(tmp_path, name="bareme", change=lambda table: table, **written):
    table = change(shipped(name))
    path = tmp_path / f"{name}.csv"
    table.to_csv(path, index=False, **written)
    return path


def sized(table, size, poste, mission="", volet="total"):
    return (
        (table["version_accord"] == "aci_2019")
        & (table["taille"] == size)
        & (table["poste"] == poste)
        & (table["mission"] == mission)
        & (table["volet"] == volet)
    )


def test_an_installation_gives_its_own_scale_as_its_spreadsheet_writes_it(tmp_path, monkeypatch):
    def dearer(table):
        table.loc[sized(table, "2", "fonctionnement"), "montant_eur"] = "61 000,50"
        return table

    path = changed(tmp_path, change=dearer, sep=";", encoding="cp1252", errors="replace")
    monkeypatch.setenv(VARIABLE, str(path))
    told = aci_tables()
    row = told.bareme[sized(told.bareme, 2, "fonctionnement")]
    assert list(row["montant_eur"]) == [61_000.5]
    assert told.origin == "tables de l'installation (bareme.csv)"
    assert len(told.missions) == len(shipped("missions"))
    monkeypatch.delenv(VARIABLE)
    assert aci_tables().origin == "tables livrées"


def test_a_workbook_and_a_folder_are_read_and_a_change_is_seen(tmp_path):
    table = shipped("bareme").astype({"taille": int})
    table["montant_eur"] = pd.to_numeric(table["montant_eur"])
    table.to_excel(tmp_path / "bareme.xlsx", index=False)
    told = aci_tables(tmp_path)
    pd.testing.assert_frame_equal(told.bareme, aci_tables().bareme)
    table.loc[sized(table, 1, "fonctionnement"), "montant_eur"] = 50_500.0
    table.to_excel(tmp_path / "bareme.xlsx", index=False)
    again = aci_tables(tmp_path).bareme
    assert float(again.loc[sized(again, 1, "fonctionnement"), "montant_eur"].iloc[0]) == 50_500


def test_all_the_faults_of_all_the_files_are_told_at_once(tmp_path):
    def spoil(table):
        table.loc[0, "montant_eur"] = "cinquante mille"
        table.loc[1, "statut"] = "sûr"
        table.loc[2, "taille"] = "5"
        table.loc[3, "montant_eur"] = "-1"
        table.loc[4, "source"] = ""
        table.loc[5, "mission"] = ""
        table.loc[6, "date_effet"] = "25/08/2019"
        table.loc[7, "date_source"] = "un jour"
        table.loc[8, "version_accord"] = "ACI 2019"
        return table

    def spoil_missions(table):
        table.loc[0, "demarrage_mois"] = "72"
        table.loc[1, "categorie"] = "obligatoire"
        return table

    changed(tmp_path, change=spoil)
    changed(tmp_path, "missions", spoil_missions)
    with pytest.raises(ContractError) as caught:
        aci_tables(tmp_path)
    text = str(caught.value)
    places = {(fault.file, fault.row, fault.column) for fault in caught.value.faults}
    expected = {
        ("bareme.csv", 2, "montant_eur"),
        ("bareme.csv", 3, "statut"),
        ("bareme.csv", 4, "taille"),
        ("bareme.csv", 5, "montant_eur"),
        ("bareme.csv", 6, "source"),
        ("bareme.csv", 7, "mission"),
        ("bareme.csv", 8, "date_effet"),
        ("bareme.csv", 9, "date_source"),
        ("bareme.csv", 10, "version_accord"),
        ("missions.csv", 2, "demarrage_mois"),
        ("missions.csv", 3, "categorie"),
    }
    assert expected <= places
    assert "cinquante mille" in text
    assert "Pour corriger" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.rename(columns={"montant_eur": "montant"}), "montant_eur"),
        (lambda t: t.assign(avis="x"), "une colonne inconnue"),
        (lambda t: pd.concat([t, t.iloc[[0]]]), "déjà rencontré"),
        (lambda t: t[~sized(t, "1", "mission", "acces", "fixe")], "pas de volet fixe"),
        (
            lambda t: t.assign(
                montant_eur=t["montant_eur"].mask(
                    sized(t, "2", "mission", "acces", "fixe"), "20000"
                )
            ),
            "37\u202f500,00\u202f€ en fixe et variable",
        ),
        (
            lambda t: t.assign(
                montant_eur=t["montant_eur"].mask(sized(t, "2", "fonctionnement"), "")
            ),
            "un montant vide",
        ),
        (
            lambda t: t.assign(volet=t["volet"].mask(t["poste"] == "fonctionnement", "fixe")),
            "seules les missions ont deux volets",
        ),
        (lambda t: t.assign(version_accord="avenant_9"), "avenant_9"),
        (
            lambda t: t.assign(date_effet=t["date_effet"].mask(t["taille"] == "1", "2020-01-01")),
            "une seule date d'effet",
        ),
        (
            lambda t: t.assign(version_accord=t["version_accord"].replace("avenant_2", "aci_2019")),
            "déjà rencontré",
        ),
        (lambda t: t.iloc[:0], "aucune ligne"),
    ],
)
def test_a_scale_that_contradicts_itself_is_refused(tmp_path, change, words):
    path = changed(tmp_path, change=change)
    with pytest.raises(ContractError, match=words) as caught:
        aci_tables(path)
    assert all(fault.file == "bareme.csv" for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "missions",
            lambda t: t.assign(
                deploiement_mois=t["deploiement_mois"].mask(t["code"] == "acces", "3")
            ),
            "un déploiement avant le démarrage",
        ),
        (
            "missions",
            lambda t: t.assign(demarrage_mois=t["demarrage_mois"].mask(t["code"] == "acces", "")),
            "une mission socle sans échéance",
        ),
        ("missions", lambda t: t[t["code"] != "qualite"], "la mission « qualite »"),
        ("versions", lambda t: t.iloc[:1], "la version « avenant_2 »"),
        ("etapes", lambda t: t.assign(ordre="1"), "un rang par étape"),
        (
            "etapes",
            lambda t: t.assign(sens=[f"sens {i}" for i in range(len(t))]),
            "la même valeur sur toutes ses lignes",
        ),
        (
            "indicateurs_suivi",
            lambda t: t.assign(cible="mieux"),
            "au_moins, au_plus",
        ),
    ],
)
def test_the_other_tables_are_held_to_their_contract(tmp_path, name, change, words):
    changed(tmp_path, name, change)
    with pytest.raises(ContractError, match=words):
        aci_tables(tmp_path)


def test_a_place_without_table_and_a_file_that_is_none(tmp_path):
    with pytest.raises(ContractError, match="aucune table de l'ACI"):
        aci_tables(tmp_path)
    with pytest.raises(ContractError, match="aucune table de l'ACI"):
        aci_tables(tmp_path / "absent.csv")
    page = tmp_path / "page.csv"
    page.write_text("<!doctype html><html><body>Erreur</body></html>")
    with pytest.raises(ContractError):
        aci_tables(page)
    huge = tmp_path / "bareme.csv"
    huge.write_bytes(b"x" * 5_000_001)
    with pytest.raises(ContractError, match="5,0\u00a0Mo"):
        aci_tables(tmp_path)
