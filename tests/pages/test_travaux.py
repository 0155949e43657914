"""« Mes travaux », and the block « Enregistrer »: found again, shared, recovered."""

import json

import pytest

from cpts_data.analysis.composed import Composition
from cpts_data.records import Kind, Records
from tests.pages.opening import open_page, raw, said
from tests.pages.saved_works import fixed_day, spoken, works

__all__ = ["fixed_day", "works"]

PAGE, SIMULATOR = "pages/travaux.py", "pages/simulateur.py"
LEVANT = {"espace": "demonstration", "cpts": "HES-CPTS-02"}
pytestmark = pytest.mark.usefixtures("offered", "works")


def one_value(value):
    return value[0] if isinstance(value, list) else value


def read(test) -> str:
    more = [str(one.value) for kind in (test.error, test.success) for one in kind]
    return spoken("\n".join([said(test), *more]))


def open_list(**parameters):
    test = open_page(PAGE, espace="demonstration", **parameters)
    assert not test.exception, [one.message for one in test.exception]
    return test


def saved_scenario(**scenarios):
    """Scenarios saved from the simulator: the page, and its link to read."""
    test = open_page(SIMULATOR, **LEVANT, **(scenarios or {"scenario_a": "96057p1"}))
    test.button(key="travail_creer_scenario").click().run()
    assert not test.exception
    return test, one_value(test.query_params["travail"])


def work_of(kind=Kind.SCENARIO):
    with Records.open() as records:
        (found,) = records.find(kind=kind)
        return found


# The simulator saves and opens


def test_nothing_is_offered_to_save_before_a_scenario_is_made():
    test = open_page(SIMULATOR, **LEVANT)
    assert not [one for one in test.button if one.key == "travail_creer_scenario"]


def test_scenarios_are_saved_and_opened_by_their_link():
    _, link = saved_scenario(scenario_a="96057p1", scenario_b="96076m2", scenario="b")
    other = open_page(SIMULATOR, espace="demonstration", travail=link)
    assert not other.exception
    assert one_value(other.query_params["scenario_a"]) == "96057p1"
    assert one_value(other.query_params["scenario_b"]) == "96076m2"
    assert one_value(other.query_params["cpts"]) == "HES-CPTS-02"
    assert "À jour." in read(other)


def test_a_view_sent_by_mail_shows_what_its_sender_saw():
    """The address wins over the saved work, and the difference is said."""
    _, link = saved_scenario()
    changed = open_page(SIMULATOR, **LEVANT, scenario_a="96057p3", travail=link)
    assert one_value(changed.query_params["scenario_a"]) == "96057p3"
    assert "Modifié depuis" in read(changed)


def test_a_new_version_then_a_work_apart():
    test, _ = saved_scenario()
    test.number_input(key="plus_a_96057").set_value(2.0).run()
    assert "Modifié depuis : pas encore enregistré." in read(test)
    test.button(key="travail_enregistrer_scenario").click().run()
    assert "version 2" in read(test)
    test.button(key="travail_creer_scenario").click().run()
    assert "version 1" in read(test)
    with Records.open() as records:
        assert len(records.listing()) == 2


def test_a_conflict_shows_both_scenarios_in_words():
    first, link = saved_scenario()
    second = open_page(SIMULATOR, espace="demonstration", travail=link)
    second.number_input(key="plus_a_96057").set_value(5.0).run()
    second.button(key="travail_enregistrer_scenario").click().run()
    first.number_input(key="plus_a_96057").set_value(-1.0).run()
    first.button(key="travail_enregistrer_scenario").click().run()
    told = read(first)
    assert "5 généralistes de plus à Port-Levantin" in told
    assert "1 généraliste de moins à Port-Levantin" in told
    first.button(key="conflit_deux_scenario").click().run()
    assert not first.exception
    with Records.open() as records:
        titles = sorted(one.title for one in records.listing())
        contents = [
            one.content["adresse"]["scenario_a"] for one in records.find(kind=Kind.SCENARIO)
        ]
    assert titles[1].endswith("(ma version)")
    assert sorted(contents) == ["96057m1", "96057p5"]


