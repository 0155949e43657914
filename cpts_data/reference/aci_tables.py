"""The tables of the ACI, cited and editable by anyone (``data/reference/aci``).

- ``versions.csv``: the versions of the agreement; ``bareme.csv``: every amount, by version, size;
- ``missions.csv``: the missions of each version, with their deadlines in months;
- ``etapes.csv``: the stages of a CPTS and the documents expected at each;
- ``indicateurs_suivi.csv``: the indicators that a contract may follow.

Every line says whether it was read in a document (``source``), computed from one (``derive``) or
must be checked (``a_verifier``). An installation puts its own tables in a folder (or its own scale
in one file, CSV or Excel) and names it by ``CPTS_TABLES_ACI``: they are held to the same contract,
and the tables that it does not give are the shipped ones.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.received import as_text, head_of, read_sheet, read_text_table, to_number
from cpts_data.reference.aci_checks import check_scale, check_together

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference" / "aci"
VARIABLE = "CPTS_TABLES_ACI"
STATUSES = ("source", "derive", "a_verifier")
POSTES = (
    "fonctionnement",
    "fonctionnement_avant_missions",
    "mission",
    "missions_optionnelles",
    "supplement_snp",
    "crise_plan",
    "crise_mise_a_jour",
    "crise_survenue",
    "total_hors_snp",
    "total_maximum",
    "aide_lettre_intention",
    "credit_amorcage_ars",
    "maximum_annonce",
)
MISSIONS = ("acces", "parcours", "prevention", "crise", "qualite", "accompagnement")
STAGE_CODES = ("emergence", "lettre_intention", "projet_sante", "aci_signe")
MAXIMUM_ROWS = 5_000
MAXIMUM_SIZE = 5_000_000
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_SOURCE_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


def _table(name: str, title: str, key: tuple[str, ...], *columns: Column) -> Source:
    return Source(
        id=name,
        title=title,
        publisher="tables de l'ACI",
        landing_page="",
        licence="",
        level="",
        columns=columns,
        key=key,
    )


def _text(
    name: str, description: str, *, optional: bool = False, of: tuple[str, ...] = ()
) -> Column:
    choices = (*of, "") if of and optional else of
    return Column(name, Kind.TEXT, description, nullable=optional, choices=choices)


_VERSION = _text("version_accord", "version de l'accord, en minuscules sans accent")
_STATUS = _text("statut", "lu dans un document, calculé, ou à vérifier", of=STATUSES)
_SOURCE = _text("source", "document où le chiffre a été lu, ou doit l'être")
_NOTE = _text("remarque", "calcul, condition ou réserve", optional=True)


def _months(name: str, description: str) -> Column:
    return Column(name, Kind.INTEGER, description, nullable=True, minimum=0, maximum=60)


TABLES = {
    source.id: source
    for source in (
        _table(
            "versions",
            "Versions de l'accord conventionnel",
            ("version_accord",),
            _VERSION,
            _text("libelle", "nom de la version"),
            _text("date_signature", "date de signature de l'accord"),
            _STATUS,
            _SOURCE,
            _NOTE,
        ),
        _table(
            "bareme",
            "Barème de l'ACI",
            ("version_accord", "poste", "mission", "volet", "taille"),
            _VERSION,
            _text("date_effet", "date d'effet de la version"),
            _text("poste", "ce que le montant paie", of=POSTES),
            _text("mission", "mission, quand le montant en paie une", optional=True, of=MISSIONS),
            _text("volet", "part du montant", of=("fixe", "variable", "total")),
            Column("taille", Kind.INTEGER, "classe de taille de la CPTS", minimum=1, maximum=4),
            Column(
                "montant_eur",
                Kind.NUMBER,
                "montant en euros, par an sauf remarque",
                nullable=True,
                minimum=0,
                maximum=10_000_000,
            ),
            _STATUS,
            _SOURCE,
            _text("date_source", "date du document", optional=True),
            _NOTE,
        ),
        _table(
            "missions",
            "Missions des CPTS",
            ("version_accord", "code"),
            _VERSION,
            _text("code", "mission", of=MISSIONS),
            _text("libelle", "nom de la mission"),
            _text("categorie", "obligatoire ou non", of=("socle", "optionnelle")),
            _months("demarrage_mois", "mois entre la signature et le démarrage, au plus"),
            _months("deploiement_mois", "mois entre la signature et le déploiement, au plus"),
            _text("contenu", "ce que fait la mission"),
            _STATUS,
            _SOURCE,
            _NOTE,
        ),
        _table(
            "etapes",
            "Étapes de la vie d'une CPTS",
            ("code", "document", "rang"),
            Column("ordre", Kind.INTEGER, "rang de l'étape", minimum=1, maximum=9),
            _text("code", "étape", of=STAGE_CODES),
            _text("libelle", "nom de l'étape, comme sur la carte"),
            _text("sens", "ce que l'étape veut dire"),
            _text("evenement_date", "événement qui date l'étape"),
            _text("document", "document attendu"),
            Column("rang", Kind.INTEGER, "rang dans le document", minimum=1, maximum=99),
            _text("contenu", "ce que le document contient"),
            _STATUS,
            _SOURCE,
        ),
        _table(
            "indicateurs_suivi",
            "Indicateurs de suivi de l'ACI",
            ("indicateur",),
            _text("mission", "mission suivie, ou « suivi »", of=(*MISSIONS, "suivi")),
            _text("indicateur", "identifiant de l'indicateur"),
            _text("libelle", "indicateur, tel qu'il est écrit"),
            _text("mode", "qui donne le chiffre", of=("automatique", "declare")),
            _text("cible", "sens de la cible", of=("au_moins", "au_plus")),
            _text("unite", "unité"),
            Column("decimales", Kind.INTEGER, "décimales affichées", minimum=0, maximum=3),
            _text("detenteur", "qui détient le chiffre"),
            _STATUS,
            _SOURCE,
            _NOTE,
        ),
    )
}


@dataclass(frozen=True)
class AciTables:
    """The checked tables, one frame each, and the French name of where the scale comes from.

    Columns are those of the files. ``montant_eur`` is float (NaN where the amount is not known);
    ``taille``, ``rang``, ``ordre``, ``decimales`` are integers; months are Int64; all else is text,
    ``""`` where empty.
    """

    versions: pd.DataFrame
    bareme: pd.DataFrame
    missions: pd.DataFrame
    etapes: pd.DataFrame
    indicateurs_suivi: pd.DataFrame
    origin: str


def aci_tables(path: Path | None = None) -> AciTables:
    """The tables of the ACI: those of ``path``, else of ``CPTS_TABLES_ACI``, else as shipped.

    ``path`` is a folder that holds some of the tables (``bareme.csv``, ``missions.xlsx``…), or one
    file, which is then the scale. Raises :class:`~cpts_data.contracts.ContractError` with all the
    faults of all the files, in French.
    """
    told = os.environ.get(VARIABLE, "")
    chosen = path or (Path(told) if told else None)
    files = {name: FOLDER / f"{name}.csv" for name in TABLES}
    if chosen is not None:
        files |= _own_files(chosen)
    stamps = tuple((name, file, *_stamp(file)) for name, file in files.items())
    tables = _read_all(stamps)
    own = [file.name for file in files.values() if file.parent != FOLDER]
    origin = f"tables de l'installation ({french.enumeration(own)})" if own else "tables livrées"
    return AciTables(**{name: table.copy() for name, table in tables.items()}, origin=origin)


def _own_files(chosen: Path) -> dict[str, Path]:
    """The tables that an installation gives; a place that gives none is a fault."""
    if chosen.is_file():
        return {"bareme": chosen}
    found = {
        name: chosen / f"{name}{suffix}"
        for name in TABLES
        for suffix in (".xlsx", ".csv")
        if (chosen / f"{name}{suffix}").is_file()
    }
    if not found:
        expected = f"un barème, ou un dossier contenant {french.enumeration([*TABLES], 'ou')}"
        raise ContractError(
            [
                Fault(
                    chosen.name,
                    "aucune table de l'ACI à cet endroit",
                    f"{expected} (.csv ou .xlsx)",
                    f"vérifiez le chemin donné par {VARIABLE}, ou retirez-le pour reprendre les "
                    "tables livrées.",
                )
            ]
        )
    return found


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=8)
def _read_all(stamps: tuple[tuple[str, Path, int, int], ...]) -> dict[str, pd.DataFrame]:
    """Every table checked alone, then together; ``stamps`` tells the files and their state."""
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, file, _, size in stamps:
        try:
            tables[name] = _read(file, size, TABLES[name])
        except ContractError as error:
            faults += error.faults
    if faults:
        raise ContractError(faults)
    check_together(tables, {name: file.name for name, file, _, _ in stamps})
    return {name: table.drop(columns="ligne") for name, table in tables.items()}


def _read(file: Path, size: int, source: Source) -> pd.DataFrame:
    faults = Faults(file.name)
    if size > MAXIMUM_SIZE:
        faults.add(
            f"un fichier de {french.size_in_bytes(size)}",
            f"une table de moins de {french.size_in_bytes(MAXIMUM_SIZE)}",
            "vérifiez qu'il s'agit bien de cette table.",
        )
        faults.raise_if_any()
    raw = _cells(file)
    _check_columns(raw, source, faults)
    table = pd.DataFrame({"ligne": raw["ligne"].astype(int)})
    for column in source.columns:
        texts = raw[column.name].astype("string").fillna("").str.strip()
        if column.kind in (Kind.INTEGER, Kind.NUMBER):
            table[column.name], _ = to_number(texts, faults, column.name, table["ligne"])
        else:
            table[column.name] = texts
    _check_texts(table, faults)
    check(table, source, faults)
    if source.id == "bareme":
        check_scale(table, faults)
    faults.raise_if_any()
    for column in source.columns:
        if column.kind is Kind.INTEGER:
            table[column.name] = table[column.name].astype("Int64" if column.nullable else "int64")
    return table


def _cells(file: Path) -> pd.DataFrame:
    """The cells of a table as text, from a CSV or from the first sheet of a workbook."""
    head = head_of(file)
    if head.sheets:
        return as_text(read_sheet(file, next(iter(head.sheets)), header_line=0))
    return read_text_table(file, ragged=True, maximum_rows=MAXIMUM_ROWS)


def _check_columns(raw: pd.DataFrame, source: Source, faults: Faults) -> None:
    """The columns are exactly those promised: a name mistyped is never a column left empty."""
    wanted = [column.name for column in source.columns]
    present = [name for name in raw.columns if name != "ligne"]
    for name in present:
        if name not in wanted:
            faults.add(
                "une colonne inconnue",
                f"les colonnes {', '.join(wanted)}",
                "retirez la colonne, ou corrigez son nom.",
                column=str(name),
            )
    for name in wanted:
        if name not in present:
            faults.add(
                "une colonne absente",
                f"la colonne « {name} » ({source.column(name).description})",
                "ajoutez la colonne, même vide.",
                column=name,
            )
    faults.raise_if_any()


def _check_texts(table: pd.DataFrame, faults: Faults) -> None:
    """Codes and dates have their form."""
    forms = {
        "version_accord": (_CODE, "un code comme aci_2019 (minuscules, chiffres, tiret bas)"),
        "indicateur": (_CODE, "un identifiant comme nb_protocoles (minuscules, tiret bas)"),
        "date_source": (_SOURCE_DATE, "une année, un mois ou un jour : 2019, 2019-11, 2019-11-21"),
    }
    for name, (form, expected) in forms.items():
        if name in table.columns:
            wrong = (table[name] != "") & ~table[name].str.fullmatch(form.pattern).fillna(False)
            _note(table, wrong, name, expected, faults)
    for name in ("date_effet", "date_signature"):
        if name in table.columns:
            days = pd.to_datetime(table[name], format="%Y-%m-%d", errors="coerce")
            shaped = table[name].str.fullmatch(r"\d{4}-\d\d-\d\d").fillna(False)
            wrong = (table[name] != "") & (days.isna() | ~shaped)
            _note(table, wrong, name, "un jour, comme 2019-08-25", faults)


def _note(
    table: pd.DataFrame, wrong: pd.Series, column: str, expected: str, faults: Faults
) -> None:
    for line, text in zip(table.loc[wrong, "ligne"], table.loc[wrong, column], strict=True):
        faults.add(f"« {text} »", expected, "réécrivez la case.", row=int(line), column=column)
