"""The figures of the five communes, each one done by hand (tests/official_layouts.py)."""

import math
import shutil

import pandas as pd
import pytest
from pyproj import Geod

from cpts_data.analysis.aggregate import VALUES_COLUMNS
from cpts_data.analysis.composed import Composition
from cpts_data.diagnostic import Diagnostic, UnknownTerritoryError
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.space.receiving import add_files
from cpts_data.territories import Level
from tests.official_layouts import (
    APL,
    LYON,
    PLACES,
    POPULATIONS,
    apl_workbook,
    populations_rows,
    square,
    write_csv,
)

ALL = list(INDICATORS)


def row(diagnostic, indicator, level, territory, **named):
    table = diagnostic.values([indicator], level, [territory], **named)
    assert len(table) == 1
    return table.iloc[0]


def area(*codes):
    """Areas on the ellipsoid, km²: another road than a projection."""
    geod = Geod(ellps="GRS80")
    total = 0.0
    for code in codes:
        (ring,) = square(*PLACES[code])["coordinates"]
        longitudes, latitudes = zip(*ring, strict=True)
        total += abs(geod.polygon_area_perimeter(longitudes, latitudes)[0]) / 1e6
    return total


# --------------------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("indicator", "territory", "value", "status"),
    [
        ("population", "CPTS-A", 1000 + 2000, "observe"),
        ("population", "CPTS-B", 2000 + 3000, "observe"),
        ("population", "CPTS-C", 9 * 100 + 3000 / 2, "observe"),
        ("population", "CPTS-D", 0, "observe"),
        ("apl_mg", "CPTS-A", (2 * 1000 + 4 * 3000) / 4000, "observe"),  # 3.5
        ("apl_mg", "CPTS-B", (4 * 3000 + 3 * 2000) / 5000, "observe"),  # 3.6
        ("apl_mg", "CPTS-C", (5 * 900 + 3 * 1000) / 1900, "observe"),  # half of 2 000
        ("apl_mg", "CPTS-D", None, "sans_objet"),
        ("apl_mg_65_ans_ou_moins", "CPTS-A", (1.5 * 1000 + 3 * 3000) / 4000, "observe"),
        ("part_population_sous_dense", "CPTS-A", 100 * 1000 / 3000, "observe"),
        ("part_population_sous_dense", "CPTS-B", 0, "observe"),  # 2.5 is not under 2.5
        ("part_population_sous_dense", "CPTS-D", None, "sans_objet"),
        ("taux_pauvrete", "CPTS-A", None, "masque"),  # 2 000 of 3 000 people masked
        ("taux_pauvrete", "CPTS-B", None, "masque"),
        ("taux_pauvrete", "CPTS-C", (10 * 900 + 40 * 1500) / 2400, "estime"),  # 28.75
        ("taux_pauvrete", "CPTS-D", None, "sans_objet"),
        ("niveau_vie_median", "CPTS-A", None, "manquant"),  # a median is never combined
        ("niveau_vie_median", "CPTS-D", None, "sans_objet"),
    ],
)
def test_cpts(five, indicator, territory, value, status):
    told = row(five, indicator, "cpts", territory)
    assert told["status"] == status
    if value is None:
        assert math.isnan(told["value"])
    else:
        assert told["value"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("indicator", "territory", "value", "status"),
    [
        ("population", "69123", 900, "observe"),
        ("population", "55039", 0, "observe"),
        ("apl_mg", "69123", 5.0, "observe"),
        ("apl_mg", "55039", None, "sans_objet"),
        ("taux_pauvrete", "69123", 12.0, "observe"),  # Insee's own, and not the mean of the parts
        ("taux_pauvrete", "2A004", None, "masque"),
        ("niveau_vie_median", "01004", 20000, "observe"),
        ("niveau_vie_median", "97411", None, "manquant"),  # nd
        ("niveau_vie_median", "69123", 24000, "observe"),
        ("niveau_vie_median", "55039", None, "sans_objet"),
        ("part_population_sous_dense", "01004", 100, "observe"),
        ("population", "01001", None, "manquant"),  # a neighbour that no file tells
    ],
)
def test_communes(five, indicator, territory, value, status):
    told = row(five, indicator, "commune", territory)
    assert told["status"] == status
    assert math.isnan(told["value"]) if value is None else told["value"] == value


def test_arrondissements(five):
    table = five.values(["population", "taux_pauvrete", "niveau_vie_median"], "arrondissement")
    assert sorted(set(table["territory"])) == list(LYON)
    by = table.groupby("indicator")
    assert by["value"].sum()["population"] == 900
    assert set(by.get_group("taux_pauvrete")["value"]) == {10.0}
    assert set(by.get_group("niveau_vie_median")["status"]) == {"masque"}


