"""The shipped reference, checked by published totals and by facts that anyone can look up."""

import hashlib
import tomllib
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from cpts_data import reference
from cpts_data.reference import spelling

FOLDER = Path(__file__).parents[1] / "data" / "reference" / "cog"
FRANCE_WITHOUT_MAYOTTE = 68_094_280  # Insee, populations de référence 2023
MAYOTTE = 256_518  # Insee, recensement de 2017


def pairs(table, source):
    rows = table[table["source"] == source]
    return dict(zip(rows["target"], rows["share"], strict=True))


def kind(table, source):
    return set(table.loc[table["source"] == source, "kind"])


# ------------------------------------------------------------------ what is shipped


def test_every_shipped_table_has_the_sha256_that_its_provenance_says():
    told = tomllib.loads((FOLDER / "provenance.toml").read_text(encoding="utf-8"))
    files = {entry["file"]: entry["sha256"] for entry in told["table"]}
    assert set(files) == {path.name for path in FOLDER.glob("*.parquet")}
    for name, digest in files.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert {entry["version"] for entry in told["archive"]} >= {"0.7.0", "6.0.0"}
    assert told["licence"] == "Licence Ouverte 2.0"
    assert told["publisher"] == "Etalab, Insee"


def test_the_shipped_folder_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


def test_communes_of_2026_have_the_published_population():
    table = reference.communes()
    assert len(table) == 34_875
    assert table.index.is_unique
    overseas = table["departement"] == "976"
    assert table.loc[~overseas, "population"].sum() == FRANCE_WITHOUT_MAYOTTE
    assert table.loc[overseas, "population"].sum() == MAYOTTE
    assert table["name"]["2A004"] == "Ajaccio"
    assert table["postal_codes"]["04070"] == "04000"
    assert reference.population_year() == "2023"
    assert "2023" in reference.population_label()
    assert "Mayotte" in reference.population_label()


@pytest.mark.parametrize(
    ("year", "count"),  # number of communes published by the Insee for each 1 January
    [(2015, 36_658), (2019, 34_970), (2020, 34_968), (2023, 34_945), (2024, 34_935)],
)
def test_number_of_communes_of_a_year(year, count):
    assert len(reference.communes(year)) == count


def test_a_year_outside_the_reference_is_refused_in_french():
    with pytest.raises(ValueError, match="de 2003 à 2026"):
        reference.communes(1999)
    with pytest.raises(ValueError, match="Année 2030"):
        reference.conversion(2024, 2030)


def test_arrondissements_add_up_to_their_city():
    parts, cities = reference.arrondissements(), reference.communes()
    assert len(parts) == 45
    sums = parts.groupby("city")["population"].sum()
    for city, codes in reference.CITIES.items():
        assert tuple(parts.index[parts["city"] == city]) == codes
        assert sums[city] == cities["population"][city]
    assert not cities.index.isin(parts.index).any()
    assert reference.city_of("13214") == "13055"
    assert reference.city_of("13055") is None


def test_levels_have_their_known_numbers():
    assert len(reference.departements()) == 101
    assert len(reference.regions()) == 18
    assert reference.departements().loc["2B", "name"] == "Haute-Corse"
    assert len(reference.ept()) == 11
    members = reference.epci_members()
    assert members["commune"].is_unique
    without = set(reference.communes().index) - set(members["commune"])
    assert without == {"22016", "29083", "29155", "85113"}  # Bréhat, Ouessant, Sein, Yeu
    assert reference.epci().loc["200046977", "nature"] == "MET69"
    assert reference.epci().loc["200054781", "name"].startswith("Métropole du Grand Paris")
    assert set(reference.ept_members()["commune"]) <= set(
        members.loc[members["epci"] == "200054781", "commune"]
    )
    assert set(reference.epci()["departement"]) <= set(reference.departements().index)


def test_callers_cannot_spoil_the_reference():
    communes, conversion = reference.communes(), reference.conversion(2023, 2024)
    communes.loc["75056", "name"] = "Lutèce"
    conversion.loc[:, "share"] = 0.0
    assert reference.communes().loc["75056", "name"] == "Paris"
    assert reference.conversion(2023, 2024)["share"].min() > 0


# ------------------------------------------------------------------ codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01004", "01004"),
        ("1004.0", "01004"),
        ("1004", "01004"),
        (1004.0, "01004"),
        ("2a004", "2A004"),
        (" 97411 ", "97411"),
        ("0102", None),  # a bassin de vie
        ("102", None),
        ("", None),
        (None, None),
        (float("nan"), None),
        ("2C004", None),
        ("130783293", None),
    ],
)
def test_normalise_code_repairs_only_what_is_plausible(text, code):
    assert reference.normalise_code(text) == code


