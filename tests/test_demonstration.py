"""The embedded fictitious territory: what its files promise, and that they say one same thing.

Files are read here with the standard library and openpyxl only, never with our own readers, and
expected values come from the producers' rules, the official files or a second, slow computation.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter, defaultdict

import numpy as np
import openpyxl
import pytest
import shapely

from tests.demonstration_run import (
    SHIPPED,
    TOOL,
    YEARS,
    digests,
    made,
    pmun,
    real_file,
    sheet_rows,
    table,
)

CPTS_LIST = "cpts_liste/cpts.csv"
STAGES = {"emergence", "lettre_intention", "projet_sante", "aci_signe", ""}


@pytest.fixture(scope="module")
def truth():
    return made()[0]


@pytest.fixture(scope="module")
def folder():
    return made()[1]


@pytest.fixture(scope="module")
def cog(folder):
    rows = table(folder / "cog" / "v_commune_2024.csv", ",")
    return {row["COM"]: row for row in rows if row["TYPECOM"] == "COM"}


@pytest.fixture(scope="module")
def features(folder):
    text = (folder / "contours_communes" / "communes-50m.geojson").read_text(encoding="utf-8")
    return json.loads(text)["features"]


@pytest.fixture(scope="module")
def members(folder):
    return table(folder / "cpts_perimetres" / "cpts_communes.csv", ";")


@pytest.fixture(scope="module")
def apl(folder):
    path = folder / "drees_apl" / "apl_generalistes.xlsx"
    return {year: [row[:6] for row in sheet_rows(path, f"APL {year}", 11)] for year in (2022, 2023)}


def luhn_holds(number):
    digits = [int(digit) for digit in reversed(number)]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)]
    return sum(doubled) % 10 == 0


# --- the run ---------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(folder, tmp_path):
    TOOL.make_demonstration(tmp_path)
    assert digests(tmp_path) == digests(folder)


def test_shipped_files_are_those_of_the_tool(folder):
    assert set(digests(SHIPPED)) >= set(digests(folder))
    for name in ("cog/v_commune_2024.csv", CPTS_LIST):
        assert (SHIPPED / name).read_bytes() == (folder / name).read_bytes(), (
            "run python tools/make_demonstration.py"
        )


def test_provenance_describes_each_file(folder):
    for home in (path for path in folder.iterdir() if path.is_dir()):
        note = tomllib.loads((home / "provenance.toml").read_text(encoding="utf-8"))["fichier"]
        listed = {entry["nom"] for entry in note}
        assert listed == {p.name for p in home.iterdir()} - {"provenance.toml"}
        for entry in note:
            content = (home / entry["nom"]).read_bytes()
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            assert entry["titre"].startswith("Données fictives de démonstration — ")
            assert entry["editeur"] == "Données fictives"
            assert entry["licence"] == "Licence Ouverte 2.0"
            assert {"adresse", "date_publication", "date_recuperation", "millesime"} <= set(entry)


def test_shipped_provenance_matches_shipped_bytes():
    for note in SHIPPED.glob("*/provenance.toml"):
        for entry in tomllib.loads(note.read_text(encoding="utf-8"))["fichier"]:
            content = (note.parent / entry["nom"]).read_bytes()
            assert entry["sha256"] == hashlib.sha256(content).hexdigest(), note.parent.name


def test_each_population_file_states_its_year(folder):
    text = (folder / "populations_legales" / "provenance.toml").read_text(encoding="utf-8")
    note = {entry["nom"]: entry["millesime"] for entry in tomllib.loads(text)["fichier"]}
    assert note == {f"donnees_communes_{year}.csv": str(year) for year in YEARS}


# --- the territory ---------------------------------------------------------------------------


def test_counts_of_territories(cog, folder):
    assert 165 <= len(cog) <= 195
    assert {row["DEP"] for row in cog.values()} == {"00", "96"}
    assert {row["REG"] for row in cog.values()} == {"00"}
    links = table(folder / "table_appartenance" / "table-appartenance-geo-communes-2024.csv", ",")
    assert links[-1] == dict.fromkeys(links[-1], "")
    epci = {row["EPCI"] for row in links[:-1]}
    assert len(epci) == 6
    assert all(len(code) == 9 and code.isdigit() and not luhn_holds(code) for code in epci)
    assert 5 <= len({row["BV2022"] for row in links[:-1]}) <= 15


def test_luhn_oracle_knows_a_real_siren():
    assert luhn_holds("200054781")  # Métropole du Grand Paris


def test_every_file_of_today_holds_the_same_communes(cog, folder, features, apl):
    codes = set(cog)
    links = table(folder / "table_appartenance" / "table-appartenance-geo-communes-2024.csv", ",")
    incomes = table(folder / "insee_filosofi" / "cc_filosofi_2021_COM.csv", ";")
    assert [feature["properties"]["code"] for feature in features] == sorted(codes)
    assert [row["CODGEO"] for row in links[:-1]] == sorted(codes)
    assert [row["CODGEO"] for row in incomes] == sorted(codes)
    assert set(pmun(folder, 2021)) == codes
    assert {row[0] for row in apl[2022]} == {row[0] for row in apl[2023]} == codes
    for feature in features:
        properties = feature["properties"]
        assert properties["nom"] == cog[properties["code"]]["LIBELLE"]
        assert properties["departement"] == properties["code"][:2]


def test_contours_are_a_true_coverage(features, folder):
    shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in features], dtype=object)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert (folder / "contours_communes" / "communes-50m.geojson").stat().st_size < 1_500_000
    vertices = shapely.get_num_coordinates(shapes)
    assert 60 <= np.median(vertices) <= 120
    coordinates = shapely.get_coordinates(shapes)
    assert np.array_equal(coordinates, coordinates.round(5))


def test_island_lies_in_the_open_atlantic(features):
    shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in features], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    # Nearest land: Brittany (Ushant, 5.1 W, 48.4 N) and Galicia (43.8 N).
    assert -8.2 < west < east < -5.8
    assert 45.8 < south < north < 47.2
    pieces = shapely.get_parts(shapely.union_all(shapes))
    assert 2 <= len(pieces) <= 3, "the island and one or two islets"
    islets = np.sort(shapely.area(pieces))[:-1]
    assert islets.sum() < 0.01 * shapely.area(pieces).sum()


def test_each_zone_is_of_one_piece(features, members):
    shapes = {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in features}
    zones = defaultdict(list)
    for row in members:
        zones[row["cpts_id"]].append(shapes[row["code_commune"]])
    for feature in features:
        zones[feature["properties"]["epci"]].append(shapes[feature["properties"]["code"]])
        zones[feature["properties"]["departement"]].append(shapes[feature["properties"]["code"]])
    island = max(
        shapely.get_parts(shapely.union_all(list(shapes.values()))), key=lambda piece: piece.area
    )
    for zone, parts in zones.items():
        pieces = shapely.get_parts(shapely.union_all(parts))
        ashore = pieces[shapely.intersects(pieces, island)]
        assert len(ashore) == 1, f"{zone} is in pieces"


def test_names_are_french_and_homonyms_exist(cog):
    labels = [row["LIBELLE"] for row in cog.values()]
    pairs = [name for name, count in Counter(labels).items() if count > 1]
    assert len(pairs) == 1
    assert {row["DEP"] for row in cog.values() if row["LIBELLE"] == pairs[0]} == {"00", "96"}
    for sign in ("L'", "Les ", "Saint-", "œ", "é", "-"):
        assert any(sign in name for name in labels), sign
    for row in cog.values():
        article = {"2": "Le ", "3": "La ", "4": "Les ", "5": "L'"}.get(row["TNCC"], "")
        assert row["LIBELLE"] == article + row["NCCENR"]
        assert row["NCC"].isascii()
        assert row["NCC"] == row["NCC"].upper()


def test_no_name_or_code_of_a_real_commune(cog, folder):
    names, codes = set(), set()
    for name in ("cog/v_commune_2024.csv", "cog/v_commune_depuis_1943.csv"):
        for row in table(real_file(name), ","):
            names.add(row["NCC"])
            codes.add(row["COM"])
    rows = table(folder / "cog" / "v_commune_2024.csv", ",")
    assert not {row["NCC"] for row in rows} & names
    assert not {row["COM"] for row in rows} & codes
    real = {row["DEP"] for row in table(real_file("cog/v_departement_2024.csv"), ",")}
    assert not {"00", "96"} & real


@pytest.mark.real
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("cog/v_commune_2024.csv", "cog/v_commune_2024.csv"),
        ("cog/v_departement_2024.csv", "cog/v_departement_2024.csv"),
        ("cog/v_region_2024.csv", "cog/v_region_2024.csv"),
        (
            "table_appartenance/table-appartenance-geo-communes-2024.csv",
            "cog/table-appartenance-geo-communes-2024.csv",
        ),
        ("populations_legales/donnees_communes_2021.csv", "insee/donnees_communes.csv"),
        ("insee_filosofi/cc_filosofi_2021_COM.csv", "insee/cc_filosofi_2021_COM.csv"),
    ],
)
def test_header_and_ends_of_lines_are_the_official_ones(folder, mine, theirs):
    official = real_file(theirs).read_bytes()
    written = (folder / mine).read_bytes()
    header = official.splitlines(keepends=True)[0].replace(b"R\xe9gion", "Région".encode())
    assert written.startswith(header)
    assert (b"\r\n" in official) == (b"\r\n" in written)
    assert written.count(b"\n") == len(written.splitlines())
    assert written.startswith(b'"') == official.startswith(b'"')


@pytest.mark.real
def test_apl_workbook_has_the_official_cells(folder):
    official = openpyxl.load_workbook(real_file("drees/apl_generalistes.xlsx"), read_only=True)
    written = openpyxl.load_workbook(folder / "drees_apl" / "apl_generalistes.xlsx")
    assert written.sheetnames == official.sheetnames
    for sheet, rows in (("Paramètres", range(1, 42)), ("APL 2023", (1, 3, 7, 8, 9, 10))):
        theirs = list(official[sheet].iter_rows(max_row=44, max_col=6, values_only=True))
        mine = list(written[sheet].iter_rows(max_row=44, max_col=6, values_only=True))
        for row in rows:
            assert mine[row - 1] == theirs[row - 1], f"{sheet}, line {row}"
    last = list(written["APL 2023"].iter_rows(min_row=11, values_only=True))[-10:]
    assert all(cell is None for row in last for cell in row)
    assert len(last[0]) == 12


# --- the people ------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_populations_add_up(folder, truth, year):
    path = folder / "populations_legales" / f"donnees_communes_{year}.csv"
    rows = table(path, ";")
    assert all(int(r["PTOT"]) == int(r["PMUN"]) + int(r["PCAP"]) for r in rows)
    assert all(r["COM"] == r["DEP"] + r["CODCOM"] for r in rows)
    persons = truth.persons[truth.persons["annee"] == year]
    assert sum(int(r["PMUN"]) for r in rows) == persons["personnes"].sum()
    assert (persons["personnes"] >= 0).all()


def test_sizes_of_the_place(folder):
    people = pmun(folder, 2021)
    assert 410_000 <= sum(people.values()) <= 430_000
    ranked = sorted(people.values(), reverse=True)
    assert 85_000 <= ranked[0] <= 95_000
    assert ranked[1] < 40_000
    assert sum(size < 100 for size in ranked) >= 5, "hamlets, for the masks"


def test_one_merger_splits_the_history(cog, folder):
    delegated = [
        row for row in table(folder / "cog" / "v_commune_2024.csv", ",") if row["TYPECOM"] == "COMD"
    ]
    parent = {row["COM"]: row["COMPARENT"] for row in delegated}
    assert len(set(parent.values())) == 2
    assert set(parent.values()) <= set(cog)
    assert all(row["REG"] == row["DEP"] == row["CTCD"] == row["ARR"] == "" for row in delegated)
    old = set(parent) - set(cog)
    assert all(old & set(pmun(folder, year)) for year in (2017, 2018))
    assert not any(old & set(pmun(folder, year)) for year in (2019, 2020, 2021))
    lost = old & set(pmun(folder, 2018))
    assert len(lost) == 1
    before, after = pmun(folder, 2018), pmun(folder, 2019)
    code = parent[lost.pop()]
    joined = sum(before[c] for c in before if parent.get(c, c) == code)
    assert abs(after[code] - joined) < 0.05 * joined
    assert after[code] > 1.2 * before[code]


# --- incomes ---------------------------------------------------------------------------------


def test_filosofi_follows_the_producer_s_masks(folder):
    rows = table(folder / "insee_filosofi" / "cc_filosofi_2021_COM.csv", ";")
    unavailable = [r for r in rows if set(list(r.values())[1:]) == {"nd"}]
    assert 1 <= len(unavailable) <= 5
    rows = [r for r in rows if r not in unavailable]
    hidden = [r for r in rows if r["MED21"] == "s"]
    assert hidden
    shown = [r for r in rows if r["MED21"] != "s"]
    assert all(set(list(r.values())[1:]) == {"s"} for r in hidden)

    def number(text):
        return float(text.replace(",", "."))

    for row in shown:
        households, people = number(row["NBMENFISC21"]), number(row["NBPERSMENFISC21"])
        assert households >= 50 or people >= 100
        large = households >= 1_000 or people >= 2_000
        assert (row["PACT21"] != "s") == (row["D121"] != "s") == large
        if row["TP6021"] != "s":
            assert large
            assert number(row["TP6021"]) >= 5
    detailed = [r for r in shown if r["PACT21"] != "s"]
    assert 20 <= sum(r["TP6021"] != "s" for r in detailed) < len(detailed)
    for row in detailed:
        whole = [number(row[c]) for c in ("PACT21", "PPEN21", "PPAT21", "PPSOC21", "PIMPOT21")]
        assert sum(whole) == pytest.approx(100, abs=1e-9)
        work = sum(number(row[c]) for c in ("PTSA21", "PCHO21", "PBEN21"))
        assert work == pytest.approx(number(row["PACT21"]), abs=1e-9)
        assert number(row["PIMPOT21"]) < 0
        ratio = number(row["D921"]) / number(row["D121"])
        assert number(row["RD21"]) == pytest.approx(ratio, abs=0.0501)
        assert number(row["D121"]) < number(row["MED21"]) < number(row["D921"])


# --- the CPTS --------------------------------------------------------------------------------


def test_nine_cpts_at_every_stage(folder):
    rows = table(folder / CPTS_LIST, ";")
    assert len(rows) == 9
    assert {row["statut"] for row in rows} == STAGES
    assert sum(row["statut"] == "" for row in rows) == 1
    assert all(bool(r["date_signature"]) == (r["statut"] == "aci_signe") for r in rows)
    assert all(bool(r["date_statut"]) == bool(r["statut"]) for r in rows)
    assert sum("," in row["departements"] for row in rows) == 1
    sites = [row["site_internet"] for row in rows if row["site_internet"]]
    assert sites
    assert all(".example" in site for site in sites), "no address of a real site"


def test_perimeters_straddle_overlap_and_leave_a_white_zone(members, cog, folder):
    declared = {
        row["cpts_id"]: set(row["departements"].split(","))
        for row in table(folder / CPTS_LIST, ";")
    }
    found = defaultdict(set)
    for row in members:
        assert row["libelle"] == cog[row["code_commune"]]["LIBELLE"]
        assert row["departement"] == cog[row["code_commune"]]["DEP"]
        found[row["cpts_id"]].add(row["departement"])
    assert dict(found) == declared
    shared = [code for code, n in Counter(r["code_commune"] for r in members).items() if n > 1]
    assert len(shared) == 1
    parts = [float(row["part"]) for row in members if row["part"]]
    assert len(parts) == 1
    assert 0 < parts[0] < 1
    assert len(set(cog) - {row["code_commune"] for row in members}) >= 4


def test_cpts_fall_in_the_four_size_classes(members, folder):
    people = pmun(folder, 2021)
    size = defaultdict(float)
    for row in members:
        size[row["cpts_id"]] += people[row["code_commune"]] * float(row["part"] or 1)
    classes = {
        1 if p < 40_000 else 2 if p < 80_000 else 3 if p <= 175_000 else 4 for p in size.values()
    }
    assert classes == {1, 2, 3, 4}
    near = {
        bound: [p for p in size.values() if abs(p - bound) <= 0.02 * bound]
        for bound in (40_000, 80_000, 175_000)
    }
    assert len(near[80_000]) == 1
    assert not near[40_000]
    assert not near[175_000]
