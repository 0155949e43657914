"""The same reading at another confidence: wider intervals, and only the gaps that they allow."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpts_data.analysis.compare import Basis
from cpts_data.analysis.confidence import STATED, intervals_at, methods_of
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading.comparisons import OwnReading
from cpts_data.statistics.significance import Verdict


def at_confidence(own: OwnReading, confidence: float) -> OwnReading:
    """A reading whose intervals and verdicts are those of ``confidence`` (0.95 or 0.998).

    A gap that is significant at 95 % only becomes « proche (écart non démontré) »; an interval that
    cannot be computed at that confidence is left out. Bounds due to secrecy do not change.
    """
    if abs(confidence - STATED) < 1e-12 or own.compared.empty:
        return own
    compared = own.compared.copy()
    widened = intervals_at(compared, methods_of(INDICATORS), confidence)
    exact = compared["status"].ne(Status.BOUNDED.value)
    for end in ("lower", "upper"):
        compared[end] = widened[end].where(exact, compared[end])
    weak = compared["verdict"].map(_only_light) & compared["basis"].eq(Basis.INTERVAL.value)
    compared["verdict"] = compared["verdict"].where(~weak, Verdict.PROCHE.value)
    beside = {
        (str(row["indicator"]), str(row["stratum"]), str(row["reference"])): row
        for row in compared.to_dict("records")
    }
    return replace(own, compared=compared, beside=beside)


def _only_light(verdict: object) -> bool:
    if not isinstance(verdict, str) or not verdict or pd.isna(verdict):
        return False
    code = Verdict(verdict)
    return code.direction != 0 and not code.strong
