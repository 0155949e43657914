"""France from the official files: published totals, and the traps of FORMATS §4 they hide."""

import csv
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from cpts_data.analysis.aggregate import unit_column
from cpts_data.contracts import Kind
from cpts_data.measures import Ground, ShareUnder, WeightedMean
from cpts_data.reference import CITIES
from cpts_data.sources import MODULES, cog, drees_apl, insee_filosofi, table_appartenance
from cpts_data.space.carrying import conversion
from cpts_data.territories import Level, Territories, inner_rows

LEGAL_POPULATION = 67_408_052  # Insee, populations légales 2021, France hors Mayotte
REBORN = ("60694", "85165", "85212")  # communes again since 1 January 2024


@pytest.fixture(scope="session")
def apl_rows(real):
    """The APL of the workbook as plain lists, by year: code, apl, apl ≤ 65, standardised, total."""
    book = CalamineWorkbook.from_path(str(real / "drees/apl_generalistes.xlsx"))
    rows = {}
    for year in ("2022", "2023"):
        lines = book.get_sheet_by_name(f"APL {year}").to_python(skip_empty_area=False)[10:]
        rows[year] = [(line[0], *map(float, line[2:6])) for line in lines if line[0]]
    return rows


def rows_of(path, separator, **named):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator, **named))


def france(diagnostic, indicator, period=None):
    return diagnostic.values([indicator], "france", period=period).iloc[0]


# --------------------------------------------------------------------------- APL


@pytest.mark.parametrize(
    ("indicator", "period", "published", "digits"),
    [
        ("apl_mg", "2023", 3.745, 3),
        ("apl_mg_65_ans_ou_moins", "2023", 3.295, 3),
        ("part_population_sous_dense", "2023", 27.4, 1),
        ("part_population_sous_dense_tous_ages", "2023", 16.6, 1),
        ("apl_mg", "2022", 3.789, 3),
        ("apl_mg_65_ans_ou_moins", "2022", 3.342, 3),
        ("part_population_sous_dense", "2022", 25.0, 1),
        ("part_population_sous_dense_tous_ages", "2022", 14.9, 1),
    ],
)
def test_the_apl_of_france(national, indicator, period, published, digits):
    told = france(national, indicator, period)
    assert round(told["value"], digits) == published
    assert told["status"] == "observe"
    assert told["sources"] == f"drees_apl ({period})"
    assert 0.995 < told["coverage"] < 1  # Mayotte is out of the field


def test_trap_11_two_populations_two_uses(national, apl_rows):
    rows = apl_rows["2023"]
    standardised = sum(r[1] * r[3] for r in rows) / sum(r[3] for r in rows)
    total = sum(r[1] * r[4] for r in rows) / sum(r[4] for r in rows)
    plain = sum(r[1] for r in rows) / len(rows)
    assert [round(mean, 3) for mean in (standardised, total, plain)] == [3.745, 3.751, 2.956]
    assert france(national, "apl_mg")["value"] == pytest.approx(standardised, rel=1e-12)
    under = sum(r[4] for r in rows if r[2] < 2.5)
    share = 100 * under / sum(r[4] for r in rows)
    told = france(national, "part_population_sous_dense")
    assert told["value"] == pytest.approx(share, rel=1e-12)
    assert told["numerator"] == pytest.approx(under)


def test_the_apl_of_every_departement(national, apl_rows):
    for year, rows in apl_rows.items():
        top, bottom = defaultdict(float), defaultdict(float)
        for code, apl, _, weight, _ in rows:
            place = code[:3] if code[:2] == "97" else code[:2]
            top[place] += apl * weight
            bottom[place] += weight
        told = national.values(["apl_mg"], "departement", period=year).set_index("territory")
        assert len(told) == 101
        for place in top:
            value = told.loc[place, "value"]
            assert value == pytest.approx(top[place] / bottom[place], rel=1e-9), place
        assert told.loc["976", "status"] == "sans_objet"
        assert set(told.loc[list(top), "status"]) == {"observe"}


