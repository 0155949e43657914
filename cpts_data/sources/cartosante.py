"""CartoSanté (ARS, Atlasanté): exports of health indicators by zone.

Layout of Statistiques locales, first cell « CartoSanté ». Densities are **per 10,000**, ten times
less than those of the Cnam; the APL is rounded to one decimal and is no substitute for that of the
DREES. Codes of cantons-villes have four characters; ``976ZZ``, ``977ZZ`` and ``978ZZ`` are zones of
this source alone. Layout described by users, no file was at hand.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Source
from cpts_data.received import Head
from cpts_data.sources.statistiques_locales import is_zone_export, read_zones, zone_columns

SOURCE = Source(
    id="cartosante",
    title="Indicateurs de santé par zone (CartoSanté)",
    publisher="ARS (Atlasanté)",
    landing_page="https://cartosante.atlasante.fr/",
    licence="à vérifier sur la page du producteur",
    level="bassin_de_vie",
    key=("niveau", "code", "period", "indicateur"),
    columns=zone_columns("indicateur, sous l'étiquette de CartoSanté sans son année"),
    notes="Densités pour 10 000 habitants (et non 100 000). APL arrondie à une décimale : celle "
    "de la DREES fait foi. Un bassin de vie n'est pas une CPTS : chiffres de contexte.",
    addresses=(
        Address(
            "",
            "export CSV d'indicateurs par zone",
            note="Choisissez les indicateurs, puis exportez.",
        ),
    ),
)

_UNITS = (
    (r"^(part|taux|proportion)\b", "%"),
    (r"^apl medecins? generalistes?", "consultations par an et par habitant standardisé"),
    (r"^apl sages femmes", "ETP pour 100 000 femmes standardisées"),
    (r"^apl\b", "ETP pour 100 000 habitants standardisés"),
    (r"^densite de population", "hab./km²"),
    (r"pour 10 000|^densite", "pour 10 000 habitants"),
    (r"^(nombre|nb|effectif|population)\b", "nombre"),
)


def recognises(head: Head) -> bool:
    """Tell the file by its first cell, « CartoSanté »."""
    return is_zone_export(head, "CartoSanté")


def read(path: Path) -> pd.DataFrame:
    """Read one row per zone, indicator and year, with ``valeur_statut``."""
    return read_zones(path, SOURCE, _UNITS)
