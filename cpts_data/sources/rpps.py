"""Annuaire santé (ANS), open-access extraction « Personne_activite »: who practises what, where.

Text of about 2.3 million lines and 1 GB: UTF-8, « | », no quoting (a quote in a name is a
character), one line per person, activity, structure and savoir-faire, 52 columns (2021) or 56
(since then), most editions with one separator more at the end of lines. Only thirteen columns are
read. No identifier, name, telephone, e-mail, street or structure name leaves :func:`read` or
:func:`prune`: a person is a number, given in the order of the lines.

Geography is poor: many lines have no commune, and many no structure at all. They are kept and
counted; ``analysis.professionals.locate`` repairs what the FINESS file and postal codes can.
Retired and replacement doctors are in the file, and so are the students allowed to practise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from cpts_data import french
from cpts_data.contracts import COMMUNE_PATTERN, Address, Column, Faults, Kind, Source
from cpts_data.layouts.coded_table import Coded, coded, joint
from cpts_data.layouts.departements import (
    departements_of_communes,
    departements_of_finess,
    departements_of_postal_codes,
    repair_finess_numbers,
)
from cpts_data.layouts.labels import plain
from cpts_data.layouts.large_texts import Layout, layout_of, read_columns
from cpts_data.received import Head
from cpts_data.territories import repair_commune_codes

# Codes of the nomenclature TRE_G15; our ids are the words of its labels.
PROFESSIONS = {
    "10": "medecin",
    "21": "pharmacien",
    "26": "audioprothesiste",
    "28": "opticien_lunetier",
    "31": "assistant_dentaire",
    "32": "physicien_medical",
    "35": "aide_soignant",
    "36": "ambulancier",
    "37": "auxiliaire_de_puericulture",
    "38": "preparateur_en_pharmacie_hospitaliere",
    "39": "preparateur_en_pharmacie",
    "40": "chirurgien_dentiste",
    "41": "assistant_de_service_social",
    "50": "sage_femme",
    "60": "infirmier",
    "70": "masseur_kinesitherapeute",
    "71": "osteopathe",
    "72": "psychotherapeute",
    "73": "chiropracteur",
    "80": "pedicure_podologue",
    "81": "orthoprothesiste",
    "82": "podo_orthesiste",
    "83": "orthopediste_orthesiste",
    "84": "oculariste",
    "85": "epithesiste",
    "86": "technicien_de_laboratoire_medical",
    "91": "orthophoniste",
    "92": "orthoptiste",
    "93": "psychologue",
    "94": "ergotherapeute",
    "95": "dieteticien",
    "96": "psychomotricien",
    "98": "manipulateur_erm",
}
OTHER = "autre"
GENERAL_PRACTICE = "medecine_generale"
GENERAL_PRACTICE_CODES = frozenset({"SM26", "SM53", "SM54"})
NO_SPECIALTY = "aucune"
MODES = {"L": "liberal", "S": "salarie", "B": "benevole", "": "non_renseigne"}

SOURCE = Source(
    id="rpps",
    title="Annuaire santé : professionnels et lieux d'exercice (extraction en libre accès)",
    publisher="Agence du numérique en santé (ANS)",
    landing_page="https://www.data.gouv.fr/datasets/annuaire-sante-extractions-des-donnees-en-"
    "libre-acces-des-professionnels-intervenant-dans-le-systeme-de-sante/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur) ; usage régi par l'arrêté "
    "du 18 avril 2017",
    level="commune",
    period_lag=0,
    key=(
        "personne",
        "code",
        "code_postal",
        "localite",
        "finess_site",
        "profession",
        "profession_libelle",
        "specialite",
        "mode",
    ),
    replaced_by=("departement", "profession"),
    columns=(
        Column("personne", Kind.INTEGER, "numéro d'ordre de la personne, propre au fichier"),
        Column("code", Kind.COMMUNE, "commune du lieu d'exercice", nullable=True),
        Column("period", Kind.TEXT, "année de l'extraction", nullable=True),
        Column("code_postal", Kind.CODE, "code postal du lieu d'exercice", nullable=True),
        Column(
            "localite",
            Kind.TEXT,
            "localité telle qu'écrite, quand la commune n'est pas codée",
            nullable=True,
        ),
        Column("finess_site", Kind.CODE, "numéro FINESS du site d'exercice", nullable=True),
        Column("profession", Kind.TEXT, "profession", choices=(*PROFESSIONS.values(), OTHER)),
        Column("profession_libelle", Kind.TEXT, "libellé de la profession dans le fichier"),
        Column(
            "specialite",
            Kind.TEXT,
            "medecine_generale, code du savoir-faire, ou aucune",
        ),
        Column("specialite_libelle", Kind.TEXT, "libellé du savoir-faire", nullable=True),
        Column("mode", Kind.TEXT, "mode d'exercice", choices=(*MODES.values(), OTHER)),
        Column("departement", Kind.CODE, "département du lieu d'exercice", nullable=True),
    ),
    counted=(
        Column(
            "praticiens",
            Kind.NUMBER,
            "personnes, comptées une fois par commune et une fois par territoire",
            unit="professionnels",
            absent_means_zero=True,
        ),
        Column(
            "minutes",
            Kind.NUMBER,
            "minutes jusqu'au généraliste libéral le plus proche (60 au-delà)",
            unit="minutes",
            combine="jamais",
            modelled=True,
        ),
    ),
    strata=("profession", "discipline", "mode"),
    notes="Une personne a une ligne par lieu, profession, savoir-faire et mode. Retraités, "
    "remplaçants et étudiants autorisés à exercer figurent dans le fichier ; les salariés des "
    "hôpitaux gonflent les effectifs de leur commune. Les éditions de 56 colonnes, les codes de "
    "professions autres que 10, 26, 28, 31, 71, 72, 86, 92 à 96 et 98, et les modes autres que "
    "libéral et salarié n'ont pas été vus sur un fichier.",
    addresses=(
        Address(
            "https://www.data.gouv.fr/api/1/datasets/r/fffda7e9-0ea2-4c35-bba0-4496f3af935d",
            "ps-libreacces-personne-activite.txt",
            note="Environ 800 Mo.",
        ),
    ),
)

_NUMBER = "Numéro de personne"
_IDENTIFIER = "Identification nationale PP"
# Our name -> label of the file. Written again by `prune`, in this order.
_KEPT = {
    "profession": "Code profession",
    "profession_label": "Libellé profession",
    "category": "Code catégorie professionnelle",
    "skill": "Code savoir-faire",
    "skill_label": "Libellé savoir-faire",
    "mode": "Code mode exercice",
    "finess": "Numéro FINESS site",
    "routing": "Bureau cedex (coord. structure)",
    "postal": "Code postal (coord. structure)",
    "commune": "Code commune (coord. structure)",
    "commune_label": "Libellé commune (coord. structure)",
    "departement": "Code Département (structure)",
}
_NEEDED = ("profession", "skill", "mode", "postal", "commune")
# Nearly every line has its own: coding them costs more than keeping the text.
_NUMEROUS = ("finess", "routing", "postal", "commune", "commune_label")


def _positions(header: Sequence[str]) -> dict[str, int]:
    """Position of the person and of each column that we keep, as far as the header has them."""
    places = {plain(name): position for position, name in enumerate(header)}
    found = {name: places[plain(label)] for name, label in _KEPT.items() if plain(label) in places}
    person = places.get(plain(_IDENTIFIER), places.get(plain(_NUMBER)))
    return found if person is None else {"person": person, **found}


def recognises(head: Head) -> bool:
    """Tell the file by a person beside mode of practice and commune of the structure.

    The two sister files (« SavoirFaire », « Dipl_AutExerc ») have neither.
    """
    found = _positions(head.header())
    return head.kind == "csv" and "person" in found and set(_NEEDED) <= set(found)


def _persons(column: pa.ChunkedArray, layout: Layout, faults: Faults, position: int) -> np.ndarray:
    """Number persons from 1 in order of first appearance."""
    lengths = pc.utf8_length(column)
    nobody = pc.equal(lengths, 0)
    for row in np.flatnonzero(nobody.to_numpy())[:100] if pc.any(nobody).as_py() else ():
        faults.add(
            "une case vide",
            "l'identification de la personne",
            "reprenez le fichier d'origine : sans elle, on compterait une personne plusieurs fois.",
            row=int(row) + layout.first_line,
            column=layout.header[position],
        )
    faults.raise_if_any()
    try:
        # Digits with their length are an exact and much faster key than the text itself.
        key = np.asarray(pc.cast(column, pa.int64())) * 32 + np.asarray(lengths)
        exact = pc.max(lengths).as_py() <= 17
    except pa.ArrowInvalid:
        exact = False
    if not exact:
        return coded(column).codes.astype("int64") + 1
    changes = np.diff(key)
    if (changes >= 0).all():
        # A file in the order of identifiers numbers its persons by itself.
        return np.concatenate([[1], 1 + np.cumsum(changes > 0)])
    return pd.factorize(key)[0].astype("int64") + 1


@dataclass(frozen=True)
class _Extraction:
    """The file as read: persons by number, columns of few values coded, the others as text."""

    persons: np.ndarray
    texts: Mapping[str, Coded]
    cells: Mapping[str, pa.ChunkedArray]


def _extraction(path: Path) -> _Extraction:
    layout = layout_of(path)
    positions = _positions(layout.header)
    faults = Faults(path.name)
    for name in ("person", *_NEEDED):
        if name not in positions:
            label = _KEPT.get(name, _IDENTIFIER)
            faults.add(
                "colonne absente",
                f"la colonne « {label} »",
                "reprenez le fichier d'origine, sans retirer de colonne.",
                column=label,
            )
    faults.raise_if_any()
    plain_cells = ("person", *_NUMEROUS)
    table = read_columns(
        layout,
        {name: place for name, place in positions.items() if name not in plain_cells},
        cells={name: place for name, place in positions.items() if name in plain_cells},
        faults=faults,
    )
    persons = _persons(table.cells["person"], layout, faults, positions["person"])
    absent = [name for name in _KEPT if name not in positions]
    nothing = Coded(np.zeros(table.rows, dtype=np.int8), pd.Series([""], dtype="string"))
    empty = pa.chunked_array([pa.array([""] * table.rows if absent else [], pa.string())])
    texts = dict.fromkeys(_KEPT, nothing) | table.texts
    return _Extraction(persons, texts, dict.fromkeys(_NUMEROUS, empty) | table.cells)


def read(path: Path) -> pd.DataFrame:
    """Read one row per person, place, profession, savoir-faire and mode; repeats are merged.

    Reads the official file and its pruned copy alike. Low-cardinality columns are categorical.
    ``attrs["remarques"]`` counts persons, rows without commune and what they have instead, repeats,
    unknown professions and persons who are not civilian professionals (students, armed forces).
    Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    found = _extraction(path)
    columns, cells = found.texts, found.cells
    with ThreadPoolExecutor() as pool:
        codings = pool.map(lambda name: coded(cells[name]), ("commune", "finess", "postal"))
        commune, finess, postal = codings
    profession, profession_label = _professions(columns["profession"], columns["profession_label"])
    specialty, specialty_label = _specialties(columns["skill"], columns["skill_label"], profession)
    mode = columns["mode"].recoded(columns["mode"].values.map(MODES).fillna(OTHER))
    commune, remarks = _communes(commune)
    finess = finess.recoded(_finess_numbers(finess.values))
    postal = postal.recoded(_postal_codes(postal.values))
    locality = _localities(cells["routing"], cells["commune_label"], commune)
    departement = _departements(commune, columns["departement"], finess, postal)

    texts = {
        "code": commune,
        "code_postal": postal,
        "localite": locality,
        "finess_site": finess,
    }
    categories = {
        "profession": profession,
        "profession_libelle": profession_label,
        "specialite": specialty,
        "mode": mode,
    }
    repeated = _repeated(found.persons, [*texts.values(), *categories.values()])
    if len(repeated):
        count = french.count_of(len(repeated), "ligne répétée", "lignes répétées")
        remarks.append(f"{count} (même personne, lieu, profession et mode), comptées une fois.")
    kept = np.ones(len(found.persons), dtype=bool)
    kept[repeated] = False
    categories |= {"specialite_libelle": specialty_label, "departement": departement}
    with ThreadPoolExecutor() as pool:
        written = list(pool.map(lambda column: column.rows(kept).text(), texts.values()))
    table = pd.DataFrame(
        {
            "personne": found.persons[kept],
            "period": pd.Series("", index=range(int(kept.sum())), dtype="string"),
            **dict(zip(texts, written, strict=True)),
            **{name: column.rows(kept).category() for name, column in categories.items()},
        }
    )[[column.name for column in SOURCE.columns]]
    table.attrs["remarques"] = [*_remarks(table, columns["category"]), *remarks]
    return table


