"""Official aggregates computed again from finer official files, through the catalogue's own path.

DREES's rule for the APL (workbook, note on weights): the mean of an area weighs communes by their
*population standardisée*. No file of APL by bassin de vie is among the real files (C@rtoSanté has
it): bassins, EPCI and CPTS are held by plain loops over the workbook, France by published values.
"""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest
from python_calamine import CalamineWorkbook

from cpts_data.diagnostic import Diagnostic
from cpts_data.sources import cnam_demographie, spf_vaccination, statistiques_locales

STATISTICS = "insee/insee_statloc_social_determinants_bassins_de_vie.csv"
EMERGENCIES = "drees/URGENCES2_2020.csv"
DENSITIES = "cnam/demographie-effectifs-et-les-densites_2024.csv"
SITES = "finess/etablissements_occitanie.csv"
# Where the two files of SpF contradict each other: in 2023, what one says of Martinique the other
# says of Guyane (2024 and 2022 agree); two régions in 2012, three in 2019, Corsica in 2018.
CONTRADICTED = {
    *(("02", "2023"), ("03", "2023"), ("02", "2019"), ("03", "2019"), ("28", "2019")),
    *(("52", "2012"), ("53", "2012"), ("94", "2018"), ("94", "2019")),
}
CITY_OF = {"751": "75056", "6938": "69123", "132": "13055"}


def rows_of(path, separator=";"):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def figures(diagnostic, indicator, level, **named):
    return diagnostic.values([indicator], level, **named).set_index("territory")


@pytest.fixture(scope="module")
def workbook(real):
    """APL 2023 by commune: all GPs, those of 65 or less, standardised and total population."""
    book = CalamineWorkbook.from_path(str(real / "drees/apl_generalistes.xlsx"))
    lines = book.get_sheet_by_name("APL 2023").to_python(skip_empty_area=False)[10:]
    return {line[0]: tuple(map(float, line[2:6])) for line in lines if line[0]}


def areas(real, zone):
    """The zone of each commune, in the membership table: arrondissements follow their city."""
    rows = rows_of(real / "cog/table-appartenance-geo-communes-2024.csv", ",")
    held = {row["CODGEO"]: row[zone] for row in rows if row["CODGEO"]}

    def area_of(code):
        city = next((city for head, city in CITY_OF.items() if code.startswith(head)), code)
        return held.get(code) or held.get(city)

    return area_of


@pytest.mark.parametrize(("level", "zone"), [("bassin_de_vie", "BV2022"), ("epci", "EPCI")])
@pytest.mark.parametrize(("indicator", "column"), [("apl_mg", 0), ("apl_mg_65_ans_ou_moins", 1)])
def test_the_apl_of_an_area_weighs_by_standardised_population(
    national, real, workbook, level, zone, indicator, column
):
    area_of = areas(real, zone)
    top, bottom, plain, people = (defaultdict(float) for _ in range(4))
    for code, cells in workbook.items():
        area = area_of(code)
        top[area] += cells[column] * cells[2]
        bottom[area] += cells[2]
        plain[area] += cells[column] * cells[3]
        people[area] += cells[3]
    told = figures(national, indicator, level)
    known = told[told["status"] == "observe"]
    assert set(known.index) == {area for area in top if area and not area.startswith("Z")} & set(
        told.index
    )
    assert len(known) > 1_200
    other = 0
    for area, value in known["value"].items():
        assert value == pytest.approx(top[area] / bottom[area], rel=1e-9), area
        other += abs(value - plain[area] / people[area]) > 1e-3
    assert other > len(known) / 10  # with the total population it would be another figure


