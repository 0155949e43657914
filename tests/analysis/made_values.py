"""``Values`` rows and catalogue entries written in one line, for the tests of the analysis."""

import re

import pandas as pd

from cpts_data.analysis.aggregate import VALUES_COLUMNS
from cpts_data.analysis.compare import compare
from cpts_data.analysis.references import Kind, Reference
from cpts_data.indicators import Indicator, Nature, Polarity, Theme
from cpts_data.measures import Interval, Ratio, WeightedMean

NAN = float("nan")
SHARE = Ratio("s.cas", "s.total", 100.0, Interval.WILSON)
DENSITY = Ratio("s.cas", "s.total", 100_000.0, Interval.POISSON)
MODEL = WeightedMean("s.indice", "s.poids")


def entry(name, measure=SHARE, polarity=Polarity.HIGH_IS_GOOD, nature=Nature.RESULT, **more):
    told = {
        "theme": Theme.PREVENTION,
        "label": f"Libellé {name}",
        "short_label": name,
        "unit": "%",
        "digits": 1,
        "definition": "Définition.",
        "why": "Raison.",
    }
    return Indicator(id=name, measure=measure, polarity=polarity, nature=nature, **(told | more))


def catalogue(*entries):
    return {one.id: one for one in entries}


def row(territory, value=NAN, *, indicator="part", status="observe", **more):
    told = dict.fromkeys(("lower", "upper", "numerator", "denominator"), NAN)
    told |= {
        "indicator": indicator,
        "level": "cpts",
        "territory": territory,
        "name": f"CPTS {territory}",
        "period": "2023",
        "stratum": "ensemble",
        "value": value,
        "coverage": 1.0,
        "status": status,
        "unit": "%",
        "sources": "source",
    }
    return told | more


def share(territory, top, bottom, **more):
    return row(territory, top / bottom * 100, numerator=top, denominator=bottom, **more)


def table(*rows):
    return pd.DataFrame(list(rows), columns=list(VALUES_COLUMNS)).astype(
        {"value": float, "numerator": float, "denominator": float, "lower": float, "upper": float}
    )


def beside(value, kind=Kind.FRANCE, **more):
    """A reference of one value for every territory."""
    place = {"level": kind.value, "name": kind.value.capitalize()}
    return Reference(kind, table(row("REF", value, **(place | more))), "REF")


def compared(values, *references, entries=None, **more):
    """The comparison of some rows, in a catalogue of one share unless told."""
    chosen = catalogue(*(entries or [entry("part")]))
    return compare(values, references, catalogue=chosen, **more)


def one(values, *references, **more):
    result = compared(values, *references, **more)
    assert len(result) == 1
    return result.iloc[0]


# What sentences are made of

SCREENED = entry(
    "part",
    sentence_subject="la part des femmes dépistées",
    feminine=True,
    persons="femmes dépistées",
)
APL = entry(
    "apl",
    MODEL,
    unit="consultations/an/hab. standardisé",
    digits=2,
    sentence_subject="l'APL aux généralistes",
    feminine=True,
)
VISITS = entry("part", sentence_subject="les passages", plural=True, unit="passages", digits=0)


def plain(text):
    """Spaces and apostrophes as one types them, to compare words alone."""
    return re.sub(r"[\u00a0\u202f]", " ", text).replace("’", "'")


def department(value, name="Var", **more):
    """The Var as the reference of every territory."""
    told = table(row("83", value, level="departement", name=name, **more))
    return Reference(Kind.DEPARTEMENT, told, "83")


def first(values, *references, known=SCREENED):
    """The first row of a comparison, as a dictionary."""
    return compared(values, *references, entries=[known]).to_dict("records")[0]


LEVANT = {"name": "CPTS du Levant"}
