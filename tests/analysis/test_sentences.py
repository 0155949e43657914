"""French sentences: exact words for a few rows, and rules that hold for the whole catalogue."""

import itertools
from dataclasses import replace

import pytest

from cpts_data.analysis.compare import compare, medians, targets
from cpts_data.analysis.highlights import Aspect, highlights
from cpts_data.analysis.references import Kind, Reference
from cpts_data.analysis.sentences import (
    comparison_sentence,
    highlight_sentence,
    interval_sentence,
    multiple_comparisons,
    persons_sentence,
    rank_sentence,
    rank_words,
    trend_sentence,
    value_sentence,
    verdict_words,
)
from cpts_data.analysis.trends import trends
from cpts_data.indicators import Polarity
from cpts_data.statistics.significance import Verdict
from tests.analysis.made_values import (
    APL,
    LEVANT,
    MODEL,
    NAN,
    SCREENED,
    VISITS,
    beside,
    catalogue,
    compared,
    department,
    entry,
    first,
    plain,
    row,
    share,
    table,
)

# Comparisons


@pytest.mark.parametrize(
    ("reference", "polarity", "ending"),
    [
        (
            65.0,
            Polarity.HIGH_IS_GOOD,
            "c'est moins que dans le département (Var : 65,0 %) ; "
            "l'écart, défavorable, est significatif.",
        ),
        (
            70.0,
            Polarity.LOW_IS_GOOD,
            "c'est moins que dans le département (Var : 70,0 %) ; "
            "l'écart, favorable, est significatif, même au seuil de 99,8 %.",
        ),
        (
            50.0,
            Polarity.NO_JUDGEMENT,
            "c'est plus que dans le département (Var : 50,0 %) ; "
            "l'écart est significatif, même au seuil de 99,8 %.",
        ),
        (
            63.0,
            Polarity.HIGH_IS_GOOD,
            "c'est proche du département (Var : 63,0 %) : l'écart n'est pas démontré.",
        ),
    ],
)
def test_a_comparison_with_its_verdict(reference, polarity, ending):
    values = table(share("a", 1242, 2000, **LEVANT))  # 60.0 to 64.2 %; 58.7 to 65.4 % at 99.8 %
    known = replace(SCREENED, polarity=polarity)
    told = comparison_sentence(first(values, department(reference), known=known), known)
    start = "Dans la CPTS du Levant, la part des femmes dépistées est de 62,1 % (2023) ; "
    assert plain(told) == start + ending


def test_typography_of_a_comparison():
    values = table(share("a", 1242, 2000, **LEVANT))
    told = comparison_sentence(first(values, department(65)), SCREENED)
    assert told == (
        "Dans la CPTS du Levant, la part des femmes dépistées est de 62,1\u202f% (2023)\u202f; "
        "c’est moins que dans le département (Var\u00a0: 65,0\u202f%)\u202f; "
        "l’écart, défavorable, est significatif."
    )


def test_without_interval_no_word_of_significance():
    values = table(row("a", 1.5, indicator="apl", unit=APL.unit, **LEVANT))
    found = first(values, beside(3.29, indicator="apl", unit=APL.unit, period="2022"), known=APL)
    assert plain(comparison_sentence(found, APL)) == (
        "Dans la CPTS du Levant, l'APL aux généralistes est de 1,50 consultation par an et par "
        "habitant standardisé (2023) ; c'est moins qu'en France (2022 : 3,29)."
    )


def test_the_rest_of_the_departement_is_said():
    whole = table(share("83", 1000, 4000, level="departement", name="Var"))
    reference = Reference(Kind.DEPARTEMENT, whole, "83", frozenset({"a"}))
    found = first(table(share("a", 400, 1200, **LEVANT)), reference)
    assert "c'est plus que dans le reste du département (Var : 21,4 %)" in plain(
        comparison_sentence(found, SCREENED)
    )


def test_a_gap_under_the_precision_is_said_so():
    values = table(row("a", 50.04, lower=50.03, upper=50.05, **LEVANT))
    told = plain(comparison_sentence(first(values, beside(50.0)), SCREENED))
    assert "c'est plus qu'en France (50,0 %, écart inférieur à la précision affichée)" in told
    model = replace(SCREENED, measure=MODEL)
    values = table(row("a", 50.04, **LEVANT))
    told = plain(comparison_sentence(first(values, beside(50.0), known=model), model))
    assert told.endswith("; c'est autant qu'en France (50,0 %).")


