"""« ACI »: where a contract stands, how much, when, and what is followed; nothing is lost.

The demonstration's CPTS « Deux-Rives et Baie de Saint-Elme » signed on 3 November 2022, under
avenant 2; the day is 15 January 2024.
"""

import datetime as dt

import pytest

from cpts_data.aci.contract import from_json
from cpts_data.analysis.composed import Composition
from cpts_data.diagnostic import Diagnostic
from cpts_data.records import Kind, Records
from tests.pages.conftest import DEMONSTRATION
from tests.pages.opening import charts, open_page, said
from tests.pages.saved_works import fixed_day, spoken, works

__all__ = ["fixed_day", "works"]

PAGE = "pages/aci.py"
SIGNED = {"espace": "demonstration", "cpts": "HES-CPTS-03"}
SLOT = "contrat:demonstration:HES-CPTS-03"
pytestmark = pytest.mark.usefixtures("offered", "works", "fixed_day")


def open_aci(**parameters):
    test = open_page(PAGE, **{**SIGNED, **parameters})
    assert not test.exception, [one.message for one in test.exception]
    return test


def read(test) -> str:
    errors = "\n".join(str(one.value) for one in test.error)
    done = "\n".join(str(one.value) for one in test.success)
    return spoken(f"{said(test)}\n{errors}\n{done}")


def save(test):
    test.button(key="travail_creer_contrat_demonstration_HES_CPTS_03").click().run()
    assert not test.exception
    return test.query_params["travail"]


def one_value(value):
    return value[0] if isinstance(value, list) else value


# Where it stands


def test_a_contract_that_nobody_follows_has_nothing_late():
    told = read(open_aci())
    assert "5 échéances sont passées : leur réalisation n'est pas renseignée." in told
    assert "dépassée" not in told.replace("dite dépassée que", "")
    # 15 January to 3 May 2024: 16 + 29 + 31 + 30 + 3 days
    assert "au plus tard le 3 mai 2024, dans 109 jours" in told
    assert "Année 2 sur 5" in told
    assert "Taille 2 ou 3" in told


def test_what_is_done_is_noted_and_the_rest_is_late():
    test = open_aci()
    test.selectbox(key=f"aci_faite_{SLOT}").set_value("acces_demarrage")
    test.date_input(key=f"aci_faite_le_{SLOT}").set_value(dt.date(2023, 5, 1))
    noted = next(one for one in test.button if one.label == "Noter")
    noted.click().run()
    told = read(test)
    assert "4 échéances dépassées" in told
    assert "Réponse aux crises sanitaires graves – démarrage : échéance dépassée" in told
    assert "le contrat peut être résilié" in told
    assert "Pas encore enregistré" in told


def test_all_that_passed_may_be_noted_at_once():
    test = open_aci()
    test.button(key=f"aci_tout_fait_{SLOT}").click().run()
    told = read(test)
    assert "Aucune échéance dépassée." in told
    assert "passées" not in told.split("Combien")[0]


def test_a_date_that_cannot_be_is_told_in_french():
    test = open_aci(cpts="HES-CPTS-05")
    slot = "contrat:demonstration:HES-CPTS-05"
    test.date_input(key=f"aci_signature_{slot}").set_value(dt.date(2023, 1, 1)).run()
    assert not test.exception
    test.selectbox(key=f"aci_faite_{slot}").set_value("acces_demarrage")
    test.date_input(key=f"aci_faite_le_{slot}").set_value(dt.date(2022, 1, 1))
    next(one for one in test.button if one.label == "Noter").click().run()
    assert "à partir de la signature, le 1er janvier 2023" in read(test)


def test_before_any_contract_the_next_stage_is_told():
    told = read(open_aci(cpts="HES-CPTS-06"))
    assert "Lettre d'intention validée depuis le 14 septembre 2023" in told
    assert "à préparer : projet de santé" in told
    assert "Sans date de signature" in told


def test_an_envisaged_signature_is_not_a_signed_contract():
    test = open_aci(cpts="HES-CPTS-06")
    slot = "contrat:demonstration:HES-CPTS-06"
    test.date_input(key=f"aci_signature_{slot}").set_value(dt.date(2024, 6, 30)).run()
    told = read(test)
    assert "signature envisagée, saisie ici" in told
    # 30 June 2024 and six months: 30 December 2024
    assert "30 décembre 2024" in told


def test_documents_are_checked_and_counted():
    test = open_aci(cpts="HES-CPTS-06")
    slot = "contrat:demonstration:HES-CPTS-06"
    before = next(one.label for one in test.expander if "documents attendus" in one.label)
    assert "(0 sur" in before
    test.checkbox(key=f"aci_document_Projet de santé_{slot}").check().run()
    assert "à préparer" not in read(test)
    after = next(one.label for one in test.expander if "documents attendus" in one.label)
    assert "(1 sur" in after