def test_taking_the_other_version_puts_it_in_the_address():
    first, link = saved_scenario()
    second = open_page(SIMULATOR, espace="demonstration", travail=link)
    second.number_input(key="plus_a_96057").set_value(5.0).run()
    second.button(key="travail_enregistrer_scenario").click().run()
    first.number_input(key="plus_a_96057").set_value(-1.0).run()
    first.button(key="travail_enregistrer_scenario").click().run()
    first.button(key="conflit_autre_scenario").click().run()
    assert not first.exception
    assert one_value(first.query_params["scenario_a"]) == "96057p5"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"format": "scenario_simulateur", "version": 1},
        {"format": "scenario_simulateur", "version": 1, "adresse": {"scenario_a": 3}},
        {"format": "scenario_simulateur", "version": 1, "adresse": {"profession": "<b>x</b>"}},
        {"format": "scenario_simulateur", "version": 1, "adresse": {}, "liste": [[1, 2], "x"]},
        {"format": "autre", "version": 9},
    ],
)
def test_a_hostile_content_is_harmless(content):
    with Records.open() as records:
        work = records.create(
            Kind.SCENARIO, space="demonstration", title="<script>alert(1)</script>", content=content
        )
    test = open_page(SIMULATOR, espace="demonstration", travail=work.read_token)
    assert not test.exception
    assert "<b>x</b>" not in raw(test)
    assert "<script>" not in raw(test)


@pytest.mark.parametrize("link", ["n'importe quoi", "mAAAA", "l" + "A" * 32, "m" + "B" * 32])
def test_a_link_that_opens_nothing_is_told(link):
    test = open_page(SIMULATOR, **LEVANT, travail=link)
    assert not test.exception
    assert "Aucun travail ne répond à ce lien" in read(test)


def test_a_link_opened_on_the_wrong_page_leads_to_the_right_one():
    _, link = saved_scenario()
    test = open_page("pages/aci.py", **LEVANT, travail=link)
    assert not test.exception
    assert "Ce lien ouvre un autre genre de travail (scénario)" in read(test)


def test_the_link_to_edit_edits_and_never_stays_in_the_address(monkeypatch):
    monkeypatch.setenv("CPTS_PARTAGE", "1")
    with Records.open() as records:
        content = {"format": "scenario_simulateur", "version": 1}
        content |= {"adresse": {"scenario_a": "96057p1"}, "territoires_composes": [], "liste": []}
        work = records.create(Kind.SCENARIO, space="demonstration", title="À deux", content=content)
    test = open_page(SIMULATOR, **LEVANT, travail=work.edit_token)
    assert not test.exception
    assert one_value(test.query_params["travail"]) == work.read_token
    test.number_input(key="plus_a_96057").set_value(4.0).run()
    test.button(key="travail_enregistrer_scenario").click().run()
    with Records.open() as records:
        kept = records.read(work.edit_token)
    assert kept.content["adresse"]["scenario_a"] == "96057p4"


# A composed territory


def test_a_composed_territory_is_saved_and_opened():
    made = Composition.of("Les deux ports", [("96057", 1.0), ("96076", 0.5)], 0)
    test = open_page(
        "pages/composer.py", espace="demonstration", composition=made.encode(), detail="emporter"
    )
    assert not test.exception
    test.button(key="travail_creer_territoire").click().run()
    link = one_value(test.query_params["travail"])
    other = open_page("pages/composer.py", espace="demonstration", travail=link)
    assert not other.exception
    assert one_value(other.query_params["composition"]) == made.encode()
    assert work_of(Kind.TERRITORY).title == "Les deux ports"


# The list


def test_an_empty_list_says_what_to_do():
    assert "Enregistrez depuis « Simulateur »" in read(open_list())


def test_works_are_listed_opened_and_filtered():
    saved_scenario()
    told = read(open_list())
    assert "Scénarios – CPTS du Levant" in told
    assert "version 1" in told
    assert "Aucun travail" in read(open_list(genre="contrat"))
    assert "Aucun travail" in read(open_list(cherche="introuvable"))
    assert "Scénarios" in read(open_list(cherche="levant"))


def test_a_work_is_renamed_and_copied():
    _, link = saved_scenario()
    test = open_list(travail=link)
    work = work_of()
    test.text_input(key=f"renommer_{work.id}_1").set_value("Un cabinet à Port-Levantin")
    next(one for one in test.button if one.label == "Renommer").click().run()
    assert "Travail renommé." in read(test)
    next(one for one in test.button if one.label == "Faire une copie").click().run()
    assert "Copie faite" in read(test)
    with Records.open() as records:
        titles = {one.title for one in records.listing()}
    assert titles == {"Un cabinet à Port-Levantin", "Un cabinet à Port-Levantin (copie)"}


def test_an_earlier_version_comes_back():
    test, link = saved_scenario()
    test.number_input(key="plus_a_96057").set_value(9.0).run()
    test.button(key="travail_enregistrer_scenario").click().run()
    detail = open_list(travail=link)
    work = work_of()
    detail.button(key=f"voir_{work.id}_1").click().run()
    assert "96057p1" in read(detail)
    detail.button(key=f"reprendre_{work.id}_1").click().run()
    assert "de nouveau la version actuelle" in read(detail)
    assert work_of().content["adresse"]["scenario_a"] == "96057p1"
    assert work_of().version == 3