def test_departement_of_codes_and_finess_numbers():
    assert [reference.departement_of(c) for c in ("01004", "2B033", "97411", "98735")] == [
        "01",
        "2B",
        "974",
        "987",
    ]
    finess = {"970100001": "971", "970400024": "974", "980501506": "976", "2A0000022": "2A"}
    for number, departement in finess.items():
        assert reference.departement_of_finess(number) == departement
    with pytest.raises(ValueError, match="neuf caractères"):
        reference.departement_of_finess("13078")
    with pytest.raises(ValueError, match="9799"):
        reference.departement_of_finess("979900001")


# ------------------------------------------------------------------ history


def test_a_code_with_two_meanings_is_resolved_at_its_date():
    # 60054 was Beaumont-les-Nonains, then Les Hauts-Talican from 2019 to 2023, then Beaumont again
    assert reference.resolve_code("60054", 2018) == "60054"
    assert reference.resolve_code("60694", 2018) == "60694"
    assert reference.resolve_code("60455", 2018) == "60694"  # La Neuville-Garnier stayed
    assert reference.communes(2018)["name"]["60054"] == "Beaumont-les-Nonains"
    assert reference.communes(2023)["name"]["60054"] == "Les Hauts-Talican"
    assert reference.communes(2024)["name"]["60694"] == "Les Hauts-Talican"
    with pytest.raises(reference.AmbiguousCodeError) as error:
        reference.resolve_code("60054", 2023)
    assert set(error.value.candidates) == {"60054", "60694"}
    people = reference.communes()["population"]
    share = people["60694"] / (people["60694"] + people["60054"])
    assert error.value.shares["60694"] == pytest.approx(share)
    assert "Les Hauts-Talican (60694, 61,5" in str(error.value)
    with pytest.raises(reference.UnknownCodeError, match="Villotran"):
        reference.resolve_code("60694", 2021)


def test_a_cycle_of_codes_ends():
    # chief town of Les Trois Lacs: 27676, then 27058 in 2021, then 27676 in 2023
    assert reference.resolve_code("27676") == "27676"
    assert reference.resolve_code("27058") == "27676"
    assert reference.resolve_code("27676", 2020, to_year=2022) == "27058"
    assert reference.resolve_code("27058", 2022) == "27676"
    assert reference.resolve_code("27058", 2010) == "27676"  # Bernières-sur-Seine, one of the three
    assert pairs(reference.conversion(2020, 2021), "27676") == {"27058": 1.0}
    assert kind(reference.conversion(2020, 2021), "27676") == {"changement_de_code"}
    assert kind(reference.conversion(2020, 2023), "27676") == {"inchange"}
    assert kind(reference.conversion(2022, 2023), "27058") == {"changement_de_code"}


@pytest.mark.parametrize(
    ("from_year", "source", "targets"),
    [
        (2023, "85084", ["85084", "85165", "85212"]),
        (2019, "14712", ["14666", "14712"]),
        (2023, "60054", ["60054", "60694"]),
        (2024, "15141", ["15031", "15035", "15047", "15141", "15171"]),
    ],
)
def test_a_split_shares_the_inhabitants_of_today(from_year, source, targets):
    table = reference.conversion(from_year, 2026)
    people = reference.communes()["population"][targets].astype(float)
    assert kind(table, source) == {"scission"}
    assert pairs(table, source) == pytest.approx((people / people.sum()).to_dict())


def test_a_merger_keeps_its_parts_whole_and_marks_the_absorbing_commune():
    table = reference.conversion(2024, 2025)
    for source in ("93059", "93066"):  # Pierrefitte joined Saint-Denis on 1 January 2025
        assert pairs(table, source) == {"93066": 1.0}
        assert kind(table, source) == {"fusion"}
    assert kind(table, "93001") == {"inchange"}
    assert pairs(table, "49069") == {"49126": 1.0}  # chief town of Orée d'Anjou
    assert kind(table, "49069") == {"changement_de_code"}


def test_going_back_shares_by_the_last_count_and_says_when_there_is_none():
    back = reference.conversion(2025, 2024)
    shares = pairs(back, "93066")
    assert set(shares) == {"93059", "93066"}
    assert sum(shares.values()) == pytest.approx(1)
    assert 0.15 < shares["93059"] < 0.25  # 33 670 of about 150 000 inhabitants
    assert pd.isna(list(pairs(reference.conversion(2026, 2015), "49126").values())).all()


