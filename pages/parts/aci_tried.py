"""What is tried out on the page « ACI », kept in the address: every view can be sent as it is.

``accord`` (version of the agreement), ``missions`` (optional ones), ``population``, ``taux``
(``acces:60~parcours:80``, in per cent), ``snp`` (share of the supplement, in per cent),
``majoration``, ``crises`` (contract years). An absent parameter leaves what the contract says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cpts_data.aci.calendar import TERM_YEARS
from cpts_data.aci.contract import Contract
from cpts_data.aci.scale import scale_of, version_in_force, versions_of
from cpts_data.reference.aci_tables import MISSIONS, AciTables
from pages.parts import frame

VERSION, OPTIONAL, POPULATION = "accord", "missions", "population"
RATES, UNSCHEDULED, RAISED, CRISES = "taux", "snp", "majoration", "crises"
NAMES = (VERSION, OPTIONAL, POPULATION, RATES, UNSCHEDULED, RAISED, CRISES)
MOST_PEOPLE = 2_000_000
NONE, YES, NO = "aucune", "oui", "non"
_RATE = re.compile(r"([a-z]+):(\d{1,3})")


def tried(contract: Contract, tables: AciTables) -> Contract:
    """The contract with what the address tries."""
    versions = versions_of(tables)
    version = frame.parameter(VERSION, list(versions)) or contract.version
    if version not in versions:
        version = version_in_force(tables, None)
    missions = scale_of(tables, version).missions
    changed = replace(contract, version=version)
    asked = frame.parameters(OPTIONAL)
    if asked:
        kept = (code for code in asked if code in missions and not missions[code].core)
        changed = replace(changed, optional=tuple(dict.fromkeys(kept)))
    rates = frame.parameter(RATES)
    if rates is not None:
        changed = replace(changed, rates=read_rates(rates))
    share = frame.parameter(UNSCHEDULED)
    if share is not None:
        changed = replace(changed, unscheduled_share=_share(share))
    raised = frame.parameter(RAISED, [YES, NO])
    if raised is not None:
        changed = replace(changed, raised_running=raised == YES)
    if frame.parameters(CRISES):
        known = [str(year) for year in range(1, TERM_YEARS + 1)]
        years = (int(one) for one in frame.parameters(CRISES) if one in known)
        changed = replace(changed, crisis_years=tuple(sorted(set(years))))
    return changed


def clear() -> None:
    """Try nothing any more: the contract alone speaks."""
    frame.remember(**dict.fromkeys(NAMES))


def population() -> float | None:
    """The population tried, None without."""
    text = frame.parameter(POPULATION) or ""
    if not text.isdecimal() or not 0 < int(text[:9]) <= MOST_PEOPLE:
        return None
    return float(text)


def read_rates(text: str) -> dict[str, float]:
    """Rates by mission, from the text of the address; what cannot be read is left out."""
    found = {}
    for piece in text.split("~"):
        told = _RATE.fullmatch(piece)
        if told and told[1] in MISSIONS and int(told[2]) <= 100:
            found[told[1]] = int(told[2]) / 100
    return found


def write_rates(rates: Mapping[str, float]) -> str:
    """Rates as the address holds them; « aucune » for none at all."""
    told = "~".join(f"{code}:{round(100 * rate)}" for code, rate in sorted(rates.items()))
    return told or NONE


def _share(text: str) -> float | None:
    return int(text) / 100 if text.isdecimal() and int(text[:4]) <= 100 else None
