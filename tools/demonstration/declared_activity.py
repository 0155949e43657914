"""What is told of professionals and of the work of the CPTS, beside the figures on patients.

Adhesions and protocols are declared by the CPTS that signed the ACI, since the year of signature;
the ages of the general practitioners come from the Assurance maladie. Headcounts of professionals
are not masked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from demonstration import local_indicators as declared
from demonstration.places import CPTS
from demonstration.truth import Truth
from demonstration.workforce import present

ACTIVITY_INDICATORS = ("nb_protocoles", "nb_patients_protocoles", "nb_adherents", "part_adherents")
DOCTORS_INDICATOR = "part_mg_60_ans_et_plus"
REGION = "00"
COLUMNS = (
    "indicateur",
    "strate",
    "annee",
    "periode",
    "public",
    "code",
    "numerateur",
    "denominateur",
    "niveau",
)


def declared_activity(truth: Truth) -> pd.DataFrame:
    """Rows in the columns of the local figures; the denominator of a plain count is missing."""
    rows = [*_activity(truth), *_doctors(truth)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    indicator: str, year: int, level: str, code: str, count: float, among: float = np.nan
) -> tuple[object, ...]:
    return (indicator, declared.WHOLE, year, str(year), False, code, int(count), among, level)


def _activity(truth: Truth) -> Iterator[tuple[object, ...]]:
    rng = np.random.default_rng([truth.seed, 35])
    held = truth.members.groupby("cpts_id")["code"].agg(set)
    for cpts in CPTS:
        if cpts.statut != "aci_signe":
            continue
        signed = int(cpts.date_signature[:4])
        pace, joining = rng.uniform(1.2, 2.2), rng.uniform(0.11, 0.17)
        for year in (year for year in declared.YEARS if year >= signed):
            age = year - signed
            protocols = round(pace * (age + 1))
            patients = round(protocols * rng.uniform(18, 34) * (1 + 0.25 * age))
            working = present(truth.health.professionals, year)
            working = working[(working["mode"] == "L") & working["code"].isin(held[cpts.id])]
            members = round(len(working) * min(joining + 0.045 * age, 0.42))
            level = ("cpts", cpts.id)
            yield _row("nb_protocoles", year, *level, protocols)
            yield _row("nb_patients_protocoles", year, *level, patients)
            yield _row("nb_adherents", year, *level, members)
            yield _row("part_adherents", year, *level, members, len(working))


def _doctors(truth: Truth) -> Iterator[tuple[object, ...]]:
    """Self-employed general practitioners of 60 and over, by CPTS and larger territory."""
    communes = truth.communes
    zones = [
        truth.members[["cpts_id", "code"]].rename(columns={"cpts_id": "zone"}).assign(niveau="cpts")
    ]
    for level, values in (
        ("epci", communes["epci"]),
        ("departement", communes["departement"]),
        ("region", pd.Series(REGION, index=communes.index)),
    ):
        zones.append(pd.DataFrame({"zone": values, "code": communes.index, "niveau": level}))
    places = pd.concat(zones, ignore_index=True)
    for year in declared.YEARS:
        table = present(truth.health.professionals, year)
        table = table[(table["metier"] == "medecin_generaliste") & (table["mode"] == "L")]
        old = (year - table["naissance"] >= 60).groupby(table["code"]).sum()
        every = table.groupby("code").size()
        counts = places.assign(old=places["code"].map(old), every=places["code"].map(every))
        sums = counts.groupby(["niveau", "zone"])[["old", "every"]].sum()
        for (level, zone), row in sums.iterrows():
            yield _row(DOCTORS_INDICATOR, year, str(level), str(zone), row["old"], row["every"])
