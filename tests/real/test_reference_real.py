"""The shipped reference against the Insee's own files and a real list of an ARS."""

import json
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from cpts_data import reference

REAL = Path(__file__).parents[2].parent / "shared" / "real"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not REAL.is_dir(), reason="les fichiers officiels de ../shared sont absents"
    ),
]
YEARS = range(2003, 2025)


def read(name, sep=","):
    return pd.read_csv(REAL / name, sep=sep, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def history():
    return read("cog/v_commune_depuis_1943.csv")


@pytest.fixture(scope="module")
def cog():
    return read("cog/v_commune_2024.csv")


def alive(history, year):
    day = f"{year}-01-01"
    ended = (history["DATE_FIN"] != "") & (history["DATE_FIN"] <= day)
    return history[(history["DATE_DEBUT"] <= day) & ~ended].set_index("COM")["LIBELLE"]


@pytest.mark.parametrize("year", YEARS)
def test_communes_of_each_year_are_the_insee_s(history, year):
    expected = alive(history, year).sort_index()
    found = reference.communes(year)["name"]
    assert list(found.index) == list(expected.index)
    assert (found == expected).all()


def test_communes_of_2024_are_those_of_the_cog(cog):
    communes = cog[cog["TYPECOM"] == "COM"].set_index("COM").sort_index()
    found = reference.communes(2024)
    assert len(communes) == 34_935
    assert list(found.index) == list(communes.index)
    assert (found["name"] == communes["LIBELLE"]).all()
    assert (found["departement"] == communes["DEP"]).all()
    assert (found["region"] == communes["REG"]).all()
    parts = cog[cog["TYPECOM"] == "ARM"].set_index("COM").sort_index()
    ours = reference.arrondissements().sort_index()
    assert (ours["name"] == parts["LIBELLE"]).all()
    assert (ours["city"] == parts["COMPARENT"]).all()


def test_departements_and_regions_are_those_of_the_cog():
    departements = read("cog/v_departement_2024.csv").set_index("DEP")
    ours = reference.departements()
    assert ours["name"].to_dict() == departements["LIBELLE"].to_dict()
    assert ours["region"].to_dict() == departements["REG"].to_dict()
    regions = read("cog/v_region_2024.csv").set_index("REG")
    assert reference.regions()["name"].to_dict() == regions["LIBELLE"].to_dict()


def followed(events, code, year, to_year):
    """A slow oracle: the codes that the dated events make of a code, from year to year."""
    codes = {code}
    for day in sorted(day for day in events if f"{year}-01-01" < day <= f"{to_year}-01-01"):
        before: set[str] = set()
        while before != codes:  # a change of département and a merger may share a day
            before, codes = codes, {a for one in codes for a in events[day].get(one, {one})}
    return codes


def test_conversions_follow_the_events_of_the_insee():
    rows = read("cog/v_mvt_commune_2024.csv")
    rows = rows[(rows["TYPECOM_AV"] == "COM") & (rows["TYPECOM_AP"] == "COM")]
    events = defaultdict(lambda: defaultdict(set))
    for day, before, after in rows[["DATE_EFF", "COM_AV", "COM_AP"]].itertuples(index=False):
        events[day][before].add(after)
    concerned = {code for day in events.values() for code in day}
    finer = set()
    for year in (2003, 2010, 2015, 2018, 2020, 2022):
        table = reference.conversion(year, 2024)
        table = table[table["kind"] != "disparu"]
        for source, targets in table.groupby("source")["target"]:
            moved = source in concerned
            oracle = followed(events, source, year, 2024) if moved else {source}
            if set(targets) != oracle:
                assert set(targets) < oracle
                finer.add(source)
    # Mergers undone since: each part finds its own again, which the chain of events cannot tell
    assert finer == {
        *("76095", "76108"),  # Bois-Guillaume-Bihorel, 2012-2013
        *("14666", "14712"),  # Saline, 2017-2019
        *("60054", "60455", "60694"),  # Les Hauts-Talican, 2019-2023
        *("85030", "85084", "85165", "85212"),  # Essarts en Bocage, 2016-2023
    }


def test_delegated_and_associated_communes_of_2024_resolve(cog):
    parts = cog[cog["TYPECOM"].isin(["COMD", "COMA"])]
    departements = parts["COMPARENT"].map(reference.departement_of)
    found = reference.resolve_communes(parts["LIBELLE"], departements)
    assert found["code"].notna().all()
    undone = parts["COMPARENT"].isin(["15141", "15108"])  # Neussargues and Val d'Arcomie, 2025
    present = parts.loc[~undone, "COMPARENT"].map(lambda c: reference.resolve_code(c, 2024))
    assert (found.loc[present.index, "code"] == present).all()


def test_every_code_since_1943_resolves_or_says_why(history):
    unresolved = {}
    communes = set(reference.communes().index)
    for code in history["COM"].unique():
        try:
            assert reference.resolve_code(code) in communes
        except reference.ReferenceLookupError as error:
            unresolved[code] = type(error)
    shared_out = {"08227", "45117", "51385", "51606", "60606", "77362"}
    left = {"97123", "97127"}
    assert unresolved == dict.fromkeys(shared_out, reference.AmbiguousCodeError) | dict.fromkeys(
        left, reference.UnknownCodeError
    )


def test_the_list_of_an_ars_gives_the_expected_codes():
    listed = read("ars/listing_cpts_par_noms_04_05_13_84.csv", ";")
    expected = read("ars/listing_cpts_par_noms_04_05_13_84_attendu.csv", ";")
    assert len(listed) == 616
    found = reference.resolve_communes(listed["Territoire CPTS"], listed["dpt"])
    assert found["code"].tolist() == expected["code_commune_attendu"].tolist()
    # FORMATS A5 counts 559, 11, 16, 16, 13 and 1; « Rousset (05) » was renamed since the COG 2024
    assert found["rule"].value_counts().to_dict() == {
        "exact": 559,
        "accents_et_casse": 11,
        "suffixe_departement": 15,
        "arrondissement": 16,
        "ancien_nom": 12,
        "commune_deleguee": 2,
        "encodage_repare": 1,
    }


def test_the_paca_list_of_2018_codes_is_carried_to_2024():
    raw = read("ars/cpts_communes_paca_raw.csv", ";")["territoire_liste"]
    clean = read("ars/cpts_communes_paca.csv", ";")["code_commune"]
    assert reference.infer_year(raw) == 2018
    carried = {reference.resolve_code(code, 2018, 2024) for code in raw}
    assert carried - {"13055"} == set(clean)


@pytest.mark.parametrize(
    ("name", "sep", "column", "year"),
    [
        ("insee/donnees_communes.csv", ";", "COM", 2023),
        ("insee/cc_filosofi_2021_COM.csv", ";", "CODGEO", 2024),
    ],
)
def test_year_of_the_official_files(name, sep, column, year):
    assert reference.infer_year(read(name, sep)[column]) == year


def test_year_of_the_contours():
    features = json.loads(
        (REAL / "ign/communes_ADMIN-EXPRESS_2024_CARTElette.geojson").read_text(encoding="utf-8")
    )["features"]
    assert reference.infer_year(f["properties"]["INSEE_COM"] for f in features) == 2024


@pytest.mark.parametrize(("sheet", "year"), [("APL 2022", 2023), ("APL 2023", 2024)])
def test_year_of_the_apl(sheet, year):
    path = REAL / "drees/apl_generalistes.xlsx"
    table = pd.read_excel(path, sheet_name=sheet, header=8, dtype=str, engine="calamine")
    codes = table["Code commune INSEE"].dropna()
    assert reference.infer_year(codes[codes.str.len() == 5]) == year


def test_the_hostile_file_is_repaired():
    cells = read("hostile/codes_en_flottants.csv", ";")["codecommuneetablissement"]
    codes = cells.map(reference.normalise_code)
    assert (cells != codes).sum() == 1_010
    assert codes.notna().all()
    assert codes.duplicated().sum() == 1_433
    unknown = []
    for code in codes.unique():
        try:
            reference.resolve_code(code)
        except reference.UnknownCodeError:
            unknown.append(code)
    assert {reference.departement_of(code) for code in unknown} == {
        "975",
        "977",
        "978",
        "987",
        "988",
    }
    assert reference.infer_year(codes) == 2018


def test_epci_are_those_of_the_insee_but_for_the_changes_since_2024():
    table = read("cog/table-appartenance-geo-communes-2024.csv")
    table = table[table["CODGEO"] != ""].set_index("CODGEO")
    ours = reference.communes(2024)["epci"].reindex(table.index)
    theirs = table["EPCI"].where(table["EPCI"] != "ZZZZZZZZZ")
    assert (ours.isna() == theirs.isna()).all()
    assert ((ours != theirs) & ours.notna()).sum() <= 7


def test_departement_of_the_finess_numbers_of_the_sae():
    numbers = read("drees/URGENCES2_2020.csv", ";")["nofinesset"]
    counts = numbers.map(reference.departement_of_finess).value_counts()
    overseas = ["971", "972", "973", "974"]
    assert counts[overseas].sum() == 159
    assert (counts["976"], counts["2A"], counts["2B"]) == (8, 16, 16)