# How much


@pytest.mark.parametrize(
    ("population", "total", "maximum"),
    [
        ("30000", "185 000 €", "220 000 €"),
        ("60000", "242 000 €", "287 000 €"),
        ("120000", "315 000 €", "370 000 €"),
        ("200000", "380 000 €", "450 000 €"),
    ],
)
def test_the_published_totals_of_2019(population, total, maximum):
    everything = {
        "accord": "aci_2019",
        "missions": ["qualite", "accompagnement"],
        "taux": "acces:100~parcours:100~prevention:100~qualite:100~accompagnement:100",
        "population": population,
    }
    ordinary = read(open_aci(**everything)).split("Une année ordinaire")[1][:200]
    assert total in ordinary
    assert "total publié" in ordinary
    with_supplement = read(open_aci(**everything, snp="100")).split("Une année ordinaire")[1][:200]
    assert maximum in with_supplement
    assert "total publié" in with_supplement


def test_what_is_to_be_checked_is_said_beside_each_total():
    told = read(open_aci(accord="aci_2019", population="30000"))
    ordinary = told.split("Une année ordinaire")[1][:120]
    assert "à vérifier" in ordinary
    assert "Estimation, jamais une annonce de versement" in told


def test_another_population_says_what_changes():
    told = read(open_aci(accord="aci_2019", population="60000"))
    assert "Avec 60 000 habitants : taille 2, au lieu de taille 2 ou 3." in told
    near = read(open_aci(accord="aci_2019", population="79000"))
    assert "population à moins de 2 % du seuil de 80 000" in near
    assert "rien ne change" in near


def test_rates_are_written_in_the_address():
    test = open_aci()
    test.number_input(key=f"aci_taux_acces_{SLOT}").set_value(60).run()
    assert one_value(test.query_params["taux"]) == "acces:60"
    assert "taux saisi : 60 %" in read(test)
    test.number_input(key=f"aci_taux_parcours_{SLOT}").set_value(80).run()
    assert one_value(test.query_params["taux"]) == "acces:60~parcours:80"
    for code in ("acces", "parcours"):
        test.number_input(key=f"aci_taux_{code}_{SLOT}").set_value(None).run()
    assert one_value(test.query_params["taux"]) == "aucune", "an empty box is no rate, never 0 %"
    assert "taux saisi" not in read(test)


@pytest.mark.parametrize(
    "parameters",
    [
        {"population": "beaucoup"},
        {"population": "-3"},
        {"population": "9" * 40},
        {"taux": "<b>x</b>"},
        {"taux": "acces:900"},
        {"accord": "avenant_99"},
        {"missions": "pirate"},
        {"snp": "200"},
        {"crises": "9"},
        {"annee": "12"},
        {"travail": "mPAS-UN-LIEN"},
    ],
)
def test_what_the_address_says_wrong_stops_nothing(parameters):
    told = read(open_aci(**parameters))
    assert "<b>x</b>" not in told
    assert "Combien" not in told or "Une année ordinaire" in told


def test_the_payments_are_dated():
    test = open_aci(accord="aci_2019", population="60000")
    before = len(charts(test))
    test.session_state["aci_echeancier"] = True
    test.run()
    assert not test.exception
    assert len(charts(test)) == before + 1
    told = read(test)
    assert "versé en entier à la signature" in told
    (table,) = [one.value for one in test.dataframe if "Versement" in one.value.columns]
    first = table.iloc[0]
    # Taille 2: running costs in full at the signature
    assert (spoken(first["Date"]), spoken(first["Montant"])) == ("3 novembre 2022", "60 000 €")


def test_a_space_without_population_asks_for_one():
    told = read(open_page(PAGE, espace="vide"))
    assert "ne contient pas encore de périmètre de CPTS" in told


# Composed territories


def test_a_composed_territory_has_a_contract_too():
    diagnostic = Diagnostic.open(DEMONSTRATION)
    units = list(diagnostic.territories("cpts").units_of("HES-CPTS-04").index)
    made = Composition.of("Essai", [(code, 1.0) for code in units], diagnostic.space.year)
    test = open_page(PAGE, espace="demonstration", composition=made.encode(), cpts=made.id)
    assert not test.exception
    told = read(test)
    assert "Territoire composé" in told
    assert "Taille" in told


# Saved work


