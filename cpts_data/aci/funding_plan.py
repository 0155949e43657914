"""What an estimate is asked for: signature, sizes, missions, rates; and whether it makes sense."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS, anniversary
from cpts_data.aci.entries import EntryFaults
from cpts_data.aci.scale import RAISED_RUNNING, Scale
from cpts_data.aci.size_classes import SIZE_CLASSES, possible_size_classes


@dataclass(frozen=True)
class MissionChoice:
    """A mission that the CPTS takes on.

    ``start`` is its start (None: not planned yet, so that it brings nothing; ``full_year``
    does not read it). ``rate`` is the share of the variable volet reached, from 0 to 1, entered by
    the user; None when not known. ``rates`` gives it for chosen contract years.
    """

    mission: str
    start: dt.date | None = None
    rate: float | None = None
    rates: Mapping[int, float] = field(default_factory=dict)

    def bounds(self, year: int) -> tuple[float, float]:
        """Lowest and highest rate of a contract year."""
        rate = self.rates.get(year, self.rate)
        return (0.0, 1.0) if rate is None else (rate, rate)


@dataclass(frozen=True)
class FundingPlan:
    """What is asked of an estimate.

    ``sizes`` are the possible size classes. ``unscheduled_share`` is the share of the supplement
    for unscheduled care that is expected, 0 to 1 (1 is the published maximum), None without it.
    ``raised_running`` takes the raised running costs in the first year, where the version has them.
    ``crisis_years`` are the contract years in which a crisis is supposed.
    """

    signature: dt.date
    sizes: tuple[int, ...]
    missions: tuple[MissionChoice, ...]
    unscheduled_share: float | None = None
    raised_running: bool = False
    crisis_years: tuple[int, ...] = ()


def with_population(
    plan: FundingPlan, population: float, lowest: float | None = None
) -> FundingPlan:
    """The plan for another population: its possible size classes (DOMAIN §3.1).

    ``lowest`` is the population without the communes shared with another CPTS.
    """
    found = possible_size_classes(population, lowest)
    return replace(plan, sizes=tuple(size.number for size in found))


def check_plan(
    scale: Scale,
    sizes: Sequence[int],
    missions: Sequence[MissionChoice],
    unscheduled_share: float | None,
    plan: FundingPlan | None = None,
) -> None:
    """Raise :class:`~cpts_data.aci.entries.EntryError` with every fault of what is asked."""
    faults = EntryFaults()
    known = [size.number for size in SIZE_CLASSES]
    if not sizes or not set(sizes) <= set(known):
        faults.add(
            "Taille de la CPTS",
            french.enumeration([str(size) for size in sizes]) or "aucune taille",
            f"au moins une taille parmi {french.enumeration([str(n) for n in known])}",
            "choisissez la ou les tailles possibles.",
        )
    for choice in missions:
        _check_choice(scale, choice, faults)
    codes = [choice.mission for choice in missions]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        faults.add(f"Mission « {code} »", "choisie deux fois", "une fois", "retirez un doublon.")
    if unscheduled_share is not None:
        _check_share("Part du supplément pour les soins non programmés", unscheduled_share, faults)
    if plan is not None:
        _check_years(scale, plan, faults)
    faults.raise_if_any()


def _check_choice(scale: Scale, choice: MissionChoice, faults: EntryFaults) -> None:
    if choice.mission not in scale.missions:
        faults.add(
            "Mission",
            f"« {choice.mission} »",
            f"une mission de la version « {scale.label} » : "
            f"{french.enumeration([*scale.missions], 'ou')}",
            "changez de version, ou retirez la mission.",
        )
    rates = [*choice.rates.values(), *([] if choice.rate is None else [choice.rate])]
    for rate in rates:
        _check_share(f"Taux d'atteinte de la mission « {choice.mission} »", rate, faults)


def _check_share(where: str, share: float, faults: EntryFaults) -> None:
    if not 0 <= share <= 1:
        faults.add(
            where,
            french.number(share, 3, fixed=False),
            "un nombre entre 0 et 1 (0 et 100 %)",
            "corrigez le taux.",
        )


def _check_years(scale: Scale, plan: FundingPlan, faults: EntryFaults) -> None:
    ends = anniversary(plan.signature, TERM_YEARS)
    for choice in plan.missions:
        if choice.start is not None and not plan.signature <= choice.start < ends:
            faults.add(
                f"Démarrage de la mission « {choice.mission} »",
                french.date(choice.start),
                f"une date entre la signature ({french.date(plan.signature)}) et le terme du "
                f"contrat ({french.date(ends)})",
                "corrigez la date de démarrage ou celle de la signature.",
            )
    if plan.raised_running and not scale.has(RAISED_RUNNING):
        faults.add(
            "Fonctionnement majoré",
            f"demandé avec la version « {scale.label} »",
            "une version de l'accord qui le prévoit",
            "changez de version, ou retirez cette option.",
        )
    for year in plan.crisis_years:
        if not 1 <= year <= TERM_YEARS:
            faults.add(
                "Année de crise",
                str(year),
                f"une année du contrat, de 1 à {TERM_YEARS}",
                "corrigez l'année.",
            )
