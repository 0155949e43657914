"""Colours of the maps and charts: colour-blind safe families, one rule for all pages.

Sequential palettes are ColorBrewer's (Brewer, 2003): a darker colour is a higher value. Stages form
one ordered scale. Colours of territories mean nothing: they only tell neighbours apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from cpts_data.indicators import Indicator, Polarity

_SEQUENTIAL = {
    Polarity.HIGH_IS_GOOD: ("#edf8fb", "#b2e2e2", "#66c2a4", "#2ca25f", "#006d2c"),
    Polarity.LOW_IS_GOOD: ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000"),
    Polarity.NO_JUDGEMENT: ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"),
}
STAGES = {
    "emergence": "#fde0b0",
    "lettre_intention": "#f2a65a",
    "projet_sante": "#6ba294",
    "aci_signe": "#1f6f78",
}
# On white, as lines: each at least 3:1, and darker as the stage goes on.
STAGE_LINES = {
    "emergence": "#c0790f",
    "lettre_intention": "#a85400",
    "projet_sante": "#0b5a50",
    "aci_signe": "#0a3544",
}
NO_STAGE = "#5a6772"
# Zones of the orders of the ARS: colour and dashes, the scarcest first.
ZONING = {
    "ZIP": ("#a3161f", ""),
    "VUD": ("#a3161f", ""),
    "ZAC": ("#c65a00", "12 4"),
    "UD": ("#c65a00", "12 4"),
    "ZV": ("#7a6a00", "3 4"),
    "INT": ("#7a6a00", "3 4"),
    "VD": ("#2f7d5b", "12 4 3 4"),
    "OD": ("#14537a", "3 8"),
}
# Hot and cold spots: told apart in grey too, the surest being the darkest of their side.
SPOTS = {
    "chaud_confirme": "#8b0f1f",
    "chaud": "#ef9a76",
    "non_significatif": "#f3f2ec",
    "froid": "#c3ddec",
    "froid_confirme": "#3a86bd",
}
# A commune and its neighbours: alike, or an exception; the same greys.
NEIGHBOURHOODS = {
    "haut_haut": SPOTS["chaud_confirme"],
    "haut_bas": SPOTS["chaud"],
    "non_significatif": SPOTS["non_significatif"],
    "bas_haut": SPOTS["froid"],
    "bas_bas": SPOTS["froid_confirme"],
}
COVERED = "#d7e3e1"
GAPS = ("#fdd49e", "#fc8d59", "#d7301f", "#7f0000")
TERRITORIES = ("#a9c6d9", "#e3c59a", "#b7d1b0", "#d9b3c0", "#c4bbdc", "#d8d39b", "#a8d3d0")
# ColorBrewer's BrBG, from the largest loss to the largest gain; what does not change is grey.
LOSSES = ("#8c510a", "#d8b365", "#f6e8c3")
GAINS = ("#c7eae5", "#5ab4ac", "#01665e")
UNCHANGED = "#eef1f4"
OWN = "#14537a"
PEERS = "#9aa7b3"
REFERENCES = ("#b26b00", "#7a4b8a", "#4c5a68")


def sequential(indicator: Indicator, classes: int) -> list[str]:
    """Colours for a number of classes, light to dark, of the indicator's family."""
    family = _SEQUENTIAL[indicator.polarity]
    if classes == 1:
        return [family[2]]
    if classes <= len(family):
        step = (len(family) - 1) / (classes - 1)
        return [family[round(position * step)] for position in range(classes)]
    return _interpolated(family, classes)


def _interpolated(family: Sequence[str], classes: int) -> list[str]:
    found = []
    for position in range(classes):
        place = position * (len(family) - 1) / (classes - 1)
        low = min(int(place), len(family) - 2)
        found.append(_mix(family[low], family[low + 1], place - low))
    return found


def _mix(first: str, second: str, share: float) -> str:
    channels = [
        round(int(first[i : i + 2], 16) * (1 - share) + int(second[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in channels)
