"""Families of establishments: what the categories of the FINESS are to a CPTS.

Codes and labels counted in the FINESS of Occitanie (143 categories, April 2026); a category that is
not here is ``autre``, and keeps its own code and label.
"""

from __future__ import annotations

FAMILIES = {
    "101": "hopital",
    "106": "hopital",
    "128": "hopital",
    "129": "hopital",
    "131": "hopital",
    "355": "hopital",
    "365": "hopital",
    "697": "hopital",
    "161": "hopital_psychiatrique",
    "292": "hopital_psychiatrique",
    "109": "soins_medicaux_et_readaptation",
    "362": "soins_de_longue_duree",
    "127": "hospitalisation_a_domicile",
    "141": "dialyse",
    "146": "dialyse",
    "124": "centre_de_sante",
    "603": "msp",
    "604": "cpts",
    "606": "dac",
    "463": "clic",
    "617": "maison_medicale_de_garde",
    "620": "pharmacie",
    "628": "autre_pharmacie",
    "629": "autre_pharmacie",
    "641": "autre_pharmacie",
    "627": "propharmacie",
    "611": "laboratoire",
    "500": "ehpad",
    "202": "residence_autonomie",
    "354": "ssiad",
    "209": "service_autonomie_aide_et_soins",
    "156": "centre_medico_psychologique",
    "189": "cmpp",
    "190": "camsp",
    "197": "csapa",
    "178": "caarud",
    "223": "pmi",
    "230": "pmi",
    "228": "centre_de_sante_sexuelle",
    "638": "cegidd",
    "645": "centre_de_vaccination",
    "646": "centre_de_vaccination",
    "631": "maison_de_naissance",
    "609": "mdph",
}
OTHER = "autre"