def test_peers_neighbours_targets_and_an_estimated_reference():
    values = table(*(share(t, x, 1000, **LEVANT) for t, x in (("a", 300), ("b", 500), ("c", 600))))
    aimed = replace(SCREENED, target=80.0, target_source="objectif de l'OMS")
    near = medians(values, {"a": ["b", "c"]}, Kind.NEIGHBOURS)
    guessed = beside(40.0, status="estime")
    result = compared(
        values[:1], medians(values), near, targets(catalogue(aimed)), guessed, entries=[aimed]
    )
    told = [plain(comparison_sentence(r, aimed)) for r in result.to_dict("records")]
    assert "c'est moins que la médiane des CPTS (50,0 %)" in told[0]
    assert "c'est moins que la médiane des territoires comparables (55,0 %)" in told[1]
    assert "c'est moins que la cible (objectif de l'OMS : 80,0 %)" in told[2]
    assert "c'est moins qu'en France (40,0 %, estimation)" in told[3]


# Figures that are not exact


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("masque", "n'est pas montrée : secret statistique (2023)."),
        ("masque_secondaire", "n'est pas montrée : secret statistique (2023)."),
        ("manquant", "n'est pas disponible (2023)."),
        ("sans_objet", "est sans objet (2023)."),
        ("contexte", "n'est connue que pour le département : 46,5 % (2023)."),
        ("estime", "est estimée à 46,5 % (2023)."),
        ("borne", "est comprise entre 6,9 et 8,9 % (2023), à cause du secret statistique."),
    ],
)
def test_each_status_has_its_sentence(status, told):
    carries = status in ("contexte", "estime")
    found = row("a", 46.5 if carries else NAN, status=status, lower=6.88, upper=8.88, **LEVANT)
    assert plain(value_sentence(found, SCREENED)) == (
        f"Dans la CPTS du Levant, la part des femmes dépistées {told}"
    )


def test_small_numbers_are_told():
    found = row("a", status="insuffisant", **LEVANT)
    assert plain(value_sentence(found, SCREENED)) == (
        "Dans la CPTS du Levant, l'effectif (2023) est insuffisant pour conclure sur la part des "
        "femmes dépistées."
    )
    few = row("a", 7.0, numerator=7, lower=2.81, upper=14.42)
    assert plain(interval_sentence(few, SCREENED)) == (
        "Intervalle de confiance à 95 % : de 2,8 à 14,4 %. "
        "Le chiffre repose sur 7 cas : il peut varier beaucoup par le seul hasard."
    )
    many = row("a", 70.0, numerator=70, lower=60, upper=80)
    assert plain(interval_sentence(many, SCREENED)).endswith("de 60,0 à 80,0 %.")
    assert interval_sentence(row("a", 70.0), SCREENED) == ""
    bounds = row("a", status="borne", lower=6, upper=8)
    assert interval_sentence(bounds, SCREENED) == ""


def test_a_plural_subject_agrees():
    assert plain(value_sentence(row("a", 1200, name="Orlac", level="commune"), VISITS)) == (
        "À Orlac, les passages s'élèvent à 1 200 passages (2023)."
    )
    assert "ne sont pas montrés :" in plain(value_sentence(row("a", status="masque"), VISITS))
    assert "ne sont connus que pour" in plain(
        value_sentence(row("a", 1, status="contexte"), VISITS)
    )
    feminine = replace(VISITS, feminine=True)
    bounded = row("a", status="borne", lower=1, upper=5)
    assert "sont comprises entre 1 et 5 passages" in plain(value_sentence(bounded, feminine))


def test_bounds_are_compared_without_a_false_figure():
    bounded = row(
        "a", status="borne", lower=62 / 9, upper=80 / 9, denominator=900, coverage=0.9, **LEVANT
    )
    told = plain(comparison_sentence(first(table(bounded), beside(20)), SCREENED))
    assert told == (
        "Dans la CPTS du Levant, la part des femmes dépistées est comprise entre 6,9 et 8,9 % "
        "(2023), à cause du secret statistique ; c'est moins qu'en France (20,0 %) ; l'écart, "
        "défavorable, est significatif, même au seuil de 99,8 %."
    )
    undecided = first(table(bounded | {"coverage": 0.5}), beside(20))
    assert plain(comparison_sentence(undecided, SCREENED)).endswith(
        "à cause du secret statistique."
    )