def test_a_deleted_work_is_recovered_or_erased():
    _, link = saved_scenario()
    test = open_list(travail=link)
    next(one for one in test.button if one.label == "Supprimer").click().run()
    assert "Il reste récupérable" in read(test)
    assert "Aucun travail" in read(open_list())
    gone = open_list(etat="supprimes")
    assert "Scénarios – CPTS du Levant" in read(gone)
    next(one for one in gone.button if one.label == "Détails").click().run()
    next(one for one in gone.button if one.label == "Rétablir").click().run()
    assert "Travail rétabli." in read(gone)
    assert "Scénarios" in read(open_list())
    next(one for one in gone.button if one.label == "Supprimer").click().run()
    next(one for one in gone.button if one.label == "Effacer définitivement").click().run()
    assert not gone.exception
    with Records.open() as records:
        assert records.listing() == records.listing(deleted=True) == []


def test_a_copied_contract_keeps_its_follow_up(fixed_day):
    aci = open_page("pages/aci.py", espace="demonstration", cpts="HES-CPTS-03")
    next(one for one in aci.button if one.label.startswith("Figer dans le suivi")).click().run()
    link = one_value(aci.query_params["travail"])
    test = open_list(travail=link)
    next(one for one in test.button if one.label == "Faire une copie").click().run()
    assert not test.error
    with Records.open() as records:
        contracts = records.find(kind=Kind.CONTRACT)
        counts = {len(records.attached(one.key, kind=Kind.FOLLOW_UP)) for one in contracts}
    assert (len(contracts), counts) == (2, {1})


def test_works_travel_in_a_file_with_a_report():
    saved_scenario()
    with Records.open() as records:
        file = records.export_work()
        work = records.listing()[0]
        records.delete(work.key)
        records.erase(work.key)
    told = json.loads(file)
    told["travaux"].append({"id": "abîmé"})
    told["nombre"] = 2
    test = open_list()
    test.file_uploader[0].set_value(("t.json", json.dumps(told).encode(), "application/json"))
    test.run()
    next(one for one in test.button if one.label == "Reprendre ces travaux").click().run()
    assert not test.exception
    report = read(test)
    assert "1 nouveau" in report
    assert "Refusé" in report
    assert work_of().content["adresse"]["scenario_a"] == "96057p1"


def test_a_file_that_is_no_file_of_works_is_refused_in_french():
    test = open_list()
    test.file_uploader[0].set_value(("t.json", b"{pas du JSON", "application/json"))
    test.run()
    next(one for one in test.button if one.label == "Reprendre ces travaux").click().run()
    assert not test.exception
    assert "attendu" in read(test)


def test_a_shared_installation_lists_only_one_s_own(monkeypatch):
    monkeypatch.setenv("CPTS_PARTAGE", "1")
    _, link = saved_scenario()
    stranger = open_list()
    assert "Installation partagée" in read(stranger)
    assert "Scénarios – CPTS du Levant" not in read(stranger)
    invited = open_page(SIMULATOR, espace="demonstration", travail=link)
    invited.switch_page(PAGE).run()
    titles = [spoken(str(one.value)) for one in invited.header]
    assert "Scénarios – CPTS du Levant" in titles, "the session has opened its link"
    assert "en lecture" in read(invited)


def test_a_database_that_is_down_is_told(monkeypatch, tmp_path):
    blocked = tmp_path / "fichier"
    blocked.write_text("occupé", encoding="utf-8")
    monkeypatch.setenv("CPTS_DOSSIER", str(blocked))
    test = open_list()
    assert test.error
    assert any(one.label == "Réessayer" for one in test.button)


# Notes


def write_note(text):
    test = open_list(cpts="HES-CPTS-02")
    test.text_area[0].set_value(text)
    next(one for one in test.button if one.label == "Garder cette note").click().run()
    assert not test.exception
    return test


def test_a_note_is_kept_beside_its_territory():
    write_note("La CPAM dit 12 %, sur les seuls assurés du régime général.\n<b>À revoir</b>")
    test = open_list(cpts="HES-CPTS-02")
    assert "La CPAM dit 12 %" in read(test)
    assert "<b>À revoir</b>" not in raw(test)
    assert '<p class="cpts-own-text">' in raw(test)
    assert '<p class="cpts-own-text">' not in raw(open_list(cpts="HES-CPTS-04"))


@pytest.mark.parametrize(
    "text",
    ["Vu avec Mme Durand", "NIR 1 85 05 78 006 084 91", "appeler Anne Durand au 06 12 34 56 78"],
)
def test_a_note_on_a_person_is_refused_and_not_lost(text):
    test = write_note(text)
    assert "semble contenir" in read(test)
    assert test.text_area[0].value == text
    with Records.open() as records:
        assert records.listing() == []
