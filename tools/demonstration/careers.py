"""Careers of the general practitioners beyond the two years of the official APL workbook.

Doctors who retired before, doctors who came lately: the supply of 2019 was larger, that of 2024 is
smaller. What 2022 and 2023 hold never changes here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

EARLIER_YEARS = (2019, 2020, 2021)
FORGOTTEN = 2099


def with_earlier_years(doctors: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add ``actes_2019`` to ``actes_2021``, and the doctors who left before 2022.

    Same columns as :func:`demonstration.care.settle_doctors`, rows added at the end.
    """
    known = doctors.copy()
    young = (2023 - known["naissance"] < 42) & (known["debut"] == 2015)
    arrived = young & (rng.random(len(known)) < 0.22)
    known.loc[arrived, "debut"] = rng.integers(2019, 2022, int(arrived.sum()))
    # Places of the retired: where doctors are, villages more than towns.
    weight = 1 / np.sqrt(known.groupby("code")["code"].transform("size").to_numpy(dtype=float))
    count = round(0.085 * len(known))
    chosen = rng.choice(len(known), size=count, p=weight / weight.sum(), replace=False)
    end = rng.integers(2019, 2022, count)
    gone = pd.DataFrame(
        {
            "code": known["code"].to_numpy()[chosen],
            "naissance": end - rng.integers(63, 73, count),
            "sexe": np.where(rng.random(count) < 0.25, "F", "H"),
            "exercice": "liberal",
            "debut": 1990,
            "fin": end,
            "actes_2022": 0,
            "actes_2023": 0,
        }
    )
    gone["usuel"] = 5_000 * np.exp(0.25 * rng.standard_normal(count))
    known["usuel"] = known["actes_2022"].where(known["actes_2022"] > 0, known["actes_2023"])
    table = pd.concat([known, gone], ignore_index=True)
    for year, level in zip(EARLIER_YEARS, (1.02, 0.95, 1.01), strict=True):
        acts = table["usuel"] * level * np.exp(0.04 * rng.standard_normal(len(table)))
        present = (table["debut"] <= year) & (table["fin"] >= year)
        table[f"actes_{year}"] = np.where(present, np.rint(acts), 0).astype(int)
    return table.drop(columns="usuel")


def after_2023(doctors: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Doctors of 2024: a few who stop at the end of 2023, a few who begin, fewer than left."""
    later = doctors.copy()
    age = 2023 - later["naissance"]
    leaving = (later["fin"] == FORGOTTEN) & (age >= 66) & (rng.random(len(later)) < 0.40)
    later.loc[leaving, "fin"] = 2023
    towns = later["code"].value_counts().sort_index()
    count = round(0.02 * len(later))
    places = rng.choice(len(towns), size=count, p=towns.to_numpy() / towns.sum())
    new = pd.DataFrame(
        {
            "code": towns.index.to_numpy()[places],
            "naissance": 2024 - rng.integers(29, 36, count),
            "sexe": np.where(rng.random(count) < 0.65, "F", "H"),
            "exercice": np.where(rng.random(count) < 0.2, "centre_de_sante", "liberal"),
            "debut": 2024,
            "fin": FORGOTTEN,
        }
    )
    acts = {name: 0 for name in later.columns if name.startswith("actes_")}
    return pd.concat([later, new.assign(**acts)], ignore_index=True)
