"""Why a file is of no source: official files that are near to ours, tables of third parties.

A refusal helps only when it says what the file is and which one to take instead. Nothing of a line
that is no header is ever repeated: the first line of a list without header is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cpts_data import french, reference
from cpts_data.contracts import COMMUNE_PATTERN, ContractError, Fault
from cpts_data.layouts.labels import plain
from cpts_data.layouts.personal_data import holds_nir
from cpts_data.received import Head, read_text_table
from cpts_data.territories import repair_commune_codes

_MEND = (
    "vérifiez qu'il s'agit du fichier d'origine, avec sa ligne d'en-tête ; la page « Sources et "
    "méthodes » décrit les fichiers reconnus."
)
_KNOWN = "un fichier d'une source connue"
_SHOWN = 6
_MOST_BYTES = 50_000_000
_MOST = 0.9
_NO_LABEL = re.compile(r"\s*(?:[-+]?[\d\s.,/:-]+%?|.*@.*|\d[\dA-Z]{4,14})\s*")


@dataclass(frozen=True)
class _Neighbour:
    """An official file that we do not read: how to tell it, what it is, what to do instead."""

    tells: Callable[[frozenset[str], Head], bool]
    found: str
    mend: str


def _labels(*wanted: str) -> Callable[[frozenset[str], Head], bool]:
    return lambda labels, _head: set(wanted) <= labels


def _code_of_areas(labels: frozenset[str], head: Head) -> bool:
    code = str(head.feature.get("code", ""))
    return {"code", "nom"} <= labels and re.fullmatch(r"\d{1,3}|2[ABab]|\d{9}", code) is not None


def _content(head: Head, *words: str) -> bool:
    return head.kind == "json" and all(f'"{word}"' in head.text for word in words)


_HISTORY = "l'histoire des communes est livrée avec l'application : ce fichier n'est pas à ajouter."
_NEIGHBOURS = (
    _Neighbour(
        _labels("mod", "date eff", "com av", "com ap"),
        "les événements du code officiel géographique",
        _HISTORY,
    ),
    _Neighbour(
        _labels("com", "date debut", "date fin"),
        "l'historique des communes depuis 1943",
        _HISTORY,
    ),
    _Neighbour(
        lambda labels, _: "codgeo ini" in labels,
        "une table de passage entre deux années de géographie",
        _HISTORY,
    ),
    _Neighbour(
        lambda labels, _: {"cod var", "cod mod"} <= labels,
        "le dictionnaire des variables d'une base de l'Insee",
        "ajoutez le fichier de données de la même archive.",
    ),
    _Neighbour(
        _code_of_areas,
        "des contours de départements, de régions ou d'EPCI",
        "ajoutez les contours des communes : les autres sont dessinés à partir d'eux.",
    ),
    _Neighbour(
        lambda labels, _: (
            bool({"code iris", "c dcomiris", "iris1"} & labels) or {"iris", "typ iris"} <= labels
        ),
        "un fichier par IRIS",
        "prenez le fichier par commune : le tableau de bord ne descend pas au-dessous.",
    ),
    _Neighbour(
        lambda labels, head: {"bor", "an"} <= labels and head.kind == "csv",
        "une autre table de la SAE que celle des urgences",
        "ajoutez le fichier URGENCES2 du même dossier « Bases CSV ».",
    ),
    _Neighbour(
        lambda labels, _: "type d identifiant pp" in labels,
        "un fichier de l'Annuaire santé sans les lieux d'exercice",
        "ajoutez le fichier « Personne_activite » de la même archive.",
    ),
    _Neighbour(
        lambda labels, _: "nofinessej" in labels and bool({"eml", "activite"} & labels),
        "les activités autorisées ou les équipements lourds du FINESS",
        "ajoutez le fichier des établissements (cs1100502 ou cs1100507).",
    ),
    _Neighbour(
        lambda _, head: head.header()[:2] == ("finess", "etalab"),
        "un fichier du FINESS qui n'est pas celui des établissements",
        "ajoutez le fichier des établissements (cs1100502 ou cs1100507).",
    ),
    _Neighbour(
        lambda _, head: _content(head, "pmej", "ege"),
        "les nouveaux fichiers JSON du FINESS",
        "ajoutez le fichier CSV des établissements (cs1100502 ou cs1100507).",
    ),
    _Neighbour(
        lambda labels, _: any(re.fullmatch(r"nbmenfisc\d\d", name) for name in labels),
        "une table Filosofi d'un autre niveau que la commune",
        "ajoutez le fichier dont le nom finit par « _COM » de la même archive.",
    ),
    _Neighbour(
        lambda labels, _: {"pmun", "ptot"} <= labels,
        "les populations légales d'un autre niveau que la commune",
        "ajoutez le fichier « donnees_communes.csv » de la même archive.",
    ),
    _Neighbour(
        lambda labels, _: any("deprivation index" in n or n.startswith("f edi") for n in labels),
        "l'indice F-EDI, qui n'est pas le FDep",
        "ajoutez le fichier « indice de défavorisation sociale (FDep) par commune ».",
    ),
    _Neighbour(
        lambda labels, head: "code qp" in labels and head.kind != "geojson",
        "une liste de quartiers prioritaires sans leurs contours",
        "ajoutez le fichier de leurs contours (GeoJSON ou GeoPackage).",
    ),
)


def unknown_file(head: Head) -> Fault:
    """The fault of a file that no source knows, as precise as its content allows."""
    rows = [head.header(), *(row for rows in head.sheets.values() for row in rows)]
    places = [head.properties, *head.layers.values(), *rows]
    for labels in (frozenset(map(plain, place)) for place in places):
        for neighbour in _NEIGHBOURS:
            if neighbour.tells(labels, head):
                return Fault(head.path.name, neighbour.found, _KNOWN, neighbour.mend)
    return _counts_of_communes(head) or Fault(head.path.name, _what_is_seen(head), _KNOWN, _MEND)


def _what_is_seen(head: Head) -> str:
    cells = [cell for cell in head.header() if cell]
    if cells and any(_NO_LABEL.fullmatch(cell) or holds_nir(cell) for cell in cells):
        return (
            f"une première ligne de {french.count_of(len(cells), 'case')} qui n'est pas un en-tête"
        )
    if cells:
        shown = ", ".join(f"« {cell[:30]} »" for cell in cells[:_SHOWN])
        return f"un en-tête inconnu ({shown}{'…' if len(head.header()) > _SHOWN else ''})"
    if head.sheets:
        sheets = french.enumeration([f"« {name} »" for name in list(head.sheets)[:_SHOWN]])
        return f"un classeur aux feuilles inconnues ({sheets})"
    if head.properties:
        names = ", ".join(sorted(head.properties)[:_SHOWN])
        return f"des contours aux propriétés inconnues ({names})"
    return "un contenu d'aucune source connue"


def _counts_of_communes(head: Head) -> Fault | None:
    """The fault of somebody's counts by commune, with the state of its codes; else None."""
    if head.kind != "csv" or head.size > _MOST_BYTES or len(head.rows) < 3:
        return None
    label = next((cell for cell in head.header() if "commune" in plain(cell)), None)
    if label is None or "postal" in plain(label):
        return None
    place = head.header().index(label)
    first = pd.Series([row[place] for row in head.rows[1:] if len(row) > place], dtype="string")
    if repair_commune_codes(first)[0].str.fullmatch(COMMUNE_PATTERN).mean() < _MOST:
        return None
    try:
        cells = read_text_table(head.path, columns=[label])[label]
    except ContractError:
        return None
    codes, repaired = repair_commune_codes(cells)
    twice = int((codes.value_counts() > 1).sum())
    present = reference.communes().index.append(reference.arrondissements().index)
    distinct = pd.Index(codes.unique())
    unknown = int((~distinct.isin(list(present))).sum())
    damaged = french.count_of(int(repaired.sum()), "code abîmé", "codes abîmés")
    communes = french.count_of(twice, "commune")
    others = french.count_of(unknown, "code")
    return Fault(
        head.path.name,
        f"des nombres par commune d'aucun producteur connu, sur "
        f"{french.count_of(len(cells), 'ligne')} : {damaged} par un tableur (« 1004.0 » pour "
        f"« 01004 »), {communes} sur plusieurs lignes, {others} hors du code officiel actuel",
        _KNOWN,
        "reprenez le fichier du producteur de ces nombres ; sinon, additionnez les lignes de "
        "chaque commune dans le modèle « Indicateurs locaux » de la page « Données ».",
        column=label,
    )
