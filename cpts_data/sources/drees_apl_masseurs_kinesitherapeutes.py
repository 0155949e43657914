"""DREES, APL to physiotherapists, by commune: full-time equivalents, not consultations.

Same layout as the workbook of general practitioners, in another unit and with
a standardised population of its own: the five professions never share an axis. The file itself was
not seen (its users report the labels).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import Source
from cpts_data.layouts.apl_workbook import (
    LANDING_PAGE,
    LICENCE,
    AplLayout,
    apl_addresses,
    apl_columns,
    is_apl_workbook,
    read_apl_workbook,
)
from cpts_data.received import Head

SOURCE = Source(
    id="drees_apl_masseurs_kinesitherapeutes",
    title="Accessibilité potentielle localisée (APL) aux masseurs-kinésithérapeutes",
    publisher="DREES",
    landing_page=LANDING_PAGE,
    licence=LICENCE,
    level="commune",
    field="France hors Mayotte",
    outside=frozenset({"976"}),
    key=("code", "period"),
    columns=apl_columns(
        (("apl_masseurs_kinesitherapeutes", "APL aux masseurs-kinésithérapeutes", False),),
        unit="ETP pour 100 000 habitants standardisés",
    ),
    notes="ETP : équivalents temps plein. Libellés rapportés par les utilisateurs du classeur.",
    addresses=apl_addresses(
        "apl_masseurs_kinesitherapeutes",
        "apl_aux_kinesitherapeutes",
        "accessibilite_potentielle_localisee_apl_aux_kinesitherapeutes",
    ),
)

_LAYOUT = AplLayout(
    professions=("kinésithérapeutes",), value="apl_masseurs_kinesitherapeutes", unit="etp"
)


def recognises(head: Head) -> bool:
    """Tell the workbook by a sheet « APL 20NN » whose header names physiotherapists."""
    return is_apl_workbook(head, _LAYOUT)


def read(path: Path) -> pd.DataFrame:
    """Read every vintage of the workbook: one row per commune or arrondissement and year.

    Raises :class:`~cpts_data.contracts.ContractError` with all faults of all sheets.
    """
    return read_apl_workbook(path, SOURCE, _LAYOUT)
