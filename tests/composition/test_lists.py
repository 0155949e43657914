"""Pasted lists: names and codes of all ages, tables, hostile texts; every line is answered."""

import random
import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data import reference
from cpts_data.composition.land import Land
from cpts_data.composition.lists import (
    MOST_LINES,
    UnreadableListError,
    decoded,
    read_list,
    text_of_file,
)
from cpts_data.composition.naming import Budget, Namer
from tests.composition.conftest import grid

PACA = ("04", "05", "06", "13", "83", "84")


def kept(namer, text, context=PACA):
    return sorted(read_list(text, namer, context).kept)


# --------------------------------------------------------------------------- one line


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Aubagne", ["13005"]),
        ("  - aubagne ", ["13005"]),
        ("• AUBAGNE", ["13005"]),
        ("13005", ["13005"]),
        ("13005.0", ["13005"]),
        ("2a004", ["2A004"]),
        ("1004", ["01004"]),
        ("Pantin (93)", ["93055"]),
        ("Pantin 93", ["93055"]),
        ("Pantin - 93", ["93055"]),
        ("93500 Pantin", ["93055"]),
        ("Pantin 93500", ["93055"]),
        ("93055 Pantin", ["93055"]),
        ("St-Rémy de Provence", ["13100"]),
        ("Ste-Maxime", ["83115"]),
        ("L'Isle-sur-la-Sorgue", ["84054"]),
        ("Isle sur la Sorgue (L')", ["84054"]),
        ("Marseille 3e", ["13203"]),
        ("Marseille 14ème arrondissement", ["13214"]),
        ("Lyon 3", ["69383"]),
        ("75015 Paris", ["75115"]),
        ("Aubagne, Cassis ; La Ciotat", ["13005", "13022", "13028"]),
        ("84007;Avignon", ["84007"]),
        ("Château-Arnoux", ["04049"]),  # Château-Arnoux-Saint-Auban since 1991
        ("Saint-Denis (974)", ["97411"]),
    ],
)
def test_what_is_sure(namer, text, codes):
    assert kept(namer, text) == codes


def test_a_whole_city_is_its_arrondissements(namer):
    for text in ("Marseille", "13055", "MARSEILLE (13)"):
        found = read_list(text, namer, PACA)
        assert sorted(found.kept) == [str(code) for code in range(13201, 13217)]
        assert "ville entière" in found.told[0].message


def test_shares_of_communes(namer):
    found = read_list("Nice 33,3 %\nToulon ; 40 %\nHyères (25 %)", namer, PACA)
    assert found.kept == pytest.approx({"06088": 0.333, "83137": 0.4, "83069": 0.25})


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Le Castellet", {"04041", "83035"}),
        ("Sainte-Colombe (33)", set()),
        ("Aubagn", {"13005"}),
    ],
)
def test_what_is_asked(namer, text, candidates):
    found = read_list(text, namer, PACA)
    if candidates:
        assert candidates <= set(found.doubtful[0].candidates)
        assert not found.kept
    else:
        assert found.kept == {"33390": 1.0}


def test_a_name_borne_only_elsewhere_is_asked_not_taken(namer):
    """There is one Pantin in France, in the Seine-Saint-Denis: a PACA list may mean another."""
    found = read_list("Pantin", namer, PACA)
    assert found.doubtful[0].candidates == ("93055",)
    assert "à confirmer" in found.doubtful[0].message
    assert kept(namer, "Pantin", ()) == ["93055"]
    assert kept(namer, "Pantin", ("93",)) == ["93055"]


def test_among_homonyms_the_département_of_the_list_is_proposed_not_taken(namer):
    around = "Aubagne\nCassis\nRoquevaire\n"
    found = read_list(f"{around}Saint-Savournin\nLe Castellet", namer, ("13", "04", "83"))
    (asked,) = found.doubtful  # Le Castellet: 04 and 83, none of which holds the list
    assert asked.likely == ()
    more = "Banon\nDigne-les-Bains\nManosque\n"
    (asked,) = read_list(f"{more}Le Castellet", namer, ("04", "83")).doubtful
    assert asked.likely == ("04041",)
    assert "04041" not in read_list(f"{more}Le Castellet", namer, ("04", "83")).kept


def test_homonyms_of_all_france_are_asked(namer):
    found = read_list("Saint-Denis", namer, ())
    (entry,) = found.doubtful
    assert {"93066", "97411"} <= set(entry.candidates)