def test_trap_10_titles_units_and_empty_lines(real):
    table = drees_apl.read(real / "drees/apl_generalistes.xlsx")
    assert table.groupby("period").size().to_dict() == {"2022": 34_964, "2023": 34_954}
    for name in ("apl_mg", "apl_mg_65_ans_ou_moins", "population_standardisee"):
        assert table[name].notna().all(), name
    assert (table.loc[table["period"] == "2023", "apl_mg"] == 0).sum() == 517
    assert table["apl_mg"].max() == pytest.approx(40.0, abs=0.05)
    assert "consultations" in drees_apl.SOURCE.column("apl_mg").unit
    assert table.attrs["remarques"] == []


def test_trap_7_an_apl_over_no_inhabitant(national, apl_rows):
    by_code = {row[0]: row for row in apl_rows["2023"]}
    assert all(by_code[code][3:] == (0, 0) for code in REBORN)
    register = national.register
    pairs = pd.DataFrame({"territory": "x", "unit": REBORN})
    made = Territories.from_pairs(Level.CPTS, pd.Series({"x": "x"}), pairs, register.units)
    ground = Ground(made, register.population)
    table = national.space.table("drees_apl")
    table = table[table["period"] == "2023"]
    columns = {
        f"drees_apl.{column.name}": unit_column(table, column, register.units, frozenset())
        for column in drees_apl.SOURCE.columns
        if column.kind is Kind.NUMBER
    }
    for measure in (
        WeightedMean("drees_apl.apl_mg", "drees_apl.population_standardisee"),
        ShareUnder("drees_apl.apl_mg", 2.5, "drees_apl.population_totale"),
    ):
        with np.errstate(all="raise"):
            told = measure.compute(columns, ground).loc["x"]
        assert np.isnan(told["value"])
        assert told["status"] in ("manquant", "sans_objet")


def test_an_index_is_shown_for_no_part_of_a_commune_that_was_cut(national):
    table = national.values(["apl_mg"], "commune", ["60054", *REBORN], period="2022")
    assert set(table["status"]) == {"manquant"}
    people = national.values(["population"], "commune", ["60054", "60694"])
    assert set(people["status"]) == {"estime"}


# --------------------------------------------------------------------------- populations


def test_legal_populations_of_every_departement(national, real):
    expected = Counter()
    for row in rows_of(real / "insee/donnees_communes.csv", ";"):
        expected[row["DEP"]] += int(row["PMUN"])
    told = national.values(["population"], "departement").set_index("territory")
    known = told[told["status"] != "sans_objet"]
    assert known["value"].sum() == pytest.approx(LEGAL_POPULATION)
    assert set(told.index) - set(known.index) == {"976"}
    for place, people in expected.items():
        assert known.loc[place, "value"] == pytest.approx(people), place
        assert known.loc[place, "status"] == "observe", place
    assert france(national, "population")["value"] == pytest.approx(LEGAL_POPULATION)
    regions = national.values(["population"], "region")["value"].sum()
    assert regions == pytest.approx(LEGAL_POPULATION)


def test_trap_5_one_total_in_two_geographies(national, real, apl_rows):
    legal = {row["COM"] for row in rows_of(real / "insee/donnees_communes.csv", ";")}
    apl = {row[0] for row in apl_rows["2023"]}
    empty = {code for code in legal - apl if code.startswith("55")}
    assert len(legal - apl - empty) == 13
    assert len(apl - legal) == 3
    assert sum(row[4] for row in apl_rows["2023"]) == LEGAL_POPULATION
    # once carried, the two are one geography, and nothing was lost on the way
    carried = national.space.table("populations_legales")
    assert set(carried["code"]) == apl | empty
    assert carried["population"].sum() == pytest.approx(LEGAL_POPULATION)
    assert set(carried["period"]) == {"2021"}
    remarks = " ".join(national.space.remarks("populations_legales"))
    assert "Millésime 2021 déduit des codes de communes (géographie de 2023)" in remarks
    assert "portés de la géographie de 2023 à celle de 2024" in remarks
    assert "inconnu" not in remarks


