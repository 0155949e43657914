"""Care and needs on the demonstration's island: the files against the truth, recomputed slowly.

Expected values come from the producers' rules, from published orders of magnitude, or from plain
loops over the truth; no reader of ours is used here.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np
import openpyxl
import pytest

from tests.demonstration_run import made, pmun, sheet_rows, table

LOCAL_YEARS = (2020, 2021, 2022, 2023, 2024)


@pytest.fixture(scope="module")
def truth():
    return made()[0]


@pytest.fixture(scope="module")
def folder():
    return made()[1]


@pytest.fixture(scope="module")
def apl(folder):
    path = folder / "drees_apl" / "apl_generalistes.xlsx"
    return {year: [row[:6] for row in sheet_rows(path, f"APL {year}", 11)] for year in (2022, 2023)}


@pytest.fixture(scope="module")
def local(folder):
    """Rows of the local indicators by (indicator, level, stratum, period)."""
    found = defaultdict(dict)
    for year in LOCAL_YEARS:
        path = folder / "indicateurs_locaux" / f"indicateurs_cpam_hesperie_{year}.csv"
        for row in table(path, ";", "cp1252" if year == 2020 else "utf-8-sig"):
            key = (row["indicateur"], row["niveau"], row["strate"], row["periode"])
            assert row["code"] not in found[key], "told twice"
            found[key][row["code"]] = row
    return found


def counts(rows):
    """Numerator and denominator by code, of the rows that show both."""
    return {
        code: (int(row["numerateur"]), int(row["denominateur"]))
        for code, row in rows.items()
        if row["numerateur"] and row["denominateur"]
    }


# --- general practitioners -------------------------------------------------------------------


def test_apl_means_and_deserts_look_real(apl):
    for rows in apl.values():
        value = np.array([row[2] for row in rows])
        young = np.array([row[3] for row in rows])
        weight = np.array([row[4] for row in rows])
        mean = np.average(value, weights=weight)
        assert 2.8 <= mean <= 3.5
        # France 2023: 3.295 / 3.745 = 0.88 of the accessibility is due to doctors up to 65.
        assert 0.82 <= np.average(young, weights=weight) / mean <= 0.95
        assert (young <= value).all()
        assert (value < 2.5).sum() > 0.3 * len(value)
        assert 1 <= (value == 0).sum() <= 12
        # France: population standardisée / population totale, commune by commune, 0.77 to 1.53.
        ratio = weight / np.array([row[5] for row in rows])
        assert 0.75 < ratio.min() < ratio.max() < 1.55
    capital = max(apl[2023], key=lambda row: row[5])
    assert 3.7 <= capital[2] <= 4.6


def test_apl_distributes_exactly_the_supply(apl, truth):
    """DOMAIN §6.2: the sum of P × A over communes is the sum of the acts counted."""
    for year, rows in apl.items():
        acts = sum(counted_acts(doctor, year) for doctor in truth.doctors.to_dict("records"))
        spread = sum(row[2] * row[4] for row in rows)
        assert spread == pytest.approx(acts, rel=2e-4)


def counted_acts(doctor, year):
    """Acts counted for a doctor, written from the sheet « Paramètres », one rule at a time."""
    acts = doctor[f"actes_{year}"]
    if not doctor["debut"] <= year <= doctor["fin"]:
        return 0
    if doctor["exercice"] == "centre_de_sante":
        return acts
    if doctor["debut"] == year:
        return 5400
    if acts <= 250:
        return 0
    return min(max(acts, 3600), 6000)


def test_apl_equals_a_slow_computation(apl, folder, truth):
    """Two steps in plain loops, with the weights read in the workbook's own sheet."""
    book = openpyxl.load_workbook(folder / "drees_apl" / "apl_generalistes.xlsx")
    sheet = book["Paramètres"]
    weights = [sheet.cell(row, 3).value for row in range(23, 42)]
    codes = [row[0] for row in apl[2023]]
    demand = dict.fromkeys(codes, 0.0)
    ages = sorted(truth.persons["age"].unique())
    people = truth.persons[truth.persons["annee"] == 2021]
    for code, age, count in people[["code", "age", "personnes"]].itertuples(index=False):
        demand[code] += weights[ages.index(age)] * count
    supply = dict.fromkeys(codes, 0.0)
    for doctor in truth.doctors.to_dict("records"):
        supply[doctor["code"]] += counted_acts(doctor, 2023)

    def decay(minutes):
        return 1 if minutes <= 10 else 2 / 3 if minutes <= 15 else 1 / 3 if minutes <= 20 else 0

    reach = {
        (a, b): decay(truth.minutes[i, j])
        for i, a in enumerate(codes)
        for j, b in enumerate(codes)
        if truth.minutes[i, j] <= 20
    }
    around = dict.fromkeys(codes, 0.0)
    for (home, care), weight in reach.items():
        around[care] += weight * demand[home]
    expected = dict.fromkeys(codes, 0.0)
    for (home, care), weight in reach.items():
        expected[home] += weight * supply[care] / around[care]
    for code, _, value, _, standardised, total in apl[2023]:
        assert value == pytest.approx(expected[code], abs=5.01e-4), code
        assert standardised == pytest.approx(demand[code], abs=5.01e-4)
        assert total == pmun(folder, 2021)[code]


