"""The scale of one version of the agreement: its amounts, and the sums that documents print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cpts_data import french
from cpts_data.aci.amounts import Amount, Standing, gathered, worst
from cpts_data.reference.aci_tables import AciTables

DEFAULT_VERSION = "aci_2019"
RUNNING, RAISED_RUNNING = "fonctionnement", "fonctionnement_avant_missions"
MISSION, OPTIONAL_MISSIONS = "mission", "missions_optionnelles"
UNSCHEDULED = "supplement_snp"
PLAN, PLAN_UPDATE, CRISIS = "crise_plan", "crise_mise_a_jour", "crise_survenue"
TOTAL, MAXIMUM = "total_hors_snp", "total_maximum"
FIXED, VARIABLE, WHOLE = "fixe", "variable", "total"

_LABELS = {
    RUNNING: "Fonctionnement",
    RAISED_RUNNING: "Fonctionnement majoré, avant le démarrage des missions",
    UNSCHEDULED: "Supplément pour les soins non programmés (maximum)",
    PLAN: "Plan de crise, rédaction",
    PLAN_UPDATE: "Plan de crise, mise à jour",
    CRISIS: "Crise survenue",
    OPTIONAL_MISSIONS: "Missions optionnelles, ensemble",
    TOTAL: "Total hors supplément",
    MAXIMUM: "Total maximal",
    "aide_lettre_intention": "Aide à la lettre d'intention validée",
    "credit_amorcage_ars": "Crédit d'amorçage de l'ARS",
    "maximum_annonce": "Maximum annoncé",
}
_CENT = 0.005


@dataclass(frozen=True)
class Key:
    """What an amount pays: the poste, the mission if any, the volet."""

    poste: str
    mission: str = ""
    volet: str = WHOLE


@dataclass(frozen=True)
class ScaleLine:
    """One line of the scale for one size class; ``amount`` is None when not known."""

    key: Key
    amount: float | None
    standing: Standing
    source: str
    source_date: str
    note: str


@dataclass(frozen=True)
class Mission:
    """A mission in one version: category (``socle``, ``optionnelle``) and deadlines in months."""

    code: str
    label: str
    category: str
    start_months: int | None
    deployment_months: int | None
    content: str
    standing: Standing
    source: str
    note: str

    @property
    def core(self) -> bool:
        """Whether the mission is mandatory."""
        return self.category == "socle"


@dataclass(frozen=True)
class Part:
    """One line of the scale, counted ``factor`` times (pro rata, or rate reached)."""

    line: ScaleLine
    factor: float = 1.0

    @property
    def euros(self) -> float | None:
        """The amount counted, None when the line tells none."""
        return None if self.line.amount is None else self.line.amount * self.factor


@dataclass(frozen=True)
class Scale:
    """The amounts and missions of one version of the agreement; read-only.

    ``lines`` maps (key, size class) to its line, ``sums`` a size class to its printed sums
    (:meth:`printed_sums`). ``label`` and ``standing`` are those of the
    version; ``origin`` says whether the tables are the shipped ones (French).
    """

    version: str
    label: str
    standing: Standing
    note: str
    effect: str
    origin: str
    missions: Mapping[str, Mission]
    lines: Mapping[tuple[Key, int], ScaleLine] = field(repr=False)
    sums: Mapping[int, tuple[tuple[frozenset[Key], ScaleLine], ...]] = field(repr=False)

    def line(self, key: Key, size: int) -> ScaleLine | None:
        """The line of an amount for a size class, None when the version has none."""
        return self.lines.get((key, size))

    def has(self, poste: str) -> bool:
        """Whether the version pays a poste, for at least one size."""
        return any(key.poste == poste for key, _ in self.lines)

    def label_of(self, key: Key) -> str:
        """What an amount pays, in French."""
        if key.poste != MISSION:
            return _LABELS.get(key.poste, key.poste)
        name = self.missions[key.mission].label
        return name if key.volet == WHOLE else f"{name}, volet {key.volet}"

    def printed_sums(self, size: int) -> tuple[tuple[frozenset[Key], ScaleLine], ...]:
        """The sums that the scale gives beside their parts, the widest first.

        A mission is its two volets; the optional missions together are theirs; the total without
        supplement is running costs and every mission; the maximum adds the supplement.
        """
        return self.sums.get(size, ())

    def total(self, parts: Sequence[Part], size: int) -> Amount:
        """The sum of parts for one size class, each key at most once.

        Where the parts hold in full all that a printed sum is made of, and that sum says better
        than they do (it is sourced, they are to be checked; or one of them is not known), it stands
        for them. A total that is one printed sum and nothing else is ``published`` when the line is
        sourced. A printed sum that its parts contradict is left aside, and the contradiction noted.
        """
        counted = [part for part in parts if part.factor != 0.0]
        kept, replaced = self._with_printed_sums(counted, size)
        known = [part for part in kept if part.line.amount is not None]
        contradictions = self._contradictions(counted, size)
        standings = [part.line.standing for part in known]
        if len(kept) > 1 or any(part.factor != 1.0 for part in kept):
            standings.append(Standing.DERIVED)
        if contradictions or len(known) < len(kept):
            standings.append(Standing.TO_CHECK)
        standing = worst(standings)
        euros = sum(part.euros or 0.0 for part in known)
        return Amount(
            euros,
            euros,
            standing,
            published=replaced and len(kept) == 1 and standing is Standing.SOURCED,
            parts_to_check=any(part.line.standing is Standing.TO_CHECK for part in counted),
            missing=gathered(
                [self.label_of(part.line.key)] for part in kept if part.line.amount is None
            ),
            sources=gathered([cited(part.line)] for part in known),
            notes=tuple(contradictions),
        )

    def _with_printed_sums(self, parts: list[Part], size: int) -> tuple[list[Part], bool]:
        """The parts with printed sums in their place, and whether one took a place."""
        replaced = False
        for composition, line in self.printed_sums(size) if len(parts) > 1 else ():
            held = [part for part in parts if part.line.key in composition and part.factor == 1.0]
            if len(held) < len(composition) or line.amount is None:
                continue
            known = [part.line.amount for part in held if part.line.amount is not None]
            complete = len(known) == len(held)
            if complete and abs(sum(known) - line.amount) > _CENT:
                continue
            theirs = worst(part.line.standing for part in held)
            if line.standing.rank < theirs.rank or not complete:
                parts = [part for part in parts if part not in held] + [Part(line)]
                replaced = True
        return parts, replaced

    def _contradictions(self, parts: Sequence[Part], size: int) -> list[str]:
        full = {part.line.key: part.line for part in parts if part.factor == 1.0}
        found = []
        for composition, line in self.printed_sums(size):
            if line.amount is None or not composition <= full.keys():
                continue
            amounts = [full[key].amount for key in composition]
            known = [amount for amount in amounts if amount is not None]
            if len(known) == len(amounts) and abs(sum(known) - line.amount) > _CENT:
                found.append(
                    f"{self.label_of(line.key)}, taille {size} : la somme des parts "
                    f"({french.with_unit(sum(known), '€')}) n'est pas le montant que donne le "
                    f"barème ({french.with_unit(line.amount, '€')}, {cited(line)})."
                )
        return found


def cited(line: ScaleLine) -> str:
    """The source of a line, with its date where the words do not hold it already."""
    if not line.source_date or line.source_date[:4] in line.source:
        return line.source
    return f"{line.source} ({line.source_date})"


def versions_of(tables: AciTables) -> dict[str, str]:
    """The versions of the agreement that the tables hold, by code: their French names."""
    told = tables.versions
    return dict(zip(told["version_accord"], told["libelle"], strict=True))


def version_in_force(tables: AciTables, day: dt.date | None) -> str:
    """The version of the agreement in force on a day: the latest signed by then.

    Without a day, and before any of them, the first version, the only one whose totals are
    published.
    """
    told = tables.versions.sort_values("date_signature")
    if day is None:
        return DEFAULT_VERSION
    known = told[told["date_signature"] <= day.isoformat()]["version_accord"]
    return str(known.iloc[-1]) if len(known) else DEFAULT_VERSION


def scale_of(tables: AciTables, version: str = DEFAULT_VERSION) -> Scale:
    """The scale of a version; ``KeyError`` with a French message listing those that exist."""
    versions = tables.versions.set_index("version_accord")
    if version not in versions.index:
        known = french.enumeration([*versions.index])
        raise KeyError(f"Version de l'accord inconnue : « {version} ». Connues : {known}.")
    rows = tables.bareme[tables.bareme["version_accord"] == version]
    lines = {}
    for row in rows.itertuples(index=False):
        key = Key(str(row.poste), str(row.mission), str(row.volet))
        amount = float(row.montant_eur)
        lines[(key, int(row.taille))] = ScaleLine(
            key,
            None if amount != amount else amount,
            Standing(row.statut),
            str(row.source),
            str(row.date_source),
            str(row.remarque),
        )
    told = versions.loc[version]
    missions = _missions(tables, version)
    return Scale(
        version,
        str(told["libelle"]),
        Standing(told["statut"]),
        str(told["remarque"]),
        str(rows["date_effet"].iloc[0]) if len(rows) else "",
        tables.origin,
        missions,
        lines,
        {size: _printed_sums(missions, lines, size) for size in {size for _, size in lines}},
    )


def _printed_sums(
    missions: Mapping[str, Mission], lines: Mapping[tuple[Key, int], ScaleLine], size: int
) -> tuple[tuple[frozenset[Key], ScaleLine], ...]:
    volets = {
        code: frozenset({Key(MISSION, code, FIXED), Key(MISSION, code, VARIABLE)})
        for code in missions
        if (Key(MISSION, code), size) in lines
    }
    optional = [volets[code] for code in volets if not missions[code].core]
    everything = frozenset({Key(RUNNING)}).union(*volets.values())
    sums = {Key(MISSION, code): parts for code, parts in volets.items()} | {
        Key(OPTIONAL_MISSIONS): frozenset().union(*optional),
        Key(TOTAL): everything,
        Key(MAXIMUM): everything | {Key(UNSCHEDULED, "acces")},
    }
    told = [
        (parts, lines[key, size])
        for key, parts in sums.items()
        if len(parts) > 1 and (key, size) in lines
    ]
    return tuple(sorted(told, key=lambda pair: -len(pair[0])))


def _missions(tables: AciTables, version: str) -> dict[str, Mission]:
    rows = tables.missions[tables.missions["version_accord"] == version]
    return {
        str(row["code"]): Mission(
            str(row["code"]),
            str(row["libelle"]),
            str(row["categorie"]),
            _whole(row["demarrage_mois"]),
            _whole(row["deploiement_mois"]),
            str(row["contenu"]),
            Standing(row["statut"]),
            str(row["source"]),
            str(row["remarque"]),
        )
        for row in rows.to_dict("records")
    }


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None
