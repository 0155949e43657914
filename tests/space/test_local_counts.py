"""Old codes of local indicators: counts of communes move, those of other levels stay."""

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpts_data import reference
from cpts_data.analysis.quality_report import as_records
from cpts_data.diagnostic import Diagnostic
from cpts_data.sources.indicateurs_locaux import SOURCE
from cpts_data.space import Space
from cpts_data.space.carrying import Carried, carried_codes, carry, conversion, together
from cpts_data.space.receiving import add_files
from tests.sources.made_files import text

HEADER = "indicateur;niveau;code;periode;strate;numerateur;denominateur;statut;public"
COUNTS = ["numerateur", "denominateur"]


def rows(*cells):
    """(code, numerator, denominator[, public]) of one indicator; ``s`` is masked."""
    frame = pd.DataFrame([(*cell, True)[:4] for cell in cells], columns=["code", *COUNTS, "public"])
    for name in COUNTS:
        words = {"s": "masque"} if name == "numerateur" else {None: "sans_objet"}
        frame[f"{name}_statut"] = frame[name].map(lambda cell, w=words: w.get(cell, "observe"))
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    return frame.assign(indicateur="sans_mt", niveau="commune", period="2023", strate="ensemble")


def changes(*moves):
    """(source, target, share); splits and numbers of sources follow."""
    frame = pd.DataFrame(moves, columns=["source", "target", "share"])
    frame["split"] = frame["source"].duplicated(keep=False)
    frame["sources"] = frame.groupby("target")["source"].transform("size")
    return frame


MERGER = changes(("01004", "01004", 1.0), ("01005", "01004", 1.0))
SPLIT = changes(("60054", "60054", 0.25), ("60054", "60694", 0.75))


def one(frame, moves, code):
    return carry(frame, SOURCE, moves).set_index("code").loc[code]


def test_a_merger_adds_both_counts():
    # 10 of 100 and 30 of 150: 40 of 250, which is not the mean of 10 % and 20 %
    row = one(rows(("01004", 10, 100), ("01005", 30, 150)), MERGER, "01004")
    assert row[COUNTS].tolist() == [40, 250]
    assert row["numerateur_statut"] == "observe"


def test_a_split_shares_by_population_and_says_it_is_an_estimate():
    # 40 of 200, of which a quarter stays
    result = carry(rows(("60054", 40, 200)), SOURCE, SPLIT).set_index("code")
    assert result.loc["60054", COUNTS].tolist() == [10, 50]
    assert result.loc["60694", COUNTS].tolist() == [30, 150]
    assert set(result["numerateur_statut"]) == set(result["denominateur_statut"]) == {"estime"}


@pytest.mark.parametrize("moves", [MERGER, SPLIT])
def test_a_figure_without_denominator_may_be_a_rate_and_is_lost(moves):
    frame = rows(("01004", 12.5, None), ("01005", 7.5, None), ("60054", 3.0, None))
    result = carry(frame, SOURCE, moves)
    changed = result[~result["code"].isin(frame["code"]) | result["code"].isin(moves["source"])]
    assert changed["numerateur"].isna().all()
    assert set(changed["numerateur_statut"]) == {"manquant"}
    assert set(changed["denominateur_statut"]) == {"sans_objet"}
    kept = result[~result["code"].isin([*moves["source"], *moves["target"]])]
    assert kept["numerateur"].notna().all()


def test_a_rate_follows_a_mere_change_of_code():
    row = one(rows(("01004", 12.5, None)), changes(("01004", "01999", 1.0)), "01999")
    assert (row["numerateur"], row["numerateur_statut"]) == (12.5, "observe")


def test_a_count_over_a_count_and_a_rate_do_not_add():
    row = one(rows(("01004", 10, 100), ("01005", 12.5, None)), MERGER, "01004")
    assert math.isnan(row["numerateur"])
    assert row["numerateur_statut"] == "manquant"


def test_a_masked_part_masks_the_whole_and_a_part_not_told_leaves_it_missing():
    masked = one(rows(("01004", 10, 100), ("01005", "s", 150)), MERGER, "01004")
    assert masked["numerateur_statut"] == "masque"
    assert masked["denominateur"] == 250
    lacking = one(rows(("01004", 10, 100)), MERGER[MERGER["source"] == "01004"], "01004")
    assert lacking["numerateur_statut"] == "manquant", "not a smaller commune"


def test_a_figure_is_public_only_when_all_its_parts_are():
    assert not one(rows(("01004", 1, 10), ("01005", 1, 10, False)), MERGER, "01004")["public"]
    assert one(rows(("01004", 1, 10), ("01005", 1, 10)), MERGER, "01004")["public"]


