"""FINESS: health and social establishments, with their category, commune, and place on the map.

Five layouts: the two stocks « etalab » (cs1100502, and cs1100507 with coordinates), which have no
header, a first line « finess;etalab;…;date » and records told by their first field; the same with
a header (data.gouv.fr); the year-end history (``cog`` is the full commune code); and regional
re-exports with renamed columns. Telephones are never read; neither are ``rslongue``, ``complrs``
and ``compldistrib``, which name people, nor the name of a « Propharmacie », which is its doctor's.

One site may be several establishments at the same point. Closed establishments leave the stock:
the SAE of a past year does not join fully.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.coordinates import plausible, projection_of, to_degrees
from cpts_data.layouts.departements import (
    departements_of_communes,
    departements_of_finess,
    repair_finess_numbers,
)
from cpts_data.layouts.finess_families import FAMILIES, OTHER
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, encoding_of, head_of, read_text_table, to_number
from cpts_data.territories import repair_commune_codes

_PROPHARMACIE = "627"

SOURCE = Source(
    id="finess",
    title="Établissements sanitaires et sociaux (FINESS)",
    publisher="Ministère chargé de la Santé (FINESS)",
    landing_page="https://www.data.gouv.fr/datasets/finess-extraction-du-fichier-des-"
    "etablissements/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="établissement",
    key=("finess",),
    columns=(
        Column("finess", Kind.CODE, "numéro FINESS de l'établissement"),
        Column("finess_ej", Kind.CODE, "numéro FINESS de l'entité juridique", nullable=True),
        Column(
            "period",
            Kind.TEXT,
            "année du stock ; vide si le fichier n'a aucune date",
            nullable=True,
        ),
        Column("nom", Kind.TEXT, "raison sociale (sans nom de personne)", nullable=True),
        Column("categorie", Kind.CODE, "code de la catégorie d'établissement"),
        Column("categorie_libelle", Kind.TEXT, "catégorie d'établissement", nullable=True),
        Column(
            "famille",
            Kind.TEXT,
            "famille d'établissements",
            choices=(*dict.fromkeys(FAMILIES.values()), OTHER),
        ),
        Column("code", Kind.COMMUNE, "commune de l'établissement", nullable=True),
        Column("departement", Kind.CODE, "département de l'établissement"),
        Column(
            "lon",
            Kind.NUMBER,
            "longitude (WGS84)",
            unit="degrés",
            nullable=True,
            combine="identique",
            minimum=-180,
            maximum=180,
        ),
        Column(
            "lat",
            Kind.NUMBER,
            "latitude (WGS84)",
            unit="degrés",
            nullable=True,
            combine="identique",
            minimum=-90,
            maximum=90,
        ),
        Column("date_ouverture", Kind.DATE, "date d'ouverture", nullable=True),
    ),
    counted=(
        Column(
            "etablissements",
            Kind.NUMBER,
            "établissements",
            unit="établissements",
            absent_means_zero=True,
        ),
        Column(
            "minutes",
            Kind.NUMBER,
            "minutes jusqu'à l'établissement le plus proche (60 au-delà)",
            unit="minutes",
            combine="jamais",
            modelled=True,
        ),
    ),
    strata=("famille",),
    notes="Les entités juridiques sont dans un autre fichier. Le FINESS annonce l'arrêt de ces "
    "flux à l'été 2026 au profit de fichiers JSON, que ce lecteur ne connaît pas. Les coordonnées "
    "d'outre-mer sans système déclaré sont tenues pour de l'UTM WGS84 de leur fuseau ; la variante "
    "cs1100507 et l'historique n'ont pas été vus sur un fichier complet.",
    addresses=(
        Address(
            "https://www.data.gouv.fr/api/1/datasets/r/98f3161f-79ff-4f16-8f6a-6d571a80fea2",
            "finess-etablissements-geolocalises.csv",
            landing_page="https://www.data.gouv.fr/datasets/finess-extraction-du-fichier-"
            "des-etablissements/",
            note="Selon des utilisateurs, ce fichier n'est plus mis à jour depuis mai 2026.",
        ),
    ),
)

_FIELDS = (
    "nofinesset nofinessej rs rslongue complrs compldistrib numvoie typvoie voie compvoie "
    "lieuditbp commune departement libdepartement ligneacheminement telephone telecopie categetab "
    "libcategetab categagretab libcategagretab siret codeape codemft libmft codesph libsph dateouv "
    "dateautor datemaj numuai"
)
FIELDS = tuple(_FIELDS.split())
# Every name that a layout gives to what we read.
_ALIASES = {
    "finess": ("nofinesset", "numero_finess_etablissement"),
    "finess_ej": ("nofinessej", "numero_finess_etablissement_juridique"),
    "nom": ("rs", "raison_sociale"),
    "commune": ("commune", "code_commune"),
    "departement": ("departement",),
    "cog": ("cog", "code_insee"),
    "categorie": ("categetab",),
    "categorie_libelle": ("libcategetab", "categorie"),
    "x": ("coordxet", "coordx"),
    "y": ("coordyet", "coordy"),
    "systeme": ("sourcecoordet", "sourcegeocod"),
    "lon": ("longitude",),
    "lat": ("latitude",),
    "ouverture": ("dateouv", "dateouvert"),
    "mise_a_jour": ("datemaj", "maj"),
}
_NEEDED = ("finess", "categorie")
_PERSONAL = frozenset({"rslongue", "complrs", "compldistrib", "telephone", "telecopie"})
_STRUCTURE, _PLACE = "structureet", "geolocalisation"
_OVERSEAS = {
    "9A": "971",
    "9B": "972",
    "9C": "973",
    "9D": "974",
    "9E": "975",
    "9F": "976",
    "9J": "986",
}
_FORMER = ("97123", "97127")
_UNKNOWN_DATE = "1900-01-01"
_ORIGINAL = "reprenez le fichier d'origine, sans le modifier dans un tableur."


def _plain(label: str) -> str:
    return plain(label).replace(" ", "_")


def _labels(header: Sequence[str]) -> dict[str, str]:
    """Our name -> label of the file, for every column that we read."""
    present = {_plain(name): name for name in header}
    return {
        name: present[alias]
        for name, aliases in _ALIASES.items()
        for alias in reversed(aliases)
        if alias in present
    }


def _is_tagged(head: Head) -> bool:
    """Whether the file is a stock « etalab » of establishments, which has no header."""
    return any(row and row[0] == _STRUCTURE for row in head.rows[:2])


def recognises(head: Head) -> bool:
    """Tell a stock by its records « structureet », the others by number and category columns."""
    if head.kind != "csv":
        return False
    return _is_tagged(head) or set(_NEEDED) <= set(_labels(head.header()))


def read(path: Path) -> pd.DataFrame:
    """Read one row per establishment, of any of the layouts.

    ``attrs["remarques"]`` tells the date of the stock, former communes, missing or aberrant
    coordinates, unknown opening dates. Raises :class:`~cpts_data.contracts.ContractError`.
    """
    faults = Faults(path.name)
    remarks: list[str] = []
    head, period = head_of(path), ""
    if _is_tagged(head):
        raw = _tagged(path, faults)
        period = _stock_year(head, remarks)
    else:
        raw = _with_header(path, head, faults)
    period = period or _latest_year(raw, remarks)
    faults.raise_if_any()
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["finess"], changed = repair_finess_numbers(raw["finess"])
    if changed.any():
        count = french.count_of(int(changed.sum()), "numéro FINESS réparé", "numéros réparés")
        remarks.append(f"{count} (zéro initial ou casse perdus dans un tableur).")
    _check_numbers(table["finess"], raw["ligne"], faults)
    table["finess_ej"] = repair_finess_numbers(raw["finess_ej"])[0].replace({"": pd.NA})
    table["period"] = period
    table["categorie"] = raw["categorie"].str.replace(r"\.0+$", "", regex=True)
    hidden = table["categorie"] == _PROPHARMACIE
    table["nom"] = raw["nom"].mask(hidden, "Propharmacie").replace({"": pd.NA})
    table["categorie_libelle"] = raw["categorie_libelle"].replace({"": pd.NA})
    table["famille"] = table["categorie"].map(FAMILIES).fillna(OTHER)
    table["code"], table["departement"] = _places(raw, remarks)
    table["lon"], table["lat"] = _coordinates(raw, table["departement"], faults, remarks)
    table["date_ouverture"] = _dates(raw["ouverture"], remarks)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]].reset_index(drop=True)
    result.attrs["remarques"] = remarks
    return result


def _stock_year(head: Head, remarks: list[str]) -> str:
    """Year of the first line; its date becomes a remark."""
    cells = head.header()
    if cells[:2] != ("finess", "etalab"):
        return ""
    for cell in cells[2:]:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
            remarks.append(f"Stock du {french.date(dt.date.fromisoformat(cell))}.")
            return cell[:4]
    return ""


def _latest_year(raw: pd.DataFrame, remarks: list[str]) -> str:
    """Year of the latest update, or opening, where no first line dates the stock."""
    for name in ("mise_a_jour", "ouverture"):
        days = _days(raw[name].mask(raw[name] == _UNKNOWN_DATE)).dropna()
        if len(days):
            latest = days.max()
            remarks.append(
                f"Année {latest.year} d'après la date la plus récente du fichier "
                f"({french.date(latest.date())}), qui ne dit pas celle du stock."
            )
            return str(latest.year)
    return ""


def _records(path: Path, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line where it ends."""
    line = 0
    try:
        with path.open(encoding=encoding_of(path), errors="replace", newline="") as stream:
            reader = csv.reader(stream, delimiter=head_of(path).separator)
            for row in reader:
                line = reader.line_num
                yield line, row
    except csv.Error:
        faults.add(
            "un guillemet ouvert et jamais fermé, ou un champ démesuré",
            "des champs séparés par « ; »",
            _ORIGINAL,
            row=line + 1,
        )