def _repeated(persons: np.ndarray, columns: Sequence[Coded]) -> np.ndarray:
    """Positions of the rows that tell again what a row before them tells."""
    # Who has one line repeats none: most persons.
    several = np.flatnonzero((np.bincount(persons) > 1)[persons])
    if not len(several):
        return several
    combination, _ = joint(*[column.rows(several) for column in columns[:4]])
    activity, _ = joint(*[column.rows(several) for column in columns[4:]])
    row = (persons[several] * (combination.max() + 1) + combination) * (activity.max() + 1)
    return several[pd.Series(row + activity).duplicated().to_numpy()]


def _professions(code: Coded, label: Coded) -> tuple[Coded, Coded]:
    """Our id (from the label when it says one of the list, else from the code), and the label."""
    numbers, (codes, labels) = joint(code, label)
    known = set(PROFESSIONS.values())
    text = label.values.iloc[labels].reset_index(drop=True)
    raw = code.values.iloc[codes].reset_index(drop=True)
    by_label = text.map(lambda words: plain(words).replace(" ", "_"))
    ids = by_label.where(by_label.isin(known), raw.map(PROFESSIONS)).fillna(OTHER)
    told = text.mask(text == "", "code " + raw)
    both = Coded(numbers, text)
    return both.recoded(ids), both.recoded(told)


