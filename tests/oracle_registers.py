"""What registers and decisions hold, counted again one row after the other.

Professionals (Annuaire santé), establishments (FINESS), emergency visits (SAE, DOMAIN §5.6), zones
(decisions of the ARS). Each function takes the tables as lists of rows and gives rows of places.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Rows = list[dict]
_BEGINNINGS = {
    "cardio": "cardiologie",
    "dermato": "dermatologie",
    "gyneco": "gynecologie",
    "ophtalmo": "ophtalmologie",
    "pediatr": "pediatrie",
    "psychiatr": "psychiatrie",
}


def discipline(row: dict) -> str:
    """General practice, one of the disciplines shown, ``autre``, or ``aucune``."""
    if row["specialite"] in ("medecine_generale", "aucune"):
        return str(row["specialite"])
    letters = unicodedata.normalize("NFKD", (row["specialite_libelle"] or "").lower())
    plain = "".join(a if a.isalnum() else " " for a in letters if not unicodedata.combining(a))
    for word in plain.split():
        for beginning, name in _BEGINNINGS.items():
            if word.startswith(beginning):
                return name
    return "autre"


def placed(tables: dict[str, Rows]) -> Rows:
    """The practitioners' rows with their commune: the file's, else that of their FINESS site.

    A space of its own has no postal codes to look up; a national space with a directory would.
    """
    sites: dict[str, str] = {}
    for row in tables.get("finess", []):
        sites.setdefault(row["finess"], row["code"])
    found = []
    for row in tables["rpps"]:
        code = row["code"] or sites.get(row["finess_site"])
        if code:
            found.append({**row, "code": code, "discipline": discipline(row)})
    return found


def distinct_persons(
    tables: dict[str, Rows], where: dict[str, tuple[str, ...]], period: str
) -> dict[int, set[str]]:
    """The communes where each person of the strata asked practises."""
    people: dict[int, set[str]] = {}
    for row in placed(tables):
        if row["period"] == period and all(row[name] in told for name, told in where.items()):
            people.setdefault(row["personne"], set()).add(row["code"])
    return people


def practitioners(tables: dict[str, Rows]) -> Rows:
    """Persons by commune, profession, discipline and mode, each once."""
    strata = ("code", "period", "profession", "discipline", "mode")
    persons: dict[tuple, set[int]] = {}
    for row in placed(tables):
        persons.setdefault(tuple(row[name] for name in strata), set()).add(row["personne"])
    return [
        dict(zip(strata, key, strict=True)) | {"praticiens": float(len(group))}
        for key, group in persons.items()
    ]


def establishments(tables: dict[str, Rows]) -> Rows:
    """Establishments by commune and family."""
    counts: dict[tuple, int] = {}
    for row in tables["finess"]:
        if row["code"]:
            key = (row["code"], row["period"], row["famille"])
            counts[key] = counts.get(key, 0) + 1
    return [
        {"code": code, "period": period, "famille": family, "etablissements": float(count)}
        for (code, period, family), count in counts.items()
    ]


def visits(tables: dict[str, Rows]) -> Rows:
    """Visits by département and for the country; units that did not answer are in neither term."""
    sums: dict[tuple[str, str, str], list[float]] = {}
    for row in tables["drees_urgences"]:
        stays = None
        if row["passages"] is not None:
            if row["type"] == "pediatrique":
                stays = row["hospitalises"]
            elif row["suivis_mco"] is not None:
                names = ("suivis_mco", "suivis_long_sejour", "suivis_had", "suivis_transfert")
                stays = sum(row[name] or 0 for name in names)
        for level, code in (("departement", row["departement"]), ("france", "FR")):
            total = sums.setdefault((level, code, row["period"]), [0.0, 0.0, 0.0])
            total[2] += row["passages"] or 0
            if stays is not None:
                total[0] += stays
                total[1] += row["passages"]
    return [
        {
            "niveau": level,
            "code": code,
            "period": period,
            "ensemble": "ensemble",
            "passages_suivis": followed,
            "passages_retenus": kept,
            "passages_non_suivis": kept - followed,
            "passages_site": every,
        }
        for (level, code, period), (followed, kept, every) in sums.items()
    ]


def zones(tables: dict[str, Rows]) -> Rows:
    """Whether each commune is in a ZIP or a ZAC."""
    return [
        {
            "code": row["code"],
            "period": row["period"],
            "profession": row["profession"],
            "prioritaire": float(row["zone"] in ("ZIP", "ZAC")),
            "zip": float(row["zone"] == "ZIP"),
        }
        for row in tables["zonage_medecins"]
        if row["niveau"] == "commune" and row["zone"]
    ]


REGISTERS: dict[str, Callable[[dict[str, Rows]], Rows]] = {
    "rpps": practitioners,
    "finess": establishments,
    "drees_urgences": visits,
    "zonage_medecins": zones,
}


LONGEST = 60.0
_OF_SERVICES: dict[str, tuple[str, ...]] = {
    "rpps": ("profession", "discipline", "mode"),
    "finess": ("famille",),
    "drees_urgences": ("ensemble",),
    "insee_bpe": ("famille",),
}


def services(tables: dict[str, Rows], source: str) -> Rows:
    """Where the services are to which the nearest is sought: ``code, period`` and their kind."""
    if source == "rpps":
        wanted = {"profession": "medecin", "discipline": "medecine_generale", "mode": "liberal"}
        return [row for row in placed(tables) if all(row[k] == v for k, v in wanted.items())]
    if source == "finess":
        return [row for row in tables["finess"] if row["famille"] == "pharmacie" and row["code"]]
    if source == "insee_bpe":
        kinds = ("medecin_generaliste", "pharmacie", "urgences", "maternite")
        return [row for row in tables[source] if row["famille"] in kinds and row["effectif"] > 0]
    sites: dict[str, str | None] = {}
    for row in tables.get("finess", []):
        sites.setdefault(row["finess"], row["code"])
    found = [
        {"code": sites.get(row["finess"]), "period": row["period"], "ensemble": "ensemble"}
        for row in tables[source]
    ]
    return [row for row in found if row["code"]]


def minutes_to_nearest(
    tables: dict[str, Rows], source: str, units: list[str], cities: dict[str, tuple[str, ...]]
) -> Rows:
    """Minutes from each unit to the nearest service, by the matrix of the space.

    0 where the service is; 60 beyond 60 minutes, when the matrix reaches that far.
    """
    kinds = _OF_SERVICES[source]
    rows = services(tables, source)
    last = max((row["period"] for row in rows), default="")
    places: dict[tuple, set[str]] = {}
    for row in rows:
        if row["period"] == last:
            codes = {row["code"], *cities.get(row["code"], ())}
            places.setdefault(tuple(row[kind] for kind in kinds), set()).update(codes)
    times = _times(tables["temps_de_trajet"], cities)
    reach = max(row["minutes"] for row in tables["temps_de_trajet"])
    found = []
    for kind, codes in places.items():
        for unit in units:
            within = [minutes for place, minutes in times.get(unit, {}).items() if place in codes]
            if unit in codes and unit not in times.get(unit, {}):
                within.append(0.0)
            near = min(within, default=LONGEST if reach >= LONGEST else None)
            row = dict(zip(kinds, kind, strict=True)) | {"code": unit, "period": last}
            found.append(row | {"minutes": near, "minutes_statut": "observe"})
    return found


def _times(matrix: Rows, cities: dict[str, tuple[str, ...]]) -> dict[str, dict[str, float]]:
    """Minutes up to 60 by origin and destination, both ways, cities laid over their parts."""
    pairs = {(row["origine"], row["destination"]): row["minutes"] for row in matrix}
    pairs = {pair: minutes for pair, minutes in pairs.items() if minutes <= LONGEST}
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    both = sum((end, start) in pairs for start, end in apart)
    if apart and both / len(apart) <= 0.01:
        pairs |= {(end, start): pairs[start, end] for start, end in apart}
    known = {code for pair in pairs for code in pair}
    laid = {
        city: parts for city, parts in cities.items() if city in known and not known & set(parts)
    }
    found: dict[str, dict[str, float]] = {}
    for (start, end), minutes in pairs.items():
        for here in laid.get(start, (start,)):
            for there in laid.get(end, (end,)):
                found.setdefault(here, {})[there] = minutes
    for parts in laid.values():
        for here in parts:
            found.setdefault(here, {}).update(dict.fromkeys(parts, 0.0))
    return found
