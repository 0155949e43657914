"""The professions that may be simulated: their words, their published APL, who counts them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.reference.access_parameters import AplParameters, apl_parameters, apl_vintages


@dataclass(frozen=True)
class Profession:
    """A profession of the simulator.

    ``id`` is that of the shipped parameters and of the address. ``indicator`` is the published APL
    that scenarios change. ``directory`` are the strata of the RPPS that count its self-employed
    practitioners, ``facilities`` its family in the BPE. ``full`` is the activity of one
    practitioner unless told otherwise, in ``activity`` (French, plural), ``step`` that of the
    screen.
    """

    id: str
    label: str
    one: str
    many: str
    indicator_id: str
    directory: tuple[tuple[str, str], ...]
    facilities: str
    activity: str
    full: float
    step: float
    feminine: bool = False

    @property
    def indicator(self) -> Indicator:
        """The published APL, from the catalogue."""
        return INDICATORS[self.indicator_id]

    @property
    def source(self) -> str:
        """The source of the published APL."""
        return self.indicator.source_ids[0]

    @property
    def column(self) -> str:
        """The column of the published APL."""
        return self.indicator.columns[0].split(".")[1]

    @cached_property
    def latest(self) -> AplParameters:
        """The latest shipped parameters."""
        return apl_parameters(self.id)

    def parameters(self, year: str) -> AplParameters:
        """The parameters of a vintage of the APL; the latest shipped where it has none."""
        known = apl_vintages()
        mine = set(known.loc[known["profession"] == self.id, "millesime"])
        return apl_parameters(self.id, year if year in mine else None)


def _of(**chosen: str) -> tuple[tuple[str, str], ...]:
    return tuple(chosen.items())


PROFESSIONS = {
    profession.id: profession
    for profession in (
        Profession(
            "medecins_generalistes",
            "Médecins généralistes",
            "généraliste",
            "généralistes",
            "apl_mg",
            _of(profession="medecin", discipline="medecine_generale", mode="liberal"),
            "medecin_generaliste",
            "consultations par an",
            5400.0,
            100.0,
        ),
        Profession(
            "infirmiers",
            "Infirmiers",
            "infirmier",
            "infirmiers",
            "apl_infirmiers",
            _of(profession="infirmier", mode="liberal"),
            "infirmier",
            "équivalents temps plein",
            1.0,
            0.1,
        ),
        Profession(
            "masseurs_kinesitherapeutes",
            "Masseurs-kinésithérapeutes",
            "masseur-kinésithérapeute",
            "masseurs-kinésithérapeutes",
            "apl_mk",
            _of(profession="masseur_kinesitherapeute", mode="liberal"),
            "masseur_kinesitherapeute",
            "équivalents temps plein",
            1.0,
            0.1,
        ),
        Profession(
            "chirurgiens_dentistes",
            "Chirurgiens-dentistes",
            "chirurgien-dentiste",
            "chirurgiens-dentistes",
            "apl_chirurgiens_dentistes",
            _of(profession="chirurgien_dentiste", mode="liberal"),
            "chirurgien_dentiste",
            "équivalents temps plein",
            1.0,
            0.1,
        ),
        Profession(
            "sages_femmes",
            "Sages-femmes",
            "sage-femme",
            "sages-femmes",
            "apl_sages_femmes",
            _of(profession="sage_femme", mode="liberal"),
            "sage_femme",
            "équivalents temps plein",
            1.0,
            0.1,
            feminine=True,
        ),
    )
}
