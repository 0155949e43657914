"""The records of a follow-up: frozen, corrected, refused; written and read back."""

import copy
import datetime as dt
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.aci.entries import EntryError
from cpts_data.aci.follow_up import (
    Figure,
    Goal,
    Kind,
    Origin,
    Tracked,
    added,
    begin,
    declared_count,
    declared_share,
    figure_from,
    period_end,
    recorded,
)
from cpts_data.aci.follow_up_format import from_json, to_json
from cpts_data.measures.states import Status
from cpts_data.statistics import StatisticsError
from tests.aci.made_follow_up import (
    FLU,
    MEMBERS,
    SIGNED,
    baseline,
    counted,
    empty,
    record,
    result,
    share,
    target,
    with_records,
)

END_2020 = dt.date(2020, 12, 31)


# ------------------------------------------------------------------ records


def test_records_are_numbered_and_only_grow():
    start = empty()
    made = with_records(baseline(20, 100, "2019"), result(25, 100, "2020"))
    assert [one.id for one in made.records] == [1, 2]
    assert start.records == ()
    assert made.baseline(FLU).figure.value == 20


def test_the_baseline_is_frozen_and_corrections_are_new_records():
    made = with_records(baseline(20, 100, "2019"))
    with pytest.raises(EntryError, match="déjà enregistrée le 1er juin 2025"):
        added(made, baseline(21, 100, "2019"))
    with pytest.raises(EntryError, match="sans motif"):
        added(made, baseline(21, 100, "2019", corrects=1))
    mended = added(made, baseline(21, 100, "2019", corrects=1, comment="erreur de saisie"))
    assert mended.baseline(FLU).figure.value == 21
    assert [one.figure.value for one in mended.history_of(mended.baseline(FLU))] == [20, 21]
    with pytest.raises(EntryError, match="déjà corrigé"):
        added(mended, baseline(22, 100, "2019", corrects=1, comment="encore"))
    again = added(mended, baseline(22, 100, "2019", corrects=2, comment="encore"))
    assert len(again.records) == 3


def test_one_target_and_one_result_by_date():
    made = with_records(target(60, END_2020), result(25, 100, "2020"))
    assert len(added(made, target(65, dt.date(2021, 12, 31))).records) == 3
    with pytest.raises(EntryError, match="la cible est déjà enregistrée"):
        added(made, target(61, END_2020))
    with pytest.raises(EntryError, match="un résultat à cette date"):
        added(made, result(26, 100, "2020"))
    later = added(made, result(30, 100, "2021"))
    with pytest.raises(EntryError, match="un résultat à cette date"):
        added(later, result(31, 100, "2021", corrects=2, comment="mauvaise année"))


@pytest.mark.parametrize("wrong", [3, 99])
def test_a_correction_is_that_of_the_same_indicator_and_kind(wrong):
    made = with_records(
        baseline(20, 100, "2019"), target(60, END_2020), counted(Kind.RESULT, 2, "2020")
    )
    with pytest.raises(EntryError, match="de même nature"):
        added(made, baseline(21, 100, "2019", corrects=wrong, comment="x"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: result(25, 100, "2020", indicator="apl_mg"), "ne suit pas"),
        (lambda: result(25, 100, "2020", day=dt.date(2025, 6, 2)), "une date passée"),
        (lambda: result(25, 100, "2019"), "valeur de référence"),
        (lambda: target(60, dt.date(2019, 12, 31)), "à partir de la signature"),
        (lambda: target(101, END_2020), "entre 0 et 100"),
        (lambda: record(Kind.TARGET, share(1, 2, "2020")), "un intervalle ou aucune valeur"),
        (lambda: result(25, 100, "2020", origin=Origin.DECLARED), "la CPTS compte"),
        (lambda: record(Kind.RESULT, Figure(None, period="2020")), "aucune valeur"),
        (lambda: record(Kind.RESULT, Figure(5, status=Status.MASKED, period="2020")), "secret"),
        (lambda: record(Kind.RESULT, Figure(5, 6, 7, period="2020")), "hors de son intervalle"),
        (lambda: record(Kind.RESULT, Figure(5, 6, None, period="2020")), "une seule borne"),
        (lambda: record(Kind.RESULT, Figure(float("inf"), period="2020")), "nombre ordinaire"),
        (lambda: record(Kind.RESULT, Figure(50, None, None, 3, 2, period="2020")), "compris dans"),
        (
            lambda: record(
                Kind.RESULT,
                Figure(51, numerator=1, denominator=2, period="2020"),
                MEMBERS,
                origin=Origin.DECLARED,
            ),
            "50,0",
        ),
        (lambda: record(Kind.RESULT, Figure(5, period="an 2"), day=END_2020), "une période comme"),
        (lambda: result(25, 100, "2020", entered_at=dt.datetime(2025, 6, 1)), "fuseau"),  # noqa: DTZ001
        (lambda: result(25, 100, "2020", comment="x" * 2_001), "2\u202f000"),
        (lambda: result(25, 100, "2020", comment="a\x1b[2J"), "invisibles"),
        (lambda: result(25, 100, "2020", day=dt.date(9999, 1, 1)), "notre siècle"),
    ],
)
def test_what_cannot_be_recorded(wrong, words):
    made = wrong()
    with pytest.raises(EntryError, match=words):
        added(empty(), made)


