"""The figures of composed territories: against the slow oracle, against registered ones, guarded.

The oracle knows nothing of compositions but the weights of their units.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.composed import Composition
from cpts_data.analysis.composed_figures import MOST_KEPT, twin_of
from cpts_data.diagnostic import Diagnostic, UnknownTerritoryError
from cpts_data.indicators import INDICATORS
from cpts_data.space import DEMONSTRATION
from cpts_data.territories import Level
from tests.analysis.test_secrecy_attack import Attack
from tests.drawn_spaces import INDICATORS_DRAWN, diagnostic_of, drawn_space
from tests.official_layouts import LYON
from tests.test_oracle import assert_alike, disagreements, oracle_of

EVERYTHING = list(INDICATORS)
SEEDS = st.integers(0, 2**32 - 1)
EXACT = ("observe", "estime")
CLOSE = 1e-3


def composed(diagnostic, seed, count=3):
    """Random territories over the units of a space, whole and in part, Lyon by its code too."""
    random = np.random.default_rng(seed)
    units = [*diagnostic.register.units.inner, "69123"]
    found = []
    for number in range(count):
        held = [code for code in units if random.random() < 0.5] or units[:1]
        parts = [(str(code), float(random.choice([1, 1, 0.5, 0.25]))) for code in held]
        found.append(Composition.of(f"Zone {number}", parts, 0))
    return found


# --------------------------------------------------------------------------- against the oracle


@settings(max_examples=12, deadline=None)
@given(SEEDS, SEEDS)
def test_every_figure_of_a_drawn_space(seed, other):
    base = drawn_space(seed)
    drawn = base.with_compositions(composed(base, other))
    oracle = oracle_of(drawn)
    assert_alike(disagreements(drawn, oracle, "compose", INDICATORS_DRAWN))


@pytest.fixture(scope="module")
def demonstration() -> Diagnostic:
    return Diagnostic.open(DEMONSTRATION)


def as_composition(diagnostic, cpts, name="Copie"):
    units = diagnostic.territories("cpts").units_of(cpts)
    return Composition.of(name, [(str(c), float(w)) for c, w in units.items()], 0)


def test_every_figure_of_the_demonstration(demonstration):
    ids = list(demonstration.territories("cpts").table.index)
    some = [code for cpts in ids[:5] for code in as_composition(demonstration, cpts).codes[::3]]
    parts = [(code, 0.6 if rank % 7 == 2 else 1) for rank, code in enumerate(some)]
    drawn = demonstration.with_compositions([Composition.of("Mêlée", parts, 0)])
    wrong = disagreements(drawn, oracle_of(drawn), "compose", EVERYTHING)
    assert_alike(wrong)


def test_a_copy_of_a_cpts_has_all_its_figures(demonstration):
    """What a CPAM counts for a CPTS is told of a drawing that is this very CPTS, and no other."""
    for cpts in demonstration.territories("cpts").table.index:
        copy = as_composition(demonstration, cpts)
        drawn = demonstration.with_compositions([copy])
        mine = drawn.values(EVERYTHING, "compose", strata=True)
        theirs = demonstration.values(EVERYTHING, "cpts", [cpts], strata=True)
        alike = mine.drop(columns=["level", "territory", "name"])
        pd.testing.assert_frame_equal(alike, theirs.drop(columns=["level", "territory", "name"]))
        assert set(mine["level"]) == {"compose"}
        assert set(mine["territory"]) == {copy.id}
        assert set(mine["name"]) == {"Copie"}


def test_a_drawing_that_differs_by_a_part_is_not_the_cpts(demonstration):
    copy = as_composition(demonstration, "HES-CPTS-02")
    twin = twin_of(demonstration.with_compositions([copy]).placed(copy.id), demonstration.register)
    assert twin == "HES-CPTS-02"
    for parts in ([(copy.codes[0], 0.999), *copy.parts[1:]], copy.parts[1:]):
        other = Composition.of("Autre", parts, 0)
        place = demonstration.with_compositions([other]).placed(other.id)
        assert twin_of(place, demonstration.register) is None


# --------------------------------------------------------------------------- secrecy


class Hidden:
    """A land whose counts nobody has published: communes, CPTS, EPCI, one département."""

    def __init__(self, seed):
        draw = self.random = np.random.default_rng(seed)
        self.codes = [f"00{number:03d}" for number in range(int(draw.integers(5, 11)))]
        people = draw.integers(60, 900, len(self.codes))
        self.people = dict(zip(self.codes, people.tolist(), strict=True))
        counts = np.minimum(draw.poisson(np.exp(draw.normal(2.5, 0.9, len(self.codes)))), people)
        self.truth = dict(zip(self.codes, counts.tolist(), strict=True))
        self.cpts = {
            name: [code for code in self.codes if draw.random() < 0.5] or self.codes[:2]
            for name in ("CPTS-A", "CPTS-B")
        }
        rows = [
            {"indicateur": "part_c2s", "niveau": "commune", "code": code, "period": "2023"}
            | {"strate": "ensemble", "public": False, "numerateur": self.truth[code]}
            | {"denominateur": self.people[code]}
            for code in self.codes
        ]
        tables = {
            "populations_legales": [
                {"code": code, "period": "2021", "population": number}
                for code, number in self.people.items()
            ],
            "cpts_perimetres": [
                {"cpts_id": name, "code": code} for name, held in self.cpts.items() for code in held
            ],
            "table_appartenance": [
                {"code": code, "epci": f"EPCI-{rank % 3}", "bassin_de_vie": "B"}
                for rank, code in enumerate(self.codes)
            ],
            "indicateurs_locaux": rows,
        }
        places = [{"code": code, "departement": "00", "region": "00"} for code in self.codes]
        self.diagnostic = diagnostic_of(places, tables)

    def compositions(self):
        """What a curious reader draws: a CPTS, with one more, with one less, halves, the rest."""
        draw = self.random
        held = set(self.cpts["CPTS-A"])
        more = held | {str(draw.choice(self.codes))}
        less = held - {str(draw.choice(sorted(held)))}
        rest = set(self.codes) - held
        half = {code for code in self.codes if draw.random() < 0.5}
        drawn = [held, more, less, rest, half, {self.codes[0]}, {*self.codes} - {self.codes[0]}]
        found = [
            Composition.of(f"Essai {number}", [(code, 1.0) for code in codes], 0)
            for number, codes in enumerate(drawn)
            if codes
        ]
        cut = [(code, 0.3 if rank % 2 else 1.0) for rank, code in enumerate(sorted(held))]
        return [*found, Composition.of("Coupé", cut, 0)]

    def attack(self, diagnostic):
        """Everything that the tables show, at every level; denominators are known to all."""
        attack = Attack(len(self.codes))
        for place, code in enumerate(self.codes):
            attack.cell(place, 0.0, float(self.people[code]))
        levels = [Level.COMMUNE, Level.CPTS, Level.COMPOSED, Level.EPCI, Level.BASSIN_DE_VIE]
        for level in [*levels, Level.DEPARTEMENT, Level.REGION]:
            table = diagnostic.values(["part_c2s"], level).set_index("territory")
            pairs = diagnostic.membership_pairs(level)
            for name, rows in pairs.groupby("territory"):
                held = dict(zip(rows["unit"], rows["weight"], strict=True))
                self._learn(attack, table.loc[name], held)
        return attack

    def _learn(self, attack, row, held):
        weights = {self.codes.index(code): float(part) for code, part in held.items()}
        base = sum(self.people[code] * part for code, part in held.items())
        if row["status"] in EXACT:
            attack.equal.append((weights, row["value"] / 100 * base))
        elif row["status"] == "borne":
            attack.at_most.append((weights, row["upper"] / 100 * base))
            below = {place: -part for place, part in weights.items()}
            attack.at_most.append((below, -row["lower"] / 100 * base))


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_no_hidden_count_is_found_by_drawing_territories(seed):
    """A small count stays anywhere between 1 and 10; drawing narrows nothing that is hidden."""
    land = Hidden(seed)
    before = land.attack(land.diagnostic)
    after = land.attack(land.diagnostic.with_compositions(land.compositions()))
    shown = land.diagnostic.values(["part_c2s"], Level.COMMUNE).set_index("territory")
    for place, code in enumerate(land.codes):
        if shown.loc[code, "status"] in EXACT:
            continue
        low, high = after.ends({place: 1.0})
        true = land.truth[code]
        assert low - CLOSE <= true <= high + CLOSE
        if 0 < true < 11:
            assert low <= 1 + CLOSE
            assert high >= 10 - CLOSE
        assert before.ends({place: 1.0}) == pytest.approx([low, high], abs=CLOSE)


def test_the_differing_commune_stays_hidden(demonstration):
    """A CPTS and the same without one hidden commune: the difference is not the commune's count."""
    name = "prevalence_ald_avc"
    communes = demonstration.values([name], "commune").set_index("territory")
    cpts = demonstration.values([name], "cpts").set_index("territory")
    asked = 0
    for identifier in cpts.index[cpts["status"].isin(EXACT)]:
        whole = as_composition(demonstration, identifier)
        hidden = [
            code
            for code in whole.codes
            if communes["status"].get(code) in ("masque", "masque_secondaire", "borne")
        ]
        for code in hidden[:2]:
            less = Composition.of("Sans elle", [(c, 1) for c in whole.codes if c != code], 0)
            row = demonstration.with_compositions([less]).values([name], "compose").iloc[0]
            assert row["status"] not in EXACT
            assert np.isnan(row["numerator"])
            asked += 1
    assert asked > 3