# Persons, ranks, trends


@pytest.mark.parametrize(
    ("top", "reference", "polarity", "told"),
    [
        (621, 70.0, Polarity.HIGH_IS_GOOD, "il faudrait 79 femmes dépistées de plus."),
        (300, 20.0, Polarity.LOW_IS_GOOD, "il faudrait 100 femmes dépistées de moins."),
        (700, 62.0, Polarity.HIGH_IS_GOOD, ""),
        (621, 63.0, Polarity.HIGH_IS_GOOD, ""),  # not demonstrated
    ],
)
def test_the_gap_in_persons(top, reference, polarity, told):
    known = replace(SCREENED, polarity=polarity)
    found = first(table(share("a", top, 1000)), department(reference), known=known)
    start = "Pour que la part des femmes dépistées atteigne la valeur du département, "
    assert plain(persons_sentence(found, known)) == (start + told if told else "")


def test_plus_is_not_said_twice():
    aged = replace(SCREENED, persons="personnes de 65 ans et plus")
    found = first(table(share("a", 621, 1000)), department(70.0), known=aged)
    told = plain(persons_sentence(found, aged))
    assert told.endswith("il faudrait 79 personnes de 65 ans et plus supplémentaires.")


def test_one_person_is_singular():
    found = first(table(share("a", 1, 10)), department(20.0)) | {"verdict": ""}
    assert plain(persons_sentence(found, SCREENED)).endswith(
        "il faudrait une personne de plus (femmes dépistées)."
    )


def test_ranks_are_counted_from_the_nearer_end():
    values = table(*(row(t, v) for t, v in zip("abcde", (9, 8, 8, 3, 2), strict=True)))
    rows = compared(values, beside(5), entries=[entry("part", MODEL)]).to_dict("records")
    assert [plain(rank_words(one)) for one in rows] == [
        "1ʳᵉ sur 5 CPTS",
        "2ᵉ ex æquo sur 5 CPTS",
        "2ᵉ ex æquo sur 5 CPTS",
        "4ᵉ sur 5 CPTS",
        "5ᵉ sur 5 CPTS",
    ]
    ends = [plain(rank_sentence(one, SCREENED)).split("c'est ")[1] for one in rows]
    assert ends == [
        "la valeur la plus élevée des 5 CPTS.",
        "la 2ᵉ valeur la plus élevée des 5 CPTS, ex æquo avec 1 autre.",
        "la 2ᵉ valeur la plus élevée des 5 CPTS, ex æquo avec 1 autre.",
        "la 2ᵉ valeur la plus basse des 5 CPTS.",
        "la valeur la plus basse des 5 CPTS.",
    ]
    low = table(*(row(t, v) for t, v in zip("abcd", (9, 8, 3, 3), strict=True)))
    (*_, last) = compared(low, beside(5)).to_dict("records")
    told = plain(rank_sentence(last, SCREENED))
    assert told.endswith("c'est la valeur la plus basse des 4 CPTS, ex æquo avec 1 autre.")
    estimated = values.assign(status=["observe", "estime", "observe", "observe", "observe"])
    (highest, *_) = compared(estimated, beside(5)).to_dict("records")
    assert "(rang établi en partie sur des estimations)" in plain(rank_sentence(highest, SCREENED))
    masked = first(table(row("a", status="masque")), beside(5))
    assert rank_words(masked) == rank_sentence(masked, SCREENED) == ""


def test_a_masculine_level_is_first_otherwise():
    found = row("a") | {"level": "departement", "rank": 1, "among": 96, "ties": 0}
    assert plain(rank_words(found)) == "1ᵉʳ sur 96 départements"


