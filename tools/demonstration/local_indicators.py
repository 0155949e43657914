"""The local indicators of the demonstration: one declared table, as a CPAM would hand them over.

Identifiers are those of the indicator catalogue (DOMAIN §5). Rates are those of 2020 and 2024 on
the whole island, near the national orders of magnitude; communes differ by deprivation, access to
doctors and place.
"""

from __future__ import annotations

from dataclasses import dataclass

from demonstration.needs import AFFECTIONS

YEARS = (2020, 2021, 2022, 2023, 2024)
WHOLE = "ensemble"
INSURED, RESIDENTS, ALD, VISITS = "assures", "habitants", "ald", "passages"
BOTH, MEN, WOMEN = "deux", "hommes", "femmes"
ONE_YEAR, TWO_YEARS, THREE_YEARS, SEASON = "annee", "deux_annees", "trois_annees", "saison"


@dataclass(frozen=True)
class LocalIndicator:
    """One indicator and stratum, and the model behind its counts.

    The denominator counts persons of ``sex`` aged ``low`` to ``high`` (both included) among the
    insured, the residents, the people in ALD or the emergency visits (``among``). ``first`` and
    ``last`` are the shares of 2020 and 2024. ``poverty`` and ``access`` are effects on the logit,
    by unit of deprivation and of accessibility to doctors (APL, log2 of the ratio to the mean);
    ``spread`` is how much places differ otherwise. ``part`` keeps a share of the persons (those at
    risk); ``since`` is the first year told.
    """

    id: str
    strate: str
    sex: str
    low: int
    high: int
    first: float
    last: float
    poverty: float
    access: float
    among: str = INSURED
    spread: float = 0.11
    period: str = ONE_YEAR
    public: bool = False
    part: float = 1.0
    since: int = YEARS[0]


_MT = "part_sans_mt_par_age"
_ROLE = {"poverty": 0.20, "access": -0.45}
DRAWN = (
    LocalIndicator("part_c2s", WHOLE, BOTH, 0, 120, 0.098, 0.116, 0.52, 0.0, public=True),
    LocalIndicator(_MT, "17-29", BOTH, 17, 29, 0.165, 0.205, **_ROLE),
    LocalIndicator(_MT, "30-44", BOTH, 30, 44, 0.135, 0.168, **_ROLE),
    LocalIndicator(_MT, "45-59", BOTH, 45, 59, 0.088, 0.110, **_ROLE),
    LocalIndicator(_MT, "60-74", BOTH, 60, 74, 0.058, 0.072, **_ROLE),
    LocalIndicator(_MT, "75+", BOTH, 75, 120, 0.043, 0.052, **_ROLE),
    LocalIndicator("part_ald_sans_mt", WHOLE, BOTH, 17, 120, 0.060, 0.041, 0.22, -0.50, among=ALD),
    LocalIndicator("recours_dentiste", WHOLE, BOTH, 18, 120, 0.418, 0.436, -0.20, 0.12),
    LocalIndicator("recours_dentiste", "mt_dents", BOTH, 3, 24, 0.310, 0.372, -0.26, 0.10),
    LocalIndicator("depistage_sein_organise", WHOLE, WOMEN, 50, 74, 0.462, 0.449, -0.14, 0.07,
                   period=TWO_YEARS, public=True),
    LocalIndicator("depistage_sein_total", WHOLE, WOMEN, 50, 74, 0.596, 0.589, -0.13, 0.07,
                   period=TWO_YEARS, public=True),
    LocalIndicator("depistage_colorectal", WHOLE, BOTH, 50, 74, 0.302, 0.318, -0.15, 0.10,
                   period=TWO_YEARS, public=True),
    LocalIndicator("depistage_col_uterus", WHOLE, WOMEN, 25, 65, 0.584, 0.604, -0.17, 0.08,
                   period=THREE_YEARS, public=True),
    LocalIndicator("vaccination_grippe_65_ans_et_plus", "65-74", BOTH, 65, 74, 0.508, 0.463, -0.11,
                   0.09, period=SEASON, public=True),
    LocalIndicator("vaccination_grippe_65_ans_et_plus", "75+", BOTH, 75, 120, 0.642, 0.602, -0.09,
                   0.09, period=SEASON, public=True),
    LocalIndicator("vaccination_grippe_a_risque_moins_65_ans", WHOLE, BOTH, 18, 64, 0.306, 0.251,
                   -0.08, 0.07, period=SEASON, public=True, part=0.09),
    LocalIndicator("vaccination_ror_2_doses", WHOLE, BOTH, 2, 2, 0.853, 0.878, -0.10, 0.05,
                   public=True),
    LocalIndicator("vaccination_hpv_filles_15_ans", WHOLE, WOMEN, 15, 15, 0.404, 0.578, -0.16,
                   0.09, public=True),
    LocalIndicator("vaccination_hpv_garcons_15_ans", WHOLE, MEN, 15, 15, 0.060, 0.362, -0.20,
                   0.09, public=True, since=2021),
    LocalIndicator("polymedication_75_ans_et_plus", WHOLE, BOTH, 75, 120, 0.338, 0.329, 0.12,
                   -0.03),
)  # fmt: skip
# The whole of strata above: (indicator told, indicator whose strata add up).
SUMMED = (
    ("part_sans_mt_17_ans_et_plus", _MT),
    ("vaccination_grippe_65_ans_et_plus", "vaccination_grippe_65_ans_et_plus"),
)
# Counted elsewhere: in the emergency visits, and in the illnesses.
VISIT_STRATA = (
    (WHOLE, 0, 120),
    *(("00-14", 0, 14), ("15-44", 15, 44), ("45-74", 45, 74), ("75+", 75, 120)),
)
ALD_STRATA = (
    (WHOLE, 0, 120),
    *(("00-14", 0, 14), ("15-29", 15, 29), ("30-44", 30, 44), ("45-59", 45, 59)),
    *(("60-74", 60, 74), ("75-89", 75, 89), ("90+", 90, 120)),
)
VISIT_INDICATORS = (
    "taux_passages_urgences",
    "part_urgences_sans_hospitalisation",
    "part_urgences_avec_hospitalisation",
)
ALD_INDICATORS = (
    "prevalence_ald",
    *(f"prevalence_ald_{affection.id}" for affection in AFFECTIONS),
)
# By age, the affections are told for the départements and the région only.
AGE_LEVELS = ("departement", "region")


def periods_of(kind: str) -> dict[int, str]:
    """How a period is written, by the year in which it ends (a season: begins)."""
    written = {
        ONE_YEAR: lambda year: str(year),
        TWO_YEARS: lambda year: f"{year - 1}-{year}",
        THREE_YEARS: lambda year: f"{year - 2}-{year}",
        SEASON: lambda year: f"{year}-{year + 1}",
    }[kind]
    return {year: written(year) for year in YEARS}