def test_age_bands_and_standardised_figures_are_hidden(demonstration):
    most = Composition.of("Presque", as_composition(demonstration, "HES-CPTS-02").parts[1:], 0)
    drawn = demonstration.with_compositions([most])
    table = drawn.values(["prevalence_ald"], "compose", strata=True)
    bands = table[table["stratum"] != "ensemble"]
    assert len(bands) == 7
    assert bands["value"].isna().all()
    for name in ("prevalence_ald_standardisee", "ratio_ald_avc"):
        row = drawn.values([name], "compose").iloc[0]
        assert row["status"] == "masque_secondaire"
        assert np.isnan(row["value"])


def test_nothing_guarded_of_a_drawing_is_written_to_the_cache(demonstration, monkeypatch):
    wrote = []
    kept = type(demonstration.space).kept_table

    def watched(space, name, make):
        wrote.append(name)
        return kept(space, name, make)

    fresh = Diagnostic.open(DEMONSTRATION)
    fresh.values(["part_sans_mt_17_ans_et_plus"], "commune")
    monkeypatch.setattr(type(fresh.space), "kept_table", watched)
    one = Composition.of("Cachette", [("00003", 1), ("00004", 1), ("96001", 1)], 0)
    fresh.with_compositions([one]).values(["part_sans_mt_17_ans_et_plus"], "compose")
    assert not [name for name in wrote if name.startswith("secret-")]