def test_trap_6_one_code_two_meanings(national):
    # 60054 was Les Hauts-Talican (878 inhabitants), then Beaumont-les-Nonains beside 60694
    carried = national.space.table("populations_legales").set_index("code")
    assert carried.loc[["60054", "60694"], "population"].sum() == pytest.approx(878)
    assert carried.loc[["60054", "60694"], "population_statut"].tolist() == ["estime"] * 2
    names = national.territories(Level.COMMUNE).table["name"]
    assert names["60054"] == "Beaumont-les-Nonains"
    assert names["60694"] == "Les Hauts-Talican"


def test_trap_8_a_cycle_of_codes(real):
    held = [
        (row["COM"], row["DATE_DEBUT"], row["DATE_FIN"])
        for row in rows_of(real / "cog/v_commune_depuis_1943.csv", ",")
        if row["LIBELLE"] == "Les Trois Lacs"
    ]
    for code, start, end in held:
        year = int(start[:4]) + (start[5:] != "01-01")
        if end and int(end[:4]) <= year:
            continue
        moved = conversion(year, 2024, pd.Index([code]), pd.DataFrame())
        assert moved["target"].tolist() == ([] if code == "27676" else ["27676"])
    assert {code for code, *_ in held} == {"27058", "27676"}


# --------------------------------------------------------------------------- code file and zones


def test_trap_9_the_code_alone_is_no_key(real):
    table = cog.read(real / "cog/v_commune_2024.csv")
    assert table["nature"].value_counts().to_dict() == {
        "commune": 34_935,
        "commune déléguée": 2_081,
        "commune associée": 483,
        "arrondissement": 45,
    }
    assert (table["code"].value_counts() > 1).sum() == 573
    assert not table.duplicated(["nature", "code"]).any()
    assert len(cog.read(real / "cog/v_departement_2024.csv")) == 101
    assert len(cog.read(real / "cog/v_region_2024.csv")) == 18


def test_traps_13_and_14_the_epci_of_two_files(national, real):
    zones = table_appartenance.read(real / "cog/table-appartenance-geo-communes-2024.csv")
    assert len(zones) == 34_935
    assert zones["epci"].nunique() == 1_255
    assert zones["epci"].isna().sum() == 4
    assert zones["bassin_de_vie"].nunique() == 1_707
    contours = national.space.table("contours_communes")
    communes = contours[contours["nature"] == "commune"].set_index("code")
    assert set(communes.index) == set(zones["code"])
    both = zones.set_index("code")["epci"].to_frame("table").join(communes["epci"])
    assert both["epci"].notna().sum() == 34_931
    assert both.dropna().eval("table == epci").all()
    assert set(both[both["epci"].isna()].index) == {"22016", "29083", "29155", "85113"}
    epci = national.territories(Level.EPCI).table
    assert len(epci) == 1_255
    assert not epci.index.str.startswith("Z").any()
    assert len(national.territories(Level.BASSIN_DE_VIE).table) == 1_707


def test_trap_12_what_is_moved_is_not_measured(national):
    contours = national.space.table("contours_communes").set_index("code")
    overseas = contours.index.str.startswith("97")
    assert contours.loc[overseas, "superficie_km2"].isna().all()
    assert contours.loc[~overseas, "superficie_km2"].notna().all()
    assert national.values(["densite_population"], "departement", ["974"]).iloc[0]["status"] == (
        "manquant"
    )
    # metropolitan France is about 544,000 km² on the ground
    metropole = contours[~overseas & (contours["nature"] == "commune")]
    assert metropole["superficie_km2"].sum() == pytest.approx(544_000, rel=0.01)


def test_the_year_of_the_space_is_that_of_its_contours(national):
    assert national.space.year == 2024
    assert national.register.covers_france
    remarks = {name: national.space.remarks(name) for name in national.space.states}
    assert remarks["insee_filosofi"] == []
    assert remarks["contours_communes"] == []


# --------------------------------------------------------------------------- Filosofi and cities


