"""Travel times between communes: INSEE's Metric distancier, or any matrix of pairs.

Metric: ``COM1,COM2,KM,HC,HP`` (kilometres by road, minutes off-peak and at peak, from chief place
to chief place), about 16.6 million pairs. Matrices made with OSRM, Valhalla, r5py or r5r: origin,
destination and a time, in minutes or, when the column says so, in seconds. Pairs are read as
given: (A, B) may be there without (B, A), the diagonal is most often absent, and an absent pair
means « far », never zero. What to do of the three is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.contracts import (
    COMMUNE_PATTERN,
    Address,
    Column,
    ContractError,
    Fault,
    Faults,
    Kind,
    Source,
)
from cpts_data.layouts.coded_table import Coded
from cpts_data.layouts.large_texts import Layout, layout_of, read_columns
from cpts_data.received import Head
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="temps_de_trajet",
    title="Temps de trajet entre communes",
    publisher="Insee (Metric), ou le service qui a calculé la matrice",
    landing_page="https://www.data.gouv.fr/datasets/donnees-sur-la-localisation-et-lacces-de-la-"
    "population-aux-equipements",
    licence="à préciser par le service qui transmet la matrice (Metric : sur demande à l'Insee)",
    level="couple de communes",
    key=("origine", "destination"),
    columns=(
        Column("origine", Kind.COMMUNE, "commune de départ"),
        Column("destination", Kind.COMMUNE, "commune d'arrivée"),
        Column(
            "minutes",
            Kind.NUMBER,
            "durée du trajet (aux heures creuses dans Metric)",
            unit="minutes",
            minimum=0,
            combine="jamais",
        ),
        Column(
            "minutes_pleines",
            Kind.NUMBER,
            "durée du trajet aux heures pleines",
            unit="minutes",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
        Column(
            "km",
            Kind.NUMBER,
            "distance par la route",
            unit="kilomètres",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
    ),
    notes="Metric ne donne que les couples d'un département et de ses voisins, en métropole. "
    "Codes de communes de la géographie du fichier, non portés à celle de l'espace. Dans Metric, "
    "deux lignes seulement ont été vues.",
    addresses=(
        Address(
            "",
            "matrice des temps de trajet entre communes",
            note="Metric (Insee) se demande à http://www.progedo-adisp.fr/apf_metric.php.",
        ),
    ),
)

_ORIGIN = ("com1", "origine", "origin", "origin_id", "from_id", "from", "code_origine")
_DESTINATION = ("com2", "destination", "destination_id", "to_id", "to", "code_destination")
_MINUTES = (
    "hc",
    "minutes",
    "travel_time",
    "travel_time_p50",
    "duree_minutes",
    "temps_minutes",
    "duration_minutes",
    "duration_min",
    "duree_min",
    "temps_min",
)
_PEAK = ("hp", "minutes_pleines")
_SECONDS = (
    "duration",
    "durations",
    "seconds",
    "secondes",
    "duration_s",
    "duration_seconds",
    "duree_s",
    "duree_secondes",
    "temps_secondes",
    "time_seconds",
    "travel_time_seconds",
)
_NO_UNIT = ("duree", "durée", "temps", "time")
_KM = ("km", "distance_km")
_METRES = ("distance_m", "distance_metres", "metres")
_DISTANCE = "distance"
_IRIS = {"iris1", "iris2"}
_MAXIMUM_TOLD = 20


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    labels = [label.strip().lower() for label in header]
    return next((labels.index(name) for name in names if name in labels), None)


def recognises(head: Head) -> bool:
    """Tell a matrix by an origin, a destination and a time; one by IRIS too, to say why not."""
    header = head.header()
    if head.kind != "csv":
        return False
    if {label.lower() for label in header} >= _IRIS:
        return True
    pair = _place(header, _ORIGIN) is not None and _place(header, _DESTINATION) is not None
    return pair and _place(header, (*_MINUTES, *_SECONDS, *_NO_UNIT)) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per pair: ``origine`` and ``destination`` categorical, measures float32.

    Pairs without a time (unreachable) are left out and counted in ``attrs["remarques"]``. Raises
    :class:`~cpts_data.contracts.ContractError`: a matrix by IRIS, a time without unit, a code that
    is no commune, a negative time, a pair told twice.
    """
    layout = layout_of(path)
    faults = Faults(path.name)
    _refuse_iris(layout)
    wanted, scales, remarks = _columns(layout)
    table = read_columns(
        layout,
        {name: wanted[name] for name in ("origine", "destination")},
        numbers={name: wanted[name] for name in scales},
        number_type=np.float32,
    )
    origin, changed_from = _communes(table.texts["origine"], layout, wanted["origine"], faults)
    destination, changed_to = _communes(
        table.texts["destination"], layout, wanted["destination"], faults
    )
    faults.raise_if_any()
    remarks += repair_remarks(pd.concat([changed_from, changed_to]))
    measures = {}
    for name, divisor in scales.items():
        values = table.numbers[name]
        measures[name] = values if divisor == 1 else values / np.float32(divisor)
    del table
    _check_measures(measures, {name: layout.header[wanted[name]] for name in scales}, faults)
    _check_pairs(origin, destination, faults)
    faults.raise_if_any()
    nothing = np.full(len(origin.codes), np.nan, dtype="float32")
    columns = {name: measures.get(name, nothing) for name in ("minutes", "minutes_pleines", "km")}
    result = pd.DataFrame(
        {"origine": origin.category(), "destination": destination.category(), **columns}
    )
    lost = int(np.isnan(columns["minutes"]).sum())
    if lost == len(result):
        faults.add(
            "aucun couple avec une durée",
            "au moins un couple de communes avec son temps de trajet",
            "vérifiez que la colonne des durées est remplie.",
            column=layout.header[wanted["minutes"]],
        )
        faults.raise_if_any()
    if lost:
        couples = french.count_of(lost, "couple")
        remarks.append(f"{couples} sans durée (hors d'atteinte dans le temps fixé), non repris.")
        result = result.dropna(subset=["minutes"], ignore_index=True)
    result.attrs["remarques"] = [f"{french.count_of(len(result), 'couple')} de communes.", *remarks]
    return result