def _series(*counts):
    rows = (share("a", x, 10_000, period=str(2019 + i), **LEVANT) for i, x in enumerate(counts))
    return table(*rows)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (
            (1000, 1200, 1400, 1600, 1800),
            "Dans la CPTS du Levant, la part des femmes dépistées passe de 10,0 % (2019) à 18,0 % "
            "(2023) ; la hausse, favorable, est significative.",
        ),
        (
            (1800, 1600, 1400, 1200, 1000),
            "Dans la CPTS du Levant, la part des femmes dépistées passe de 18,0 % (2019) à 10,0 % "
            "(2023) ; la baisse, défavorable, est significative.",
        ),
        (
            (1000, 1010, 990, 1005, 1000),
            "Dans la CPTS du Levant, la part des femmes dépistées ne change pas de façon "
            "significative entre 10,0 % (2019) et 10,0 % (2023).",
        ),
        (
            (1000, 1200),
            "La tendance ne peut pas être calculée : il faut cinq périodes de suite, comparables "
            "et avec un intervalle de confiance.",
        ),
    ],
)
def test_trends(counts, told):
    (found,) = trends(_series(*counts), catalogue=catalogue(SCREENED)).to_dict("records")
    assert plain(trend_sentence(found, SCREENED)) == told


def test_highlights_are_told_by_their_aspect():
    series = _series(5200, 5100, 5000, 4900, 4800)
    known = catalogue(SCREENED, APL)
    peers = [
        row(t, v, indicator="apl", unit=APL.unit)
        for t, v in zip("bcdefghijklm", range(2, 14), strict=True)
    ]
    own = row("a", 1.11, indicator="apl", unit=APL.unit, **LEVANT)
    values = table(own, series[series["period"] == "2023"].iloc[0].to_dict())
    everyone = table(own, *peers)
    national = table(
        row("FR", 65.0, level="france", name="France"),
        row("FR", 3.745, indicator="apl", unit=APL.unit, level="france", name="France"),
    )
    result = compare(
        values, [Reference(Kind.FRANCE, national, "FR")], catalogue=known, peers=everyone
    )
    found = highlights(result, trends(series, catalogue=known), catalogue=known)
    told = {one.aspect: plain(highlight_sentence(one, known)) for one in found}
    assert told[Aspect.GAP].startswith(
        "Dans la CPTS du Levant, la part des femmes dépistées est de 48,0 % (2023) ; c'est moins "
        "qu'en France (65,0 %) ; l'écart, défavorable, est significatif"
    )
    assert told[Aspect.RANK] == (
        "Dans la CPTS du Levant, l'APL aux généralistes est de 1,11 consultation par an et par "
        "habitant standardisé (2023) ; c'est moins qu'en France (3,75) ; c'est la valeur la plus "
        "basse des 13 CPTS."
    )
    assert told[Aspect.TREND].endswith("la baisse, défavorable, est significative.")


# Verdict words and warnings


@pytest.mark.parametrize(
    ("verdict", "kind", "told"),
    [
        (Verdict.PLUS_ELEVE_NET, Kind.FRANCE, "plus élevé que la France"),
        (Verdict.MOINS_ELEVE_DEFAVORABLE, Kind.DEPARTEMENT, "moins élevé que le département"),
        (Verdict.PROCHE, Kind.FRANCE, "proche de la France (écart non démontré)"),
        (Verdict.INSUFFISANT, Kind.REGION, "effectif insuffisant pour conclure"),
        (Verdict.NON_COMPARABLE, Kind.REGION, "non comparable (définitions différentes)"),
        ("", Kind.FRANCE, ""),
    ],
)
def test_the_fixed_list_of_verdicts(verdict, kind, told):
    assert verdict_words(verdict, kind) == told


def test_every_verdict_has_words_for_every_reference():
    for verdict, kind in itertools.product(Verdict, Kind):
        assert verdict_words(verdict, kind)


def test_the_warning_on_multiple_comparisons():
    assert plain(multiple_comparisons(40)) == (
        "40 indicateurs sont comparés au seuil de 95 % : environ 2 écarts paraîtraient "
        "significatifs par le seul hasard."
    )
    assert "environ 1 écart paraîtrait significatif" in plain(multiple_comparisons(20))
    assert multiple_comparisons(5) == ""
    assert multiple_comparisons(40, 0.998) == ""
    assert "au seuil de 99,8 %" in plain(multiple_comparisons(600, 0.998))
