"""INSEE, Base permanente des équipements: how many facilities of each type, by commune.

Four generations of one database: counts by commune and IRIS (``TYPEQU``, ``NB_EQUIP``: 2018 to
2021), one line per facility (``BPE23.csv``: counted here), and long files of counts at every level
(``DS_BPE…_data.csv``, 2023 on). The codes of the types change: a GP is D201 until 2023 and D265
from 2024; an old code never came back with another meaning, so our families are told by the code
alone, and a file where no GP is found says so.

A commune without a row for a type has none of it: explicit zeros are for the floor above to build,
from the list of communes. A professional with two practices counts twice. The names and addresses
of the detailed file (a self-employed person's among them) are never read.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.coded_table import Coded, CodedTable
from cpts_data.layouts.large_texts import layout_of, read_columns
from cpts_data.received import Head
from cpts_data.territories import repair_commune_codes, repair_remarks

GENERAL_PRACTITIONER = "medecin_generaliste"
SPECIALIST = "medecin_specialiste"
OTHER_CARE, OTHER = "autre_professionnel_de_sante", "autre"
# code -> our family, INSEE's label. Until 2023, then from 2024, then the stable ones.
_TYPES: dict[str, tuple[str, str]] = {
    "D201": (GENERAL_PRACTITIONER, "Médecin généraliste"),
    "D221": ("chirurgien_dentiste", "Chirurgien-dentiste"),
    "D231": ("sage_femme", "Sage-femme"),
    "D232": ("infirmier", "Infirmier"),
    "D244": ("infirmier", "Infirmier"),
    "D233": ("masseur_kinesitherapeute", "Masseur-kinésithérapeute"),
    "D235": ("orthophoniste", "Orthophoniste"),
    "D236": ("orthoptiste", "Orthoptiste"),
    "D237": ("pedicure_podologue", "Pédicure-podologue"),
    "D301": ("pharmacie", "Pharmacie"),
    "D265": (GENERAL_PRACTITIONER, "Médecin généraliste"),
    "D277": ("chirurgien_dentiste", "Chirurgien-dentiste"),
    "D307": ("pharmacie", "Pharmacie"),
    "D101": ("hopital_court_sejour", "Établissement de santé de court séjour"),
    "D106": ("urgences", "Urgences"),
    "D107": ("maternite", "Maternité"),
    "D108": ("centre_de_sante", "Centre de santé"),
    "D113": ("maison_de_sante", "Maison de santé pluridisciplinaire"),
    "D302": ("laboratoire", "Laboratoire d'analyses et de biologie médicale"),
    "D401": ("hebergement_personnes_agees", "Personnes âgées : hébergement"),
    "D402": ("soins_a_domicile_personnes_agees", "Personnes âgées : soins à domicile"),
}
_RANGES = (
    (202, 220, SPECIALIST),
    (251, 276, SPECIALIST),
    (246, 250, OTHER_CARE),
    (278, 283, OTHER_CARE),
)
_FAMILIES = tuple(
    dict.fromkeys([*(family for family, _ in _TYPES.values()), SPECIALIST, OTHER_CARE, OTHER])
)
COMMUNE = "commune"
# Of the long files, the rows by commune or arrondissement: the other levels are their sums.
_LEVELS = {"COM": COMMUNE, "ARM": COMMUNE}

SOURCE = Source(
    id="insee_bpe",
    title="Base permanente des équipements (BPE)",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/statistiques/8217527",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("niveau", "code", "period", "type_equipement"),
    replaced_by=("niveau", "period", "type_equipement"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau du territoire", choices=(COMMUNE,)),
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année de la base"),
        Column("type_equipement", Kind.CODE, "code du type d'équipement, propre au millésime"),
        Column("libelle", Kind.TEXT, "libellé du type, quand nous le connaissons", nullable=True),
        Column("famille", Kind.TEXT, "famille d'équipements", choices=_FAMILIES),
        Column(
            "effectif",
            Kind.NUMBER,
            "nombre d'équipements",
            unit="équipements",
            minimum=0,
            absent_means_zero=True,
        ),
    ),
    counted=(
        Column(
            "minutes",
            Kind.NUMBER,
            "minutes jusqu'à l'équipement le plus proche (60 au-delà)",
            unit="minutes",
            combine="jamais",
            modelled=True,
        ),
    ),
    strata=("famille", "type_equipement"),
    notes="Une commune absente pour un type n'en a aucun. Un professionnel qui a deux cabinets "
    "compte deux fois. Aucun fichier de la série n'a été vu ; dans la nomenclature de 2024, seuls "
    "les codes des généralistes, des spécialistes, des dentistes et des pharmacies nous sont "
    "connus un à un.",
    addresses=(
        Address(
            "https://api.insee.fr/melodi/file/DS_BPE/DS_BPE_2025_CSV_FR",
            "DS_BPE_CSV_FR.zip",
            landing_page="https://www.insee.fr/fr/statistiques/8217527",
            note="Adresse relevée dans des programmes publiés.",
            otherwise=("https://www.insee.fr/fr/statistiques/fichier/8217527/DS_BPE_CSV_FR.zip",),
        ),
    ),
)

_LONG = ("GEO", "GEO_OBJECT", "FACILITY_TYPE", "TIME_PERIOD", "OBS_VALUE")
_COUNTS = ("DEPCOM", "AN", "TYPEQU", "NB_EQUIP")
_DETAIL = ("DEPCOM", "AN", "TYPEQU")
# What the pruned copy of a detailed file keeps: where, when, what; nobody.
_KEPT = ("AN", "REG", "DEP", "DEPCOM", "DCIRIS", "TYPEQU")


def _wanted(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of the generation that a header belongs to, none when it is no BPE."""
    return next((names for names in (_LONG, _COUNTS, _DETAIL) if set(names) <= set(header)), ())