def test_the_apl_of_every_cpts_of_both_series(paca, real, workbook):
    held = defaultdict(set)
    for row in rows_of(real / "ars/cpts_communes_paca.csv"):
        held[row["cpts_id"]].add(row["code_commune"])
    for indicator, column in (("apl_mg", 0), ("apl_mg_65_ans_ou_moins", 1)):
        told = figures(paca, indicator, "cpts")
        for name, codes in held.items():
            top = sum(workbook[code][column] * workbook[code][2] for code in codes)
            bottom = sum(workbook[code][2] for code in codes)
            assert told.loc[name, "value"] == pytest.approx(top / bottom, rel=1e-9), name
    under = figures(paca, "part_population_sous_dense", "cpts")
    for name, codes in held.items():
        people = sum(workbook[code][3] for code in codes)
        low = sum(workbook[code][3] for code in codes if workbook[code][1] < 2.5)
        assert under.loc[name, "value"] == pytest.approx(100 * low / people, rel=1e-9), name


# --------------------------------------------------------------------------- Cnam


@pytest.fixture(scope="module")
def professionals(real):
    return cnam_demographie.read(real / DENSITIES)


def test_professionals_of_departements_make_regions_and_the_country(professionals, real):
    """Every profession of the file, not the headline ones alone."""
    region_of = {
        row["departement"].zfill(2): row["region"].zfill(2)
        for row in rows_of(real / DENSITIES, ",")
        if row["departement"] != "999"
    }
    sums = defaultdict(float)
    told = {}
    for row in professionals.itertuples():
        if row.niveau == "departement":
            sums["region", region_of[row.code], row.profession] += row.effectif
            sums["france", "FR", row.profession] += row.effectif
        else:
            told[row.niveau, row.code, row.profession] = row.effectif
    assert len(told) == 38 * 19
    assert told == {key: sums[key] for key in told}


def test_densities_of_regions_are_those_of_their_departements(professionals, real):
    """Headcounts over the populations that the densities imply, to their rounding (0.1)."""
    region_of = {
        row["departement"].zfill(2): row["region"].zfill(2)
        for row in rows_of(real / DENSITIES, ",")
        if row["departement"] != "999"
    }
    chosen = professionals[professionals["profession"] == "Infirmiers"]
    heads, people = defaultdict(float), defaultdict(float)
    for row in chosen[chosen["niveau"] == "departement"].itertuples():
        heads[region_of[row.code]] += row.effectif
        people[region_of[row.code]] += row.effectif / row.densite
    for row in chosen[chosen["niveau"] == "region"].itertuples():
        assert heads[row.code] / people[row.code] == pytest.approx(row.densite, rel=2e-3), row.code


# --------------------------------------------------------------------------- through a space


@pytest.fixture(scope="module")
def official(real, with_perimeters) -> Diagnostic:
    """France with the emergencies, the densities and the establishments of one région."""
    return Diagnostic.open(with_perimeters(real / EMERGENCIES, real / DENSITIES, real / SITES))


@pytest.mark.parametrize(("year", "share"), [("2019", 19.4), ("2020", 21.8)])
def test_sites_make_departements_and_the_country(official, real, year, share):
    """DOMAIN §5.6, in a plain loop over the lines of the SAE."""
    stays, visits = defaultdict(float), defaultdict(float)
    for row in rows_of(real / EMERGENCIES):
        cells = {name.lower(): text for name, text in row.items() if name}
        if cells["an"] != year or not cells["passu"]:
            continue
        site = cells["nofinesset"]
        place = site[:2]
        if cells["urg"] == "PED":
            followed = cells["dthosp"]
        else:
            followed = cells["dtmco"] and sum(
                float(cells[name] or 0) for name in ("dtmco", "dtls", "dthad", "dtext")
            )
        if followed != "":
            for area in (place, "FR"):
                stays[area] += float(followed)
                visits[area] += float(cells["passu"])
    indicator = "part_urgences_avec_hospitalisation"
    country = figures(official, indicator, "france", period=year).loc["FR"]
    assert round(country["value"], 1) == share
    assert country["value"] == pytest.approx(100 * stays["FR"] / visits["FR"], rel=1e-12)
    told = figures(official, indicator, "departement", period=year)
    metropolitan = [area for area in visits if area in told.index]
    assert len(metropolitan) == 96
    for area in metropolitan:
        row = told.loc[area]
        assert row["numerator"] == stays[area], area
        assert row["denominator"] == visits[area], area
        assert row["lower"] < row["value"] < row["upper"], area
    other = figures(official, "part_urgences_sans_hospitalisation", "france", period=year)
    assert other.loc["FR", "value"] == pytest.approx(100 - country["value"], rel=1e-12)


