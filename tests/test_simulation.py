"""The simulator without a screen: three communes by hand, the demonstration against plain loops."""

import csv
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.access.apl import apl, apl_catchment
from cpts_data.access.scenario import situation
from cpts_data.access.travel import commune_times
from cpts_data.diagnostic import Diagnostic
from cpts_data.reference.access_parameters import apl_parameters
from cpts_data.simulation import (
    PROFESSIONS,
    Headcounts,
    Model,
    Practice,
    Scenario,
    UnavailableError,
    UnitChange,
    bases,
    build_model,
    headcounts,
    practices_from_table,
    present,
    read_practices,
    read_scenario,
    run,
    written,
    written_practices,
)
from cpts_data.simulation.effects import ImpossibleError
from cpts_data.space import DEMONSTRATION
from cpts_data.territories import Level, Territories, Units

GP = PROFESSIONS["medecins_generalistes"]
UNITS = pd.Index(["01001", "01002", "01003"])
PUBLISHED = pd.Series([3.0, 2.0, np.nan], index=UNITS)
PEOPLE = pd.Series([1000.0, 1000.0, 400.0], index=UNITS)


def hand_model() -> Model:
    """01001 and 01002 are 12 minutes apart (weight 2/3); 01003 is alone, without published APL."""
    pairs = pd.DataFrame(
        {
            "origine": ["01001", "01002"],
            "destination": ["01002", "01001"],
            "minutes": [12.0, 12.0],
        }
    )
    parameters = apl_parameters("medecins_generalistes", "2023")
    prepared = apl_catchment(commune_times(pairs, UNITS), parameters)
    empty = situation(PEOPLE, prepared, supply=pd.Series(0.0, index=UNITS), population=PEOPLE)
    names = pd.Series(["Un", "Deux", "Trois"], index=UNITS)
    return Model(GP, parameters, "2023", PUBLISHED, PEOPLE, PEOPLE, PEOPLE, empty, names, "", "")


def hand_cpts() -> Territories:
    table = pd.DataFrame({"departement": ["01"] * 3}, index=list(UNITS))
    pairs = pd.DataFrame({"territory": ["x", "y"], "unit": ["01001", "01002"]})
    names = pd.Series({"x": "CPTS X", "y": "CPTS Y"})
    return Territories.from_pairs(Level.CPTS, names, pairs, Units(table, {}))


def counts(*numbers: float) -> Headcounts:
    return Headcounts("rpps", pd.Series(numbers, index=UNITS), "2023", "")


def gaps(now, text):
    scenario = read_scenario(text, set(UNITS)).value
    effect = run(now, scenario, hand_cpts(), ["01001"])
    return effect, effect.communes["gap"].tolist()


# By hand: a GP in 01001 or 01002 is shared by 1,000 + 2/3 x 1,000 people: 5,400 / 1,666.7 = 3.24
# for those of the commune, 2.16 for the other.


def test_a_practice_opens_by_hand():
    now = present(hand_model(), counts(1, 0, 0))
    assert now.computed.tolist() == pytest.approx([3.24, 2.16, 0])
    effect, found = gaps(now, "01002p1")
    assert found == pytest.approx([2.16, 3.24])
    assert effect.communes["publie_apres"].tolist() == pytest.approx([5.16, 5.24])
    assert effect.communes["practitioners_after"].tolist() == [1, 1]
    whole = effect.summary.loc["ensemble"]
    # 01002 rises from 2.0 to 5.24: its 1,000 people pass 2.5; 01001 was above already.
    assert (whole["people_lifted"], whole["people_lowered"]) == (1000, 0)
    assert effect.summary.loc["dedans", "gap"] == pytest.approx(2.16)
    assert effect.summary.loc["voisinage", "units_better"] == 1
    assert effect.cpts["gap"].tolist() == pytest.approx([2.16, 3.24])


def test_an_opening_needs_no_list_of_who_practises():
    alone, found = gaps(present(hand_model(), counts(0, 0, 0)), "01002p1")
    assert found == pytest.approx([2.16, 3.24])
    assert alone.added == 1


def test_departures_by_hand():
    now = present(hand_model(), counts(2, 0, 0))
    effect, found = gaps(now, "01001m1")
    assert found == pytest.approx([-3.24, -2.16])
    assert effect.communes["publie_apres"].tolist() == [0, 0], "never below nothing"
    assert effect.summary.loc["ensemble", "people_lowered"] == 1000


def test_only_communes_with_a_published_value_are_compared():
    now = present(hand_model(), counts(1, 0, 1))
    effect, _ = gaps(now, "01003p5")
    assert list(effect.communes.index) == ["01001", "01002"]
    assert effect.summary.loc["ensemble", "units_better"] == 0