def test_travel_times_are_sound(truth):
    minutes = truth.minutes
    assert np.array_equal(minutes, minutes.T)
    assert (np.diag(minutes) == 0).all()
    assert (minutes[~np.eye(len(minutes), dtype=bool)] > 0).all()
    assert 60 < minutes.max() < 180


# --- the other professions -------------------------------------------------------------------

OTHER_APL = {
    "drees_apl_infirmiers/apl_infirmieres.xlsx": ("infirmier", 100, 170),
    "drees_apl_masseurs_kinesitherapeutes/apl_kinesitherapeutes.xlsx": (
        "masseur_kinesitherapeute", 80, 130,
    ),
    "drees_apl_chirurgiens_dentistes/apl_chirurgiens_dentistes.xlsx": (
        "chirurgien_dentiste", 40, 65,
    ),
    "drees_apl_sages_femmes/apl_sages_femmes.xlsx": ("sage_femme", 15, 40),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_APL)
def test_other_apl_distributes_exactly_the_supply(folder, truth, name):
    """DOMAIN §6.2 again: P × A adds up to the full-time equivalents of the self-employed."""
    metier, low, high = OTHER_APL[name]
    people = truth.health.professionals
    people = people[(people["metier"] == metier) & (people["mode"] == "L")]
    for year in (2019, 2020, 2021, 2022, 2023):
        rows = sheet_rows(folder / name, f"APL {year}", 11)
        spread = sum(row[2] * row[3] for row in rows) / 100_000
        working = people[(people["debut"] <= year) & (people["fin"] >= year)]
        assert spread == pytest.approx(working["etp"].sum(), rel=2e-3)
        assert low < 100_000 * spread / sum(row[3] for row in rows) < high
        assert sum(row[4] for row in rows) == sum(pmun(folder, year - 2).values())


def test_the_earlier_edition_knows_the_commune_merged_since(folder, truth):
    path = folder / "drees_apl" / "apl_generalistes_2021.xlsx"
    codes = {year: {row[0] for row in sheet_rows(path, f"APL {year}", 11)} for year in (2019, 2020)}
    places = truth.places
    late = set(places.index[places["date_fusion"] == "2021-01-01"])
    assert codes[2019] - codes[2020] == late - set(truth.communes.index)
    assert codes[2020] == set(truth.communes.index)


def test_professionals_have_no_name_and_doctors_are_those_of_the_apl(folder, truth):
    path = folder / "rpps" / "ps-libreacces-personne-activite.txt"
    rows = table(path, "|")
    # The columns that the pruned copy keeps, as FORMATS C1 names them, and the number of a person.
    assert list(rows[0]) == [
        "Numéro de personne", "Code profession", "Libellé profession",
        "Code catégorie professionnelle", "Code savoir-faire", "Libellé savoir-faire",
        "Code mode exercice", "Numéro FINESS site", "Bureau cedex (coord. structure)",
        "Code postal (coord. structure)", "Code commune (coord. structure)",
        "Libellé commune (coord. structure)", "Code Département (structure)",
    ]  # fmt: skip
    numbers = list(dict.fromkeys(int(row["Numéro de personne"]) for row in rows))
    assert numbers == list(range(1, len(numbers) + 1))
    general = {
        row["Numéro de personne"]
        for row in rows
        if row["Code savoir-faire"] in {"SM26", "SM53", "SM54"} and row["Code mode exercice"] == "L"
    }
    doctors = truth.doctors
    # Those of the APL of 2023, less the departures, plus the arrivals of 2024.
    liberal = doctors[(doctors["fin"] >= 2023) & (doctors["exercice"] == "liberal")]
    assert 0.9 * len(liberal) < len(general) < 1.02 * len(liberal)
    nowhere = [row for row in rows if not row["Code commune (coord. structure)"]]
    assert 0.05 < len(nowhere) / len(rows) < 0.2
    assert len(rows) > len({tuple(row.values()) for row in rows}), "a few repeated lines"