def test_a_cpts_level_shows_the_department_as_context_only(official):
    told = figures(official, "part_urgences_avec_hospitalisation", "epci", period="2019")
    assert set(told["status"]) <= {"contexte", "manquant"}
    assert (told["status"] == "contexte").sum() > 1_200
    assert told["numerator"].isna().all()


def test_published_densities_stay_as_published(official, professionals):
    chosen = professionals[professionals["profession"] == "Infirmiers"].set_index("code")
    for level in ("departement", "region"):
        told = figures(official, "densite_infirmiers", level)
        expected = chosen[chosen["niveau"] == level]["densite"]
        assert told.loc[expected.index, "value"].tolist() == expected.tolist()
        assert set(told.loc[expected.index, "status"]) == {"observe"}
    assert figures(official, "densite_infirmiers", "france").loc["FR", "value"] == 144.3


def test_establishments_of_communes_make_departements_and_the_region(official, real):
    """Occitanie: 1,888 pharmacies, counted once, and none where the list has none."""
    counts = defaultdict(int)
    for row in rows_of(real / SITES):
        if row["categetab"] == "620":
            counts[row["departement"]] += 1
    assert sum(counts.values()) == 1_888
    told = figures(official, "nb_pharmacies", "departement")
    spoken = told[told["status"] == "observe"]
    assert spoken["value"].to_dict() == dict(counts)
    assert figures(official, "nb_pharmacies", "region").loc["76", "value"] == 1_888
    communes = figures(official, "nb_pharmacies", "commune")
    inside = communes[communes["status"] == "observe"]
    assert inside["value"].sum() == 1_888
    assert (inside["value"] == 0).sum() > 3_000
    assert figures(official, "nb_pharmacies", "france").loc["FR", "status"] == "manquant"


# --------------------------------------------------------------------------- Insee, SpF


def test_poverty_of_bassins_is_near_what_insee_publishes(national, real):
    """Filosofi 2021: our estimate (80 % of the people known) beside the producer's own figure.

    Visible communes are the largest, hence the poorest ones: the estimate leans upward, which is
    why it is told as an estimate.
    """
    zones = statistiques_locales.read(real / STATISTICS)
    zones = zones[zones["indicateur"] == "Taux de pauvreté"].set_index("code")
    told = figures(national, "taux_pauvrete", "bassin_de_vie")
    known = told[told["value"].notna()]
    assert set(known["status"]) == {"estime"}
    assert (known["coverage"] >= 0.8).all()
    published = zones["valeur"].reindex(known.index)
    gaps = (known["value"] - published).dropna()
    assert len(gaps) > 50
    assert gaps.abs().median() < 1.0
    assert gaps.abs().quantile(0.95) < 2.5
    assert gaps.median() > 0


def test_coverage_of_a_region_lies_between_its_departements(real):
    """A share lies between its parts, to the rounding of both (0.1 point each)."""
    folder = real / "spf"
    fine = spf_vaccination.read(
        folder / "couvertures-vaccinales-des-adolescent-et-adultes-departement.csv"
    )
    wide = spf_vaccination.read(
        folder / "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv"
    )
    regions = {row["DEP"]: row["REG"] for row in rows_of(real / "cog/v_departement_2024.csv", ",")}
    parts = defaultdict(list)
    for row in fine.dropna(subset=["couverture"]).itertuples():
        parts[regions[row.code], row.period, row.vaccin].append(row.couverture)
    told, outside = 0, set()
    for row in wide.dropna(subset=["couverture"]).itertuples():
        values = parts.get((row.code, row.period, row.vaccin))
        if values:
            told += 1
            if not min(values) - 0.11 <= row.couverture <= max(values) + 0.11:
                outside.add((row.code, row.period))
    assert told == 1_308
    assert outside == CONTRADICTED
