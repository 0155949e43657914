"""From the geography of a file to that of the space: nothing is added, lost or made up."""

import math

import pandas as pd
import pytest

from cpts_data.contracts import Column, Kind, Source
from cpts_data.space import coding
from cpts_data.space.carrying import carry, conversion

NO_OWN = pd.DataFrame()
SOURCE = Source(
    id="essai",
    title="",
    publisher="",
    landing_page="",
    licence="",
    level="commune",
    key=("code", "period"),
    columns=(
        Column("code", Kind.COMMUNE, ""),
        Column("period", Kind.TEXT, ""),
        Column("medecins", Kind.INTEGER, ""),
        Column("apl", Kind.NUMBER, "", combine="moyenne", weight="poids"),
        Column("poids", Kind.NUMBER, ""),
        Column("mediane", Kind.NUMBER, "", masks=True, combine="jamais"),
        Column("zone", Kind.TEXT, "", combine="identique"),
    ),
)


def table(*rows):
    frame = pd.DataFrame(rows, columns=["code", "medecins", "apl", "poids", "mediane", "zone"])
    frame["mediane_statut"] = frame["mediane"].map(
        lambda cell: "masque" if math.isnan(cell) else "observe"
    )
    frame.insert(1, "period", "2023")
    return frame


def changes(*rows):
    """(source, target, share); splits and numbers of sources follow."""
    frame = pd.DataFrame(rows, columns=["source", "target", "share"])
    frame["split"] = frame["source"].duplicated(keep=False)
    frame["sources"] = frame.groupby("target")["source"].transform("size")
    return frame


def carried(frame, moves):
    return carry(frame, SOURCE, moves).set_index("code")


def test_nothing_changes_nothing():
    frame = table(("01004", 3, 2.0, 100, 20000.0, "a"))
    assert carry(frame, SOURCE, changes()) is frame


def test_a_new_code_keeps_everything():
    frame = table(("01004", 3, 2.0, 100, 20000.0, "a"), ("01005", 1, 1.0, 10, 1.0, "b"))
    result = carried(frame, changes(("01004", "01999", 1.0)))
    row = result.loc["01999"]
    assert (row["medecins"], row["apl"], row["mediane"]) == (3, 2.0, 20000.0)
    assert (row["mediane_statut"], row["zone"]) == ("observe", "a")
    assert result.loc["01005"].equals(frame.set_index("code").loc["01005"])


def test_a_merger_by_hand():
    # doctors 3 + 4 = 7; APL (2×100 + 4×300) / 400 = 3.5; a median is lost
    frame = table(("01004", 3, 2.0, 100, 20000.0, "a"), ("01005", 4, 4.0, 300, 22000.0, "a"))
    result = carried(frame, changes(("01004", "01004", 1.0), ("01005", "01004", 1.0)))
    row = result.loc["01004"]
    assert (row["medecins"], row["apl"], row["poids"]) == (7, 3.5, 400)
    assert math.isnan(row["mediane"])
    assert row["mediane_statut"] == "manquant"
    assert len(result) == 1


def test_a_split_by_hand():
    # 10 doctors shared 0.4 / 0.6; the APL goes to both parts, to serve in larger means only
    frame = table(("60054", 10, 2.5, 100, 20000.0, "a"))
    result = carried(frame, changes(("60054", "60054", 0.4), ("60054", "60694", 0.6)))
    assert result["medecins"].tolist() == [4, 6]
    assert result["poids"].tolist() == [40, 60]
    assert result["medecins_statut"].tolist() == ["estime", "estime"]
    assert result["apl"].tolist() == [2.5, 2.5]
    assert result["apl_statut"].tolist() == ["estime", "estime"]
    assert result["mediane"].isna().all()
    assert result["zone"].tolist() == ["a", "a"]


def test_a_shared_count_keeps_what_is_after_the_comma():
    frame = table(("60054", 7, 2.5, 100, 1.0, "a"))
    result = carried(frame, changes(("60054", "60054", 0.25), ("60054", "60694", 0.75)))
    assert result["medecins"].tolist() == [1.75, 5.25]


def test_the_mean_over_a_split_is_that_of_the_whole():
    frame = table(("60054", 10, 2.5, 100, 1.0, "a"), ("60001", 5, 4.0, 300, 1.0, "a"))
    result = carried(frame, changes(("60054", "60054", 0.4), ("60054", "60694", 0.6)))
    mean = (result["apl"] * result["poids"]).sum() / result["poids"].sum()
    assert mean == pytest.approx((2.5 * 100 + 4.0 * 300) / 400)


def test_other_rows_are_observed_beside_a_split():
    frame = table(("60054", 10, 2.5, 100, 1.0, "a"), ("60001", 5, 4.0, 300, 1.0, "a"))
    result = carried(frame, changes(("60054", "60054", 0.4), ("60054", "60694", 0.6)))
    assert result.loc["60001", ["medecins_statut", "apl_statut"]].tolist() == ["observe"] * 2


def test_a_merger_with_an_unknown_part_is_missing():
    frame = table(("01004", 3, math.nan, 100, 1.0, "a"), ("01005", math.nan, 4.0, 300, 1.0, "a"))
    result = carried(frame, changes(("01004", "01004", 1.0), ("01005", "01004", 1.0)))
    assert result.loc["01004", ["medecins", "apl"]].isna().all()


def test_a_commune_made_of_one_that_the_file_lacks_is_missing_not_smaller():
    frame = table(("01004", 3, 2.0, 100, 20000.0, "a"))
    moves = changes(("01004", "01004", 1.0), ("01005", "01004", 1.0))
    result = carried(frame, moves[moves["source"] == "01004"])
    assert result.loc["01004", ["medecins", "apl", "mediane"]].isna().all()
    assert result.loc["01004", "mediane_statut"] == "manquant"
    assert result.loc["01004", "zone"] == "a"


