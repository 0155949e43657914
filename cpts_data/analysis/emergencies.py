"""Emergency visits followed by a stay: rate by site, by département, and for France.

Method (DOMAIN §5.6, read in the SAE): a general unit counts its four « suivis » (MCO, long stay,
home hospitalisation, transfer) when the first is filled; a paediatric unit counts ``hospitalises``.
Units that did not answer are out of both terms, and the share of visits that stays is shown beside
the rate. The rate describes the hospitals, where people are seen, never the people who live there.
"""

from __future__ import annotations

import pandas as pd

GENERAL, PAEDIATRIC = "general", "pediatrique"
_FOLLOWED = ("suivis_mco", "suivis_long_sejour", "suivis_had", "suivis_transfert")
# Under one visit in a hundred the answer is most often partial: 2019's 5th centile is 5.9 %.
DOUBTFUL_RATE = 0.01
SITE, DEPARTEMENT, FRANCE = "site", "departement", "france"
_SUMS = ["hospitalisations", "passages_retenus", "passages", "sites", "sites_retenus"]


def hospitalisation_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Rate of visits followed by a stay, by year, for each site, département, and France.

    ``table`` is that of ``sources.drees_urgences``. Returns one row per ``niveau`` (``site,
    departement, france``), ``code`` (FINESS number, département, ``FR``) and ``period``:
    ``hospitalisations`` over ``passages_retenus`` gives ``taux`` (share of 1, missing when nothing
    was answered); ``couverture`` is ``passages_retenus`` over ``passages``; then ``sites``,
    ``sites_retenus``, and ``a_verifier``, true for a site whose rate is under 1 % (most often a
    partial answer). General and paediatric units of a site are added before dividing.
    """
    rows = table[["finess", "departement", "period"]].copy()
    paediatric = table["type"] == PAEDIATRIC
    answered = (paediatric & table["hospitalises"].notna()) | (
        ~paediatric & table["suivis_mco"].notna()
    )
    answered &= table["passages"].notna()
    stays = table[list(_FOLLOWED)].sum(axis=1).mask(paediatric, table["hospitalises"])
    rows["hospitalisations"] = stays.where(answered, 0.0)
    rows["passages_retenus"] = table["passages"].where(answered, 0.0)
    rows["passages"] = table["passages"].fillna(0.0)
    rows["sites_retenus"] = answered.astype(float)
    by_site = rows.groupby(["finess", "departement", "period"], as_index=False, sort=True).agg(
        {**dict.fromkeys(_SUMS[:3], "sum"), "sites_retenus": "max"}
    )
    by_site["sites"] = 1.0
    levels = [
        by_site.assign(niveau=SITE, code=by_site["finess"]),
        by_site.assign(niveau=DEPARTEMENT, code=by_site["departement"]),
        by_site.assign(niveau=FRANCE, code="FR"),
    ]
    keys = ["niveau", "code", "period"]
    result = pd.concat(levels, ignore_index=True).groupby(keys, sort=False)[_SUMS].sum()
    result = result.reset_index()
    retained = result["passages_retenus"]
    result["taux"] = (result["hospitalisations"] / retained).where(retained > 0)
    result["couverture"] = (retained / result["passages"]).where(result["passages"] > 0)
    result["a_verifier"] = (result["niveau"] == SITE) & (result["taux"] < DOUBTFUL_RATE)
    return result