def test_a_contract_is_saved_and_opened_by_its_link():
    test = open_aci(taux="acces:60")
    test.button(key=f"aci_tout_fait_{SLOT}").click().run()
    link = save(test)
    assert "À jour." in read(test)
    other = open_page(PAGE, espace="demonstration", travail=link)
    assert not other.exception
    told = read(other)
    assert "CPTS Deux-Rives" in told
    assert "Aucune échéance dépassée." in told
    assert "taux saisi : 60 %" in told
    assert one_value(other.query_params["cpts"]) == "HES-CPTS-03"


def test_a_saved_contract_comes_back_by_itself():
    test = open_aci()
    test.button(key=f"aci_tout_fait_{SLOT}").click().run()
    save(test)
    later = open_aci()
    assert "Aucune échéance dépassée." in read(later)
    assert "version 1" in read(later)


def test_changing_cpts_leaves_the_contract_and_finds_it_again():
    test = open_aci()
    test.button(key=f"aci_tout_fait_{SLOT}").click().run()
    save(test)
    test.selectbox(key="choix_cpts").set_value("HES-CPTS-02").run()
    assert not test.exception
    assert "travail" not in test.query_params
    assert "échéances sont passées" in read(test)
    test.selectbox(key="choix_cpts").set_value("HES-CPTS-03").run()
    assert "Aucune échéance dépassée." in read(test)


def test_two_sessions_at_once_lose_nothing(works):
    first = open_aci()
    save(first)
    second = open_aci()
    second.button(key=f"aci_tout_fait_{SLOT}").click().run()
    second.button(key="travail_enregistrer_contrat_demonstration_HES_CPTS_03").click().run()
    first.selectbox(key=f"aci_faite_{SLOT}").set_value("acces_demarrage")
    first.date_input(key=f"aci_faite_le_{SLOT}").set_value(dt.date(2023, 4, 1))
    next(one for one in first.button if one.label == "Noter").click().run()
    first.button(key="travail_enregistrer_contrat_demonstration_HES_CPTS_03").click().run()
    told = read(first)
    assert "a été modifié" in told
    assert "Votre texte n'est pas perdu" in told
    assert "Fait : dialogue de gestion, année 1" in told, "what the other session has noted"
    assert "1er avril 2023" in told, "what this one has"
    first.button(key="conflit_mienne_contrat_demonstration_HES_CPTS_03").click().run()
    assert "version 3" in read(first)
    with Records.open() as records:
        (work,) = records.find(kind=Kind.CONTRACT)
        assert from_json(work.content).done == {"acces_demarrage": dt.date(2023, 4, 1)}
        versions = [one for one in records.history(work.key) if not one.is_draft]
        kept = records.revision(work.key, versions[1].number).content
        assert len(from_json(kept).done) == 5, "the version of the other session is still there"


def test_the_other_version_may_be_taken(works):
    first = open_aci()
    save(first)
    second = open_aci()
    second.button(key=f"aci_tout_fait_{SLOT}").click().run()
    second.button(key="travail_enregistrer_contrat_demonstration_HES_CPTS_03").click().run()
    first.number_input(key=f"aci_taux_acces_{SLOT}").set_value(60).run()
    first.button(key="travail_enregistrer_contrat_demonstration_HES_CPTS_03").click().run()
    first.button(key="conflit_autre_contrat_demonstration_HES_CPTS_03").click().run()
    assert not first.exception
    told = read(first)
    assert "Aucune échéance dépassée." in told
    assert "taux" not in first.query_params
    with Records.open() as records:
        (work,) = records.find(kind=Kind.CONTRACT)
        drafts = [one for one in records.history(work.key) if one.is_draft]
        assert len(drafts) == 1
        mine = records.revision(work.key, drafts[0].number).content
        assert from_json(mine).rates == {"acces": 0.6}


def test_a_database_that_is_down_loses_nothing(monkeypatch, tmp_path):
    blocked = tmp_path / "un-fichier"
    blocked.write_text("ceci n'est pas un dossier", encoding="utf-8")
    monkeypatch.setenv("CPTS_DOSSIER", str(blocked))
    test = open_aci()
    test.button(key=f"aci_tout_fait_{SLOT}").click().run()
    test.button(key="travail_creer_contrat_demonstration_HES_CPTS_03").click().run()
    assert not test.exception
    told = read(test)
    assert "Rien n'est perdu" in told
    assert "Aucune échéance dépassée." in told, "what was entered is still on the page"
    monkeypatch.setenv("CPTS_DOSSIER", str(tmp_path / "revenu"))
    save(test)
    assert "version 1" in read(test)


