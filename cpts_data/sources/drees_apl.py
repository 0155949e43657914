"""DREES, accessibilité potentielle localisée (APL) to general practitioners, by commune.

Several labels exist for the series without the older doctors: « de moins de 65 ans », « de 65 ans
et moins », then also « de 62 ans et moins » and « de 60 ans et moins »; the reading note says « 65
ans ou moins ». The layout is that of the five workbooks (:mod:`cpts_data.layouts.apl_workbook`).
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
    id="drees_apl",
    title="Accessibilité potentielle localisée (APL) aux médecins généralistes",
    publisher="DREES",
    landing_page=LANDING_PAGE,
    licence=LICENCE,
    level="commune",
    field="France hors Mayotte",
    outside=frozenset({"976"}),
    key=("code", "period"),
    columns=apl_columns(
        (
            ("apl_mg", "APL aux médecins généralistes, tous âges", False),
            ("apl_mg_65_ans_ou_moins", "APL aux médecins généralistes de 65 ans ou moins", True),
            ("apl_mg_62_ans_ou_moins", "APL aux médecins généralistes de 62 ans ou moins", True),
            ("apl_mg_60_ans_ou_moins", "APL aux médecins généralistes de 60 ans ou moins", True),
        ),
        unit="consultations par an et par habitant standardisé",
        maximum=200,
    ),
    notes="La population du classeur est la population municipale de deux ans plus tôt.",
    addresses=apl_addresses(
        "apl_medecins_generalistes",
        "apl_aux_medecins_generalistes",
        "accessibilite_potentielle_localisee_apl_aux_medecins_generalistes",
    ),
)

_LAYOUT = AplLayout(
    professions=("médecins généralistes",),
    value="apl_mg",
    unit="consultation",
    by_age={age: f"apl_mg_{age}_ans_ou_moins" for age in ("65", "62", "60")},
)


def recognises(head: Head) -> bool:
    """Tell a GP APL workbook by a sheet « APL 20NN » whose header names general practitioners."""
    return is_apl_workbook(head, _LAYOUT)


def read(path: Path) -> pd.DataFrame:
    """Read every vintage of the workbook: one row per commune or arrondissement and year.

    Raises :class:`~cpts_data.contracts.ContractError` with all faults of all sheets.
    """
    return read_apl_workbook(path, SOURCE, _LAYOUT)