def _specialties(code: Coded, label: Coded, profession: Coded) -> tuple[Coded, Coded]:
    """« medecine_generale » for the three codes of general practice of doctors, else the code."""
    numbers, (codes, labels, professions) = joint(code, label, profession)
    raw = code.values.iloc[codes].reset_index(drop=True)
    text = label.values.iloc[labels].reset_index(drop=True)
    doctors = (profession.values.iloc[professions] == "medecin").to_numpy(dtype=bool)
    general = raw.isin(GENERAL_PRACTICE_CODES) & doctors
    both = Coded(numbers, raw)
    told = text.mask(general, "Médecine générale")
    return (
        both.recoded(raw.mask(raw == "", NO_SPECIALTY).mask(general, GENERAL_PRACTICE)),
        both.recoded(told.where(told != "")),
    )


def _communes(column: Coded) -> tuple[Coded, list[str]]:
    codes, _ = repair_commune_codes(column.values)
    right = codes.str.fullmatch(COMMUNE_PATTERN).fillna(False).astype(bool)
    wrong = (~right & (codes != "")).to_numpy(dtype=bool)
    remarks = []
    if wrong.any():
        lines = int(np.isin(column.codes, np.flatnonzero(wrong)).sum())
        examples = french.enumeration([f"« {code} »" for code in codes[wrong].head(3)])
        remarks.append(
            f"{french.count_of(lines, 'ligne')} à code de commune illisible ({examples}), "
            "tenues pour non localisées."
        )
    return column.recoded(codes.where(right)), remarks