def _refuse_iris(layout: Layout) -> None:
    if {label.lower() for label in layout.header} >= _IRIS:
        raise ContractError([_iris(layout, "colonnes IRIS1 et IRIS2", None)])


def _iris(layout: Layout, found: str, row: int | None) -> Fault:
    return Fault(
        layout.path.name,
        f"une matrice entre IRIS ({found})",
        "une matrice entre communes : le tableau de bord ne descend pas sous la commune, et ces "
        "codes y ont perdu leurs zéros",
        "demandez ou calculez la matrice entre communes (par exemple entre chefs-lieux).",
        row,
    )


def _columns(layout: Layout) -> tuple[dict[str, int], dict[str, float], list[str]]:
    """Positions of the columns, what to divide each measure by, and remarks."""
    header = layout.header
    wanted = {
        "origine": _place(header, _ORIGIN),
        "destination": _place(header, _DESTINATION),
    }
    if None in wanted.values():
        fault = Fault(
            layout.path.name,
            "des colonnes de départ et d'arrivée introuvables",
            "les colonnes COM1 et COM2, origin et destination, ou from_id et to_id",
            "renommez les colonnes, ou reprenez le fichier d'origine.",
            1,
        )
        raise ContractError([fault])
    minutes, seconds = _place(header, _MINUTES), _place(header, _SECONDS)
    if minutes is None and seconds is None:
        position = _place(header, _NO_UNIT) or 0
        fault = Fault(
            layout.path.name,
            f"une durée sans unité (« {header[position]} »)",
            "une colonne « minutes », ou « secondes »",
            "renommez la colonne selon son unité : rien dans le fichier ne la dit.",
            1,
            header[position],
        )
        raise ContractError([fault])
    remarks = []
    scales = {"minutes": 1.0 if minutes is not None else 60.0}
    wanted["minutes"] = minutes if minutes is not None else seconds
    if minutes is None:
        remarks.append("Durées données en secondes, converties en minutes.")
    for name, labels, divisor in (
        ("minutes_pleines", _PEAK, 1.0),
        ("km", _KM, 1.0),
        ("km", _METRES, 1000.0),
    ):
        place = _place(header, labels)
        if place is not None and name not in wanted:
            wanted[name], scales[name] = place, divisor
    bare = _place(header, (_DISTANCE,))
    if "km" not in wanted and bare is not None:
        if minutes is None:
            # OSRM and its kin count in seconds and in metres.
            wanted["km"], scales["km"] = bare, 1000.0
            remarks.append("Distances données en mètres, converties en kilomètres.")
        else:
            remarks.append("Colonne « distance » sans unité, non reprise.")
    return {name: place for name, place in wanted.items() if place is not None}, scales, remarks


def _communes(raw: Coded, layout: Layout, position: int, faults: Faults) -> tuple[Coded, pd.Series]:
    """Repair the codes; note those that are no commune, with the first line of each."""
    codes, changed = repair_commune_codes(raw.values)
    wrong = ~codes.str.fullmatch(COMMUNE_PATTERN).fillna(False).astype(bool)
    for number in np.flatnonzero(wrong.to_numpy())[:_MAXIMUM_TOLD]:
        line = int(np.argmax(raw.codes == number)) + layout.first_line
        code = str(raw.values.iloc[number])
        if len(code) in (8, 9) and code.isdigit():
            faults.found.append(_iris(layout, f"« {code} »", line))
            break
        faults.add(
            f"« {code} »" if code else "une case vide",
            "un code de commune à 5 caractères, comme 01004 ou 2A004",
            "calculez la matrice entre communes, désignées par leur code officiel.",
            row=line,
            column=layout.header[position],
        )
    used = pd.Series(changed.to_numpy()[raw.codes]) if changed.any() else changed.iloc[:0]
    return raw.recoded(codes), used


def _check_measures(
    measures: dict[str, np.ndarray], labels: dict[str, str], faults: Faults
) -> None:
    for name, values in measures.items():
        for position in np.flatnonzero(values < 0)[:_MAXIMUM_TOLD]:
            faults.add(
                f"« {french.number(float(values[position]), 1)} »",
                "un nombre positif ou nul",
                "corrigez la valeur, ou retirez la ligne si le trajet est impossible.",
                row=int(position) + 2,
                column=labels[name],
            )


def _check_pairs(origin: Coded, destination: Coded, faults: Faults) -> None:
    """Note the pairs told twice: sorting is the cheapest way to know that there is none."""
    pairs = origin.codes.astype("int64") * len(destination.values) + destination.codes
    ordered = np.sort(pairs)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    for position in np.flatnonzero(pd.Series(pairs).duplicated())[:_MAXIMUM_TOLD]:
        pair = (
            origin.values.iloc[origin.codes[position]],
            destination.values.iloc[destination.codes[position]],
        )
        faults.add(
            f"« {pair[0]} » vers « {pair[1]} », déjà rencontré",
            "une seule ligne par couple",
            "retirez la ligne en double.",
            row=int(position) + 2,
        )