# --------------------------------------------------------------------------- the light diagnostic


def test_everything_else_is_shared(demonstration):
    one = as_composition(demonstration, "HES-CPTS-02")
    drawn = demonstration.with_compositions([one])
    assert drawn.facts is demonstration.facts
    assert drawn.figures.guard is demonstration.figures.guard
    assert drawn.territories("cpts") is demonstration.territories("cpts")
    table = demonstration.values(["apl_mg"], "cpts")
    assert drawn.values(["apl_mg"], "cpts").equals(table)
    assert drawn.with_compositions([]) is demonstration
    assert drawn.with_compositions([one]).without_compositions is demonstration
    assert demonstration.territories("compose").table.empty
    assert demonstration.values(["apl_mg"], "compose").empty


def test_one_territory_keeps_its_figures_whatever_stands_beside_it(demonstration):
    one = as_composition(demonstration, "HES-CPTS-02", "Une")
    two = as_composition(demonstration, "HES-CPTS-03", "Deux")
    alone = demonstration.with_compositions([one]).values(["apl_mg"], "compose", [one.id])
    both = demonstration.with_compositions([two, one])
    assert both.values(["apl_mg"], "compose", [one.id]).equals(alone)
    assert both.values(["apl_mg"], "compose")["name"].tolist() == ["Deux", "Une"]
    first = demonstration._drawings.of(one)
    assert demonstration._drawings.of(one) is first