def test_bounds_of_the_apl_apply_to_the_activity():
    now = present(hand_model(), counts(0, 0, 0), activity=9000)
    assert now.each == 6000
    # 100 acts a year count for nothing, 1,000 for 3,600.
    assert gaps(now, "01002p1a100")[1] == pytest.approx([0, 0])
    assert gaps(now, "01002p1a1000")[1] == pytest.approx([2.16 * 3600 / 5400, 2.16])


def test_retirements_need_ages():
    now = present(hand_model(), counts(2, 0, 0))
    with pytest.raises(ImpossibleError, match="âge des professionnels"):
        gaps(now, "r65")
    listed = present(hand_model(), counts(9, 0, 0), [Practice("01001", 1, None, 67)])
    assert listed.practitioners["01001"] == 1, "a line replaces the register in its commune"
    effect, found = gaps(listed, "r65")
    assert found == pytest.approx([-3.24, -2.16])
    assert effect.retired == 1
    assert gaps(listed, "r67")[1] == [0, 0]
    assert gaps(listed, "r65x50")[1] == pytest.approx([-1.62, -1.08])


def test_people_come_and_go():
    now = present(hand_model(), counts(1, 0, 0))
    # 5,400 / (1,500 + 2/3 x 1,000) = 2.4923
    assert gaps(now, "01001h500")[1][0] == pytest.approx(5400 / (1500 + 2000 / 3) - 3.24)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("01001m3", r"Un \(01\)\s: 3 en moins, pour 1 en exercice"),
        ("01002d5000", r"Deux \(01\)\s: 5\s000\shabitants en moins"),
    ],
)
def test_what_cannot_be_is_told_with_names(text, words):
    with pytest.raises(ImpossibleError, match=words):
        gaps(present(hand_model(), counts(1, 0, 0)), text)


def test_every_reason_is_told_at_once():
    with pytest.raises(ImpossibleError) as raised:
        gaps(present(hand_model(), counts(0, 0, 0)), "01001m1~01002h10~r65")
    assert len(raised.value.faults) == 3


# --------------------------------------------------------------------------- the address


units_drawn = st.lists(st.sampled_from(list(UNITS)), unique=True, max_size=3)
numbers = st.integers(-99, 99)


@given(
    units=units_drawn,
    drawn=st.lists(st.tuples(numbers, numbers, st.one_of(st.none(), numbers)), min_size=3),
    age=st.one_of(st.none(), st.integers(25, 90)),
    replaced=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_a_scenario_survives_the_address(units, drawn, age, replaced):
    changes = tuple(
        UnitChange(unit, count / 2, None if activity is None else abs(activity) / 4, people)
        for unit, (count, people, activity) in zip(units, drawn, strict=False)
    )
    scenario = Scenario(changes, age, replaced if age is not None else 0)
    again = read_scenario(written(scenario), set(UNITS))
    assert (again.value, again.refused) == (scenario, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("99999p1", "la commune 99999 n'est pas dans cet espace"),
        ("<script>", "n'est pas une modification lisible"),
        ("01001p1~01001p2", "déjà modifiée"),
        ("01001p500", "dépasse les nombres possibles"),
        ("r12", "âge de 25 à 90 ans"),
        ("~".join(f"01{number:03d}p1" for number in range(60)), "de trop, au-delà de 41"),
    ],
)
def test_what_an_address_says_wrong_is_refused_with_its_reason(text, reason):
    assert reason in " ".join(read_scenario(text, set(UNITS)).refused)


def test_the_rest_of_an_address_stands():
    found = read_scenario("01001p1~99999p1", set(UNITS))
    assert found.value.changes == (UnitChange("01001", 1.0),)
    assert len(found.refused) == 1


def test_a_list_of_practices_survives_the_address():
    lines = (Practice("01001", 2, None, 68), Practice("01001", 0.5, 4200.0), Practice("01003", 1))
    text = written_practices(lines)
    assert text == "01001n2g68~01001n0.5a4200~01003n1"
    assert read_practices(text, set(UNITS)).value == lines
    assert "99999" in read_practices("99999n1", set(UNITS)).refused[0]


def test_a_typed_table_tells_every_fault_with_its_line():
    table = pd.DataFrame(
        {
            "commune": ["Un", "Nulle part", None, "Deux", "Trois"],
            "nombre": [None, 1, 1, -1, 2],
            "activite": [None, None, None, None, 4000],
            "age": [67, None, None, None, 140],
        }
    )
    codes = {"Un": "01001", "Deux": "01002", "Trois": "01003"}
    found = practices_from_table(table, codes.get)
    assert found.value == (Practice("01001", 1.0, None, 67),)
    told = " | ".join(found.refused)
    for words in ("ligne 2 : « Nulle part »", "ligne 4 (Deux) : nombre", "ligne 5 (Trois) : âge"):
        assert words in told


# --------------------------------------------------------------------------- the demonstration


@pytest.fixture(scope="module")
def demonstration() -> Diagnostic:
    return Diagnostic.open(DEMONSTRATION)