def _tagged(path: Path, faults: Faults) -> pd.DataFrame:
    """The establishments of a stock without header, joined to their coordinates."""
    width = len(FIELDS) + 1
    # The last field is nearly always empty: a spreadsheet drops it from every line.
    least = min((len(row) for row in head_of(path).rows if row[0] == _STRUCTURE), default=width)
    least = max(least, width - 1)
    structures: list[list[str]] = []
    lines: list[int] = []
    places: dict[str, tuple[str, str, str]] = {}
    for line, row in _records(path, faults):
        if not any(row) or (line == 1 and row[0] == "finess"):
            continue
        if row[0] == _STRUCTURE and len(row) >= least and not any(row[width:]):
            structures.append([*row[1:width], *[""] * (width - len(row))])
            lines.append(line)
        elif row[0] == _PLACE and len(row) >= 5:
            # In 2016 the source of the coordinates was cut by the separator: 11 fields, not 5.
            places[row[1]] = (row[2], row[3], ",".join(row[4:-1]))
        else:
            faults.add(
                f"un enregistrement « {row[0][:30]} » de {french.count_of(len(row), 'champ')}",
                f"« {_STRUCTURE} » suivi de {len(FIELDS)} champs, ou « {_PLACE} » suivi de 5",
                _ORIGINAL,
                row=line,
            )
    table = pd.DataFrame(structures, columns=list(FIELDS), dtype="string")
    labels = _labels(FIELDS)
    raw = pd.DataFrame({name: table[label].str.strip() for name, label in labels.items()})
    located = [places.get(number, ("", "", "")) for number in raw["finess"]]
    raw["x"], raw["y"], raw["systeme"] = (
        pd.Series([place[rank] for place in located], index=raw.index, dtype="string")
        for rank in range(3)
    )
    return _completed(raw, lines)


