"""What figures say, in plain French: the one place where sentences are made of them.

Every function takes a row (of ``compare.compare``, ``trends.trends``, or a ``Highlight``) and the
catalogue's entry, and returns a whole sentence, or an empty text when there is nothing to say. A
sentence states facts, never causes, and always tells the figure, its reference and its period. The
verdicts are the fixed list of DOMAIN §7.5; an indicator without interval gets no word of
significance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import pandas as pd

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.compare import ABOVE, EQUAL, Basis, expected_by_chance
from cpts_data.analysis.grammar import (
    Wording,
    bare,
    clean,
    figure,
    in_place,
    is_feminine,
    ordinal,
    sentence,
    stratum_words,
    words,
)
from cpts_data.analysis.highlights import Aspect, Highlight
from cpts_data.analysis.references import Kind
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.statistics.intervals import FEW_EVENTS
from cpts_data.statistics.significance import TREND_POINTS, Verdict
from cpts_data.territories import Level

Row: TypeAlias = Mapping[Any, Any] | pd.Series

# What follows « que », the same for the rest of it, and what follows « proche ».
_BESIDE = {
    Kind.DEPARTEMENT: ("dans le département", "dans le reste du département", "du département"),
    Kind.REGION: ("dans la région", "dans le reste de la région", "de la région"),
    Kind.FRANCE: ("en France", "dans le reste de la France", "de la France"),
    Kind.SELECTION: ("dans la sélection", "dans le reste de la sélection", "de la sélection"),
    Kind.TARGET: ("la cible", "la cible", "de la cible"),
    Kind.EXPECTED: ("le niveau attendu", "le niveau attendu", "du niveau attendu"),
}
_NAMED = (Kind.DEPARTEMENT, Kind.REGION, Kind.SELECTION, Kind.TARGET)
_SHORT = {
    Kind.DEPARTEMENT: "le département",
    Kind.REGION: "la région",
    Kind.FRANCE: "la France",
    Kind.SELECTION: "la sélection",
    Kind.NEIGHBOURS: "la médiane des territoires comparables",
    Kind.PEERS: "la médiane",
    Kind.TARGET: "la cible",
    Kind.EXPECTED: "le niveau attendu",
}
_OF = {
    Kind.NEIGHBOURS: "de la médiane des territoires comparables",
    Kind.PEERS: "de la médiane",
    **{kind: after for kind, (_, _, after) in _BESIDE.items()},
}
_WITHOUT_VALUE = {
    Status.MASKED: ("n'est pas montré", "ne sont pas montré", " : secret statistique"),
    Status.MASKED_BY_US: ("n'est pas montré", "ne sont pas montré", " : secret statistique"),
    Status.MISSING: ("n'est pas disponible", "ne sont pas disponibles", ""),
    Status.NOT_APPLICABLE: ("est sans objet", "sont sans objet", ""),
}


def value_sentence(row: Row, indicator: Indicator) -> str:
    """The figure of a territory, or why there is none: mask, bounds, estimate, context."""
    return sentence(f"{_stated(row, indicator)}")


def comparison_sentence(row: Row, indicator: Indicator) -> str:
    """A territory beside a reference: figure, reference, period, and the verdict if there is one.

    « Dans la CPTS du Levant, la part des femmes… est de 62,1 % (2023) ; c'est moins que dans le
    département (Var : 65,0 %) ; l'écart, défavorable, est significatif. »
    """
    return sentence(f"{_stated(row, indicator)}{_compared(row, indicator)}")


def highlight_sentence(
    highlight: Highlight, catalogue: Mapping[str, Indicator] = INDICATORS
) -> str:
    """A highlight as one sentence; its gap in persons is :func:`persons_sentence`."""
    row, indicator = asdict(highlight), catalogue[highlight.indicator]
    if highlight.aspect is Aspect.TREND:
        return trend_sentence(row, indicator)
    if highlight.aspect is Aspect.GAP:
        return comparison_sentence(row, indicator)
    told = f"{_stated(row, indicator)}{_compared(row, indicator)}"
    return sentence(f"{told} ; c'est {_placed(row)}")


def persons_sentence(row: Row, indicator: Indicator) -> str:
    """The gap in persons: « Pour que la part… atteigne…, il faudrait 412 femmes de plus. »"""
    persons, wanted = indicator.persons, _number(row, "persons_to_reach")
    demonstrated = _text(row, "verdict") != Verdict.PROCHE
    if not persons or math.isnan(wanted) or wanted == 0 or not demonstrated:
        return ""
    count, more = abs(wanted), "de plus" if wanted > 0 else "de moins"
    if count > 1 and persons.endswith("plus"):
        more = "supplémentaires" if wanted > 0 else "en moins"
    who = f"{french.number(count)}{french.NO_BREAK}{persons} {more}"
    if count == 1:
        who = f"une personne {more} ({persons})"
    value, wording = _text(row, "reference"), _wording(row, indicator)
    reaches = wording.verb("atteigne", "atteignent")
    aim = _value_of(Kind(value), bool(row["without"]))
    return sentence(f"pour que {wording.subject} {reaches} {aim}, il faudrait {who}")


def rank_sentence(row: Row, indicator: Indicator) -> str:
    """The place among peers: « Dans…, l'APL…; c'est la 3ᵉ valeur la plus élevée des 70 CPTS. »"""
    if math.isnan(_number(row, "rank")):
        return ""
    return sentence(f"{_stated(row, indicator)} ; c'est {_placed(row)}")


def rank_words(row: Row) -> str:
    """The short form, highest value first: « 3ᵉ sur 70 CPTS »; empty when it has no rank."""
    place = _number(row, "rank")
    if math.isnan(place):
        return ""
    level = Level(_text(row, "level"))
    shared = " ex æquo" if _number(row, "ties") >= 1 else ""
    if level is Level.COMPOSED:
        among = french.number(_number(row, "among"))
        return words(f"{ordinal(place, False)}{shared} sur {among}, parmi les CPTS de la région")
    among = french.count_of(_number(row, "among"), level.label, level.plural)
    return words(f"{ordinal(place, is_feminine(level))}{shared} sur {among}")


def trend_sentence(row: Row, indicator: Indicator) -> str:
    """The recent trend of an indicator, with its first and last figures."""
    wording = _wording(row, indicator)
    where = in_place(_text(row, "level"), _text(row, "name"))
    first, last = (
        f"{figure(_number(row, f'{end}_value'), indicator.unit, indicator.digits)} "
        f"({_text(row, f'{end}_period')})"
        for end in ("first", "last")
    )
    direction = _text(row, "direction")
    if direction in ("hausse", "baisse"):
        judged = _judged(int(_number(row, "judgement")), feminine=True)
        move = wording.verb("passe", "passent")
        return sentence(
            f"{where}, {wording.subject} {move} de {first} à {last} ; "
            f"la {direction}{judged} est significative"
        )
    if direction == "stable":
        change = wording.verb("ne change pas", "ne changent pas")
        return sentence(
            f"{where}, {wording.subject} {change} de façon significative entre {first} et {last}"
        )
    return sentence(
        f"la tendance ne peut pas être calculée : il faut {_number_word(TREND_POINTS)} périodes de "
        "suite, comparables et avec un intervalle de confiance"
    )


def interval_sentence(row: Row, indicator: Indicator) -> str:
    """The confidence interval, and a caution when the figure rests on few events."""
    lower, upper, events = (_number(row, name) for name in ("lower", "upper", "numerator"))
    status = Status(_text(row, "status"))
    if math.isnan(lower) or math.isnan(upper) or not status.has_value:
        return ""
    ends = (
        f"de {bare(lower, '', indicator.digits)} "
        f"à {figure(upper, indicator.unit, indicator.digits)}"
    )
    told = sentence(f"intervalle de confiance à 95 % : {ends}")
    if 0 <= events < FEW_EVENTS:
        cases = french.count_of(round(events), "cas", "cas")
        told += " " + sentence(
            f"le chiffre repose sur {cases} : il peut varier beaucoup par le seul hasard"
        )
    return told


def verdict_words(verdict: str, reference: Kind | str) -> str:
    """A verdict as a label, from the fixed list: « plus élevé que la France »; empty without."""
    if not verdict:
        return ""
    code, kind = Verdict(verdict), Kind(reference)
    if code is Verdict.INSUFFISANT:
        return "effectif insuffisant pour conclure"
    if code is Verdict.NON_COMPARABLE:
        return "non comparable (définitions différentes)"
    if code is Verdict.PROCHE:
        return words(f"proche {_OF[kind]} (écart non démontré)")
    return words(f"{'plus' if code.direction > 0 else 'moins'} élevé que {_SHORT[kind]}")


def multiple_comparisons(comparisons: int, confidence: float = 0.95) -> str:
    """The warning on multiple comparisons; empty when chance should show no difference at all."""
    by_chance = expected_by_chance(comparisons, confidence)
    if round(by_chance) < 1:
        return ""
    level = french.percent(confidence, 0 if round(confidence * 100) == confidence * 100 else 1)
    shown = french.count_of(round(by_chance), "écart paraîtrait", "écarts paraîtraient")
    ends = "significatif" if round(by_chance) == 1 else "significatifs"
    return sentence(
        f"{french.count_of(comparisons, 'indicateur est comparé', 'indicateurs sont comparés')} "
        f"au seuil de {level} : environ {shown} {ends} par le seul hasard"
    )


def _wording(row: Row, indicator: Indicator) -> Wording:
    """The wording of an indicator, with the part of the population that the row speaks of."""
    wording, stratum = Wording.of(indicator), _text(row, "stratum")
    if stratum in ("", WHOLE):
        return wording
    return replace(wording, subject=f"{wording.subject} ({stratum_words(stratum)})")


def _stated(row: Row, indicator: Indicator) -> str:
    """« dans la CPTS du Levant, la part… est de 62,1 % (2023) », without capital nor full stop."""
    wording, status = _wording(row, indicator), Status(_text(row, "status"))
    where = in_place(_text(row, "level"), _text(row, "name"))
    period = _text(row, "period")
    when = f" ({period})" if period else ""
    start = f"{where}, {wording.subject}"
    if status is Status.CONTEXT:
        known = wording.agreed("connu")
        verb = wording.verb(f"n'est {known}", f"ne sont {known}")
        told = figure(_number(row, "value"), indicator.unit, indicator.digits)
        return f"{start} {verb} que pour le département : {told}{when}"
    if status is Status.BOUNDED:
        verb = wording.verb("est", "sont")
        lower, upper = _number(row, "lower"), _number(row, "upper")
        if math.isnan(lower) or math.isnan(upper):
            return f"{start} {verb} couvert par le secret statistique{when}"
        low = bare(lower, "", indicator.digits)
        high = figure(upper, indicator.unit, indicator.digits)
        return (
            f"{start} {verb} {wording.agreed('compris')} entre {low} et {high}{when}, "
            "à cause du secret statistique"
        )
    if status is Status.TOO_SMALL:
        return f"{where}, l'effectif{when} est insuffisant pour conclure sur {wording.subject}"
    if status in _WITHOUT_VALUE:
        singular, plural, why = _WITHOUT_VALUE[status]
        verb = wording.verb(singular, plural)
        if status in (Status.MASKED, Status.MASKED_BY_US):
            verb = verb.replace("montré", wording.agreed("montré"))
        return f"{start} {verb}{why}{when}"
    told = figure(_number(row, "value"), indicator.unit, indicator.digits)
    if status is Status.ESTIMATED:
        verb = wording.verb("est", "sont")
        return f"{start} {verb} {wording.agreed('estimé')} à {told}{when}"
    return f"{start} {wording.verb('est de', 's’élèvent à')} {told}{when}"


def _compared(row: Row, indicator: Indicator) -> str:
    """« ; c'est moins que dans le département (Var : 65,0 %) ; l'écart est significatif »."""
    basis, verdict = _text(row, "basis"), _text(row, "verdict")
    if basis == Basis.DIFFERENT:
        kind = Kind(_text(row, "reference"))
        return f" ; la comparaison avec {_SHORT[kind]} n'a pas de sens (définitions différentes)"
    if basis not in (Basis.INTERVAL, Basis.GAP_ONLY, Basis.BOUNDS):
        return ""
    kind, without = Kind(_text(row, "reference")), bool(row["without"])
    value, target = _number(row, "value"), _number(row, "reference_value")
    digits, side = indicator.digits, _text(row, "side")
    same = basis != Basis.BOUNDS and french.number(value, digits) == french.number(target, digits)
    shown = _beside(row, indicator, digits)
    if verdict == Verdict.PROCHE:
        return f" ; c'est proche {_near(kind, row)} ({shown}) : l'écart n'est pas démontré"
    after = _after(kind, row, without)
    if side == EQUAL or (same and not verdict):
        return f" ; c'est autant {after} ({shown})"
    if not side:
        return ""
    small = ", écart inférieur à la précision affichée" if same else ""
    more = "plus" if side == ABOVE else "moins"
    return f" ; c'est {more} {after} ({shown}{small}){_verdict(verdict)}"


def _verdict(verdict: str) -> str:
    if not verdict:
        return ""
    code = Verdict(verdict)
    if code.direction == 0:
        return ""
    judged = _judged(code.judgement, feminine=False)
    strong = ", même au seuil de 99,8 %" if code.strong else ""
    return f" ; l'écart{judged} est significatif{strong}"


def _judged(judgement: int, *, feminine: bool) -> str:
    """« , défavorable, » between commas, or nothing: the two words are the same in both genders."""
    if judgement == 0:
        return ""
    return ", favorable," if judgement > 0 else ", défavorable,"


def _beside(row: Row, indicator: Indicator, digits: int) -> str:
    """« Var, 2022 : 65,0 % »: name where it is not said, period where it differs, estimate."""
    kind = Kind(_text(row, "reference"))
    told = [clean(_text(row, "reference_name"))] if kind in _NAMED else []
    period = _text(row, "reference_period")
    if period and period != _text(row, "period"):
        told.append(period)
    value = bare(_number(row, "reference_value"), indicator.unit, digits)
    if _text(row, "reference_status") == Status.ESTIMATED:
        value += ", estimation"
    said = [one for one in told if one and one != kind.value]
    return f"{', '.join(said)} : {value}" if said else value


def _after(kind: Kind, row: Row, without: bool) -> str:
    """« que dans le département », « qu'en France », « que la médiane des CPTS »."""
    if kind is Kind.NEIGHBOURS:
        what = _SHORT[kind]
    elif kind is Kind.PEERS:
        what = f"la médiane des {_peers(row)}"
    else:
        what = _BESIDE[kind][1 if without else 0]
    return f"qu'{what}" if what.startswith("en ") else f"que {what}"


