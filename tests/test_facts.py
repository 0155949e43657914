"""What registers and sums of strata say, where a silence could pass for a figure."""

import math

import pytest

from cpts_data.reference import national_values
from tests.drawn_spaces import CITY, diagnostic_of
from tests.official_layouts import LYON

UNITS = [
    {"code": code, "departement": code[:2], "region": "00"}
    for code in ("00001", "00002", "96001", *LYON, CITY)
]
PEOPLE = [{"code": unit["code"], "period": "2021", "population": 100} for unit in UNITS[:-1]]


def site(number, code, family):
    return {"finess": str(number), "code": code, "period": "2025", "famille": family}


def one(diagnostic, indicator, level, territory):
    return diagnostic.values([indicator], level, [territory]).iloc[0]


@pytest.fixture(scope="module")
def register():
    """Pharmacies in 00, a maison de santé in 96, and two pharmacies under the code of Lyon."""
    sites = [
        site(1, "00001", "pharmacie"),
        site(2, "96001", "msp"),
        site(3, CITY, "pharmacie"),
        site(4, CITY, "pharmacie"),
    ]
    return diagnostic_of(UNITS, {"populations_legales": PEOPLE, "finess": sites})


@pytest.mark.parametrize(
    ("indicator", "level", "territory", "count"),
    [
        ("nb_pharmacies", "commune", "00001", 1),
        ("nb_pharmacies", "commune", "00002", 0),
        ("nb_msp", "commune", "00002", 0),  # its département has pharmacies, and no MSP
        ("nb_msp", "departement", "00", 0),
        ("nb_pharmacies", "departement", "96", 0),
        ("nb_pharmacies", "commune", CITY, 2),
        ("nb_pharmacies", "departement", "69", 2),
        ("nb_msp", "arrondissement", "69381", 0),
    ],
)
def test_a_register_tells_none_wherever_it_speaks(register, indicator, level, territory, count):
    told = one(register, indicator, level, territory)
    assert (told["status"], told["value"]) == ("observe", count)


def test_the_sites_of_a_whole_city_are_of_none_of_its_parts(register):
    told = one(register, "nb_pharmacies", "arrondissement", "69381")
    assert told["status"] == "manquant"
    assert math.isnan(told["value"])


def test_what_no_row_names_is_not_told_to_be_none(register):
    assert one(register, "nb_ehpad", "departement", "00")["status"] == "manquant"


def test_a_sum_without_one_of_its_bands_is_no_sum():
    """75 to 89 alone is not « 75 ans et plus »: the file lacks « 90+ » altogether."""
    bands = {"60-74": 30, "75-89": 20}
    census = [
        {"code": "00001", "period": "2021", "sexe": sex, "age": age, "population": people}
        for sex in ("hommes", "femmes")
        for age, people in bands.items()
    ]
    made = diagnostic_of(
        UNITS[:1], {"populations_legales": PEOPLE[:1], "insee_evol_struct_pop": census}
    )
    assert one(made, "part_75_ans_et_plus", "commune", "00001")["status"] == "manquant"
    census += [row | {"age": "90+", "population": 5} for row in census[:4:2]]
    whole = diagnostic_of(
        UNITS[:1], {"populations_legales": PEOPLE[:1], "insee_evol_struct_pop": census}
    )
    told = one(whole, "part_75_ans_et_plus", "commune", "00001")
    assert told["value"] == pytest.approx(100 * 2 * 25 / (2 * 55))


def masked_country(patients):
    """A country of two communes, one of them masked."""
    row = {"niveau": "commune", "period": "2023", "public": True, "strate": "ensemble"}
    local = [
        row | {"indicateur": "depistage_sein_total", "code": "00001"}
        | {"numerateur": 20, "denominateur": 100},
        row | {"indicateur": "depistage_sein_total", "code": "00002"}
        | {"numerateur": None, "numerateur_statut": "masque", "denominateur": 100},
    ]  # fmt: skip
    ill = [
        {"niveau": "commune", "code": code, "period": "2022", "affection": "Maladies neurologiques"}
        | {"age": "ensemble", "sexe": "ensemble", "population_cnam": 100, "patients": count}
        | {"patients_statut": "masque" if count is None else "observe"}
        for code, count in zip(("00001", "00002"), patients, strict=True)
    ]
    made = diagnostic_of(
        UNITS[:2],
        {
            "populations_legales": PEOPLE[:2],
            "indicateurs_locaux": local,
            "cnam_pathologies": ill,
        },
    )
    made.register.__dict__["covers_france"] = True
    return made


def test_a_masked_country_is_masked_and_not_missing():
    made = masked_country((20, None))
    assert not {"depistage_sein_total", "patients_neurologique"} & set(
        national_values()["indicator"]
    )
    told = one(made, "depistage_sein_total", "france", "FR")
    assert told["status"] == "masque"
    assert math.isnan(told["value"])
    bounded = one(made, "patients_neurologique", "france", "FR")
    assert bounded["status"] == "borne"
    assert (bounded["lower"], bounded["upper"]) == (100 * 20 / 200, 100 * 30 / 200)
