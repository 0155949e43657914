"""What a theme lacks and why, and the request that one may send for it. No Streamlit here.

The request is written by the catalogue: each local indicator that a measure reads, with what is
counted, what it is related to, the parts of the population, the level, the periods and the form.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from cpts_data import french
from cpts_data.analysis.grammar import in_place, stratum_words
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.layouts.templates import INDICATORS as TEMPLATE
from cpts_data.measures import Measure, Status, parse
from cpts_data.sources import MODULES
from cpts_data.spreadsheets import neutralised
from cpts_data.territories import Level, Territory

LOCAL = "indicateurs_locaux"
_RELATED = re.compile(
    r"^(?P<counted>.+?),? rapporté(?:e|s|es)? (?P<by>à|aux|au) (?P<people>.+?)(?: ?[,;.(]|$)"
)
_WIDE = ("departement", "region", "france")
_PERIODS = 5
_SMALL = 11


@dataclass(frozen=True)
class Gap:
    """One indicator that a territory lacks: why, and how to have it (French)."""

    indicator: Indicator
    why: str
    how: str
    on_request: bool


@dataclass(frozen=True)
class Wanted:
    """One local indicator to ask for, with the parts of the population (none: the whole)."""

    indicator: str
    label: str
    counted: str
    people: str
    strata: tuple[str, ...]


def gaps(diagnostic: Diagnostic, statuses: Mapping[str, Status], known: Sequence[str]) -> list[Gap]:
    """The indicators without a figure of the territory's own, in the order of ``statuses``.

    ``known`` are those that the communes have though the territory has none: a median, for one.
    """
    wanting = (Status.MISSING, Status.CONTEXT)
    return [
        _gap(diagnostic, INDICATORS[name], status)
        for name, status in statuses.items()
        if status in wanting and name not in known
    ]


def _gap(diagnostic: Diagnostic, indicator: Indicator, status: Status) -> Gap:
    around = status is Status.CONTEXT
    ways = [_way(diagnostic, measure, finer=around) for measure in indicator.measures]
    files = [way for way in ways if way and way != LOCAL]
    local = any(LOCAL in _sources(measure) for measure in indicator.measures)
    if around:
        why = "Connu pour le département seulement."
    elif any(_is_complete(diagnostic, measure) for measure in indicator.measures):
        why = "Le fichier est présent, mais ne dit rien de ce territoire."
    else:
        why = "Aucun fichier de cet espace ne l'apporte."
    told = ["à demander à la CPAM ou à l'ARS (texte prêt ci-dessous)"] if local else []
    told += [f"fichier à ajouter : {files[0]}"] if files else []
    unknown = "pas de chiffre plus fin publié" if around else "aucune source connue"
    how = " ; ou ".join(told) or unknown
    return Gap(indicator, why, f"{how[:1].upper()}{how[1:]}.", local)


def _is_complete(diagnostic: Diagnostic, measure: Measure) -> bool:
    return all(diagnostic.space.has(one) for one in _sources(measure))


def _sources(measure: Measure) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parse(name).source for name in measure.columns))


def _way(diagnostic: Diagnostic, measure: Measure, *, finer: bool) -> str:
    """The files that a way of measuring still lacks, in words; empty when it lacks none.

    ``finer`` leaves out those that only tell of départements.
    """
    lacking = [one for one in _sources(measure) if not diagnostic.space.has(one)]
    if LOCAL in lacking:
        return LOCAL
    if finer and any(MODULES[one].SOURCE.level in _WIDE for one in lacking):
        return ""
    return french.enumeration(
        [f"« {MODULES[one].SOURCE.title} » ({MODULES[one].SOURCE.publisher})" for one in lacking]
    )


def wanted(missing: Sequence[Gap]) -> list[Wanted]:
    """The local indicators behind some gaps, each once, with the strata that they need."""
    strata: dict[str, dict[str, None]] = {}
    for gap in missing:
        for name in gap.indicator.columns:
            told = parse(name)
            if told.source != LOCAL:
                continue
            where = dict(told.where)
            for identifier in where.get("indicateur", ()):
                strata.setdefault(identifier, {}).update(dict.fromkeys(where.get("strate", ())))
    return [_wanted(name, tuple(parts)) for name, parts in strata.items()]


def _wanted(identifier: str, strata: tuple[str, ...]) -> Wanted:
    entry = INDICATORS.get(identifier)
    if entry is None:
        return Wanted(identifier, identifier, "", "", strata)
    counted, people = numerator_and_denominator(entry)
    return Wanted(identifier, entry.label, counted, people, strata)


def _stratum_label(identifier: str, code: str) -> str:
    """A part of the population in words: as the catalogue names it, else by its ages."""
    entry = INDICATORS.get(identifier)
    for label, measure in entry.strata if entry else ():
        if any(code in dict(parse(name).where).get("strate", ()) for name in measure.columns):
            return stratum_words(label)
    return stratum_words(code)


def numerator_and_denominator(indicator: Indicator) -> tuple[str, str]:
    """What is counted and what it is related to, as the definition says; the latter may be none."""
    found = _RELATED.match(indicator.definition)
    if found is None:
        return indicator.definition.removesuffix("."), ""
    people = found["people"].strip()
    article = {"aux": "les ", "au": "le ", "à": ""}[found["by"]]
    return found["counted"].strip(), article + people


def letter(diagnostic: Diagnostic, territory: Territory, asked: Sequence[Wanted], year: int) -> str:
    """The text of a request to a CPAM or an ARS, ready to be sent (plain text)."""
    units = diagnostic.territories(territory.level).units_of(territory.id).index
    names = diagnostic.register.units.table["name"].reindex(units).astype(str)
    people = french.count_of(diagnostic.inhabitants(units), "habitant")
    first = year - _PERIODS
    blocks = "\n\n".join(_paragraph(rank, one) for rank, one in enumerate(asked, start=1))
    listed = ", ".join(f"{name} ({code})" for code, name in names.sort_values().items())
    several = len(asked) > 1
    whole = f"la CPTS entière (identifiant {territory.id})"
    if territory.level is not Level.CPTS:
        whole = "le territoire entier (les communes listées ci-dessous)"
    subject = f"{len(asked)} indicateurs" if several else f"« {asked[0].label} »"
    whose = in_place(territory.level, territory.name).replace("dans ", "de ", 1)
    lines = (
        f"Objet : demande de données agrégées pour le diagnostic territorial – {territory.name}",
        f"Destinataire : CPAM ({', '.join(territory.departements)}) ou ARS",
        "",
        "Madame, Monsieur,",
        "",
        f"Pour le diagnostic territorial {whose} ({people}, {len(units)} communes ou "
        f"arrondissements, liste en fin de message), nous vous demandons {subject} :",
        "",
        blocks,
        "",
        f"Niveaux : {whole} ; chaque commune, quand le secret le permet ; le "
        "département et la région, pour comparer.",
        f"Périodes : les {_PERIODS} dernières disponibles ({first} à {year - 1}, si possible). "
        "Indiquez la date d'observation et le régime (général ou tous régimes).",
        f"Forme : un tableau aux colonnes {' ; '.join(TEMPLATE.names)} (modèle joint). Donnez des "
        "effectifs, non des pourcentages : nous additionnons avant de diviser.",
        "Secret : uniquement des nombres agrégés, aucune ligne par personne. Laissez vide un "
        f"effectif de moins de {_SMALL} et écrivez « masque » dans la colonne statut ; un zéro "
        "veut dire zéro.",
        "",
        f"Communes : {listed}.",
        "",
        "Avec nos remerciements,",
    )
    return french.typography("\n".join(lines))


def _paragraph(rank: int, one: Wanted) -> str:
    told = [f"{rank}. {one.label} (identifiant : {one.indicator})"]
    if one.counted:
        told.append(f"   Numérateur : {_lowered(one.counted)}.")
    if one.people:
        told.append(f"   Dénominateur : {one.people}.")
    if one.strata:
        parts = [f"{_stratum_label(one.indicator, part)} ({part})" for part in one.strata]
        told.append(
            "   Pour l'ensemble, et pour chaque strate (son code entre parenthèses) : "
            f"{french.enumeration(parts)}."
        )
    return "\n".join(told)


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def filled_template(
    territory: Territory, units: Sequence[str], asked: Sequence[Wanted], year: int
) -> bytes:
    """The table to fill, its lines ready: indicator, place, period and part of the population.

    A CPTS has one line; of a composed territory, which no producer knows, ``units`` have one each.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(TEMPLATE.names)
    places = [(Level.CPTS.value, territory.id)]
    if territory.level is not Level.CPTS:
        places = [(Level.COMMUNE.value, code) for code in units]
    for one in asked:
        for period in range(year - _PERIODS, year):
            for (level, code), stratum in product(places, ("ensemble", *one.strata)):
                row = {
                    "indicateur": one.indicator,
                    "niveau": level,
                    "code": neutralised(code),
                    "periode": str(period),
                    "strate": stratum,
                    "public": "non",
                }
                writer.writerow([row.get(name, "") for name in TEMPLATE.names])
    return stream.getvalue().encode("utf-8-sig")