@pytest.fixture(scope="module")
def model(demonstration) -> Model:
    return build_model(demonstration.space, demonstration.register, GP)


@pytest.fixture(scope="module")
def now(demonstration, model):
    heads = headcounts(demonstration.space, demonstration.register, model, "rpps")
    return present(model, heads)


def raw_minutes() -> dict[tuple[str, str], float]:
    """The shipped matrix, told once for both ways, read again without us."""
    path = DEMONSTRATION / "temps_de_trajet" / "metric_commune_distancier.csv"
    found = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["COM1"], row["COM2"]] = float(row["HC"])
            found[row["COM2"], row["COM1"]] = float(row["HC"])
    return found


def test_the_demonstration_is_calibrated(model, now):
    """Plain loops over the raw matrix give the same APL; it follows the published one at 0.95."""
    units, minutes = list(model.units), raw_minutes()

    def weight(one, other):
        taken = 0.0 if one == other else minutes.get((one, other), 999.0)
        return 1.0 if taken <= 10 else 2 / 3 if taken <= 15 else 1 / 3 if taken <= 20 else 0.0

    near = {one: [(k, w) for k in units if (w := weight(one, k))] for one in units}
    reached = defaultdict(float)
    for home in units:
        for place, share in near[home]:
            reached[place] += share * model.demand[home]
    supply = {unit: 5400 * now.practitioners[unit] for unit in units}
    plain = [sum(w * supply[k] / reached[k] for k, w in near[one]) for one in units]
    np.testing.assert_allclose(now.computed, plain, rtol=1e-9)
    people = model.demand.to_numpy()
    matrix = np.cov(plain, model.published, aweights=people)
    expected = matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1])
    assert now.fit.correlation == pytest.approx(expected)
    assert now.fit.correlation > 0.95
    assert now.fit.units == 188


def test_demand_by_age_is_the_published_one(model):
    """The published one weighs the same residents: rounding of the census aside, the same."""
    assert "recensement 2021" in model.demand_sentence
    np.testing.assert_allclose(model.demand, model.weight, rtol=5e-3)


def test_a_person_of_two_communes_counts_once(demonstration, now):
    rows = demonstration.space.table("rpps")
    chosen = rows["profession"].eq("medecin") & rows["specialite"].eq("medecine_generale")
    people = rows[chosen & rows["mode"].eq("liberal")]["personne"].nunique()
    # Those who have no place at all cannot be counted anywhere.
    assert 0.9 * people <= now.practitioners.sum() <= people
    assert now.practitioners.sum() == pytest.approx(round(now.practitioners.sum()))


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_a_scenario_equals_a_whole_recomputation(demonstration, model, now, data):
    units = data.draw(st.lists(st.sampled_from(list(model.units)), unique=True, max_size=4))
    changes = tuple(UnitChange(unit, data.draw(st.integers(1, 5))) for unit in units)
    effect = run(now, Scenario(changes), demonstration.territories(Level.CPTS))
    supply = pd.Series(now.now.supply, index=model.units).copy()
    for change in changes:
        supply[change.unit] += 5400 * change.practitioners
    whole = apl(model.demand, supply, apl_catchment(demo_times(demonstration), model.parameters),
                model.parameters)  # fmt: skip
    np.testing.assert_allclose(effect.outcome.access, whole, rtol=1e-9)


def demo_times(demonstration):
    minutes = raw_minutes()
    table = pd.DataFrame(
        [(one, other, taken) for (one, other), taken in minutes.items()],
        columns=["origine", "destination", "minutes"],
    )
    # The reader keeps times as float32.
    table["minutes"] = table["minutes"].astype("float32").astype(float)
    return commune_times(table, demonstration.register.units.inner)


@pytest.mark.parametrize("profession", PROFESSIONS.values(), ids=lambda one: one.id)
def test_each_profession_follows_its_published_apl(demonstration, profession):
    space, register = demonstration.space, demonstration.register
    model = build_model(space, register, profession)
    assert list(bases(space, profession)) == ["rpps", "bpe", "liste"]
    for base in ("rpps", "bpe"):
        found = present(model, headcounts(space, register, model, base))
        assert found.fit.correlation > 0.95
    assert present(model, headcounts(space, register, model, "liste")).fit is None


def test_the_mean_is_that_of_the_other_pages(demonstration, model, now):
    effect = run(now, Scenario(), demonstration.territories(Level.CPTS))
    shown = demonstration.values(["apl_mg"], Level.CPTS).set_index("territory")["value"]
    np.testing.assert_allclose(effect.cpts["before"], shown.reindex(effect.cpts.index), rtol=1e-9)


def test_a_space_without_apl_says_what_is_missing(five):
    with pytest.raises(UnavailableError, match="APL aux infirmiers"):
        build_model(five.space, five.register, PROFESSIONS["infirmiers"])
