"""Notes beside figures: said in one sentence, read back whole, and nothing of a hostile file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_data.reading import noted
from cpts_data.reading.noted import OtherFigure, Season

CPAM = OtherFigure(
    "part_sans_mt_17_ans_et_plus", "12,4 %", "CPAM", "mars 2024", noted.REASONS[0], ""
)
SUMMER = Season(45_000, "en juillet et août", "office de tourisme, 2025")


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def test_an_other_figure_is_told_with_its_source_and_its_reason():
    assert plain(CPAM.told) == (
        "12,4 % (CPAM, mars 2024) : régime général seulement, ou tous les régimes."
    )
    content = noted.content_of(CPAM)
    assert plain(content["texte"]).startswith(
        "Autre chiffre en circulation, Patients de 17 ans et plus sans médecin traitant : 12,4 %"
    )
    assert noted.other_figure_of(content) == CPAM
    assert noted.season_of(content) is None


def test_a_season_is_told_with_its_time_and_its_source():
    assert plain(SUMMER.told) == (
        "45 000 personnes, en juillet et août (office de tourisme, 2025)."
    )
    content = noted.content_of(SUMMER)
    assert noted.season_of(content) == SUMMER
    assert noted.other_figure_of(content) is None


def test_all_that_is_missing_is_said_at_once():
    assert len(OtherFigure("inconnu", "beaucoup", "", "", "", "").faults) == 3
    assert len(Season(0, "", "").faults) == 3
    assert CPAM.faults == SUMMER.faults == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"texte": "une note"},
        {"autre_chiffre": "12 %", "saison": []},
        {"autre_chiffre": {"indicateur": "part_c2s"}},
        {"autre_chiffre": {"indicateur": "inconnu", "valeur": "3", "source": "x"}},
        {"saison": {"personnes": True, "periode": "été", "source": "x"}},
        {"saison": {"personnes": "45000", "periode": "été", "source": "x"}},
        {"saison": {"personnes": 10**9, "periode": "été", "source": "x"}},
    ],
)
def test_what_is_no_note_of_ours_is_left_out(content):
    assert noted.other_figure_of(content) is None
    assert noted.season_of(content) is None


def test_signs_that_hide_or_turn_over_are_taken_out():
    held = {"saison": {"personnes": 5, "periode": "\u202eété\x00\n", "source": "a" * 999}}
    season = noted.season_of(held)
    assert season.periode == "été"
    assert len(season.source) == noted.LONGEST


@given(
    st.builds(
        OtherFigure,
        st.sampled_from(["part_c2s", "apl_mg"]),
        st.text(max_size=40).map(lambda text: f"1{text}"),
        st.text(max_size=40).map(lambda text: f"s{text}"),
        st.text(max_size=40),
        st.sampled_from(noted.REASONS),
        st.text(max_size=40),
    )
)
def test_any_note_is_read_back_as_it_is_cleaned(note):
    again = noted.other_figure_of(noted.content_of(note))
    assert again == noted.other_figure_of(noted.content_of(again))
    assert again.valeur == noted.clean(note.valeur)
