"""What registers and decisions say of each commune: professionals, establishments, visits, zones.

Some sources list persons, sites or decisions. Each function makes of them one row per place,
period and stratum, with the columns that the source declares as ``counted``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from cpts_data import reference
from cpts_data.analysis.emergencies import hospitalisation_rate
from cpts_data.analysis.nearness import MINUTES, nearest_table
from cpts_data.analysis.professionals import locate
from cpts_data.analysis.travel_ground import MATRIX
from cpts_data.layouts.labels import plain
from cpts_data.space import Space

WHOLE = "ensemble"
# Words of the labels of savoir-faire (nomenclature TRE_R38) that tell the disciplines we show.
_DISCIPLINES = (
    ("cardiologie", r"\bcardio"),
    ("dermatologie", r"\bdermato"),
    ("gynecologie", r"\bgyneco"),
    ("ophtalmologie", r"\bophtalmo"),
    ("pediatrie", r"\bpediatr"),
    ("psychiatrie", r"\bpsychiatr"),
)
GENERAL_PRACTICE = "medecine_generale"
OTHER = "autre"
_PRIORITY = ("ZIP", "ZAC")


def professionals(space: Space) -> pd.DataFrame:
    """One row per person, commune, profession, discipline and mode, located where possible.

    ``personne, code, departement, period, profession, discipline, mode``. The commune comes from
    the file, else from the FINESS site, else from the postal code (see ``professionals.locate``).
    """
    key = space.files_key("rpps", "finess")
    return space.kept_table(f"praticiens-{key}", lambda: _professionals(space))


def _professionals(space: Space) -> pd.DataFrame:
    table = space.table("rpps")
    sites = space.table("finess") if space.has("finess") else None
    located = locate(table, sites, _postal_codes(space))
    located = located.dropna(subset=["code"]).assign(discipline=_disciplines(located))
    columns = ["personne", "code", "departement", "period", "profession", "discipline", "mode"]
    kept = located[columns].drop_duplicates(ignore_index=True)
    return kept.astype(dict.fromkeys(columns[1:], "string"))


def _postal_codes(space: Space) -> pd.Series:
    """Commune codes under (postal code, name of the commune); none for a space of its own."""
    if not space.own_codes.empty:
        empty = pd.MultiIndex.from_arrays([[], []])
        return pd.Series([], index=empty, dtype="string")
    communes = reference.communes(space.year)[["name", "postal_codes"]]
    communes = communes[~communes.index.isin(list(reference.CITIES))]
    parts = reference.arrondissements()[["name", "postal_codes"]]
    places = pd.concat([communes, parts])
    places = places.assign(postal=places["postal_codes"].astype("string").str.split(" "))
    places = places.explode("postal").dropna(subset=["postal"])
    index = pd.MultiIndex.from_arrays([places["postal"].astype(str), places["name"].astype(str)])
    return pd.Series(places.index.astype("string"), index=index)


def _disciplines(table: pd.DataFrame) -> pd.Series:
    """The discipline of each row: general practice, one of those shown, ``autre`` or ``aucune``."""
    codes = table["specialite"].astype("string").fillna("")
    labels = table["specialite_libelle"].astype("string").fillna("")
    told = {label: _discipline(str(label)) for label in labels.unique()}
    found = labels.map(told).astype("string")
    found = found.mask((codes == GENERAL_PRACTICE).to_numpy(dtype=bool), GENERAL_PRACTICE)
    return found.mask((codes == "aucune").to_numpy(dtype=bool), "aucune")


def _discipline(label: str) -> str:
    words = plain(label)
    return next((name for name, pattern in _DISCIPLINES if re.search(pattern, words)), OTHER)


def _practitioners(space: Space) -> pd.DataFrame:
    rows = professionals(space)
    by = ["code", "period", "profession", "discipline", "mode"]
    counts = rows.groupby(by, observed=True, dropna=False)["personne"].nunique()
    return counts.rename("praticiens").astype(float).reset_index()


def _establishments(space: Space) -> pd.DataFrame:
    table = space.table("finess").dropna(subset=["code"])
    counts = table.groupby(["code", "period", "famille"], observed=True, dropna=False).size()
    return counts.rename("etablissements").astype(float).reset_index()


def _visits(space: Space) -> pd.DataFrame:
    """Visits by département and country, with those that were followed by a stay or not."""
    table = hospitalisation_rate(space.table("drees_urgences"))
    table = table[table["niveau"] != "site"]
    retained = table["passages_retenus"]
    return pd.DataFrame(
        {
            "niveau": table["niveau"],
            "code": table["code"],
            "period": table["period"],
            "ensemble": WHOLE,
            "passages_retenus": retained,
            "passages_suivis": table["hospitalisations"],
            "passages_non_suivis": retained - table["hospitalisations"],
            "passages_site": table["passages"],
        }
    ).reset_index(drop=True)


def _zones(space: Space) -> pd.DataFrame:
    """Whether each commune is in a ZIP or a ZAC; by its TVS where communes are not listed."""
    table = space.table("zonage_medecins").dropna(subset=["zone"])
    rows = table[table["niveau"] == "commune"]
    if rows.empty and space.has("territoires_de_vie_sante"):
        zones = space.table("territoires_de_vie_sante")
        pairs = zones.loc[zones["type"] == "tvs", ["code", "territoire"]]
        by_tvs = (
            table[table["niveau"] == "tvs"].drop(columns="code").assign(territoire=table["code"])
        )
        rows = by_tvs.merge(pairs, on="territoire")
    zone = rows["zone"].astype(str)
    return pd.DataFrame(
        {
            "code": rows["code"].astype("string"),
            "period": rows["period"],
            "profession": rows["profession"].astype("string"),
            "prioritaire": zone.isin(_PRIORITY).astype(float),
            "zip": (zone == "ZIP").astype(float),
        }
    ).reset_index(drop=True)


def _self_employed_practitioners(space: Space) -> pd.DataFrame:
    people = professionals(space)
    chosen = people["mode"] == "liberal"
    chosen &= (people["profession"] == "medecin") & (people["discipline"] == GENERAL_PRACTICE)
    by = ["code", "period", "profession", "discipline", "mode"]
    rows = people[chosen].fillna({"period": ""})
    return rows.groupby(by)["personne"].nunique().rename("services").reset_index()


def _pharmacies(space: Space) -> pd.DataFrame:
    counts = _establishments(space).fillna({"period": ""})
    return counts[counts["famille"] == "pharmacie"].rename(columns={"etablissements": "services"})


def _emergency_sites(space: Space) -> pd.DataFrame:
    """Sites with emergency visits, in the commune that their FINESS number tells."""
    columns = ["code", "period", "ensemble", "services"]
    if not space.has("finess"):
        return pd.DataFrame(columns=columns)
    where = space.table("finess").drop_duplicates("finess").set_index("finess")["code"]
    sites = space.table("drees_urgences")[["finess", "period"]].drop_duplicates()
    located = sites.assign(code=sites["finess"].map(where), ensemble=WHOLE, services=1.0)
    return located.dropna(subset=["code"])[columns]


def _facilities(space: Space) -> pd.DataFrame:
    table = space.table("insee_bpe")
    wanted = table[table["famille"].isin(_NEAREST_FACILITIES)]
    by = ["code", "period", "famille"]
    return wanted.groupby(by, observed=True)["effectif"].sum().rename("services").reset_index()


_NEAREST_FACILITIES = ("medecin_generaliste", "pharmacie", "urgences", "maternite")
# Source -> who counts the services, and the columns that tell them apart.
_SERVICES: dict[str, tuple[Callable[[Space], pd.DataFrame], tuple[str, ...]]] = {
    "rpps": (_self_employed_practitioners, ("profession", "discipline", "mode")),
    "finess": (_pharmacies, ("famille",)),
    "drees_urgences": (_emergency_sites, ("ensemble",)),
    "insee_bpe": (_facilities, ("famille",)),
}
COUNTED: dict[str, Callable[[Space], pd.DataFrame]] = {
    "rpps": _practitioners,
    "finess": _establishments,
    "drees_urgences": _visits,
    "zonage_medecins": _zones,
}


def counted_table(space: Space, source_id: str, column: str = "") -> pd.DataFrame:
    """The rows counted out of a source that hold a column: place, ``period``, strata, counts."""
    if column == MINUTES:
        return nearest_table(space, source_id, *_SERVICES[source_id])
    return COUNTED[source_id](space)


def table_of(source_id: str, column: str) -> str:
    """A name for the counted rows that hold a column: columns of one name share their rows."""
    return f"{source_id}*{column if column == MINUTES else ''}"


def also_read(space: Space, column: str) -> tuple[str, ...]:
    """Sources that a counted column is made of, beside its own."""
    return (MATRIX,) if column == MINUTES and space.has(MATRIX) else ()
