"""INSEE, incomes of the QPV: quartiles, deciles and shares by priority quarter.

Text ``;`` whose key ``CODGEO`` is a QPV code; the two last digits of the variables are the year
(``DEC_MED_A21``). A decimal comma and empty cells are reported, markers of secrecy are not known:
those of Filosofi are accepted. Reported by users, not seen.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Column, Faults, Kind, Source, check
from cpts_data.received import Head, read_text_table, to_number

_MARKERS = {"s": "masque", "ns": "masque", "nd": "manquant"}
# our name, INSEE's variable, description, unit, minimum
_MEASURES = (
    (
        "premier_quartile",
        "Q1",
        "1er quartile du revenu déclaré par unité de consommation",
        "€ par an",
    ),
    ("revenu_median", "MED", "médiane du revenu déclaré par unité de consommation", "€ par an"),
    ("troisieme_quartile", "Q3", "3e quartile du revenu déclaré", "€ par an"),
    ("premier_decile", "D1", "1er décile du revenu déclaré", "€ par an"),
    ("neuvieme_decile", "D9", "9e décile du revenu déclaré", "€ par an"),
    ("part_activite", "PACT", "part des revenus d'activité", "%"),
    ("part_chomage", "PCHO", "part des indemnités de chômage", "%"),
    ("part_pensions", "PPEN", "part des pensions, retraites et rentes", "%"),
)

SOURCE = Source(
    id="qpv_revenus",
    title="Revenus déclarés dans les quartiers prioritaires (QPV)",
    publisher="Insee",
    landing_page="https://www.insee.fr/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="qpv",
    key=("code_qpv", "period"),
    columns=(
        Column("code_qpv", Kind.CODE, "code du quartier"),
        Column("period", Kind.TEXT, "année des revenus"),
        *(
            Column(name, Kind.NUMBER, words, unit=unit, masks=True, combine="jamais")
            for name, _, words, unit in _MEASURES
        ),
    ),
    notes="Variables rapportées par des utilisateurs ; adresse non vérifiée.",
)

_MEDIAN = re.compile(r"^DEC_MED_A(\d\d)$")
_QPV = r"(?:QN|QP)[0-9A-Z]{6}"


def _year(header: tuple[str, ...]) -> str | None:
    return next((found.group(1) for name in header if (found := _MEDIAN.match(name))), None)


def recognises(head: Head) -> bool:
    """Tell the file by ``DEC_MED_A..`` beside ``CODGEO`` holding QPV codes."""
    header = head.header()
    if "CODGEO" not in header or _year(header) is None or len(head.rows) < 2:
        return False
    first, place = head.rows[1], header.index("CODGEO")
    return len(first) > place and re.fullmatch(_QPV, first[place].upper()) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per QPV, each measure with its status column."""
    faults = Faults(path.name)
    raw = read_text_table(path)
    year = _year(tuple(raw.columns)) or ""
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code_qpv"] = raw["CODGEO"].astype("string").str.strip().str.upper()
    table["period"] = pd.Series(f"20{year}", index=raw.index, dtype="string")
    for name, variable, *_ in _MEASURES:
        label = f"DEC_{variable}_A{year}"
        cells = raw[label] if label in raw.columns else pd.Series("", index=raw.index)
        values, status = to_number(cells, faults, label, raw["ligne"], markers=_MARKERS)
        table[name], table[f"{name}_statut"] = values, status
    wrong = table[~table["code_qpv"].str.fullmatch(_QPV).fillna(False).astype(bool)]
    for line, code in zip(wrong["ligne"], wrong["code_qpv"], strict=True):
        expected = "un code de quartier comme QN00101M ou QP001001"
        mend = "retirez la ligne si c'est une note, ou reprenez le fichier d'origine."
        faults.add(f"« {code} »", expected, mend, row=int(line), column="CODGEO")
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table.drop(columns="ligne")