def test_what_left_the_code_or_came_into_it():
    table = reference.conversion(2005, 2012)
    assert kind(table, "97123") == kind(table, "97127") == {"disparu"}
    assert "97611" not in set(table["source"])
    assert reference.communes(2012)["name"]["97611"] == "Mamoudzou"
    for code in ("97123", "97701", "98735"):
        with pytest.raises(reference.UnknownCodeError, match="outre-mer"):
            reference.resolve_code(code)
    assert reference.outre_mer().loc["97701", "former_code"] == "97123"


@pytest.mark.parametrize(("year", "to_year"), [(2003, 2026), (2018, 2024), (2026, 2019)])
def test_a_conversion_loses_nobody(year, to_year):
    table = reference.conversion(year, to_year)
    assert not table.duplicated(["source", "target"]).any()
    parts = {code for codes in reference.CITIES.values() for code in codes}
    assert set(table["source"]) == set(reference.communes(year).index) | parts
    shares = table.groupby("source")["share"].sum(min_count=1)
    unknown = table.loc[table["share"].isna(), "source"]
    expected = {"97123", "97127", "52427"} if year == 2003 else set()
    reverse = {c for c in set(unknown) if c.startswith("976")}  # no Mayotte before 2011
    assert set(unknown) - reverse == expected
    assert shares.drop(list(set(unknown))).to_numpy() == pytest.approx(1)
    kinds = {"inchange", "fusion", "scission", "changement_de_code", "disparu"}
    assert set(table["kind"]) <= kinds


def test_same_year_converts_to_itself():
    table = reference.conversion(2024, 2024)
    assert (table["source"] == table["target"]).all()
    assert set(table["kind"]) == {"inchange"}


@pytest.mark.parametrize(
    ("code", "present"),
    [
        ("05120", "05001"),  # Ristolas
        ("68031", "68006"),  # Bernwiller before 2016
        ("14666", "14666"),  # Sannerville, a commune again
        ("20004", "2A004"),  # Corsica before 1976
        ("49144", "44180"),  # Freigné changed départements
        ("44225", "44180"),  # its code as a déléguée only
        ("13214", "13214"),
        ("75056", "75056"),
        ("1004.0", "01004"),
    ],
)
def test_any_former_code_resolves(code, present):
    assert reference.resolve_code(code) == present


@pytest.mark.parametrize("code", ["04000", "99999", "0102", "abc"])
def test_an_unknown_code_is_told_in_french(code):
    with pytest.raises(reference.UnknownCodeError, match=code):
        reference.resolve_code(code)


def test_land_shared_between_neighbours_lists_them():
    with pytest.raises(reference.AmbiguousCodeError, match="part inconnue") as error:
        reference.resolve_code("51606")  # Verdey, suppressed in 1966
    assert set(error.value.candidates) == {"51235", "51313", "51369"}


def test_former_communes_lead_to_present_ones():
    table = reference.former_communes()
    assert set(table["kind"]) == {"déléguée", "associée", "ancienne"}
    assert set(table["present_code"].dropna()) <= set(reference.communes().index)
    lost = table[table["present_code"].isna()]
    assert sorted(lost["code"]) == ["97123", "97127"]
    row = table[table["code"] == "05120"].iloc[0]
    assert (row["name"], row["kind"], row["date_end"]) == ("Ristolas", "déléguée", "2019-01-01")


def test_population_of_another_year_says_how_it_is_known():
    table = reference.communes(2023)
    people = reference.communes()["population"]
    parts = people[["85084", "85165", "85212"]].sum()
    assert table.loc["85084", "population"] == parts  # whole present communes
    assert table.loc["85084", "population_status"] == "observe"
    assert table.loc["93059", "population_status"] == "estime"  # in Saint-Denis since
    both = table.loc[["93059", "93066"], "population"].sum()
    assert both == pytest.approx(people["93066"], abs=1)
    before = reference.communes(2014)
    assert before.loc["49126", "population_status"] == "manquant"  # merged in 2015
    assert before["population"].isna().sum() == (before["population_status"] == "manquant").sum()


# ------------------------------------------------------------------ the year of a file


