"""Santé publique France, participation in organised cancer screening, by département or région.

No official file was at hand: columns are told by the words of their labels (area code, period,
participation, standardised or not), the cancer by the label, a column, the title, or, last, the
name of the file. A period is two years (« 2024-2025 »), not a year. Crude and standardised
participation are two things and never share a series.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import (
    DEPARTEMENT,
    FRANCE,
    FRANCE_CODE,
    REGION,
    check_area_codes,
    repair_area_codes,
)
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, head_of, read_text_table, to_number

CANCERS = {
    "sein": r"\bseins?\b|mammograph",
    "colorectal": r"colorectal|colo rectal|\bcolon\b|\brectum\b|\bccr\b",
    "col_uterus": r"uterus|uterin",
}
CRUDE, STANDARDISED = "brut", "standardise"

SOURCE = Source(
    id="spf_depistage",
    title="Participation aux dépistages organisés des cancers",
    publisher="Santé publique France (Odissé)",
    landing_page="https://odisse.santepubliquefrance.fr/explore/assets/"
    "cancer-participation-au-depistage-organise-du-cancer-du-sein_dep/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="departement",
    key=("niveau", "code", "period", "cancer", "mode", "sexe", "age"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT, REGION, FRANCE)),
        Column("code", Kind.CODE, "département, région, ou FR"),
        Column("period", Kind.TEXT, "période de dépistage, souvent de deux années"),
        Column("cancer", Kind.TEXT, "cancer dépisté", choices=tuple(CANCERS)),
        Column("mode", Kind.TEXT, "taux brut ou standardisé", choices=(CRUDE, STANDARDISED)),
        Column("sexe", Kind.TEXT, "sexe", choices=("hommes", "femmes", "ensemble")),
        Column("age", Kind.TEXT, "classe d'âge, ou ensemble"),
        Column(
            "participation",
            Kind.NUMBER,
            "part des personnes visées qui ont fait le dépistage organisé",
            unit="%",
            masks=True,
            minimum=0,
            maximum=100,
            combine="jamais",
        ),
    ),
    notes="Noms de colonnes officiels non vérifiés. Un taux brut et un taux standardisé ne se "
    "comparent pas ; la définition de la population visée a changé en 2023 pour le colorectal.",
    addresses=(
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/cancer-participation-au-depistage-organise-du-cancer-du-"
            "sein_dep/exports/csv?use_labels=true",
            "cancer-participation-au-depistage-organise-du-cancer-du-sein_dep.csv",
            landing_page="https://odisse.santepubliquefrance.fr/explore/assets/cancer-"
            "participation-au-depistage-organise-du-cancer-du-sein_dep/",
        ),
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/cancer-participation-au-depistage-organise-du-cancer-du-"
            "colon-rectum-departement-copie/exports/csv?use_labels=true",
            "cancer-participation-au-depistage-organise-du-cancer-du-colon-rectum-departement-copie.csv",
            landing_page="https://odisse.santepubliquefrance.fr/explore/assets/cancer-"
            "participation-au-depistage-organise-du-cancer-du-colon-rectum-"
            "departement-copie/",
        ),
    ),
)

_AREA = {
    DEPARTEMENT: r"(code )?(insee )?dep(artement)?( code)?|dept|num dep",
    REGION: r"(code )?(insee )?reg(ion)?( code)?",
}
_PERIOD = r"periodes?.*|annees?|ans?( mesure)?|millesime|campagne"
_RATE = re.compile(r"participation|couverture|\btaux\b|\btx\b|depistes? pct|\bpct\b")
_NOT_RATE = re.compile(r"borne|intervalle|\bic\b|\binf\b|\bsup\b|nombre|effectif|\bnb\b|\bn\b")
_PROGRAMME = re.compile(r"depist|participation")
_MEND = "reprenez le fichier publié par Santé publique France."


def _area_column(labels: Sequence[str], level: str) -> str | None:
    """The label of the codes of a level: one that says « code » rather than the bare name."""
    fits = [label for label in labels if re.fullmatch(_AREA[level], plain(label))]
    coded = [label for label in fits if "code" in plain(label) or len(plain(label)) < 5]
    return next(iter(coded or fits), None)


def _rates(labels: Sequence[str]) -> list[str]:
    found = [name for name in labels if _RATE.search(plain(name))]
    return [name for name in found if not _NOT_RATE.search(plain(name))]


def _one(labels: Sequence[str], pattern: str) -> str | None:
    return next((label for label in labels if re.fullmatch(pattern, plain(label))), None)


def recognises(head: Head) -> bool:
    """Tell the file by an area code, a period and a participation rate among its labels."""
    labels = head.header()
    names = " ".join(plain(label) for label in labels)
    area = any(_area_column(labels, level) for level in (DEPARTEMENT, REGION))
    if not area or "hpv" in names or not _rates(labels):
        return False
    return bool(_PROGRAMME.search(names)) and _one(labels, _PERIOD) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per area, period, cancer, crude or standardised, sex and age (%).

    ``attrs["remarques"]`` tells a cancer deduced from the name of the file. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), list[str]()
    head = head_of(path)
    labels = head.header()
    raw = read_text_table(path)
    frame = _strata(raw, labels, faults)
    parts = []
    for label in _rates(labels):
        values, status = to_number(raw[label], faults, label, raw["ligne"])
        standardised = re.search(r"standard|\bstd\b", plain(label))
        part = frame.assign(mode=STANDARDISED if standardised else CRUDE)
        part["cancer"] = _cancer(label, raw, head, remarks)
        parts.append(part.assign(participation=values, participation_statut=status))
    table = pd.concat(parts, ignore_index=True).astype({"mode": "string", "cancer": "string"})
    check_area_codes(table, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    order = [column.name for column in SOURCE.columns]
    result = table[[*order, "participation_statut"]]
    result.attrs["remarques"] = list(dict.fromkeys(remarks))
    return result


def _strata(raw: pd.DataFrame, labels: Sequence[str], faults: Faults) -> pd.DataFrame:
    """Line, level, code, period, sex and age of each row."""
    level = next((n for n in (DEPARTEMENT, REGION) if _area_column(labels, n)), FRANCE)
    frame = pd.DataFrame({"ligne": raw["ligne"]})
    frame["niveau"] = pd.Series(level, index=raw.index, dtype="string")
    codes = raw[str(_area_column(labels, level))] if level != FRANCE else FRANCE_CODE
    frame["code"] = repair_area_codes(pd.Series(codes, index=raw.index))
    label = str(_one(labels, _PERIOD))
    frame["period"] = raw[label].map(period_of).astype("string")
    for line in raw.loc[frame["period"].isna(), "ligne"]:
        found = f"« {raw.loc[raw['ligne'] == line, label].iat[0]} »"
        faults.add(found, "une période comme 2024-2025", _MEND, row=int(line), column=label)
    sex, age = _one(labels, r"sexes?|genre"), _one(labels, r"ages?|(classe|tranche)s? d ages?")
    whole = pd.Series("ensemble", index=raw.index, dtype="string")
    frame["sexe"] = whole if sex is None else raw[sex].map(_sex).astype("string")
    frame["age"] = whole if age is None else raw[age].str.strip().replace({"": "ensemble"})
    return frame


def period_of(text: str) -> str | None:
    """« 2024-2025 » from « 2024-2025 », « 2024/2025 », « 2024-25 »; a year alone stays alone."""
    short = re.fullmatch(r"\s*(20\d\d)\s*[-/–]\s*(\d\d)\s*", text)
    if short and int(short[2]) == int(short[1][2:]) + 1:
        return f"{short[1]}-20{short[2]}"
    years = list(dict.fromkeys(re.findall(r"20\d\d", text)))
    return "-".join(years) if 1 <= len(years) <= 2 else None


def _sex(text: str) -> str:
    word = plain(text).removesuffix("s")
    known: Mapping[str, str] = {"homme": "hommes", "femme": "femmes", "": "ensemble"}
    return known.get(word, "ensemble" if word.startswith(("ensemble", "tou")) else text)


def _cancer(label: str, raw: pd.DataFrame, head: Head, remarks: list[str]) -> pd.Series | str:
    """The cancer of a rate: its label, a column of the file, the head of the file, its name."""
    found = _cancers_in(label)
    if len(found) == 1:
        return found[0]
    for column in head.header():
        if re.search(r"cancer|depistage|localisation", plain(column)) and column != label:
            cells = raw[column].map(lambda cell: next(iter(_cancers_in(cell)), None))
            if cells.notna().all():
                return cells.astype("string")
    found = _cancers_in(" ".join(head.header()))
    if len(found) == 1:
        return found[0]
    found = _cancers_in(head.path.stem)
    if len(found) == 1:
        remarks.append(
            f"Le contenu ne dit pas de quel cancer il s'agit : « {found[0]} » d'après le nom du "
            "fichier."
        )
        return found[0]
    fault = Fault(
        head.path.name,
        "un taux de participation sans le nom du cancer",
        f"le cancer dépisté ({french.enumeration(list(CANCERS), 'ou')})",
        "nommez le cancer dans l'étiquette de la colonne, par exemple « participation sein ».",
        column=label,
    )
    raise ContractError([fault])


def _cancers_in(text: object) -> list[str]:
    words = plain(text)
    return [cancer for cancer, pattern in CANCERS.items() if re.search(pattern, words)]
