"""Territories as weights on inner units; the three cities never counted twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_data.territories import (
    Level,
    Territories,
    Territory,
    Units,
    inner_rows,
    repair_commune_codes,
    repair_remarks,
)

LYON = tuple(str(code) for code in range(69381, 69390))


@pytest.fixture
def units():
    codes = ["01004", "2A004", "55039", *LYON, "97411", "69123"]
    table = pd.DataFrame(
        {"name": codes, "departement": [c[:3] if c[:2] == "97" else c[:2] for c in codes]},
        index=codes,
    )
    return Units(table, {"69123": LYON})


def built(units, pairs, names=None):
    table = pd.DataFrame(pairs, columns=["territory", "unit", "weight"][: len(pairs[0])])
    names = names or {name: name.upper() for name in table["territory"].unique()}
    return Territories.from_pairs(Level.CPTS, pd.Series(names), table, units)


# --------------------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("01004", "01004"),
        ("1004", "01004"),
        ("1004.0", "01004"),
        ("01004.00", "01004"),
        (" 2a004 ", "2A004"),
        ("97411", "97411"),
        ("0102", "00102"),  # a bassin de vie: the code file refuses it afterwards
        ("104", "104"),
        ("", ""),
        ("2A04", "2A04"),
    ],
)
def test_codes_are_repaired(cell, code):
    repaired, changed = repair_commune_codes(pd.Series([cell], index=[7]))
    assert repaired[7] == code
    assert bool(changed[7]) == (cell.strip() != code)


def test_repairs_are_told():
    _, changed = repair_commune_codes(pd.Series(["1004", "2a004", "97411", None]))
    assert repair_remarks(changed)[0].startswith("2\u00a0codes de commune réparés :")
    assert repair_remarks(changed.iloc[:1])[0].startswith("1\u00a0code de commune réparé :")
    assert repair_remarks(changed.iloc[2:]) == []


# --------------------------------------------------------------------------- membership


def test_labels():
    assert Territory(Level.COMMUNE, "93055", "Pantin", ("93",)).label == "Pantin (93)"
    assert Territory(Level.CPTS, "x", "CPTS du Centre", ("37", "18")).label == (
        "CPTS du Centre (37, 18)"
    )
    assert Territory(Level.DEPARTEMENT, "2A", "Corse-du-Sud", ("2A",)).label == "Corse-du-Sud (2A)"
    assert Territory(Level.FRANCE, "FR", "France", ("01", "02")).label == "France"
    assert Level.DEPARTEMENT.label == "département"
    assert Level.BASSIN_DE_VIE.plural == "bassins de vie"


def test_a_pair_told_twice_counts_once_by_its_largest_weight(units):
    made = built(units, [("a", "01004", 0.4), ("a", "01004", 1.0), ("a", "2A004", 0.5)])
    assert made.units_of("a").to_dict() == {"01004": 1.0, "2A004": 0.5}


def test_a_whole_city_stands_for_its_parts(units):
    made = built(units, [("a", "69123"), ("a", "01004")])
    assert made.units_of("a").to_dict() == {"01004": 1.0} | dict.fromkeys(LYON, 1.0)
    # its own slot is held too, for the files that know the city alone
    assert made.membership[0, units.codes.get_loc("69123")] == 1.0


def test_a_carrier_commune_beside_some_parts_is_left_out(units):
    made = built(units, [("a", "69123"), ("a", "69381"), ("a", "69382")])
    assert made.units_of("a").to_dict() == {"69381": 1.0, "69382": 1.0}
    assert made.membership[0, units.codes.get_loc("69123")] == 0.0


def test_a_city_may_be_held_whole_by_one_and_in_parts_by_another(units):
    made = built(units, [("a", "69123"), ("b", "69381"), ("b", "69123")])
    assert len(made.units_of("a")) == 9
    assert made.units_of("b").to_dict() == {"69381": 1.0}


def test_the_slot_of_a_city_needs_all_its_parts_alike(units):
    slot = units.codes.get_loc("69123")
    alike = built(units, [("a", part, 0.5) for part in LYON])
    assert alike.membership[0, slot] == 0.5
    unlike = built(units, [("a", part, 0.5) for part in LYON[:-1]] + [("a", LYON[-1], 1.0)])
    assert unlike.membership[0, slot] == 0.0
    partly = built(units, [("a", part, 1.0) for part in LYON[:-1]])
    assert partly.membership[0, slot] == 0.0


def test_departements_the_main_one_first(units):
    made = built(units, [("a", "2A004"), ("a", "69381"), ("a", "69382"), ("b", "97411")])
    assert made.territory("a") == Territory(Level.CPTS, "a", "A", ("69", "2A"))
    assert made.territory("b").departements == ("974",)
    with pytest.raises(KeyError):
        made.territory("c")


def test_overlaps_and_white_zones(units):
    made = built(
        units,
        [("a", "01004", 1.0), ("b", "01004", 0.5), ("b", "69381", 1.0), ("c", "97411", 0.4)],
    )
    overlaps = made.overlaps()
    assert overlaps["unit"].tolist() == ["01004"]
    assert overlaps["territories"].tolist() == [("a", "b")]
    assert overlaps["weight"].tolist() == [1.5]
    assert made.uncovered().tolist() == ["2A004", "55039", *LYON[1:]]
    assert made.uncovered(["69", "2A"]).tolist() == ["2A004", *LYON[1:]]


def test_no_territory_at_all(units):
    empty = pd.DataFrame({"territory": [], "unit": [], "weight": []})
    made = Territories.from_pairs(Level.CPTS, pd.Series(dtype=str), empty, units)
    assert made.table.empty
    assert made.overlaps().empty
    assert len(made.uncovered()) == 13


# --------------------------------------------------------------------------- cities


@given(present=st.lists(st.booleans(), min_size=14, max_size=14))
def test_a_city_is_counted_by_itself_or_by_its_parts_never_both(present):
    codes = ["01004", "2A004", "55039", *LYON, "97411", "69123"]
    units = Units(pd.DataFrame({"departement": "69"}, index=codes), {"69123": LYON})
    counted = inner_rows(np.array(present), units)
    parts = units.positions(LYON)
    city = units.codes.get_loc("69123")
    assert counted[parts].all() != counted[city]
    assert counted[parts].all() or not counted[parts].any()
    assert counted[[0, 1, 2, 12]].all()
    # parts win as soon as one is told: a city known twice is never added to them
    if np.array(present)[parts].any():
        assert counted[parts].all()