@pytest.mark.parametrize("year", [2004, 2013, 2016, 2019, 2021, 2023, 2024, 2026])
def test_the_year_of_a_file_is_found_by_its_codes(year):
    codes = list(reference.communes(year).index)
    assert reference.infer_year(codes) == year
    alsace = [code for code in codes if code[:2] in ("67", "68", "75", "13")]
    parts = [code for city in reference.CITIES.values() for code in city]
    assert reference.infer_year(codes + parts) == year
    assert reference.infer_year(alsace) >= year


def test_equal_years_give_the_latest_and_partial_files_trust_their_codes():
    assert reference.communes(2025).index.equals(reference.communes(2026).index)
    assert reference.infer_year(reference.communes(2025).index) == 2026
    assert reference.infer_year(["05001", "05120", "13001"]) == 2018  # Ristolas ended in 2019
    assert reference.infer_year(["13201", "75056"]) == 2026


# ------------------------------------------------------------------ spelling


def test_keys_forget_typing_and_keep_words():
    assert spelling.key("L’Haÿ-les-Roses") == "l hay les roses"
    assert spelling.expanded_key("STE-FOY L'ARGENTIERE") == "sainte foy l argentiere"
    assert spelling.expanded_key("Villers s/s Bois & Saint-M.") == "villers sous bois et saint m"
    assert spelling.article_first("Castellet (Le)") == "Le Castellet"
    assert spelling.article_first("Épine (L')") == "L'Épine"
    assert spelling.article_first("Aiglun (04)") == "Aiglun (04)"


def test_no_name_of_the_reference_looks_damaged():
    names = [*reference.communes()["name"], *reference.former_communes()["name"]]
    assert not [name for name in names if spelling.damaged(name)]


@pytest.mark.parametrize("table", ["cp850", "cp437", "latin-1", "mac_roman", "cp1252"])
def test_a_wrong_table_is_undone_and_a_right_name_left_alone(table):
    name = "Sainte-Croix-à-Lauze"
    garbled = name.encode().decode(table)
    assert spelling.decoded_again(garbled)[0] == name
    assert spelling.decoded_again(name) == []


def decomposed(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


GARBLINGS = {
    "capitals": str.upper,
    "small letters": str.lower,
    "no accent": decomposed,
    "capitals without accent": lambda text: decomposed(text).upper(),
    "cp850": lambda text: text.encode().decode("cp850"),
    "cp850 of capitals": lambda text: text.upper().encode().decode("cp850"),
    "latin-1": lambda text: text.encode().decode("latin-1"),
    "mac": lambda text: text.encode().decode("mac_roman"),
    "latin-1 twice": lambda text: text.encode().decode("latin-1").encode().decode("latin-1"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "no hyphen": lambda text: text.replace("-", " ").replace("'", " "),
    "typographic": lambda text: text.replace("'", "’").replace("-", "–").replace(" ", "\u00a0"),
    "double spaces": lambda text: f"  {text.replace(' ', '  ')} ",
    "abbreviated": lambda text: text.replace("Saint-", "St ").replace("Sainte-", "Ste "),
    "html": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "cedex": lambda text: f"{text.upper()} CEDEX 9",
}


@pytest.mark.parametrize("garbling", GARBLINGS)
def test_every_commune_is_found_under_its_own_name(garbling):
    table = reference.communes()
    names = table["name"].map(GARBLINGS[garbling])
    found = reference.resolve_communes(names, table["departement"])
    assert found.index.equals(table.index)
    wrong = found[found["code"] != found.index]
    assert wrong.empty, wrong.assign(name=names).head().to_string()


def test_every_commune_is_found_with_its_departement_in_brackets_and_refused_with_another():
    table = reference.communes()
    right = table["name"] + " (" + table["departement"] + ")"
    assert (reference.resolve_communes(right, table["departement"])["code"] == table.index).all()
    other = table["departement"].map(lambda code: "01" if code != "01" else "02")
    wrong = table["name"] + " (" + other + ")"
    found = reference.resolve_communes(wrong, table["departement"])
    assert set(found["rule"]) == {"departement_contradictoire"}
    assert found["code"].isna().all()


def test_lost_letters_are_found_when_one_name_alone_fits():
    table = reference.communes()
    names = table["name"].map(lambda text: text.encode("ascii", "replace").decode())
    found = reference.resolve_communes(names, table["departement"])
    known = found[found["code"].notna()]
    assert (known["code"] == known.index).all()
    assert len(known) > len(table) - 10
    assert reference.resolve_commune("C\ufffdreste-en-Luberon", "04") == "04045"
