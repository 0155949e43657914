"""What an entry of the indicator catalogue is, and the short ways of writing its measures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpts_data.measures import Interval, Measure, Ratio, rows


class Theme(StrEnum):
    """The themes of a territorial diagnosis."""

    POPULATION = "population"
    SUPPLY = "offre"
    ACCESS = "acces"
    PATHWAYS = "parcours"
    PREVENTION = "prevention"
    ACTIVITY = "activite"

    @property
    def label(self) -> str:
        """The French title of the theme."""
        return _THEMES[self]


_THEMES = {
    Theme.POPULATION: "Population",
    Theme.SUPPLY: "Offre de soins",
    Theme.ACCESS: "Accès aux soins",
    Theme.PATHWAYS: "Parcours",
    Theme.PREVENTION: "Prévention",
    Theme.ACTIVITY: "Activité de la CPTS",
}


class Polarity(StrEnum):
    """Whether a high value is good; needs are never good or bad."""

    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"
    NO_JUDGEMENT = "no_judgement"


class Nature(StrEnum):
    """What an indicator speaks of (DOMAIN §5)."""

    NEED = "besoin"
    SUPPLY = "offre"
    ACCESS = "acces"
    RESULT = "resultat"


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it is, how it is computed, how it may be read.

    ``id`` appears in addresses and exports: it never changes. ``otherwise`` are other ways of
    measuring the same thing, tried in order where ``measure`` tells nothing; ``strata`` measure
    parts of the population, by name. ``context`` allows the département's figure to stand beside a
    territory of which nothing is known. ``thresholds`` are marks on the scale (value, French
    label), not verdicts. ``target`` is a national target in ``unit``. ``breaks`` are the first
    periods of a new definition, with the reason: no trend crosses one. ``family`` gathers sister
    indicators that say nearly the same.

    For secrecy: ``base_of_patients`` says that the denominator counts patients or visits, and is as
    secret as the numerator; ``complement`` is the id of the indicator that counts the rest of the
    same denominator, ``base_of`` that of the one whose denominator this one counts.

    For sentences: ``subject`` is a noun phrase with its article (« la part des 75 ans et plus »),
    ``feminine`` and ``plural`` its gender and number, ``persons`` the people counted (« femmes de
    50 à 74 ans »).
    """

    id: str
    theme: Theme
    label: str
    short_label: str
    unit: str
    digits: int
    measure: Measure
    polarity: Polarity
    nature: Nature
    definition: str
    why: str
    caveat: str = ""
    mission: str | None = None
    thresholds: tuple[tuple[float, str], ...] = ()
    target: float | None = None
    target_source: str = ""
    otherwise: tuple[Measure, ...] = ()
    strata: tuple[tuple[str, Measure], ...] = ()
    context: bool = False
    breaks: tuple[tuple[str, str], ...] = ()
    standardised: str = ""
    family: str = ""
    base_of_patients: bool = False
    complement: str = ""
    base_of: str = ""
    sentence_subject: str = ""
    plural: bool = False
    feminine: bool = False
    persons: str = ""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every way of measuring the whole population, the best first."""
        return (self.measure, *self.otherwise)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that the measures read, each once."""
        everything = (*self.measures, *(measure for _, measure in self.strata))
        return tuple(dict.fromkeys(name for measure in everything for name in measure.columns))

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources read, in the order of the measures."""
        return tuple(dict.fromkeys(column.split(".")[0] for column in self.columns))

    @property
    def interval(self) -> Interval:
        """How the interval of the figure is computed, as its first measure says."""
        return self.measure.interval


def local(identifier: str, stratum: str = "", per: float = 100.0, **kind: Interval) -> Ratio:
    """The ratio that a CPAM or an ARS hands over in ``indicateurs_locaux``, Wilson by default."""
    chosen = {"indicateur": identifier} | ({"strate": stratum} if stratum else {})
    return Ratio(
        rows("indicateurs_locaux.numerateur", **chosen),
        rows("indicateurs_locaux.denominateur", **chosen),
        per,
        kind.get("interval", Interval.WILSON),
    )
