"""INSEE, grille communale de densité: degree of density of the communes, on 3, 4 or 7 levels.

Headers changed often: ``CODGEO, LIBGEO, DENS, LIBDENS`` on line 5 (one grid of 7 levels by file),
``CODGEO, LIBGEO, DENS, PMUN22, DENS7…`` in the sheet « Maille communale » (3 and 7 levels),
``depcom, libdens``, « Code commune, Libellé degré densité ». The number of levels is told by the
name of the column, else by the labels, else by the title, else by the highest level met. Reported
by users of the files, not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table, to_number
from cpts_data.territories import repair_commune_codes

LEVELS = {
    3: {1: "Urbain dense", 2: "Urbain intermédiaire", 3: "Rural"},
    4: {
        1: "Densément peuplée",
        2: "Densité intermédiaire",
        3: "Peu dense",
        4: "Très peu dense",
    },
    7: {
        1: "Grands centres urbains",
        2: "Centres urbains intermédiaires",
        3: "Petites villes",
        4: "Ceintures urbaines",
        5: "Bourgs ruraux",
        6: "Rural à habitat dispersé",
        7: "Rural à habitat très dispersé",
    },
}

SOURCE = Source(
    id="grille_densite",
    title="Grille communale de densité",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/information/6439600",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("code", "period", "niveaux"),
    period_lag=0,
    columns=(
        Column("code", Kind.COMMUNE, "commune"),
        Column("period", Kind.TEXT, "année de la géographie", nullable=True),
        Column(
            "niveaux",
            Kind.INTEGER,
            "nombre de niveaux de la grille",
            minimum=3,
            combine="identique",
        ),
        Column(
            "densite",
            Kind.INTEGER,
            "degré de densité, de 1 (le plus dense) au nombre de niveaux",
            minimum=1,
            maximum=7,
            combine="jamais",
        ),
        Column("densite_nom", Kind.TEXT, "libellé du degré", combine="identique"),
    ),
    notes="Mises en page rapportées par des utilisateurs. Le degré d'une commune fusionnée n'est "
    "pas recalculé.",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/6439600/"
            "grille_densite_7_niveaux_2024.xlsx",
            "grille_densite_7_niveaux_2024.xlsx",
            landing_page="https://www.insee.fr/fr/information/6439600",
            note="Adresse relevée dans des programmes publiés.",
        ),
    ),
)

_COMMUNE = {"codgeo", "code commune", "depcom", "code insee", "com"}
_DEGREE = {
    "dens": None,
    "dens3": 3,
    "dens 3": 3,
    "dens7": 7,
    "dens 7": 7,
    "densite": None,
    "niveau densite": None,
    "degre densite": None,
    "typo degre densite": None,
    "degre de densite": None,
}
_NAMED = {"libdens", "libelle degre densite", "libelle degre de densite", "libdens7"}
_STATED = re.compile(r"\b(3|4|7|trois|quatre|sept) (niveaux|postes)\b")
_WORDS = {"trois": 3, "quatre": 4, "sept": 7}


def _table(head: Head) -> tuple[str | None, int, tuple[str, ...]] | None:
    """Sheet (None for a text), line and labels of the first table of communes.

    A line of words may precede the line of codes: that of ``CODGEO`` is the header.
    """
    for sheet, rows in ((None, head.rows[:8]), *head.sheets.items()):
        found = [number for number, row in enumerate(rows) if _is_header(row)]
        coded = [line for line in found if "CODGEO" in rows[line]]
        for line in coded or found:
            return sheet, line, rows[line]
    return None


def _is_header(row: Sequence[str]) -> bool:
    names = {plain(label) for label in row}
    return bool(names & _COMMUNE) and bool(names & (set(_DEGREE) | _NAMED))


def recognises(head: Head) -> bool:
    """Tell the file by a commune code beside a degree of density."""
    return _table(head) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune and grid; ``period`` is left for the space to say.

    Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, head = Faults(path.name), head_of(path)
    found = _table(head)
    if found is None:
        fault = Fault(
            path.name,
            "aucun degré de densité",
            "une colonne CODGEO et une colonne DENS",
            "reprenez le fichier publié par l'Insee.",
        )
        raise ContractError([fault])
    sheet, line, labels = found
    if sheet is None:
        raw = read_text_table(path, header_line=line)
    else:
        raw = as_text(read_sheet(path, sheet, header_line=line))
    code = next(label for label in labels if plain(label) in _COMMUNE)
    raw = raw[raw[_same(raw, code)].astype("string").str.strip() != ""]
    words = _words(raw, labels)
    rows = head.rows[:line] if sheet is None else head.sheets[sheet][: line + 1]
    titles = plain(" ".join([str(sheet or ""), *(cell for row in rows for cell in row)]))
    parts = [
        _grid(raw, label, words, titles, faults) for label in labels if plain(label) in _DEGREE
    ]
    if not parts:
        parts = [_from_words(raw, words, faults)]
    table = pd.concat(parts, ignore_index=True)
    codes, _ = repair_commune_codes(raw[_same(raw, code)])
    table["code"] = pd.concat([codes] * len(parts), ignore_index=True)
    table["period"] = pd.Series("", index=table.index, dtype="string")
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table[[column.name for column in SOURCE.columns]]


def _same(raw: pd.DataFrame, label: str) -> str:
    """The column of a sheet whose label is that of the head, line breaks apart."""
    return next(str(name) for name in raw.columns if plain(name) == plain(label))


def _words(raw: pd.DataFrame, labels: Sequence[str]) -> pd.Series | None:
    found = next((label for label in labels if plain(label) in _NAMED), None)
    return None if found is None else raw[_same(raw, found)].map(plain)


def _grid_of_words(words: pd.Series) -> dict[str, tuple[int, int]]:
    """Number of levels and degree of each label met, where only one grid holds them all."""
    met = set(words) - {""}
    for levels, names in LEVELS.items():
        degrees = {plain(name): degree for degree, name in names.items()}
        if met and met <= set(degrees):
            return {name: (levels, degrees[name]) for name in met}
    return {}


def _grid(
    raw: pd.DataFrame, label: str, words: pd.Series | None, titles: str, faults: Faults
) -> pd.DataFrame:
    degrees, _ = to_number(raw[_same(raw, label)], faults, label, raw["ligne"])
    levels = _DEGREE[plain(label)]
    if levels is None and any(plain(name) in ("dens7", "dens 7") for name in raw.columns):
        levels = 3
    if levels is None and words is not None and (known := _grid_of_words(words)):
        levels = next(iter(known.values()))[0]
    if levels is None and (found := _STATED.search(titles)):
        levels = _WORDS.get(found[1]) or int(found[1])
    top = degrees.max()
    if levels is None or top > levels:
        levels = next((size for size in LEVELS if not top > size), 7)
    table = pd.DataFrame({"ligne": raw["ligne"], "niveaux": levels, "densite": degrees})
    table["densite_nom"] = degrees.map(LEVELS[levels]).astype("string")
    return table


def _from_words(raw: pd.DataFrame, words: pd.Series | None, faults: Faults) -> pd.DataFrame:
    """A file that names the degree and does not number it."""
    known = {} if words is None else _grid_of_words(words)
    if not known or words is None:
        what = "un libellé de degré de densité de l'Insee"
        faults.add("des libellés inconnus", what, "reprenez le fichier publié par l'Insee.")
        faults.raise_if_any()
    pairs = pd.Series(words, dtype=object).map(known)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["niveaux"] = [pair[0] if isinstance(pair, tuple) else None for pair in pairs]
    table["densite"] = [pair[1] if isinstance(pair, tuple) else None for pair in pairs]
    levels = next(iter(known.values()))[0]
    table["densite_nom"] = table["densite"].map(LEVELS[levels]).astype("string")
    return table