def _postal_codes(texts: pd.Series) -> pd.Series:
    """Postal codes without blanks, with the zero that a spreadsheet took from them."""
    cleaned = texts.str.replace(r"\s|\.0+$", "", regex=True)
    cleaned = cleaned.mask(cleaned.str.fullmatch(r"\d{4}"), "0" + cleaned)
    return cleaned.where(cleaned != "")


def _finess_numbers(texts: pd.Series) -> pd.Series:
    numbers, _ = repair_finess_numbers(texts)
    return numbers.where(numbers != "")


_POSTAL_START = r"^\s*(?:\d{5}|2[AB]\d{3})?\s*"


def _localities(routing: pa.ChunkedArray, label: pa.ChunkedArray, commune: Coded) -> Coded:
    """Name of the place where the commune is not coded: the commune's label, else the mail line."""
    result = np.full(len(commune.codes), -1, dtype="int32")
    waiting = np.flatnonzero(commune.codes < 0)
    nowhere = pa.array(commune.codes < 0)
    routes, names = coded(routing.filter(nowhere)), coded(label.filter(nowhere))
    numbers, (routings, labels) = joint(routes, names)
    named = names.values.iloc[labels].reset_index(drop=True)
    mail = routes.values.iloc[routings].reset_index(drop=True)
    mail = mail.str.replace(_POSTAL_START, "", regex=True)
    text = named.mask(named == "", mail)
    named_places = Coded(numbers, text).recoded(text.where(text != ""))
    result[waiting] = named_places.codes
    return Coded(result, named_places.values)