def test_what_is_kept_is_bounded(demonstration):
    drawings = demonstration._drawings
    for number in range(MOST_KEPT + 5):
        drawings.of(Composition.of(f"Numéro {number}", [("00003", 1)], 0))
    assert len(drawings._kept) == MOST_KEPT


def test_names_labels_stage_and_départements(demonstration):
    one = Composition.of("Ma <zone>", [("00003", 1), ("00004", 1), ("96001", 1)], 0)
    drawn = demonstration.with_compositions([one])
    territory = drawn.territory("compose", one.id)
    assert territory.label == "Ma <zone> (00, 96)"
    assert territory.level is Level.COMPOSED
    assert drawn.stage_of(one.id).label == "Territoire composé"
    with pytest.raises(UnknownTerritoryError, match="niveau territoire composé"):
        drawn.territory("compose", "compose-000000000000")


# --------------------------------------------------------------------------- other lands and years


def test_what_lies_beyond_the_space_is_counted_and_told(five):
    """Ambérieu (1 000 inhabitants) is of the space, Pantin is of no département of it."""
    one = Composition.of("Large", [("01004", 1), ("93055", 1)], 2026)
    drawn = five.with_compositions([one])
    place = drawn.placed(one.id)
    assert place.weights == {"01004": 1.0}
    assert list(place.outside) == ["93055"]
    row = drawn.values(["population"], "compose").iloc[0]
    assert row["status"] == "observe"
    assert row["value"] == 1000 + place.people
    assert place.people > 50_000
    assert "reference" in row["sources"]
    apl = drawn.values(["apl_mg"], "compose").iloc[0]
    assert apl["status"] == "manquant"
    assert 0 < apl["coverage"] < 0.05  # 1 000 people of some 60 000
    density = drawn.values(["densite_population"], "compose").iloc[0]
    assert density["status"] == "manquant"


def test_a_territory_that_is_all_elsewhere_is_not_of_the_space(five):
    away = Composition.of("Ailleurs", [("93055", 1)], 2026)
    drawn = five.with_compositions([away])
    assert drawn.territories("compose").table.empty
    assert drawn.values(["population"], "compose").empty


def test_old_codes_are_carried_and_unknown_ones_told(five):
    """Ambérieu (01004) stays; 01 000 never existed; Lyon whole is its nine arrondissements."""
    one = Composition.of("Ancien", [("01004", 1), ("01999", 1), ("69123", 0.5)], 2010)
    place = five.with_compositions([one]).placed(one.id)
    assert place.unknown == ("01999",)
    assert place.weights == {"01004": 1.0} | dict.fromkeys(LYON, 0.5)
    # Arcieu… 01033 absorbed 01091 in 1971 (Bellegarde-sur-Valserine): 01033 is Valserhône now.
    old = Composition.of("Bellegarde", [("01091", 1)], 0)
    place = five.with_compositions([old]).placed(old.id)
    assert place.carried == (("01091", ("01033",)),)
    assert place.weights == {"01033": 1.0}


def test_lyon_whole_is_its_parts_and_a_part_told_prevails(five):
    held = [("69123", 0.5), ("69381", 1)]
    one = Composition.of("Lyon", held, 2026)
    drawn = five.with_compositions([one])
    # Nine arrondissements of 100 people: one whole, eight halves.
    assert drawn.values(["population"], "compose")["value"].tolist() == [100 + 8 * 50]