def _with_header(path: Path, head: Head, faults: Faults) -> pd.DataFrame:
    labels = _labels(head.header())
    for name in _NEEDED:
        if name not in labels:
            expected = french.enumeration(_ALIASES[name], "ou")
            faults.add("une colonne absente", f"la colonne {expected}", _ORIGINAL)
    faults.raise_if_any()
    table = read_text_table(path, columns=list(labels.values()))
    raw = pd.DataFrame(
        {name: table[label].astype("string").str.strip() for name, label in labels.items()}
    )
    return _completed(raw, table["ligne"])


def _completed(raw: pd.DataFrame, lines: Sequence[int] | pd.Series) -> pd.DataFrame:
    """Add the line numbers, and empty columns for what the layout does not tell."""
    for name in _ALIASES:
        if name not in raw.columns:
            raw[name] = pd.Series("", index=raw.index, dtype="string")
    raw["ligne"] = list(lines)
    return raw


def _check_numbers(numbers: pd.Series, lines: pd.Series, faults: Faults) -> None:
    wrong = ~numbers.str.fullmatch(r"(?:\d{2}|2[AB])\d{7}").fillna(False).astype(bool)
    for number, line in zip(numbers[wrong], lines[wrong], strict=True):
        faults.add(
            f"« {number} »" if number else "une case vide",
            "un numéro FINESS de neuf caractères, comme 130783293 ou 2A0000022",
            "reprenez le fichier d'origine : un tableur a pu retirer des zéros.",
            row=int(line),
            column="numéro FINESS",
        )


