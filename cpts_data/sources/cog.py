"""INSEE, Code officiel géographique of one year: communes, arrondissements, départements, régions.

A space that holds it (the demonstration's fictitious région does) uses it as its code file instead
of the shipped reference. ``COM`` alone is no key: a commune déléguée may bear the code of its
commune, hence ``nature``. Labels are in small letters in the editions of 2019 and 2020.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import COMMUNE_PATTERN, Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import DEPARTEMENT_PATTERN, repair_area_codes
from cpts_data.received import Head, read_text_table, require_columns
from cpts_data.territories import repair_commune_codes, repair_remarks

MAXIMUM_ROWS = 500_000
_NATURES = {
    "COM": "commune",
    "ARM": "arrondissement",
    "COMD": "commune déléguée",
    "COMA": "commune associée",
}

SOURCE = Source(
    id="cog",
    title="Code officiel géographique",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/information/2560452",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("nature", "code"),
    period_lag=0,
    columns=(
        Column("code", Kind.CODE, "code"),
        Column(
            "nature",
            Kind.TEXT,
            "nature du territoire",
            choices=(*_NATURES.values(), "département", "région"),
        ),
        Column("nom", Kind.TEXT, "nom avec son article"),
        Column("departement", Kind.CODE, "département", nullable=True),
        Column("region", Kind.CODE, "région", nullable=True),
        Column("commune", Kind.CODE, "commune dont elle fait partie", nullable=True),
    ),
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_commune_2026.csv",
            "v_commune_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_departement_2026.csv",
            "v_departement_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_region_2026.csv",
            "v_region_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
    ),
)


_CODES = {
    "département": (DEPARTEMENT_PATTERN, "un code de département comme 01, 2A ou 974"),
    "région": (r"\d{2}", "un code de région comme 01 ou 84"),
}
_OF_COMMUNE = (COMMUNE_PATTERN, "un code de commune à 5 caractères, comme 01004 ou 2A004")


def recognises(head: Head) -> bool:
    """Tell ``v_commune``, ``v_departement`` and ``v_region`` by their columns."""
    labels = {name.upper() for name in head.header()}
    chief = "CHEFLIEU" in labels and "COM" not in labels
    return {"LIBELLE", "NCC", "REG"} <= labels and ({"TYPECOM", "COM"} <= labels or chief)


def read(path: Path) -> pd.DataFrame:
    """Read one row per territory: code, nature, name, département, région, parent commune.

    ``attrs["remarques"]`` tells repaired codes. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    raw = read_text_table(path, maximum_rows=MAXIMUM_ROWS)
    raw.columns = pd.Index([name if name == "ligne" else name.upper() for name in raw.columns])
    of_communes = "TYPECOM" in raw.columns
    needed = ("COM", "REG", "DEP", "COMPARENT") if of_communes else ("REG",)
    require_columns(raw, (*needed, "LIBELLE"), faults)
    cells = raw.drop(columns="ligne").apply(lambda column: column.str.strip())
    nothing = pd.Series("", index=raw.index)
    departement = repair_area_codes(cells["DEP"]) if "DEP" in cells.columns else nothing
    region, commune = repair_area_codes(cells["REG"]), nothing
    table = pd.DataFrame({"ligne": raw["ligne"]})
    remarks: list[str] = []
    if of_communes:
        table["code"], repaired = repair_commune_codes(cells["COM"])
        remarks += repair_remarks(repaired)
        table["nature"] = cells["TYPECOM"].map(_NATURES)
        commune = repair_commune_codes(cells["COMPARENT"])[0]
    else:
        is_departement = "DEP" in cells.columns
        table["code"] = departement if is_departement else region
        table["nature"] = "département" if is_departement else "région"
    table["nom"] = cells["LIBELLE"]
    for name, values in (("departement", departement), ("region", region), ("commune", commune)):
        table[name] = values.astype("string").replace({"": pd.NA})
    _check_codes(table, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]].astype("string")
    result.attrs["remarques"] = remarks
    return result


def _check_codes(table: pd.DataFrame, faults: Faults) -> None:
    """Note each code that is not one of its nature."""
    for nature, part in table.groupby("nature"):
        pattern, expected = _CODES.get(str(nature), _OF_COMMUNE)
        fits = part["code"].str.fullmatch(pattern).fillna(False).astype(bool)
        wrong = part[~fits & (part["code"] != "")]
        for line, code in zip(wrong["ligne"], wrong["code"], strict=True):
            mend = "reprenez le fichier d'origine, sans le modifier dans un tableur."
            faults.add(f"« {code} »", expected, mend, row=int(line), column="code")