def recognises(head: Head) -> bool:
    """Tell the base by ``TYPEQU`` beside ``DEPCOM``, or by ``FACILITY_TYPE`` beside ``GEO``."""
    return head.kind == "csv" and bool(_wanted(head.header()))


def family_of(code: str) -> str:
    """Our family of a type of facility; ``autre`` when the code is not of health care."""
    if code in _TYPES:
        return _TYPES[code][0]
    if code[:1] == "D" and code[1:].isdigit():
        for first, last, family in _RANGES:
            if first <= int(code[1:]) <= last:
                return family
    return OTHER


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune, year and type of facility that has at least a row in the file.

    Municipal arrondissements are communes here. ``attrs["remarques"]`` tells what was left out,
    and when no GP was found. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    layout = layout_of(path)
    names = _wanted(layout.header)
    if not names:
        faults.add(
            "un fichier sans les colonnes de la base",
            "les colonnes DEPCOM, AN et TYPEQU, ou GEO, FACILITY_TYPE et OBS_VALUE",
            "reprenez le fichier publié par l'Insee, sans retirer ni renommer de colonne.",
        )
        faults.raise_if_any()
    wanted = {name: layout.header.index(name) for name in names}
    if names == _LONG and "BPE_MEASURE" in layout.header:
        wanted["BPE_MEASURE"] = layout.header.index("BPE_MEASURE")
    values = {"OBS_VALUE", "NB_EQUIP"} & set(wanted)
    raw = read_columns(
        layout,
        {name: place for name, place in wanted.items() if name not in values},
        numbers={name: wanted[name] for name in values},
    )
    remarks: list[str] = []
    rows = _long(raw, remarks) if names == _LONG else _by_commune(raw, remarks)
    grouped = rows.group_by(["niveau", "code", "period", "type_equipement"]).aggregate(
        [("effectif", "sum"), ("effectif", "count"), ("ligne", "min")]
    )
    table = grouped.to_pandas()
    table = table.rename(columns={"effectif_sum": "effectif", "ligne_min": "ligne"})
    table = table.sort_values("ligne", ignore_index=True)
    if names == _LONG:
        _refuse_repeats(table, faults)
    table = _finished(table, remarks)
    _check_years(table, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]]
    result.attrs["remarques"] = remarks
    return result


def _plain(column: Coded) -> pa.Array:
    """A coded column as text."""
    return pa.array(column.text(), pa.string())


