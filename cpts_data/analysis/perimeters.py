"""What is to be known of the perimeters of the CPTS before their figures are read (DOMAIN §9.4)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpts_data import french
from cpts_data.territories import Territories

_SHOWN = 6


def perimeter_remarks(
    cpts: Territories, uncovered: pd.Index, listed: Sequence[str] = ()
) -> list[str]:
    """French remarks: shared communes, white zones, lists that do not name the same CPTS.

    ``uncovered`` are the units that no CPTS holds, in the départements that the list speaks for;
    ``listed`` the ids of the list of CPTS, empty when the space has none.
    """
    told = []
    shared = cpts.overlaps()
    if len(shared):
        names = [
            f"{row.unit} ({french.count_of(len(row.territories), 'CPTS', 'CPTS')})"
            for row in shared.itertuples()
        ]
        communes = french.count_of(len(shared), "commune partagée", "communes partagées")
        told.append(
            f"{communes} entre plusieurs CPTS : {_some(names)}. Sans part connue, chacune y compte "
            "entière ; un total des CPTS la compterait plusieurs fois."
        )
    if len(uncovered):
        communes = french.count_of(len(uncovered), "commune", "communes ou arrondissements")
        verb = "n'est" if len(uncovered) == 1 else "ne sont"
        told.append(f"{communes} de ces départements {verb} dans aucune CPTS.")
    if len(listed):
        told += _mismatch(sorted(set(listed) - set(cpts.table.index)), "sans périmètre")
        told += _mismatch(sorted(set(cpts.table.index) - set(listed)), "absente de la liste")
    return told


def _mismatch(identifiers: list[str], what: str) -> list[str]:
    if not identifiers:
        return []
    plural = what.replace("absente", "absentes") if len(identifiers) > 1 else what
    count = french.count_of(len(identifiers), "CPTS", "CPTS")
    return [f"{count} {plural} : {_some(identifiers)}."]


def _some(items: Sequence[str]) -> str:
    more = f"… (et {french.count_of(len(items) - _SHOWN, 'autre')})" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