def test_sites_of_professionals_and_of_emergencies_are_in_the_finess(folder, truth):
    path = folder / "finess" / "etalab-cs1100507-stock-20250114-0338.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "finess;etalab;111;2025-01-14"
    structures = [line.split(";") for line in lines if line.startswith("structureet;")]
    assert all(len(row) == 32 for row in structures)
    numbers = [row[1] for row in structures]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"(00|96)\d{7}", number) for number in numbers)
    # Long names, complements, telephones: emptied, as in a space (FORMATS 1.2).
    assert all(not "".join([*row[4:7], *row[16:18]]) for row in structures)
    assert {row[3] for row in structures if row[18] == "627"} == {""}
    rpps = table(folder / "rpps" / "ps-libreacces-personne-activite.txt", "|")
    assert {row["Numéro FINESS site"] for row in rpps} - {""} <= set(numbers)
    visits = table(folder / "drees_urgences" / "URGENCES2_2024.csv", ";")
    closed = {row["nofinesset"] for row in visits} - set(numbers)
    assert len(closed) == 1
    assert max(int(row["AN"]) for row in visits if row["nofinesset"] in closed) == 2020


# --- patients --------------------------------------------------------------------------------


def test_emergencies_of_the_hospitals_are_those_of_the_residents(folder, local):
    visits = table(folder / "drees_urgences" / "URGENCES2_2024.csv", ";")
    for year in LOCAL_YEARS:
        seen = sum(int(row["PASSU"]) for row in visits if row["AN"] == str(year) and row["PASSU"])
        told = local["taux_passages_urgences", "region", "ensemble", str(year)]["00"]
        # One visitor in twenty lives elsewhere; in 2020 the site that closed did not answer.
        expected = 1.05 * int(told["numerateur"])
        assert 0.9 * expected < seen < 1.001 * expected
        if year != 2020:
            assert seen == pytest.approx(expected, rel=2e-4)
    general = [row for row in visits if row["URG"] == "GEN" and row["PASSU"]]
    stays = ("dtMCO", "dtLS", "dtHAD", "dtEXT")
    followed = sum(int(row[name]) for row in general for name in stays)
    # DREES, SAE: 19.4 % in 2019, 21.8 % in 2020.
    assert 0.15 < followed / sum(int(row["PASSU"]) for row in general) < 0.25
    assert all(row["dtMCO"] == "" and row["dtHOSP"] for row in visits if row["URG"] == "PED")


def test_masks_of_the_local_indicators(local):
    """Under 11 nobody is told; zeros are (DOMAIN §8.1)."""
    headcounts = {"part_mg_60_ans_et_plus", "nb_protocoles", "nb_adherents", "part_adherents"}
    masked = zeros = unknown = 0
    for (indicator, *_), rows in local.items():
        for row in rows.values():
            shown = row["numerateur"]
            if indicator in headcounts:
                assert shown
                continue
            masked += row["statut"] == "masque"
            unknown += row["statut"] == "manquant"
            zeros += shown == "0"
            assert (shown == "") == (row["statut"] in {"masque", "manquant"})
            assert not shown or int(shown) == 0 or int(shown) >= 11
            people = row["denominateur"]
            assert people in {"", "<11"} or int(people) == 0 or int(people) >= 11
            assert people != "<11" or row["statut"] == "masque"
            if shown and people:
                assert int(shown) <= int(people)
    assert masked > 3_000
    assert zeros > 100
    assert unknown == 4


def test_denominators_are_the_insured_of_the_target(local, truth):
    """Women of 50 to 74 in 2024: five bands of the truth, 97.2 % of them insured."""
    women = truth.health.residents[2024][:, 1, 10:15].sum(axis=1)
    expected = dict(zip(truth.communes.index, np.floor(0.972 * women + 0.5), strict=True))
    told = counts(local["depistage_sein_organise", "commune", "ensemble", "2023-2024"])
    assert len(told) > 150
    assert all(people == expected[code] for code, (_, people) in told.items())
    # Girls of 15: a fifth of their band.
    girls = np.floor(0.972 * 0.2 * truth.health.residents[2024][:, 1, 3] + 0.5)
    region = local["vaccination_hpv_filles_15_ans", "region", "ensemble", "2024"]["00"]
    assert int(region["denominateur"]) == girls.sum()


