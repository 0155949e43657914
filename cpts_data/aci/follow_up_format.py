"""A follow-up as a JSON-able dict and back: one written format, numbered, read with distrust.

The dict is stored as it is (a database, a file that people send each other). Reading it back
accepts nothing else than what writing gives: unknown keys, other types, numbers that are no
numbers, texts that name a person, corrections of nothing are all refused, and told together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cpts_data.aci.entries import EntryError, EntryFaults, quoted
from cpts_data.aci.fields import Fields
from cpts_data.aci.follow_up_checks import (
    MAXIMUM_RECORDS,
    MAXIMUM_TRACKED,
    contract_faults,
    record_faults,
)
from cpts_data.aci.follow_up_model import (
    Figure,
    FollowUp,
    Goal,
    Kind,
    Origin,
    Record,
    Tracked,
)
from cpts_data.measures.states import Status

FORMAT, FORMAT_VERSION = "suivi_aci", 1
_MEND = "reprenez un suivi enregistré ou exporté par l'application, sans le modifier."
_TOP = ("format", "version", "contrat", "version_accord", "signature", "indicateurs", "records")
_TRACKED = (
    "indicateur",
    "mission",
    "libelle",
    "unite",
    "decimales",
    "origine",
    "sens_cible",
    "detenteur",
)
_RECORD = (
    "id",
    "indicateur",
    "nature",
    "date_donnee",
    "valeur",
    "borne_basse",
    "borne_haute",
    "numerateur",
    "denominateur",
    "statut_cellule",
    "periode",
    "source",
    "origine",
    "saisi_le",
    "preuve",
    "commentaire",
    "corrige",
    "rupture",
)


def to_json(follow_up: FollowUp) -> dict[str, Any]:
    """The follow-up as a dict of plain values (text, numbers, booleans, None, lists, dicts)."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "contrat": follow_up.contract,
        "version_accord": follow_up.version,
        "signature": follow_up.signature.isoformat(),
        "indicateurs": [
            {
                "indicateur": one.indicator,
                "mission": one.mission,
                "libelle": one.label,
                "unite": one.unit,
                "decimales": one.digits,
                "origine": one.origin.value,
                "sens_cible": one.goal.value,
                "detenteur": one.holder,
            }
            for one in follow_up.tracked
        ],
        "records": [
            {
                "id": one.id,
                "indicateur": one.indicator,
                "nature": one.kind.value,
                "date_donnee": one.day.isoformat(),
                "valeur": one.figure.value,
                "borne_basse": one.figure.lower,
                "borne_haute": one.figure.upper,
                "numerateur": one.figure.numerator,
                "denominateur": one.figure.denominator,
                "statut_cellule": one.figure.status.value,
                "periode": one.figure.period,
                "source": one.figure.sources,
                "origine": one.origin.value,
                "saisi_le": one.entered_at.isoformat(),
                "preuve": one.proof,
                "commentaire": one.comment,
                "corrige": one.corrects,
                "rupture": one.break_before,
            }
            for one in follow_up.records
        ],
    }


def from_json(content: object) -> FollowUp:
    """The follow-up that a dict of :func:`to_json` holds.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault; nothing of a content that
    has one is taken. A format written by a newer version of the product is refused whole.
    """
    faults = EntryFaults()
    top = Fields(content, "Suivi", faults, _MEND)
    top.exactly(_TOP)
    faults.raise_if_any()
    if top.raw("format") != FORMAT or top.raw("version") != FORMAT_VERSION:
        faults.add(
            "Suivi",
            f"le format {quoted(top.raw('format'))}, version {quoted(top.raw('version'))}",
            f"le format « {FORMAT} », version {FORMAT_VERSION}",
            "mettez l'application à jour si ce suivi vient d'une version plus récente.",
        )
        faults.raise_if_any()
    tracked = [
        _tracked(fields) for fields in top.items("indicateurs", MAXIMUM_TRACKED, "Indicateur")
    ]
    made = FollowUp(
        top.text("contrat"),
        top.text("version_accord"),
        top.day("signature"),
        tuple(one for one in tracked if one is not None),
    )
    records = [
        _record(fields) for fields in top.items("records", MAXIMUM_RECORDS, "Enregistrement")
    ]
    faults.raise_if_any()
    faults.found += contract_faults(made)
    for rank, record in enumerate(records, 1):
        if record is None:
            continue
        if record.id != rank:
            faults.add(f"Enregistrement {rank}", f"le numéro {record.id}", str(rank), _MEND)
        faults.found += record_faults(made, record)
        made = replace(made, records=(*made.records, record))
    if faults.found:
        raise EntryError(faults.found)
    return made


def _tracked(fields: Fields) -> Tracked | None:
    if not fields.exactly(_TRACKED):
        return None
    return Tracked(
        fields.text("indicateur"),
        fields.text("mission"),
        fields.text("libelle"),
        fields.text("unite"),
        fields.whole("decimales") or 0,
        fields.word("origine", Origin),
        fields.word("sens_cible", Goal),
        fields.text("detenteur"),
    )


def _record(fields: Fields) -> Record | None:
    if not fields.exactly(_RECORD):
        return None
    figure = Figure(
        fields.number("valeur"),
        fields.number("borne_basse"),
        fields.number("borne_haute"),
        fields.number("numerateur"),
        fields.number("denominateur"),
        fields.word("statut_cellule", Status),
        fields.text("periode"),
        fields.text("source"),
    )
    return Record(
        fields.text("indicateur"),
        fields.word("nature", Kind),
        fields.day("date_donnee"),
        figure,
        fields.word("origine", Origin),
        fields.instant("saisi_le"),
        fields.text("preuve"),
        fields.text("commentaire"),
        fields.whole("corrige", optional=True),
        fields.yes_or_no("rupture"),
        fields.whole("id") or 0,
    )
