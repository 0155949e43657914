"""A composed territory among the CPTS of its région: placed as one more, never in their medians."""

import numpy as np
import pytest

from cpts_data.analysis.composed import Composition
from cpts_data.analysis.grammar import in_place
from cpts_data.analysis.sentences import rank_sentence, rank_words
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.reading import comparisons
from cpts_data.space import DEMONSTRATION

NAMES = ("apl_mg_65_ans_ou_moins", "part_75_ans_et_plus", "population")


@pytest.fixture(scope="module")
def readings():
    base = Diagnostic.open(DEMONSTRATION)
    units = base.territories("cpts").units_of("HES-CPTS-02").index[:-2]
    one = Composition.of("Ma zone", [(str(code), 1) for code in units], 0)
    drawn = base.with_compositions([one])
    everyone = comparisons.read(base, NAMES)
    territory = drawn.territory("compose", one.id)
    return everyone, comparisons.read_composed(drawn, territory, NAMES, everyone), territory


@pytest.mark.parametrize("name", NAMES)
def test_the_rank_counts_it_and_the_median_does_not(readings, name):
    everyone, mine, territory = readings
    rows = everyone.values[everyone.values["indicator"].eq(name)]
    values = rows.loc[rows["stratum"].eq("ensemble"), "value"].astype(float).dropna()
    row = comparisons.own_reading(mine, territory).beside[name, "ensemble", "pairs"]
    assert row["among"] == len(values) + 1
    assert row["rank"] == 1 + int((values > row["value"]).sum())
    assert row["reference_value"] == pytest.approx(float(np.median(values)))
    assert row["lowest"] == pytest.approx(float(values.min()))


def test_all_references_of_a_cpts_stand_beside_it(readings):
    _, mine, territory = readings
    own = comparisons.own_reading(mine, territory)
    for kind in comparisons.CHOICES:
        assert own.shown(NAMES[0], kind).row["territory"] == territory.id
    assert len(own.history[NAMES[0]]) == 5


def test_the_words_say_among_whom(readings):
    _, mine, territory = readings
    row = comparisons.own_reading(mine, territory).beside[NAMES[0], "ensemble", "pairs"]
    assert rank_words(row).endswith(f"sur {int(row['among'])}, parmi les CPTS de la région")
    told = rank_sentence(row, INDICATORS[NAMES[0]]).replace("\xa0", " ")
    assert "parmi ce territoire et les 9 CPTS de la région" in told
    assert in_place("compose", "Ma « zone »") == "dans le territoire « Ma “zone” »"