def _near(kind: Kind, row: Row) -> str:
    """« du département », « du reste du département », « de la médiane des CPTS »."""
    if kind is Kind.PEERS:
        return f"de la médiane des {_peers(row)}"
    if bool(row["without"]) and kind in _BESIDE:
        return _BESIDE[kind][1].replace("dans le reste", "du reste")
    return _OF[kind]


def _value_of(kind: Kind, without: bool) -> str:
    """What is to be reached: « la valeur du département », « la cible »."""
    if kind in (Kind.TARGET, Kind.EXPECTED, Kind.NEIGHBOURS):
        return _SHORT[kind]
    if kind is Kind.PEERS:
        return "la valeur médiane"
    if without:
        return f"la valeur {_BESIDE[kind][1].replace('dans le reste', 'du reste')}"
    return f"la valeur {_OF[kind]}"


def _placed(row: Row) -> str:
    """« la 3ᵉ valeur la plus basse des 70 CPTS », counted from the nearer end."""
    place, among, ties = (_number(row, name) for name in ("rank", "among", "ties"))
    ties = 0.0 if math.isnan(ties) else ties
    from_below = among - place - ties + 1
    low = from_below < place
    nth = from_below if low else place
    end = "basse" if low else "élevée"
    start = "la valeur" if nth == 1 else f"la {ordinal(nth)} valeur"
    told = f"{start} la plus {end} des {french.number(among)}{french.NO_BREAK}{_peers(row)}"
    if _text(row, "level") == Level.COMPOSED.value:
        others = f"{french.number(among - 1)}{french.NO_BREAK}{_peers(row)} de la région"
        told = f"{start} la plus {end} parmi ce territoire et les {others}"
    if ties >= 1:
        told += f", ex æquo avec {french.count_of(ties, 'autre')}"
    if _number(row, "estimated_peers") >= 1:
        told += " (rang établi en partie sur des estimations)"
    return told


def _peers(row: Row) -> str:
    """Those among whom a territory is placed: a composed one stands among the CPTS."""
    level = Level(_text(row, "level"))
    return Level.CPTS.plural if level is Level.COMPOSED else level.plural


def _number_word(number: int) -> str:
    return {5: "cinq"}.get(number, french.number(number))


def _number(row: Row, name: str) -> float:
    value = row.get(name, math.nan)
    return math.nan if value is None or pd.isna(value) else float(value)


def _text(row: Row, name: str) -> str:
    value = row.get(name, "")
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)