@cache
def known_moves(from_year: int, to_year: int) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Targets of each commune that changes and whose shares are known; sources of each target."""
    table = reference.conversion(from_year, to_year)
    changed = table[(table["kind"] != "inchange") & table["target"].notna()]
    unknown = set(changed.loc[changed["share"].isna(), "source"])
    targets = changed.groupby("source")["target"].agg(set).to_dict()
    sources = changed.groupby("target")["source"].agg(set).to_dict()
    return {code: found for code, found in targets.items() if code not in unknown}, sources


YEARS = st.sampled_from([2003, 2014, 2018, 2020, 2023, 2024, 2026])


@settings(max_examples=40, deadline=None)
@given(YEARS, YEARS, st.data())
def test_totals_are_kept_by_any_carrying(from_year, to_year, data):
    """Communes told in full: nothing is added, lost or made up, in whatever order they come."""
    targets, sources = known_moves(from_year, to_year)
    told = {"01004"}  # a commune that never changed
    if targets:
        told |= set(data.draw(st.lists(st.sampled_from(sorted(targets)), min_size=1, max_size=6)))
    # All the communes of each target: else it is rightly missing.
    size = 0
    while size < len(told):
        size = len(told)
        told |= {c for code in told for target in targets.get(code, ()) for c in sources[target]}
    assume(told <= {*targets, "01004"})
    cells = [(code, data.draw(st.integers(0, 10_000))) for code in sorted(told)]
    frame = rows(*((code, count, count + 7) for code, count in cells))
    moves = conversion(from_year, to_year, pd.Index(frame["code"]), pd.DataFrame())
    result = carry(frame, SOURCE, moves)
    for name in COUNTS:
        assert result[name].sum() == pytest.approx(frame[name].sum())
    assert result["numerateur"].notna().all()
    assert (result["numerateur"] <= result["denominateur"]).all()
    assert result.set_index("code").loc["01004", COUNTS].tolist() == [cells[0][1], cells[0][1] + 7]
    shuffled = carry(frame.iloc[::-1], SOURCE, moves)
    left, right = (t.set_index("code")[COUNTS].sort_index() for t in (result, shuffled))
    np.testing.assert_allclose(left.to_numpy(), right.to_numpy())


# --------------------------------------------------------------------------- in a space


@pytest.fixture
def space(five_space, tmp_path) -> Path:
    """The five communes, whose contours are of today."""
    copy = tmp_path / "espace"
    shutil.copytree(five_space, copy)
    return copy


def test_in_a_space_only_the_communes_are_carried(space, tmp_path):
    """08294 joined 08053 on 1 January 2024; 08053 is also a name that a CPTS may bear."""
    path = text(
        tmp_path / "cpam.csv",
        HEADER,
        "sans_mt;commune;08053;2022;;10;100;;oui",
        "sans_mt;commune;08294;2022;;30;150;;oui",
        "sans_mt;cpts;08294;2022;;5;50;;oui",
        "sans_mt;departement;08;2022;;400;9000;;oui",
        "sans_mt;commune;01004;2022;;1;10;;oui",
    )
    (receipt,) = add_files(space, [path])
    assert receipt.accepted
    opened = Space.open(space)
    table = opened.table("indicateurs_locaux").set_index(["niveau", "code"]).sort_index()
    assert table.loc[("commune", "08053"), COUNTS].tolist() == [40, 250]
    assert ("commune", "08294") not in table.index
    assert table.loc[("cpts", "08294"), COUNTS].tolist() == [5, 50]
    assert table.loc[("departement", "08"), COUNTS].tolist() == [400, 9000]
    assert table.loc[("commune", "01004"), COUNTS].tolist() == [1, 10]
    (moved,) = opened.carried("indicateurs_locaux")
    assert (moved.pairs, moved.rows) == ((("08294", "08053"),), 1)
    assert moved.inhabitants == reference.communes(opened.year)["population"]["08053"]
    # The second opening reads the cache and tells the same.
    again = Space.open(space)
    assert again.carried("indicateurs_locaux") == (moved,)
    assert moved.words in again.remarks("indicateurs_locaux")


def test_the_people_concerned_are_told_everywhere(space, tmp_path):
    """The space's own count of the commune that receives comes before the reference's."""
    people = text(
        tmp_path / "populations.csv",
        "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT",
        "44;R;08;1;01;053;08053;Bazeilles;2000;0;2000",
        "44;R;08;1;01;294;08294;La Moncelle;100;0;100",
    )
    incomes = text(
        tmp_path / "filosofi.csv",
        "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;PIMP21;TP6021",
        "08053;800;1900;22000;50,0;10,0",
        "08294;40;90;21000;50,0;s",
    )
    for receipt in add_files(space, [people, incomes], vintage="2024"):
        assert receipt.accepted, receipt.faults
    diagnostic = Diagnostic.open(space)
    report = {item.source_id: item for item in diagnostic.quality_report()}
    (moved,) = report["insee_filosofi"].carried
    assert (moved.codes, moved.rows, moved.inhabitants) == (1, 1, 2100)
    told = moved.words.replace("\u202f", " ").replace("\u00a0", " ")
    assert "1 code de commune porté" in told
    assert "soit 1 ligne et 2 100 habitants des communes d'aujourd'hui qui les reçoivent" in told
    assert moved.words in report["insee_filosofi"].remarks
    assert report["drees_apl"].carried == ()
    (record,) = as_records([report["insee_filosofi"]])
    assert record["carried"] == [
        {
            "from_year": 2023,
            "to_year": Space.open(space).year,
            "rows": 1,
            "pairs": [["08294", "08053"]],
            "inhabitants": 2100,
            "codes": 1,
        }
    ]


def test_the_same_years_are_told_once():
    first = Carried(2020, 2024, 3, (("a", "b"),))
    second = Carried(2020, 2024, 2, (("a", "b"), ("c", "d")))
    other = Carried(2021, 2024, 1, (("e", "f"),))
    nothing = Carried(2022, 2024, 0, ())
    assert together([first, nothing, second, other]) == [
        Carried(2020, 2024, 5, (("a", "b"), ("c", "d"))),
        other,
    ]
    people = pd.Series({"b": 10.0, "d": 5.0})
    assert together([second])[0].among(people).inhabitants == 15
    assert other.among(people).inhabitants is None, "unknown is not zero"
    assert "habitant" not in other.among(people).words
    assert Carried.of_plain(first.as_plain()) == first


def test_a_commune_that_stays_itself_is_not_told_as_moved():
    moved = carried_codes(rows(("60054", 40, 200), ("01004", 1, 2)), SPLIT, (2023, 2024))
    assert moved.pairs == (("60054", "60694"),)
    assert moved.rows == 1
