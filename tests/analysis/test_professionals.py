"""Persons counted once: per commune, per territory, wherever they practise."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cpts_data.analysis import professionals
from cpts_data.analysis.professionals import (
    counts_by_unit,
    distinct_persons,
    locate,
    place_key,
)
from cpts_data.territories import Level, Territories, Units


def rows(*given):
    """Rows (person, commune, profession, mode, postal code, FINESS, place)."""
    names = ["personne", "code", "profession", "mode", "code_postal", "finess_site", "localite"]
    table = pd.DataFrame(
        [list(row) + [None] * (len(names) - len(row)) for row in given], columns=names
    )
    for name in names[1:]:
        table[name] = table[name].astype("string")
    table["profession"] = table["profession"].astype("category")
    table["specialite"] = pd.Series("aucune", index=table.index, dtype="string")
    table["departement"] = table["code"].str[:2].astype("category")
    return table


TABLE = rows(
    (1, "01004", "infirmier", "liberal"),
    (1, "01053", "infirmier", "liberal"),
    (1, "01053", "infirmier", "salarie"),
    (2, "01053", "infirmier", "liberal"),
    (2, "01053", "infirmier", "liberal", "01000"),
    (3, "75101", "medecin", "liberal"),
    (3, "75102", "medecin", "liberal"),
    (4, None, "medecin", "liberal"),
)


def test_a_person_counts_once_in_each_commune_and_mode():
    counts = counts_by_unit(TABLE).set_index(["code", "profession", "mode"])["personnes"]
    assert counts[("01004", "infirmier", "liberal")] == 1
    assert counts[("01053", "infirmier", "liberal")] == 2
    assert counts[("01053", "infirmier", "salarie")] == 1
    assert counts[("75101", "medecin", "liberal")] == 1
    assert len(counts) == 6


def test_rows_without_commune_are_kept_in_the_count():
    counts = counts_by_unit(TABLE)
    nowhere = counts[counts["code"].isna()]
    assert nowhere["personnes"].tolist() == [1]


UNITS = Units(
    pd.DataFrame(
        {"departement": ["01", "01", "75", "75", "75"]},
        index=pd.Index(["01004", "01053", "75101", "75102", "75056"]),
    ),
    {"75056": ("75101", "75102")},
)


def territories(*pairs):
    table = pd.DataFrame(pairs, columns=["territory", "unit", "weight"])
    names = pd.Series({name: name for name in table["territory"].unique()})
    return Territories.from_pairs(Level.CPTS, names, table, UNITS)


def test_a_person_counts_once_in_a_territory_of_several_communes():
    found = territories(("a", "01004", 1.0), ("a", "01053", 1.0), ("b", "01053", 1.0))
    counts = distinct_persons(TABLE, found.membership, UNITS)
    told = counts.set_index(["territory", "profession"])["personnes"]
    assert told.to_dict() == {(0, "infirmier"): 2.0, (1, "infirmier"): 2.0}
    assert counts.attrs["hors_territoires"] == 1


def test_both_halves_of_paris_hold_the_doctor_once():
    found = territories(("paris", "75101", 1.0), ("paris", "75102", 1.0))
    whole = rows((5, "75056", "medecin", "liberal"), (5, "75101", "medecin", "liberal"))
    assert distinct_persons(whole, found.membership, UNITS)["personnes"].tolist() == [1.0]
    assert distinct_persons(TABLE, found.membership, UNITS)["personnes"].tolist() == [1.0]


def test_a_commune_held_in_part_counts_for_its_part_and_never_more_than_one():
    found = territories(("a", "01004", 0.3), ("b", "01004", 0.7), ("b", "01053", 0.6))
    counts = distinct_persons(TABLE, found.membership, UNITS).set_index("territory")["personnes"]
    assert counts[0] == pytest.approx(0.3)
    # Person 1: 0.7 + 0.6, at most 1; person 2: 0.6.
    assert counts[1] == pytest.approx(1.6)


def test_by_several_columns():
    found = territories(("a", "01004", 1.0), ("a", "01053", 1.0))
    counts = distinct_persons(TABLE, found.membership, UNITS, ("profession", "mode"))
    told = counts.set_index("mode")["personnes"]
    assert told.to_dict() == {"liberal": 2.0, "salarie": 1.0}


def test_it_agrees_with_a_loop_over_persons():
    generator = np.random.default_rng(7)
    size = 400
    codes = np.array(["01004", "01053", "75101", "75102"])[generator.integers(0, 4, size)]
    professions = np.array(["medecin", "infirmier"])[generator.integers(0, 2, size)]
    table = rows(
        *zip(
            generator.integers(1, 90, size),
            codes,
            professions,
            np.repeat("liberal", size),
            strict=True,
        )
    )
    found = territories(("a", "01004", 1.0), ("a", "75101", 1.0), ("b", "01053", 1.0))
    counts = distinct_persons(table, found.membership, UNITS)
    held = {0: {"01004", "75101"}, 1: {"01053"}}
    for row in counts.itertuples():
        people = {
            person
            for person, code, profession in zip(
                table["personne"], table["code"], table["profession"], strict=True
            )
            if code in held[row.territory] and profession == row.profession
        }
        assert row.personnes == len(people)
    assert len(counts) == 4


def test_a_matrix_of_other_units_is_refused():
    with pytest.raises(ValueError, match="units"):
        distinct_persons(TABLE, sparse.csr_array((1, 2)), UNITS)


WANTED = rows(
    (1, "01004", "infirmier", "liberal", "01500", "010000032"),
    (2, None, "infirmier", "liberal", "01500", "010000032"),
    (3, None, "infirmier", "liberal", "01500", None),
    (4, None, "infirmier", "liberal", "01300", None, "ST-BOIS CEDEX"),
    (5, None, "infirmier", "liberal", "01300", None, "AILLEURS"),
    (6, None, "infirmier", "liberal"),
    (7, None, "infirmier", "liberal", "01500", "019999999"),
)
FINESS = pd.DataFrame({"finess": ["010000032"], "code": ["01034"]})
BY_POSTAL = pd.Series(
    ["01004", "01034", "01340"],
    index=pd.MultiIndex.from_tuples(
        [("01500", "Ambérieu-en-Bugey"), ("01300", "Belley"), ("01300", "Saint-Bois")]
    ),
    dtype="string",
)


def test_the_commune_is_told_by_the_site_then_by_the_mail():
    located = locate(WANTED, FINESS, BY_POSTAL)
    missing = ["01004", "01034", "01004", "01340", None, None, "01004"]
    assert [None if pd.isna(code) else code for code in located["code"]] == missing
    assert located["localisation"].tolist() == [
        "commune",
        "finess",
        "code_postal",
        "code_postal",
        "inconnue",
        "inconnue",
        "code_postal",
    ]
    assert located["departement"].iloc[1] == "01"
    assert WANTED["code"].isna().sum() == 6


def test_a_shared_postal_code_without_names_is_not_drawn_at_random():
    located = locate(WANTED, None, BY_POSTAL.droplevel(1))
    assert pd.isna(located["code"].iloc[3])
    assert located["code"].iloc[2] == "01004"


def test_the_index_is_kept():
    shuffled = WANTED.set_axis([9, 7, 5, 3, 1, 0, 2])
    located = locate(shuffled, FINESS, BY_POSTAL)
    assert list(located.index) == [9, 7, 5, 3, 1, 0, 2]
    assert located.loc[7, "code"] == "01034"


def test_names_of_places_are_compared_without_their_spelling():
    assert place_key("St-Étienne CEDEX 2") == place_key("SAINT ETIENNE") == "saint etienne"
    assert place_key("STE-MARIE") == "sainte marie"
    assert place_key("STEENVOORDE") == "steenvoorde"


@pytest.mark.parametrize("largest", [2**62, 10])
@pytest.mark.parametrize("seed", range(3))
def test_persons_are_counted_once_as_an_ordinary_grouping_does(monkeypatch, seed, largest):
    monkeypatch.setattr(professionals, "_LARGEST", largest)
    draw = np.random.default_rng(seed)

    def column(*values):
        return pd.Series(values, dtype="string").iloc[draw.integers(0, len(values), 300)]

    table = pd.DataFrame({"personne": draw.integers(1, 80, 300)})
    table["code"] = column("01004", "2A004", None).to_numpy()
    table["departement"] = column("01", "2A", None).astype("category").to_numpy()
    for name in ("profession", "specialite", "mode"):
        table[name] = pd.Categorical(column("é", "b", "a"), categories=["é", "b", "a", "z"])
    by = ["code", "departement", "profession", "specialite", "mode"]
    plain = table.astype(dict.fromkeys(by, "string"))
    wanted = plain.groupby(by, dropna=False)["personne"].nunique().reset_index(name="personnes")
    wanted = wanted.sort_values(by, na_position="last", ignore_index=True)
    pd.testing.assert_frame_equal(professionals.counts_by_unit(table), wanted)
    assert professionals.counts_by_unit(table.iloc[:0]).empty