def _places(raw: pd.DataFrame, remarks: list[str]) -> tuple[pd.Series, pd.Series]:
    """Commune code (the official one) and département of each establishment."""
    commune = raw["commune"].str.replace(r"\.0+$", "", regex=True).str.zfill(3)
    area = raw["departement"].str.replace(r"\.0+$", "", regex=True).str.upper()
    area = area.mask(area.str.fullmatch(r"\d").fillna(False).astype(bool), "0" + area)
    departement = area.replace(_OVERSEAS)
    made = (departement.str[:2] + commune).where(raw["commune"] != "")
    code = repair_commune_codes(raw["cog"])[0].where(raw["cog"] != "", made)
    departement = departements_of_communes(code).fillna(departement.where(area != ""))
    departement = departement.fillna(departements_of_finess(raw["finess"]))
    missing = int(code.isna().sum())
    if missing:
        remarks.append(f"{french.count_of(missing, 'établissement')} sans code de commune.")
    former = int(code.isin(_FORMER).sum())
    if former:
        remarks.append(
            f"{french.count_of(former, 'établissement')} de Saint-Barthélemy ou de Saint-Martin "
            "(97123, 97127), anciennes communes de la Guadeloupe jusqu'en 2007."
        )
    return code, departement


def _coordinates(
    raw: pd.DataFrame, departement: pd.Series, faults: Faults, remarks: list[str]
) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude, given or converted; missing where absent or aberrant."""
    lon, _ = to_number(raw["lon"], faults, "longitude", raw["ligne"])
    lat, _ = to_number(raw["lat"], faults, "latitude", raw["ligne"])
    x, _ = to_number(raw["x"], faults, "coordxet", raw["ligne"])
    y, _ = to_number(raw["y"], faults, "coordyet", raw["ligne"])
    waiting = lon.isna() & x.notna() & y.notna()
    pairs = list(zip(raw["systeme"], departement.fillna(""), strict=True))
    systems = {pair: projection_of(*pair) for pair in set(pairs)}
    epsg = pd.Series([systems[pair] for pair in pairs], index=raw.index, dtype="Int64")
    for system in epsg[waiting].dropna().unique():
        rows = waiting & (epsg == system)
        lon[rows], lat[rows] = to_degrees(x[rows], y[rows], int(system))
    aberrant = lon.notna() & ~plausible(lon, lat, departement)
    if aberrant.any():
        count = french.count_of(int(aberrant.sum()), "établissement")
        remarks.append(f"{count} à coordonnées hors de leur territoire, non placés sur la carte.")
        lon, lat = lon.mask(aberrant), lat.mask(aberrant)
    absent = int((lon.isna() & ~aberrant).sum())
    if 0 < absent < len(lon):
        remarks.append(f"{french.count_of(absent, 'établissement')} sans coordonnées.")
    elif absent:
        remarks.append("Fichier sans coordonnées : aucun établissement n'est placé sur la carte.")
    return lon, lat


def _days(texts: pd.Series) -> pd.Series:
    """Days, ISO or as a French spreadsheet writes them."""
    days = pd.to_datetime(texts.str[:10], format="%Y-%m-%d", errors="coerce")
    return days.fillna(pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce"))


def _dates(texts: pd.Series, remarks: list[str]) -> pd.Series:
    """Opening dates in ISO form; 1 January 1900 means unknown."""
    found = _days(texts)
    unknown = found == pd.Timestamp(_UNKNOWN_DATE)
    if unknown.any():
        count = french.count_of(int(unknown.sum()), "date d'ouverture", "dates d'ouverture")
        remarks.append(f"{count} au 1er janvier 1900, c'est-à-dire inconnues.")
    return found.mask(unknown).dt.strftime("%Y-%m-%d").astype("string")


def prune(path: Path, target: Path) -> None:
    """Write the same layout, UTF-8, with empty cells where people are named or called.

    Emptied: telephones, ``rslongue``, ``complrs``, ``compldistrib``, and the name of each
    « Propharmacie ». Every record and every other cell is kept.
    """
    head = head_of(path)
    tagged = _is_tagged(head)
    header = ("", *FIELDS) if tagged else tuple(_plain(name) for name in head.header())
    emptied = [rank for rank, name in enumerate(header) if name in _PERSONAL]
    name_rank = next((r for r, name in enumerate(header) if name in _ALIASES["nom"]), None)
    category = header.index("categetab")
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=head.separator, lineterminator="\n")
        with path.open(encoding=encoding_of(path), errors="replace", newline="") as original:
            for number, row in enumerate(csv.reader(original, delimiter=head.separator)):
                if (row and row[0] == _STRUCTURE) if tagged else number > 0:
                    for rank in emptied:
                        if rank < len(row):
                            row[rank] = ""
                    if name_rank is not None and row[category : category + 1] == [_PROPHARMACIE]:
                        row[name_rank] = ""
                writer.writerow(row)