@pytest.mark.parametrize(
    "text",
    [
        "vu avec le Dr Martin",
        "Mme Anne DURAND, coordinatrice",
        "patient 1 84 12 76 451 089 46",
        "appeler le 06 12 34 56 78",
        "anne.durand@gmail.com",
    ],
)
@pytest.mark.parametrize("place", ["proof", "comment"])
def test_no_person_is_kept_and_the_refusal_does_not_repeat_it(text, place):
    with pytest.raises(EntryError) as caught:
        added(empty(), result(25, 100, "2020", **{place: text}))
    assert "jamais une personne" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Martin", "DURAND", "76 451", "34 56"))


def test_all_the_faults_of_a_record_are_told_at_once():
    wrong = result(25, 100, "2019", indicator="inconnu", proof="Dr Martin", comment="x" * 3_000)
    with pytest.raises(EntryError) as caught:
        added(empty(), wrong)
    assert len(caught.value.faults) == 4


def test_the_contract_and_its_indicators_are_checked_together():
    free = Tracked("Indicateur libre", "autre", " ", "%", 9, Origin.DECLARED, Goal.AT_LEAST)
    with pytest.raises(EntryError) as caught:
        begin("CPTS de l'Échine !", "ACI 2019", dt.date(2019, 1, 1), [free, free])
    assert len(caught.value.faults) == 12  # 3 of the contract, 4 for each, the double
    with pytest.raises(EntryError, match="au plus 100"):
        begin("c", "aci_2019", SIGNED, [replace(free, indicator=f"i_{n}") for n in range(101)])


def test_contract_years():
    made = empty(dt.date(2023, 8, 31))
    told = {
        "2023-08-30": 0,
        "2023-08-31": 1,
        "2024-08-31": 1,
        "2024-09-01": 2,
        "2025-08-31": 2,
        "2028-08-31": 5,
    }
    for day, year in told.items():
        assert made.contract_year(dt.date.fromisoformat(day)) == year


# ------------------------------------------------------------------ figures


def test_a_row_of_values_becomes_a_figure():
    found = figure_from(share(20, 100, "2023-2024"))
    assert found.value == 20
    assert (found.lower, found.upper) == pytest.approx((13.3, 28.9), abs=0.05)  # DOMAIN §7.2
    assert (found.numerator, found.denominator, found.period) == (20, 100, "2023-2024")
    masked = {**share(20, 100, "2024", "masque"), "value": float("nan")}
    assert figure_from(masked).value is None
    assert figure_from(masked).lower is None
    bounded = {**share(20, 100, "2024", "borne"), "value": float("nan")}
    assert figure_from(bounded).upper is not None
    with pytest.raises(EntryError, match="le département"):
        figure_from(share(20, 100, "2024", "contexte"))


def test_declared_figures_have_no_interval():
    assert declared_count(4, "2024").lower is None
    share_of = declared_share(464, 1_396, "2024")
    assert share_of.value == pytest.approx(33.2378, abs=1e-4)
    assert share_of.upper is None
    with pytest.raises(StatisticsError):
        declared_share(2, 1, "2024")


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2024", "2024-12-31"),
        ("2023-2024", "2024-12-31"),
        ("2024-S1", "2024-06-30"),
        ("2024-S2", "2024-12-31"),
        ("2024-T3", "2024-09-30"),
        ("2024-02", "2024-02-29"),
        ("2024-12", "2024-12-31"),
    ],
)
def test_the_end_of_a_period(period, end):
    assert period_end(period) == dt.date.fromisoformat(end)


def test_a_period_of_another_form_is_refused():
    for text in ("", "24", "2024-13", "2024-S3", "hier"):
        with pytest.raises(EntryError, match="une période comme"):
            period_end(text)


def test_a_figure_is_dated_at_the_end_of_its_period_or_on_the_day_of_entry():
    tracked = empty().indicator(FLU)
    in_august = dt.datetime(2025, 8, 4, 18, 0, tzinfo=dt.UTC)
    told = {
        period: recorded(tracked, Kind.RESULT, figure_from(share(20, 100, period)), in_august).day
        for period in ("2024", "2024-2025")
    }
    assert told == {"2024": dt.date(2024, 12, 31), "2024-2025": dt.date(2025, 8, 4)}
    aim = recorded(tracked, Kind.TARGET, Figure(60.0), in_august, dt.date(2026, 1, 1))
    assert (aim.day, aim.origin) == (dt.date(2026, 1, 1), Origin.AUTOMATIC)
    made = added(added(empty(), aim), recorded(tracked, Kind.RESULT, Figure(50.0), in_august))
    assert made.records[1].day == dt.date(2025, 8, 4)


# ------------------------------------------------------------------ written and read back