def test_strata_and_levels_add_up(local):
    ages = ("17-29", "30-44", "45-59", "60-74", "75+")
    for level in ("departement", "region"):
        for year in LOCAL_YEARS:
            whole = counts(local["part_sans_mt_17_ans_et_plus", level, "ensemble", str(year)])
            parts = [counts(local["part_sans_mt_par_age", level, age, str(year)]) for age in ages]
            for code, pair in whole.items():
                assert pair == tuple(map(sum, zip(*(part[code] for part in parts), strict=True)))
    for (indicator, level, strate, period), rows in local.items():
        if level == "region" and (indicator, "departement", strate, period) in local:
            areas = counts(local[indicator, "departement", strate, period]).values()
            shown = counts(rows)
            if len(areas) == 2 and shown:
                assert shown["00"] == tuple(map(sum, zip(*areas, strict=True))), indicator


def test_visits_are_followed_by_a_stay_or_not(local):
    for year in LOCAL_YEARS:
        for level in ("cpts", "departement"):
            keys = [
                (f"part_urgences_{word}_hospitalisation", level, "ensemble", str(year))
                for word in ("avec", "sans")
            ]
            stays, returns = (counts(local[key]) for key in keys)
            for code in stays.keys() & returns.keys():
                assert stays[code][0] + returns[code][0] == stays[code][1] == returns[code][1]


def test_people_lack_a_doctor_where_doctors_are_far(local, apl):
    access = {row[0]: row[3] for row in apl[2023]}
    told = counts(local["part_sans_mt_17_ans_et_plus", "commune", "ensemble", "2024"])
    share = [part / people for part, people in told.values()]
    assert np.corrcoef(share, [access[code] for code in told])[0, 1] < -0.5


# Published for France (DOMAIN §5), in percent, and how far the island may lie from it.
ORDERS = {
    "part_c2s": (11, 4), "part_sans_mt_17_ans_et_plus": (11, 3), "part_ald_sans_mt": (4, 1.5),
    "prevalence_ald": (18, 3), "depistage_sein_organise": (46, 5), "depistage_colorectal": (30, 4),
    "depistage_col_uterus": (59.5, 4), "vaccination_grippe_65_ans_et_plus": (53.7, 4),
    "vaccination_hpv_filles_15_ans": (58.4, 5), "vaccination_hpv_garcons_15_ans": (36.9, 5),
    "vaccination_ror_2_doses": (86, 4), "taux_passages_urgences": (30.6, 4),
    "recours_dentiste": (42, 4), "polymedication_75_ans_et_plus": (33, 4),
}  # fmt: skip


def test_levels_are_plausible_and_some_territories_improve(local):
    latest = defaultdict(list)
    for indicator, level, strate, period in local:
        if level == "region" and strate == "ensemble":
            latest[indicator].append(period)
    for indicator, (expected, apart) in ORDERS.items():
        periods = sorted(latest[indicator])
        assert len(periods) == (4 if indicator == "vaccination_hpv_garcons_15_ans" else 5)
        part, people = counts(local[indicator, "region", "ensemble", periods[-1]])["00"]
        assert 100 * part / people == pytest.approx(expected, abs=apart), indicator
    first, last = (
        counts(local["depistage_sein_organise", "cpts", "ensemble", period])
        for period in ("2019-2020", "2023-2024")
    )
    change = [last[code][0] / last[code][1] - first[code][0] / first[code][1] for code in last]
    assert len(change) == 9
    assert min(change) < -0.005 < 0.005 < max(change)


def test_pathologies_follow_the_producer_s_rules(folder):
    rows = table(folder / "cnam_pathologies" / "effectifs.csv", ";")
    assert {row["dept"] for row in rows} == {"00", "96", "999"}
    assert {row["region"] for row in rows} == {"0"}, "no France, and a lost zero"
    assert {row["annee"] for row in rows} == {"2019", "2020", "2021", "2022", "2023"}
    value = {}
    for row in rows:
        hidden = row["Ntop"] == ""
        assert hidden == (row["prev"] == "")
        assert int(row["Npop"]) % 10 == 0
        assert hidden or (int(row["Ntop"]) % 10 == 0 and int(row["Ntop"]) >= 10)
        key = (row["top"], row["annee"], row["dept"], row["cla_age_5"], row["sexe"])
        value[key] = None if hidden else int(row["Ntop"])
    assert 0.2 < sum(count is None for count in value.values()) / len(value) < 0.45
    for (top, year, area, age, sex), whole in value.items():
        if sex == "9" and age == "tsage" and whole:
            parts = [value[top, year, area, age, one] for one in "12"]
            assert sum(part or 0 for part in parts) == pytest.approx(whole, abs=20)
    for year in ("2019", "2023"):
        # Cnam 2024: 6.6 % of France is treated for diabetes.
        ill = value["DIA_CAT_CAT", year, "999", "tsage", "9"]
        assert 0.045 < ill / value["POP_TOT_IND", year, "999", "tsage", "9"] < 0.075