# --------------------------------------------------------------------------- codes of all ages


def test_codes_of_before(namer):
    # 01091 Bellegarde was absorbed; 49329 was carried through several communes nouvelles.
    found = read_list("01091", namer, ())
    assert found.kept == {"01033": 1.0}
    assert "ancien code" in found.told[0].message
    resolved = reference.resolve_code("49144", None, namer.land.year)
    assert read_list("49144", namer, ()).kept == {resolved: 1.0}


def test_a_postal_code_of_one_commune_is_taken_of_several_is_asked(namer):
    salon = read_list("13300", namer, PACA)
    assert salon.kept == {"13103": 1.0}
    assert "code postal" in salon.told[0].message
    several = read_list("04300", namer, PACA)  # Forcalquier and its villages
    assert "04088" in several.doubtful[0].candidates
    assert len(several.doubtful[0].candidates) > 5


def test_a_list_of_postal_codes_doubts_those_that_are_also_codes(namer):
    """13001 is Aix-en-Provence for the Insee, Marseille 1er for the post; the others are postal."""
    mixed = read_list("13001\n13380\n83600", namer, PACA)
    assert "13001" not in mixed.kept
    (doubt,) = [one for one in mixed.doubtful if one.text == "13001"]
    assert {"13001", "13201"} <= set(doubt.candidates)
    assert "codes postaux" in mixed.remarks[0]
    # Alone among codes of the Insee it is one of them.
    assert read_list("13001\n13005\n13022", namer, PACA).kept.keys() >= {"13001"}


def test_a_name_that_contradicts_its_code_is_asked(namer):
    found = read_list("13005 Cassis", namer, PACA)
    assert {"13005", "13022"} <= set(found.doubtful[0].candidates)
    assert "ne désignent pas la même commune" in found.doubtful[0].message


def test_unknown_codes_are_told(namer):
    found = read_list("06888\n99999\n00000", namer, PACA)
    assert [one.line for one in found.unknown] == [1, 2, 3]
    assert "06888" in found.unknown[0].message


# --------------------------------------------------------------------------- tables


def test_a_table_with_a_header(namer):
    text = "commune;code_insee;population\nAubagne;13005;47 000\nCassis;13022;7 000\n"
    found = read_list(text, namer, ())
    assert sorted(found.kept) == ["13005", "13022"]
    assert not found.unknown
    assert [one.line for one in found.entries] == [2, 3]


def test_a_table_of_names_and_départements_without_header(namer):
    text = "CPTS Sud\tLe Castellet\t04\nCPTS Sud\tBanon\t04\nCPTS Mer\tLe Castellet\t83\n"
    assert kept(namer, text, ()) == ["04018", "04041", "83035"]


def test_a_table_with_parts(namer):
    text = "code;part\n06088;0,4\n83137;50\n83069;25 %\n13005;\n"
    expected = {"06088": 0.4, "83137": 0.5, "83069": 0.25, "13005": 1.0}
    assert read_list(text, namer, ()).kept == expected


def test_columns_of_names_side_by_side(namer):
    assert kept(namer, "Aubagne\tCassis\nCarnoux-en-Provence\tRoquevaire\n") == [
        "13005",
        "13022",
        "13086",
        "13119",
    ]


def test_the_regional_list_by_names_of_four_départements(namer, shared):
    folder = shared / "real" / "ars"
    text = (folder / "listing_cpts_par_noms_04_05_13_84.csv").read_text(encoding="utf-8")
    expected = pd.read_csv(
        folder / "listing_cpts_par_noms_04_05_13_84_attendu.csv", dtype=str, sep=";"
    )
    wanted = {code for code in expected["code_commune_attendu"].dropna() if code not in ("13055",)}
    found = read_list(text, namer, ())
    assert not found.doubtful
    assert not found.unknown
    assert wanted <= set(found.kept)


# --------------------------------------------------------------------------- other lands


def test_a_fictitious_land_knows_its_own_names_only():
    namer = Namer(Land(grid().register))
    found = read_list("Ville 00003\n00004\nPantin (93)\n13005\nVille 00005 (00)", namer, ())
    assert sorted(found.kept) == ["00003", "00004", "00005"]
    assert [one.text for one in found.unknown] == ["Pantin (93)", "13005"]


# --------------------------------------------------------------------------- hostile lists