def sample():
    return with_records(
        baseline(20, 100, "2019", proof="relevé CPAM", comment="ligne 1\nligne 2"),
        target(60, END_2020),
        result(25, 100, "2020"),
        result(26, 100, "2020", corrects=3, comment="relevé définitif", break_before=True),
        counted(Kind.RESULT, 4, "2021"),
        record(Kind.RESULT, Figure(None, status=Status.MASKED, period="2021"), day=SIGNED),
    )


def test_what_is_written_reads_back_the_same():
    made = sample()
    text = json.dumps(to_json(made), ensure_ascii=False, allow_nan=False)
    assert from_json(json.loads(text)) == made
    assert json.loads(text)["version"] == 1
    assert from_json(to_json(empty())) == empty()


def spoiled(change):
    content = json.loads(json.dumps(to_json(sample())))
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.update(version=2), "mettez l'application à jour"),
        (lambda c: c.update(format="autre"), "suivi_aci"),
        (lambda c: c.update(surplus=1), "champs inconnus"),
        (lambda c: c.pop("records"), "champs absents"),
        (lambda c: c.update(records={}), "une liste"),
        (lambda c: c.update(records=[None]), "un objet JSON"),
        (lambda c: c.update(records=[{}] * 2_001), "2001 éléments"),
        (lambda c: c.update(contrat=["a"]), "un texte"),
        (lambda c: c.update(signature="2020-02-30"), "un jour comme"),
        (lambda c: c.update(signature="2020W101xx"), "un jour comme"),
        (lambda c: c["records"][0].update(valeur="20"), "un nombre, ou rien"),
        (lambda c: c["records"][0].update(valeur=True), "un nombre, ou rien"),
        (lambda c: c["records"][0].update(valeur=float("nan")), "nombre ordinaire"),
        (lambda c: c["records"][0].update(valeur=10**400), "un nombre, ou rien"),
        (lambda c: c["records"][0].update(nature="autre"), "reference, cible, resultat"),
        (lambda c: c["records"][0].update(saisi_le="hier"), "une date et une heure"),
        (lambda c: c["records"][0].update(rupture=1), "vrai ou faux"),
        (lambda c: c["records"][0].update(corrige=1.5), "un nombre entier"),
        (lambda c: c["records"][0].update(id=7), "le numéro 7"),
        (lambda c: c["records"][3].update(corrige=2), "de même nature"),
        (lambda c: c["records"][0].update(commentaire="Dr Martin"), "jamais une personne"),
        (lambda c: c["records"][0].update(commentaire="\ud800"), "invisibles"),
        (lambda c: c["records"].pop(0), "le numéro 2"),
        (lambda c: c["indicateurs"][0].update(libelle="Mme Anne DURAND"), "jamais une personne"),
        (lambda c: c["indicateurs"].append(c["indicateurs"][0]), "suivi deux fois"),
        (lambda c: c["indicateurs"][0].update(origine=None), "automatique, declare"),
    ],
)
def test_a_content_that_was_altered_is_refused_in_french(change, words):
    with pytest.raises(EntryError, match=words) as caught:
        from_json(spoiled(change))
    assert "Pour corriger" in str(caught.value)
    assert "Martin" not in str(caught.value)
    assert "DURAND" not in str(caught.value)


@pytest.mark.parametrize("content", [None, 1, "suivi", [], {}, {1: 2}])
def test_a_content_of_another_kind_is_refused(content):
    with pytest.raises(EntryError):
        from_json(content)


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = st.one_of(
    st.sampled_from([(name,) for name in to_json(sample())]),
    st.tuples(
        st.just("records"),
        st.integers(0, 5),
        st.sampled_from(list(to_json(sample())["records"][0])),
    ),
    st.tuples(
        st.just("indicateurs"),
        st.integers(0, 10),
        st.sampled_from(list(to_json(sample())["indicateurs"][0])),
    ),
)
SAMPLE = to_json(sample())


@settings(deadline=None)
@given(st.lists(st.tuples(PATHS, PLAIN), min_size=1, max_size=3))
def test_any_alteration_is_read_or_refused_never_a_crash(changes):
    content = copy.deepcopy(SAMPLE)
    for path, value in changes:
        place = content
        for step in path[:-1]:
            try:
                place = place[step]
            except (IndexError, KeyError, TypeError):
                place = None
        if isinstance(place, dict):
            place[path[-1]] = value
    try:
        found = from_json(content)
    except EntryError as error:
        told = error.faults
    else:
        told = from_json(to_json(found)) == found
    assert told


def test_the_longest_follow_up_reads_back_quickly():
    made = empty(SIGNED)
    records = tuple(
        replace(
            counted(Kind.RESULT, n, "2020"),
            day=SIGNED + dt.timedelta(days=n),
            figure=declared_count(n, "2020"),
            id=n + 1,
        )
        for n in range(1_900)
    )
    content = to_json(replace(made, records=records))
    begins = time.process_time()
    assert len(from_json(content).records) == 1_900
    assert time.process_time() - begins < 10
