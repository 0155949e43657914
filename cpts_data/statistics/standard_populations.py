"""The reference population of standardised rates.

Eurostat, « Revision of the European Standard Population », 2013 edition, table of the report of the
task force: people out of 100,000 by band of five years (under one year and 1 to 4 together here).
"""

from __future__ import annotations

from collections.abc import Sequence

EUROPE_2013 = {
    (0, 4): 5000,
    (5, 9): 5500,
    (10, 14): 5500,
    (15, 19): 5500,
    (20, 24): 6000,
    (25, 29): 6000,
    (30, 34): 6500,
    (35, 39): 7000,
    (40, 44): 7000,
    (45, 49): 7000,
    (50, 54): 7000,
    (55, 59): 6500,
    (60, 64): 6000,
    (65, 69): 5500,
    (70, 74): 5000,
    (75, 79): 4000,
    (80, 84): 2500,
    (85, 89): 1500,
    (90, 120): 1000,
}


def band_weights(bands: Sequence[str]) -> tuple[float, ...]:
    """People of the European standard population in bands as ``00-14`` or ``90+``.

    Raises ``ValueError`` for a band that cuts one of five years.

    >>> band_weights(["00-14", "90+"])
    (16000.0, 1000.0)
    """
    return tuple(_people_of(band) for band in bands)


def _people_of(band: str) -> float:
    first, _, last = band.removesuffix("+").partition("-")
    low, high = int(first), int(last or 120)
    whole = {span: people for span, people in EUROPE_2013.items() if low <= span[0] <= high}
    if not whole or min(whole)[0] != low or max(whole)[1] != high:
        raise ValueError(f"no whole bands of five years in {band!r}")
    return float(sum(whole.values()))