def _departements(commune: Coded, declared: Coded, finess: Coded, postal: Coded) -> Coded:
    """From the commune, else as declared, else from the FINESS number or the postal code."""
    stated = declared.values.str.upper().str.lstrip("0")
    stated = stated.mask(stated.str.fullmatch(r"\d"), "0" + stated)
    stated = stated.where(stated.str.fullmatch(r"\d{2}|2[AB]|9[78]\d"))
    candidates = [
        (commune, departements_of_communes(commune.values)),
        (declared, stated),
        (finess, departements_of_finess(finess.values)),
        (postal, departements_of_postal_codes(postal.values)),
    ]
    names = pd.Index(
        pd.concat([values for _, values in candidates]).dropna().unique()
    ).sort_values()
    result = np.full(len(commune.codes), -1, dtype="int32")
    for column, values in candidates:
        waiting = np.flatnonzero(result < 0)
        numbers = np.append(names.get_indexer(pd.Index(values)), -1)
        result[waiting] = numbers[column.codes[waiting]]
    return Coded(result, pd.Series(names, dtype="string"))


def _remarks(table: pd.DataFrame, category: Coded) -> list[str]:
    """What a reader should know of the file, counted (French)."""
    persons = french.count_of(int(table["personne"].max()), "personne")
    told = [f"{persons} sur {french.count_of(len(table), 'ligne')}."]
    nowhere = table["code"].isna()
    if nowhere.any():
        site = nowhere & table["finess_site"].notna()
        mail = nowhere & ~site & table["code_postal"].notna()
        told.append(
            f"{french.count_of(int(nowhere.sum()), 'ligne')} sans code de commune, dont "
            f"{french.number(int(site.sum()))} avec un numéro FINESS, "
            f"{french.number(int(mail.sum()))} avec un code postal seulement et "
            f"{french.number(int((nowhere & ~site & ~mail).sum()))} sans aucun lieu."
        )
    others = table.loc[table["profession"] == OTHER, "profession_libelle"].value_counts()
    others = others[others > 0]
    if len(others):
        names = french.enumeration([f"« {name} »" for name in others.index[:5]])
        rows = french.count_of(int(others.sum()), "ligne")
        told.append(f"{rows} de professions hors de notre liste ({names}), rangées dans « autre ».")
    civil = category.values.str.upper().isin(["C", ""]).to_numpy(dtype=bool)
    others_count = int((~civil[category.codes]).sum())
    if others_count:
        told.append(
            f"{french.count_of(others_count, 'ligne')} d'une catégorie autre que « civil » "
            "(étudiants autorisés à exercer, militaires…), comptées avec les autres."
        )
    return told


def prune(path: Path, target: Path) -> None:
    """Write the same rows without any person: « | », the columns that we read, no other.

    Identifiers are replaced by the number of the person in the order of the lines. Nothing else of
    the file is written: no name, telephone, e-mail, street, structure name, nor the former
    identifier of the structure (built on the ADELI number of a person).
    """
    found = _extraction(path)
    header = [_NUMBER, *_KEPT.values()]
    arrays = [pa.array(found.persons).cast(pa.string())]
    for name in _KEPT:
        column = coded(found.cells[name]) if name in _NUMEROUS else found.texts[name]
        # Quotes mean nothing in this layout: one in a label would be refused by the writer.
        values = column.values.str.replace(r'["|\r\n]', "'", regex=True)
        arrays.append(Coded(column.codes, values).text().array.__arrow_array__())
    table = pa.table(arrays, names=header)
    options = pacsv.WriteOptions(include_header=False, delimiter="|", quoting_style="none")
    with target.open("wb") as stream:
        stream.write(("|".join(header) + "\n").encode())
        with pacsv.CSVWriter(stream, table.schema, write_options=options) as writer:
            writer.write_table(table, max_chunksize=1 << 16)