def test_densities(five):
    people = row(five, "densite_population", "cpts", "CPTS-A")
    assert people["value"] == pytest.approx(3000 / area("01004", "2A004"), rel=3e-3)
    reunion = row(five, "densite_population", "commune", "97411")
    assert reunion["value"] == pytest.approx(3000 / area("97411"), rel=3e-3)
    # Lyon has a whole contour and nine parts: its nine strips of 0.01° are counted, once
    city = row(five, "densite_population", "commune", "69123")
    assert city["value"] == pytest.approx(900 / (0.09 * area("69123")), rel=3e-3)


def test_coarser_levels_say_what_they_do_not_know(five):
    ain = row(five, "population", "departement", "01")
    assert ain["status"] == "manquant"
    assert 0 < ain["coverage"] < 0.1  # 1 000 people of some 670 000
    epci = five.values(["population"], "epci").set_index("territory")
    assert epci.loc["200000111", ["value", "status"]].tolist() == [1000, "observe"]
    assert "ZZZZZZZZZ" not in epci.index
    basins = five.values(["population"], "bassin_de_vie").set_index("territory")
    assert basins.loc["2A004", ["name", "value"]].tolist() == ["Ajaccio", 2000]
    assert row(five, "population", "region", "94")["status"] == "manquant"


def test_france_is_the_national_reference_beside_five_communes(five):
    told = row(five, "apl_mg", "france", "FR")
    assert (told["value"], told["period"], told["status"]) == (3.745, "2023", "observe")
    assert told["sources"].startswith("reference : DREES")
    told = row(five, "apl_mg", "france", "FR", period="2022")
    assert (told["value"], told["period"]) == (3.789, "2022")
    told = row(five, "apl_mg", "france", "FR", period="1999")
    assert told["status"] == "manquant"
    assert math.isnan(told["value"])


def test_the_reference_of_the_same_year_is_preferred(tmp_path):
    add_files(tmp_path / "e", [apl_workbook(tmp_path / "a.xlsx", {2022: APL})])
    diagnostic = Diagnostic.open(tmp_path / "e")
    for named in ({}, {"period": "2022"}, {}):
        told = row(diagnostic, "apl_mg", "france", "FR", **named)
        assert (told["value"], told["period"]) == (3.789, "2022")


# --------------------------------------------------------------------------- the table


def test_the_table_of_values(five):
    drawn = five.with_compositions([Composition.of("Ma zone", [("01004", 1), ("55039", 1)], 2023)])
    for level in Level:
        table = drawn.values(ALL, level)
        assert tuple(table.columns) == VALUES_COLUMNS
        assert set(table["status"]) <= {status.value for status in Status}
        silent = ~table["status"].isin([s.value for s in Status if s.has_value])
        assert table.loc[silent, "value"].isna().all()
        assert table.loc[~silent, "value"].notna().all()
        assert table["coverage"].dropna().between(0, 1).all()
        assert not table.duplicated(["indicator", "territory"]).any()
        assert (table["level"] == level).all()
        assert set(table["stratum"]) == {"ensemble"}
        for indicator, part in table.groupby("indicator"):
            assert set(part["unit"]) == {INDICATORS[indicator].unit}
        assert table.loc[table["value"].notna(), "sources"].str.len().gt(0).all()


def test_columns_of_the_contract():
    assert ",".join(VALUES_COLUMNS) == (
        "indicator,level,territory,name,period,stratum,value,lower,upper,numerator,denominator,"
        "coverage,status,unit,sources"
    )


def test_sources_and_periods(five):
    told = row(five, "densite_population", "cpts", "CPTS-A")
    assert told["sources"] == "populations_legales (2023) ; contours_communes (2026)"
    assert told["period"] == "2023"
    assert five.periods(INDICATORS["taux_pauvrete"]) == ["2021"]
    for level, territory in (("cpts", "CPTS-A"), ("commune", "01004")):
        told = row(five, "apl_mg", level, territory, period="2019")
        assert (told["period"], told["status"]) == ("2019", "manquant")
        assert math.isnan(told["value"])


def test_territories_in_the_order_asked(five):
    asked = ["CPTS-C", "CPTS-A"]
    table = five.values(["apl_mg", "population"], "cpts", asked)
    assert table["territory"].tolist() == asked * 2
    assert five.values([], "cpts").columns.tolist() == list(VALUES_COLUMNS)


def test_what_does_not_exist(five):
    with pytest.raises(UnknownTerritoryError, match="Aucun territoire « CPTS-Z » au niveau CPTS"):
        five.values(["apl_mg"], "cpts", ["CPTS-Z"])
    with pytest.raises(UnknownTerritoryError, match="niveau département"):
        five.territory("departement", "99")
    with pytest.raises(KeyError):
        five.values(["absent"], "cpts")
    with pytest.raises(ValueError, match="canton"):
        five.values(["apl_mg"], "canton")


