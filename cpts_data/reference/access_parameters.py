"""Parameters of access to care, as cited tables that anyone may edit (``data/reference/acces``).

- ``parametres_apl.csv``, ``decroissance_apl.csv``, ``poids_age_apl.csv``: what the DREES states for
  its APL, by profession and vintage. Each line says whether it was read in a document (``source``),
  computed from one (``derive``) or must be checked (``a_verifier``).
- ``vitesses.csv``: speeds, fixed minutes and detour by density of the communes, for travel times
  estimated from distance. Working values, all to be checked.
- ``iles_sans_pont.csv``: communes that no road joins to their mainland.

The objects returned are plain values: ``dataclasses.replace`` edits one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.reference.codes import departement_of
from cpts_data.reference.tables import departements

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference" / "acces"
STATUSES = ("source", "derive", "a_verifier")
TO_CHECK = "a_verifier"

_CONTINENT = "continent"
_CORSE = ("2A", "2B")


@dataclass(frozen=True)
class ActivityRule:
    """How the yearly activity of a professional is counted; None switches a bound off.

    ``nullity``: up to it, included, nothing is counted. ``floor`` and ``cap`` then bound the rest.
    ``imputed`` is given to newcomers and to those whose activity is not known. All in the unit of
    the activity (acts per year for general practitioners, full-time equivalents elsewhere).
    """

    nullity: float | None = None
    floor: float | None = None
    cap: float | None = None
    imputed: float | None = None


@dataclass(frozen=True)
class AplParameters:
    """Parameters of the APL of one profession and vintage.

    ``steps`` are (minutes, weight) by upper bound, included; beyond the last one the weight is 0.
    ``age_weights`` maps an age band (``0-4`` … ``90+``) to its weight; empty when every inhabitant
    counts for one. ``max_ages`` are the ages, included, of the series « N ans ou moins ».
    ``per`` multiplies supply per inhabitant (1, or 100 000). ``threshold`` marks under-served
    places, None where the profession has none. ``to_check`` says that at least one of the
    parameters was not read in a document of the producer.
    """

    profession: str
    vintage: str
    activity: ActivityRule
    steps: tuple[tuple[float, float], ...]
    age_weights: tuple[tuple[str, float], ...]
    max_ages: tuple[int, ...]
    per: float
    threshold: float | None
    to_check: bool

    def weights_by_age(self) -> pd.Series:
        """``age_weights`` as a Series by age band."""
        return pd.Series(dict(self.age_weights), dtype=float, name="poids").rename_axis("tranche")


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


def apl_tables() -> dict[str, pd.DataFrame]:
    """The three tables of the APL as shipped (text): ``parametres``, ``decroissance``, ``ages``."""
    names = {
        "parametres": "parametres_apl",
        "decroissance": "decroissance_apl",
        "ages": "poids_age_apl",
    }
    return {key: _table(name).copy() for key, name in names.items()}


def apl_vintages() -> pd.DataFrame:
    """Professions and vintages for which parameters are shipped: ``profession, millesime``."""
    pairs = _table("parametres_apl")[["profession", "millesime"]]
    return pairs.drop_duplicates(ignore_index=True)


@cache
def apl_parameters(
    profession: str = "medecins_generalistes", vintage: str | None = None
) -> AplParameters:
    """Parameters of one profession; ``vintage`` defaults to the latest one shipped.

    Raises ``KeyError`` with a French message that lists what is available. Source: DREES, workbook
    of the APL, sheet « Paramètres »; where a line is marked ``a_verifier`` it was not read there.
    """
    known = apl_vintages()
    offered = sorted(known.loc[known["profession"] == profession, "millesime"])
    if not offered:
        professions = french.enumeration(list(known["profession"].unique()))
        raise KeyError(f"Profession inconnue : « {profession} ». Connues : {professions}.")
    chosen = vintage or offered[-1]
    if chosen not in offered:
        raise KeyError(f"Pas de paramètres {chosen} pour {profession}. Connus : {offered}.")
    mine = {name: _mine(table, profession, chosen) for name, table in apl_tables().items()}
    stated = mine["parametres"].groupby("parametre")["valeur"].agg(list).to_dict()

    def value(name: str) -> float | None:
        return float(stated[name][0]) if name in stated else None

    steps, ages = mine["decroissance"], mine["ages"]
    return AplParameters(
        profession=profession,
        vintage=chosen,
        activity=ActivityRule(
            value("seuil_nullite"), value("plancher"), value("plafond"), value("activite_imputee")
        ),
        steps=tuple(
            zip(steps["jusqu_a_minutes"].astype(float), steps["poids"].astype(float), strict=True)
        ),
        age_weights=tuple(zip(ages["tranche"], ages["poids"].astype(float), strict=True)),
        max_ages=tuple(int(age) for age in stated.get("age_maximal", ())),
        per=value("multiplicateur") or 1.0,
        threshold=value("seuil_sous_dense"),
        to_check=any((table["statut"] == TO_CHECK).any() for table in mine.values()),
    )


def _mine(table: pd.DataFrame, profession: str, vintage: str) -> pd.DataFrame:
    return table[(table["profession"] == profession) & (table["millesime"] == vintage)]


def road_speeds(levels: int = 7) -> pd.DataFrame:
    """Speeds by density, on the grid of 3, 4 or 7 levels of the Insee.

    Indexed by ``densite`` (1, the densest, to ``levels``; 0 for an unknown density), with
    ``libelle``, ``vitesse_km_h``, ``minutes_fixes`` (parking and the like, per journey), ``detour``
    (road distance over straight distance), ``statut`` and ``source``.
    """
    table = _table("vitesses")
    known = sorted(int(value) for value in table["niveaux"].unique() if value != "0")
    if levels not in known:
        raise KeyError(f"Pas de vitesses pour une grille de {levels} niveaux. Grilles : {known}.")
    mine = table[table["niveaux"].isin(["0", str(levels)])].copy()
    mine["densite"] = mine["densite"].replace("", "0").astype(int)
    for column in ("vitesse_km_h", "minutes_fixes", "detour"):
        mine[column] = mine[column].astype(float)
    return mine.drop(columns="niveaux").set_index("densite").sort_index()


def islands() -> pd.DataFrame:
    """Communes without a road to their mainland, indexed by ``code``: ``nom, ile, statut``."""
    return _table("iles_sans_pont").set_index("code")


def landmasses(codes: Iterable[str]) -> pd.Series:
    """The land that each commune stands on, by code: two lands are never joined by road.

    The continent, Corse, each département d'outre-mer, and each island of :func:`islands`. Codes
    of no known département (a fictitious territory) stand on one land of their own.
    """
    index = pd.Index(list(codes))
    by_departement = {code: _CONTINENT for code in departements().index if len(code) == 2}
    by_departement |= {code: code for code in departements().index if len(code) == 3}
    by_departement |= dict.fromkeys(_CORSE, "corse")
    own = islands()["ile"]
    found = [own.get(code) or by_departement.get(departement_of(code), "autre") for code in index]
    return pd.Series(found, index=index, name="terre")
