"""Every figure written on a page says what it is: indicator, territory, period, value, source.

``<data>`` is HTML's own element for it: nothing of it is seen, and whoever reads the page with a
tool (a test, a screen scraper, a colleague) knows exactly which figure stands there. The test
« same figure everywhere » collects them over all pages. Pure: rows in, HTML out.
"""

from __future__ import annotations

import math
from html import escape

from cpts_data.analysis.highlights import Highlight
from cpts_data.analysis.references import Kind
from cpts_data.measures import Status
from cpts_data.reading.comparisons import Row
from cpts_data.territories import Territory

_DIGITS = 10
# References that are no territory: what they are depends on whom they are held against.
_RELATIVE = (Kind.PEERS.value, Kind.NEIGHBOURS.value)


def figure(row: Row, html: str) -> str:
    """A row of ``Values`` (or of a comparison), as the HTML that tells it."""
    told = _of_row(row)
    return f'<data value="{escape(told.pop("valeur", ""))}" {_attributes(told)}>{html}</data>'


def reference(beside: Row, html: str) -> str:
    """The reference of a row of a comparison, as the HTML that tells it."""
    kind = str(beside["reference"])
    place = f"{kind}:{beside['reference_id']}"
    if kind in _RELATIVE or bool(beside["without"]):
        place += f":{beside['level']}:{beside['territory']}"
    told = {
        "indicateur": str(beside["indicator"]),
        "territoire": place,
        "strate": str(beside["stratum"]),
        "periode": _text(beside["reference_period"]),
        "source": _text(beside["reference_sources"]) or _text(beside["reference_name"]),
    }
    return f'<data value="{_number(beside["reference_value"])}" {_attributes(told)}>{html}</data>'


def about(row: Row) -> str:
    """What an element speaks of whose figures are marked inside, as attributes."""
    told = {"indicateur": str(row["indicator"]), "territoire": f"{row['level']}:{row['territory']}"}
    return _attributes(told)


def told_in_words(row: Row) -> str:
    """The figure of a row as attributes, for an element whose sentence tells it."""
    return _attributes(_of_row(row))


def fact(one: Highlight, territory: Territory, sources: str) -> str:
    """The same for a sentence on what stands out of a territory."""
    told = {
        "indicateur": one.indicator,
        "territoire": f"{territory.level.value}:{territory.id}",
        "strate": one.stratum,
        "periode": one.period,
        "source": sources,
        "valeur": _number(one.value),
    }
    return _attributes(told)


def _of_row(row: Row) -> dict[str, str]:
    status = Status(str(row["status"]))
    told = {
        "indicateur": str(row["indicator"]),
        "territoire": f"{row['level']}:{row['territory']}",
        "strate": str(row["stratum"]),
        "periode": _text(row["period"]),
        "source": _text(row["sources"]),
        "etat": status.value,
    }
    if status is Status.BOUNDED:
        told["valeur"] = f"{_number(row['lower'])}..{_number(row['upper'])}"
    elif status.has_value:
        told["valeur"] = _number(row["value"])
    return told


def _attributes(told: dict[str, str]) -> str:
    return " ".join(f'data-{name}="{escape(text)}"' for name, text in told.items())


def _text(held: object) -> str:
    return "" if held is None or held != held else str(held)


def _number(held: object) -> str:
    """A number as written by a machine: ten digits tell two figures apart, and rounding noise."""
    number = float(str(held))
    return "" if math.isnan(number) else f"{number:.{_DIGITS}g}"