def test_trap_3_three_nothings(real):
    table = insee_filosofi.read(real / "insee/cc_filosofi_2021_COM.csv")
    assert len(table) == 34_909
    assert table["taux_pauvrete_statut"].value_counts().to_dict() == {
        "masque": 30_500,
        "observe": 34_909 - 30_500 - 12,
        "manquant": 12,
    }
    assert table["taux_pauvrete"].isna().sum() == 30_512
    assert (table["taux_pauvrete"] == 0).sum() == 0
    assert (table["niveau_vie_median_statut"] == "masque").sum() == 3_593


def test_trap_4_persons_of_the_three_cities_once(national, real):
    rows = rows_of(real / "insee/cc_filosofi_2021_COM.csv", ";")
    visible = {r["CODGEO"]: r["NBPERSMENFISC21"] for r in rows}
    persons = {code: int(text) for code, text in visible.items() if text.isdigit()}
    assert sum(persons.values()) == 66_753_038
    cities = sum(persons[code] for code in CITIES)
    parts = sum(persons[code] for city in CITIES.values() for code in city)
    others = sum(persons.values()) - cities - parts
    assert others + cities == 63_569_561
    assert parts == cities + 7  # Insee's own rounding, by part or by city
    units = national.register.units
    source = MODULES["insee_filosofi"].SOURCE
    table = national.space.table("insee_filosofi")
    column = unit_column(table, source.column("personnes"), units, source.outside)
    counted = inner_rows(column.present, units)
    assert np.nansum(column.values) == 66_753_038
    assert np.nansum(column.values[counted]) == others + parts


def test_the_poverty_of_a_city_is_its_own(national, real):
    rows = {r["CODGEO"]: r["TP6021"] for r in rows_of(real / "insee/cc_filosofi_2021_COM.csv", ";")}
    told = national.values(["taux_pauvrete"], "commune", ["75056", "69123", "13055"])
    expected = [float(rows[code].replace(",", ".")) for code in told["territory"]]
    assert told["value"].tolist() == expected
    # visible in 13 % of the communes, which hold 74 % of the people: no figure for France
    register = national.register
    ground = Ground(national.territories(Level.FRANCE), register.population)
    source = MODULES["insee_filosofi"].SOURCE
    table = national.space.table("insee_filosofi")
    columns = {
        f"x.{name}": unit_column(table, source.column(name), register.units, source.outside)
        for name in ("taux_pauvrete", "personnes")
    }
    told = WeightedMean("x.taux_pauvrete", "x.personnes").compute(columns, ground).iloc[0]
    assert told["status"] == "masque"
    assert np.isnan(told["value"])
    assert 0.7 < told["coverage"] < 0.8


def test_paris_lyon_marseille_once(national, real):
    parts = Counter()
    for row in rows_of(real / "insee/donnees_communes.csv", ";"):
        for city, prefix in (("75056", "751"), ("69123", "6938"), ("13055", "132")):
            if row["COM"].startswith(prefix) and "Arrondissement" in row["Commune"]:
                parts[city] += int(row["PMUN"])
    told = national.values(["population"], "commune").set_index("territory")
    assert len(told) == 34_935
    for city, people in parts.items():
        assert told.loc[city, "value"] == people
    known = told[told["status"] != "sans_objet"]
    assert known["value"].sum() == pytest.approx(LEGAL_POPULATION)
    pieces = national.values(["population"], "arrondissement")
    assert len(pieces) == 45
    assert pieces["value"].sum() == sum(parts.values())
    assert (
        told.loc["75056", "value"]
        == national.values(["population"], "departement", ["75"]).iloc[0]["value"]
    )


def test_every_commune_has_a_status_and_mayotte_is_out(national):
    table = national.values(["apl_mg", "population", "niveau_vie_median"], "commune")
    mayotte = table[table["territory"].str.startswith("976")]
    assert set(mayotte["status"]) == {"sans_objet"}
    empty = ["55039", "55050", "55139", "55189", "55239", "55307"]
    meuse = national.values(["apl_mg", "population"], "commune", empty)
    assert set(meuse[meuse["indicator"] == "apl_mg"]["status"]) == {"sans_objet"}
    assert meuse[meuse["indicator"] == "population"]["value"].tolist() == [0] * 6