def test_in_a_shared_installation_a_link_to_read_only_reads(monkeypatch):
    monkeypatch.setenv("CPTS_PARTAGE", "1")
    test = open_aci()
    link = save(test)
    other = open_page(PAGE, espace="demonstration", travail=link)
    told = read(other)
    assert "Ouvert en lecture" in told
    other.button(key=f"aci_tout_fait_{SLOT}").click().run()
    assert "enregistrez vos changements à part" in read(other)
    keys = [one.key for one in other.button]
    assert "travail_enregistrer_contrat_demonstration_HES_CPTS_03" not in keys
    stranger = open_aci()
    assert "version 1" not in read(stranger), "nobody finds it without its link"


# Follow-up


def test_the_figures_of_the_space_are_there_without_entering_anything():
    told = read(open_aci())
    followed = told.split("Dernier résultat")[-1] if "Dernier résultat" in told else told
    assert "Nombre de patients de 17 ans et plus sans médecin traitant" in followed
    # 7,579 of 64,408 in 2021, before the signature: 11.8 %; 7,924 of 64,758 in 2022: 12.2 %
    assert "11,8 %" in followed
    assert "non figé" in followed
    assert "Aucune cible n'est encore enregistrée" in told


def fill(test, **values):
    """Fill the form of the follow-up, whatever its slot, and submit it."""
    for name, value in values.items():
        for kind in ("selectbox", "number_input", "text_input", "date_input", "checkbox"):
            for one in getattr(test, kind):
                if str(one.key).startswith(f"suivi_{name}_"):
                    one.set_value(value)
    next(one for one in test.button if one.label == "Garder").click().run()
    assert not test.exception
    return test


def choose(test, **values):
    """Choose the indicator and the kind of the form: it changes with them."""
    for name, value in values.items():
        for kind in ("selectbox", "button_group"):
            for one in getattr(test, kind):
                if str(one.key).startswith(f"suivi_{name}_"):
                    one.set_value(value).run()
    return test


def test_figures_are_frozen_with_their_contract():
    test = open_aci()
    button = next(one for one in test.button if one.label.startswith("Figer dans le suivi"))
    button.click().run()
    told = read(test)
    assert "gardés dans le suivi" in told
    assert "non figé" not in told.split("Une évolution")[0].split("Accès aux soins")[-1]
    with Records.open() as records:
        (contract,) = records.find(kind=Kind.CONTRACT)
        (follow_up,) = records.attached(contract.key, kind=Kind.FOLLOW_UP)
        assert len(follow_up.content["records"]) > 5
    later = read(open_aci())
    assert "non figé » : chiffre" in later
    assert later.count("non figé") == 1, "only the note says it"


def test_a_target_is_entered_and_judged():
    test = choose(open_aci(), nature="cible")
    fill(test, valeur=10.0, echeance=dt.date(2024, 11, 3), source="contrat")
    told = read(test)
    assert "Cible : gardé dans le suivi." in told
    # 8,854 of 65,473 in the last period, 13.5 % (13.3 to 13.8), against at most 10 %
    assert "1 cible non atteinte" in told
    assert "Cible non atteinte (au plus 10,0 %)" in told


def test_a_declared_count_has_no_interval_and_a_name_is_refused():
    test = choose(open_aci(), indicateur="nb_protocoles")
    fill(test, valeur=4.0, periode="2023", preuve="compte rendu du Dr Martin")
    told = read(test)
    assert "semble contenir le nom d'une personne" in told
    assert "Martin" not in told
    fill(test, preuve="compte rendu de l'assemblée générale")
    with Records.open() as records:
        (contract,) = records.find(kind=Kind.CONTRACT)
        (follow_up,) = records.attached(contract.key, kind=Kind.FOLLOW_UP)
    (kept,) = follow_up.content["records"]
    assert (kept["valeur"], kept["borne_basse"], kept["origine"]) == (4.0, None, "declare")


def test_two_people_entering_at_once_both_are_kept():
    test = open_aci()
    next(one for one in test.button if one.label.startswith("Figer dans le suivi")).click().run()
    first, second = open_aci(), open_aci()
    for session, year, value in ((first, 2023, 11.0), (second, 2024, 10.5)):
        choose(session, nature="cible")
        fill(session, valeur=value, echeance=dt.date(year, 11, 3))
    assert not second.error
    with Records.open() as records:
        (contract,) = records.find(kind=Kind.CONTRACT)
        (follow_up,) = records.attached(contract.key, kind=Kind.FOLLOW_UP)
        aims = [one["valeur"] for one in follow_up.content["records"] if one["nature"] == "cible"]
    assert aims == [11.0, 10.5]


def test_a_period_that_cannot_be_read_is_told():
    test = choose(open_aci(), indicateur="nb_protocoles")
    fill(test, valeur=4.0, periode="l'an dernier")
    assert "une période comme 2025" in read(test)