HOSTILE = [
    '=HYPERLINK("http://exemple.invalid";"clic")',
    "@SUM(A1:A9)",
    "+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "\u202eengabuA",
    "Robert'); DROP TABLE communes;--",
    "{{7*7}} ${7*7} %{7*7}",
    "\x00\x01\x1b[2J",
    "🦠" * 500,
    "a" * 50_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_lines_are_unknown_and_told_as_text(namer, text):
    found = read_list(text, namer, PACA)
    assert found.kept == {}
    for entry in found.entries:
        assert entry.text.isprintable()
        assert entry.message.replace("\u202f", "").replace("\xa0", "").isprintable()
        assert len(entry.text) <= 80
        assert len(entry.message) <= 500


def test_marks_of_direction_are_taken_away(namer):
    assert kept(namer, "\u202bAubagne\u202c\u200b") == ["13005"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered(namer, text):
    found = read_list(text, namer, PACA)
    assert set(found.kept) <= namer.land.known
    assert len(found.entries) == len(found.doubtful) + len(found.unknown) + sum(
        bool(one.codes) for one in found.entries
    )
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    "lines",
    [
        lambda land, draw: draw.choices(list(land.labels.values()), k=10_000),
        lambda land, draw: draw.choices(land.units["name"].astype(str).tolist(), k=10_000),
        lambda land, draw: [f"Zorglub-sur-{draw.random()}" for _ in range(10_000)],
        lambda land, draw: [
            f"Zorglub {draw.random()} ({draw.choice(PACA)})" for _ in range(10_000)
        ],
        lambda land, draw: [f"=cmd<b>{number} “x”\u202e" for number in range(10_000)],
        lambda land, draw: [f"{number:05d}" for number in range(10_000)],
    ],
    ids=["labels", "names", "unknown", "unknown_of_a_département", "hostile", "codes"],
)
def test_ten_thousand_lines_are_answered_at_once(namer, lines):
    text = "\n".join(lines(namer.land, random.Random(7)))
    read_list("Aubagne\nPantin (93)", namer, PACA)  # the names of France are laid out once
    start = time.process_time()
    found = read_list(text, namer, PACA)
    # Under a second on an idle machine; the margin is for a busy one.
    assert time.process_time() - start < 2.5
    assert len(found.entries) == 10_000


def test_labels_of_all_france_are_all_recognised(namer):
    labels = [label for label in namer.land.labels.values() if "[" not in label]
    drawn = random.Random(3).sample(labels, 5000)
    found = read_list("\n".join(drawn), namer, ())
    assert not found.unknown
    assert len(found.kept) >= 4990


def test_too_many_lines_are_said(namer):
    found = read_list("Aubagne\n" * (MOST_LINES + 5), namer, PACA)
    assert "5\xa0lignes de plus" in found.remarks[0]
    assert len(found.entries) == MOST_LINES


def test_the_budget_of_long_looks_ends():
    budget = Budget(2, 1)
    assert [budget.long_look() for _ in range(4)] == [True, True, False, False]
    assert [budget.suggestion() for _ in range(3)] == [True, False, False]
    assert not Budget.none().long_look()


# --------------------------------------------------------------------------- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_texts_of_every_encoding(tmp_path, namer, encoding):
    path = tmp_path / "liste.txt"
    path.write_bytes("Hyères\nÉze\n".encode(encoding))
    text = text_of_file(path, path.read_bytes()[:4])
    assert kept(namer, text) == ["06059", "83069"]


def test_a_workbook(tmp_path, namer):
    path = tmp_path / "liste.xlsx"
    pd.DataFrame({"Commune": ["Hyères", "Èze"], "Code": ["83069", "06059"]}).to_excel(
        path, index=False
    )
    text = text_of_file(path, path.read_bytes()[:4])
    assert kept(namer, text, ()) == ["06059", "83069"]


def test_what_is_no_list(tmp_path):
    path = tmp_path / "faux.xlsx"
    path.write_bytes(b"PK\x03\x04rien du tout")
    with pytest.raises(UnreadableListError, match="ne s’ouvre pas"):
        text_of_file(path, path.read_bytes()[:4])
    large = tmp_path / "grand.txt"
    large.write_bytes(b"x" * 5_000_001)
    with pytest.raises(UnreadableListError, match="plus de 5"):
        text_of_file(large, b"xxxx")
    assert decoded(b"\xff\xfe\x00") == "\ufffd"