# --------------------------------------------------------------------------- around the figures


def test_overlaps_and_white_zones(five):
    overlaps = five.territories("cpts").overlaps().set_index("unit")
    assert overlaps["territories"].to_dict() == {
        "2A004": ("CPTS-A", "CPTS-B"),
        "97411": ("CPTS-B", "CPTS-C"),
    }
    assert overlaps["weight"].to_dict() == {"2A004": 2.0, "97411": 1.5}
    # the main département of each: Ain, Corse-du-Sud (first of two alike), Rhône, Meuse
    assert five.field_departements() == ("01", "2A", "55", "69")
    uncovered = five.uncovered()
    assert not set(POPULATIONS) & set(uncovered)
    assert "01001" in uncovered
    assert "97401" not in uncovered  # La Réunion is nobody's main département


def test_inhabitants_are_counted_once(five):
    assert five.inhabitants(["01004", "2A004", "2A004"]) == 3000
    assert five.inhabitants(["69123", "99999"]) == 900


def test_the_list_of_cpts(five):
    listed = five.cpts_list()
    assert listed["name"].tolist() == [
        "CPTS de la plaine",
        "CPTS du rivage",
        "CPTS de la ville",
        "CPTS du désert",
    ]
    assert listed["statut"].tolist() == ["aci_signe", "sans_statut", "projet_sante", "emergence"]
    assert five.territory("cpts", "CPTS-C").label == "CPTS de la ville (69, 974)"
    stage = five.stage_of("CPTS-A")
    assert (stage.label, stage.when) == ("ACI signé", "depuis le 31 mars 2022")


def test_lines_of_sources(five):
    assert five.source_line(INDICATORS["apl_mg"], "2023") == (
        "DREES, Accessibilité potentielle localisée (APL) aux médecins généralistes, 2023 "
        "(France hors Mayotte)"
    )
    assert five.population_line() == "Population municipale 2023, Insee"
    assert five.vintage_text("insee_filosofi") == "2021"
    assert math.isnan(five.coverage_of("cpts_liste"))
    assert 0 < five.coverage_of("drees_apl") < 0.01  # five communes of five départements


def test_a_city_is_drawn_once(five):
    drawn = five.contours()
    assert "69123" not in set(drawn["code"])
    assert set(LYON) <= set(drawn["code"])
    assert len(drawn) == 13


def test_a_space_without_populations_says_whose_it_shows(five_space, tmp_path):
    space = shutil.copytree(five_space, tmp_path / "sans")
    shutil.rmtree(space / "populations_legales")
    diagnostic = Diagnostic.open(space)
    told = row(diagnostic, "population", "commune", "55039")
    assert (told["value"], told["status"]) == (0, "observe")
    assert told["sources"] == "reference (2023)"
    assert diagnostic.population_line().startswith("Population municipale au 1er janvier 2023")
    ajaccio = row(diagnostic, "population", "commune", "2A004")
    assert ajaccio["value"] > 60_000


def test_an_empty_space_answers(tmp_path):
    diagnostic = Diagnostic.open(tmp_path)
    assert diagnostic.values(["apl_mg"], "cpts").empty
    table = diagnostic.values(["apl_mg"], "region")
    assert set(table["status"]) == {"manquant"}
    assert len(table) == 18
    assert diagnostic.values(["population"], "france").iloc[0]["status"] == "observe"


def test_the_latest_population_serves_every_page(five_files, tmp_path):
    space = tmp_path / "e"
    others = {code: people * 2 for code, people in POPULATIONS.items()}
    later = write_csv(tmp_path / "autres.csv", populations_rows(others))
    add_files(space, [five_files["contours_communes"], five_files["populations_legales"]])
    add_files(space, [later], vintage="2030")
    diagnostic = Diagnostic.open(space)
    assert diagnostic.inhabitants(["2A004"]) == 4000
    assert row(diagnostic, "population", "commune", "2A004")["value"] == 4000
    periods = diagnostic.periods(INDICATORS["population"])
    assert len(periods) == 2
    older = row(diagnostic, "population", "commune", "2A004", period=periods[0])
    assert older["value"] == 2000


@pytest.mark.parametrize("index", range(3))
def test_the_order_of_the_files_is_of_no_importance(five, five_files, tmp_path, index):
    paths = list(five_files.values())
    order = [paths[index:] + paths[:index], paths[::-1], [paths[-1], *paths[:-1]]][index]
    for path in order:
        (receipt,) = add_files(tmp_path / "e", [path], vintage="2023")
        assert receipt.accepted, receipt.faults
    other = Diagnostic.open(tmp_path / "e")
    for level in ("cpts", "commune"):
        pd.testing.assert_frame_equal(other.values(ALL, level), five.values(ALL, level))