def _long(raw: CodedTable, remarks: list[str]) -> pa.Table:
    """The rows of a long file by commune, totals over types left out."""
    types = raw.texts["FACILITY_TYPE"]
    kept = ~types.values.isin(["_T", "_Z", ""]).to_numpy()[types.codes]
    if "BPE_MEASURE" in raw.texts:
        measure = raw.texts["BPE_MEASURE"]
        kept &= (measure.values == "FACILITIES").to_numpy(dtype=bool)[measure.codes]
    level = raw.texts["GEO_OBJECT"]
    communes = level.recoded(level.values.map(_LEVELS)).codes >= 0
    geo = raw.texts["GEO"]
    # The interface writes « 2024-COM-01001 », the file « 01001 ».
    codes = geo.values.str.replace(r"^(?:\d{4}-)?[A-Z]\w*-", "", regex=True)
    repaired, changed = repair_commune_codes(codes)
    remarks += repair_remarks(pd.Series(communes & changed.to_numpy()[geo.codes]))
    left = int((~communes).sum())
    if left:
        count = french.count_of(left, "ligne")
        remarks.append(
            f"{count} d'autres niveaux que la commune, non reprises : ce sont des sommes."
        )
    table = pa.table(
        {
            "niveau": pa.array([COMMUNE] * raw.rows),
            "code": _plain(geo.recoded(repaired)),
            "period": _plain(raw.texts["TIME_PERIOD"]),
            "type_equipement": _plain(types),
            "effectif": pa.array(raw.numbers["OBS_VALUE"], from_pandas=True),
            "ligne": _lines(raw),
        }
    )
    return table.filter(pa.array(kept & communes))


def _by_commune(raw: CodedTable, remarks: list[str]) -> pa.Table:
    """The rows of a file by IRIS or by facility, to be summed by commune."""
    rows = raw.rows
    count = raw.numbers.get("NB_EQUIP", np.ones(rows))
    commune = raw.texts["DEPCOM"]
    repaired, changed = repair_commune_codes(commune.values)
    remarks += repair_remarks(pd.Series(changed.to_numpy()[commune.codes]))
    return pa.table(
        {
            "niveau": pa.array([COMMUNE] * rows),
            "code": _plain(commune.recoded(repaired)),
            "period": _plain(raw.texts["AN"]),
            "type_equipement": _plain(raw.texts["TYPEQU"]),
            "effectif": pa.array(count, from_pandas=True),
            "ligne": _lines(raw),
        }
    )


def _lines(raw: CodedTable) -> pa.Array:
    """The line of the file of each row."""
    return pa.array(np.arange(raw.first_line, raw.first_line + raw.rows))


def _refuse_repeats(table: pd.DataFrame, faults: Faults) -> None:
    """A long file tells each count once: adding two of them would count facilities twice."""
    for row in table[table["effectif_count"] > 1].itertuples():
        faults.add(
            f"{row.effectif_count} lignes pour « {row.code} », type « {row.type_equipement} »",
            "une seule ligne par territoire, année et type",
            "reprenez le fichier d'origine, sans en coller deux l'un sous l'autre.",
            row=int(str(row.ligne)),
        )


def _finished(table: pd.DataFrame, remarks: list[str]) -> pd.DataFrame:
    """Add families and labels, tell a nomenclature that we do not know."""
    table = table.copy()
    table["code"] = table["code"].astype("string")
    types = pd.Series(table["type_equipement"].unique())
    families = dict(zip(types, types.map(family_of), strict=True))
    table["famille"] = table["type_equipement"].map(families).astype("category")
    labels = {name: label for name, (_, label) in _TYPES.items()}
    table["libelle"] = table["type_equipement"].map(labels).astype("category")
    for year, part in table.groupby("period")["famille"]:
        if not (part == GENERAL_PRACTITIONER).any():
            remarks.append(
                f"{year} : aucun médecin généraliste reconnu parmi les types d'équipements. "
                "La nomenclature a peut-être changé, ou le fichier ne porte pas sur la santé."
            )
    for name in ("niveau", "type_equipement"):
        table[name] = table[name].astype("category")
    table["period"] = table["period"].astype("string")
    return table


def _check_years(table: pd.DataFrame, faults: Faults) -> None:
    years = table["period"].str.fullmatch(r"20\d\d").fillna(False)
    for row in table[~years].drop_duplicates("period").itertuples():
        faults.add(
            f"« {row.period} »",
            "une année, comme 2023",
            "reprenez le fichier d'origine.",
            row=int(str(row.ligne)),
            column="année",
        )


def prune(path: Path, target: Path) -> None:
    """Write a detailed file with place, year and type only; copy the files of counts as they are.

    ``NOMRS``, ``CNOMRS``, the address, the SIRET and the point of a facility may be those of a
    person (a nurse at home): none is written.
    """
    layout = layout_of(path)
    if _wanted(layout.header) != _DETAIL:
        shutil.copyfile(path, target)
        return
    kept = {name: layout.header.index(name) for name in _KEPT if name in layout.header}
    table = pa.table(
        {name: _plain(column) for name, column in read_columns(layout, kept).texts.items()}
    )
    options = pacsv.WriteOptions(delimiter=";", quoting_style="needed")
    pacsv.write_csv(table, target, options)