def test_a_masked_part_masks_the_whole():
    frame = table(("01004", 3, 2.0, 100, math.nan, "a"), ("01005", 4, 4.0, 300, 1.0, "a"))
    result = carried(frame, changes(("01004", "01004", 1.0), ("01005", "01004", 1.0)))
    assert result.loc["01004", "mediane_statut"] == "masque"


def test_an_unknown_share_makes_an_unknown_count():
    frame = table(("01004", 3, 2.0, 100, 1.0, "a"))
    result = carried(frame, changes(("01004", "01004", math.nan), ("01004", "01005", math.nan)))
    assert result["medecins"].isna().all()
    assert result["medecins_statut"].tolist() == ["manquant"] * 2


def test_each_period_by_itself():
    frame = pd.concat(
        [
            table(("01004", 3, 2.0, 100, 1.0, "a"), ("01005", 4, 4.0, 300, 1.0, "a")),
            table(("01004", 30, 2.0, 100, 1.0, "a")).assign(period="2022"),
        ]
    )
    moves = changes(("01004", "01004", 1.0), ("01005", "01004", 1.0))
    result = carry(frame, SOURCE, moves).set_index("period")
    assert result.loc["2023", "medecins"] == 7
    assert math.isnan(result.loc["2022", "medecins"])  # 01005 of 2022 is not told


# --------------------------------------------------------------------------- real events


def test_the_events_of_2024():
    codes = pd.Index(["08053", "08294", "60054", "01004"])
    moves = conversion(2023, 2024, codes, NO_OWN)
    assert moves.loc[moves["source"] == "08294", "target"].tolist() == ["08053"]
    split = moves[moves["source"] == "60054"]
    assert split["target"].tolist() == ["60054", "60694"]
    assert split["share"].sum() == pytest.approx(1.0)
    assert split["split"].all()
    assert "01004" not in set(moves["source"])
    assert conversion(2024, 2024, codes, NO_OWN).empty


def test_a_merger_whose_file_lacks_a_source_knows_it():
    moves = conversion(2023, 2024, pd.Index(["08053"]), NO_OWN)
    assert moves["sources"].tolist() == [2]  # 08294 joined it


def test_a_cycle_of_codes_ends():
    # 27676 → 27058 in 2021 → 27676 in 2023 (« Les Trois Lacs »)
    there = conversion(2020, 2022, pd.Index(["27676"]), NO_OWN)
    assert there.loc[there["source"] == "27676", "target"].tolist() == ["27058"]
    back = conversion(2022, 2024, pd.Index(["27058"]), NO_OWN)
    assert back["target"].tolist() == ["27676"]
    assert conversion(2020, 2024, pd.Index(["27676"]), NO_OWN).empty


def test_a_fictitious_code_file_knows_its_own_mergers():
    own = pd.DataFrame(
        [
            ("00001", "commune", pd.NA),
            ("00002", "commune déléguée", "00001"),
            ("00001", "commune déléguée", "00001"),
        ],
        columns=["code", "nature", "commune"],
    )
    moves = conversion(0, 0, pd.Index(["00001", "00002"]), own)
    assert sorted(zip(moves["source"], moves["target"], strict=True)) == [
        ("00001", "00001"),
        ("00002", "00001"),
    ]


# --------------------------------------------------------------------------- years and names


def test_the_year_of_a_complete_list_and_of_an_extract():
    from cpts_data.reference.history import names_on

    all_2023 = pd.Series(names_on(2023).index)
    assert coding.geography_year(all_2023, 2026) == 2023
    ardennes = all_2023[all_2023.str.startswith("08")]
    assert coding.geography_year(ardennes, 2026) == 2023
    few = pd.Series(["01004", "2A004", "97411"])
    assert coding.geography_year(few, 2024) == 2024  # it tells nothing: the space's own
    assert coding.geography_year(few) == 2026
    assert coding.geography_year(pd.Series(["08294", "01004"]), 2024) == 2023  # gone in 2024
    assert coding.geography_year(pd.Series(["13201", "13055"]), 2024) == 2024


def test_an_inferred_vintage_is_told_and_a_stated_one_kept():
    dated = Source(**{**SOURCE.__dict__, "period_lag": 2})
    remarks = []
    frame = pd.DataFrame({"code": ["01004"], "period": [""]})
    assert coding.with_period(frame, dated, 2023, remarks)["period"].tolist() == ["2021"]
    assert "Millésime 2021 déduit" in remarks[0]
    stated = frame.assign(period="2019")
    assert coding.with_period(stated, dated, 2023, remarks)["period"].tolist() == ["2019"]
    assert len(remarks) == 1


def test_old_codes_in_a_list_of_communes_are_brought_to_the_present():
    listed = Source(**{**SOURCE.__dict__, "partial": True})
    known = pd.Index(["01004", "60054", "60694", "08053"])
    frame = pd.DataFrame({"code": ["01004", "08294", "99999"], "cpts_id": ["a", "a", "b"]})
    remarks = []
    result, mended = coding.with_latest_meaning(frame, listed, known, 2024, remarks)
    assert result["code"].tolist() == ["01004", "08053", "99999"]
    assert (mended.pairs, mended.rows) == ((("08294", "08053"),), 1)
    assert "99999" in remarks[0]
    assert "inconnu dans la géographie de 2024" in remarks[0]
    # a figure is never moved without its own year
    remarks.clear()
    same, mended = coding.with_latest_meaning(frame, SOURCE, known, 2024, remarks)
    assert same.equals(frame)
    assert not mended.pairs
    assert "08294, 99999" in remarks[0]
