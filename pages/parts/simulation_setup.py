"""What is simulated: profession, who practises today, activity; all kept in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cpts_data import french
from cpts_data.analysis.simulation_sentences import Practitioners
from cpts_data.analysis.travel_ground import has_peak
from cpts_data.simulation import (
    PROFESSIONS,
    Headcounts,
    Model,
    Practice,
    Present,
    UnavailableError,
    bases,
    present,
    read_practices,
)
from pages.parts import blocks, frame, map_store, simulation_practices, store
from pages.parts.frame import Frame

LIST = "offre"
SLOTS = ("scenario_a", "scenario_b", "scenario_c")
_PEAK = {"creuses": "Heures creuses", "pleines": "Heures pleines"}


@dataclass(frozen=True, eq=False)
class Setup:
    """The choices of the page, and the present that they give."""

    page: Frame
    model: Model
    heads: Headcounts
    practices: tuple[Practice, ...]
    present: Present
    key: str
    ground: map_store.MapGround | None
    labels: dict[str, str]

    @property
    def who(self) -> Practitioners:
        """The words for the practitioners."""
        profession = self.model.profession
        return Practitioners(profession.one, profession.many, profession.feminine)

    @property
    def inside(self) -> list[str] | None:
        """The units of the CPTS chosen; None without any."""
        if self.page.cpts is None:
            return None
        territories = self.page.diagnostic.territories(self.page.cpts.level)
        return [str(unit) for unit in territories.units_of(self.page.cpts.id).index]


def choose_setup(page: Frame) -> Setup | None:
    """The choices, then the present; None, said on the screen, when nothing can be simulated."""
    diagnostic = page.diagnostic
    first, second, third, fourth = st.columns([3, 3, 2, 2])
    with first:
        labels = {name: one.label for name, one in PROFESSIONS.items()}
        name = frame.choose("Profession", labels, "profession", clears=("activite", LIST, *SLOTS))
    profession = PROFESSIONS[name]
    with fourth:
        peak = has_peak(diagnostic.space) and _choose_hours()
    try:
        model = store.simulation_model(diagnostic, name, peak=peak)
    except UnavailableError as error:
        blocks.nothing_here(error.what, error.mend)
        return None
    with second:
        base = frame.choose(
            "Professionnels en exercice",
            bases(diagnostic.space, profession),
            "base",
            help_text="Le registre qui dit combien exercent dans chaque commune. Une ligne de "
            "votre liste remplace le registre dans sa commune.",
        )
    with third:
        activity = _activity(model)
    heads = store.simulation_headcounts(diagnostic, model, base)
    practices = _practices(model)
    now = present(model, heads, practices, activity=activity)
    key = "|".join(
        (page.space_id, diagnostic.space.fingerprint, name, base, str(peak), str(activity))
    )
    key = f"{key}|{simulation_practices.text()}"
    # The communes of the régions of the CPTS.
    ground = map_store.map_ground(diagnostic, next(iter(map_store.scopes(diagnostic))))
    labels = _labels(model, ground)
    setup = Setup(page, model, heads, practices, now, key, ground, labels)
    _activity_note(setup, activity)
    return setup


def _labels(model: Model, ground: map_store.MapGround | None) -> dict[str, str]:
    """The communes that may be chosen, by name."""
    codes = model.units if ground is None else ground.communes
    labels = {str(code): model.name(str(code)) for code in codes if code in model.known}
    return frame.unique_labels(dict(sorted(labels.items(), key=lambda item: item[1])))


def _choose_hours() -> bool:
    return frame.choose("Temps de trajet", _PEAK, "heures") == "pleines"


def _activity(model: Model) -> float:
    """The activity of each practitioner: a number kept in the address."""
    profession, rule = model.profession, model.parameters.activity
    low = rule.floor or profession.step
    high = rule.cap or 10 * profession.full
    asked = frame.parameter("activite")
    value = profession.full
    try:
        value = float(asked) if asked is not None else value
    except ValueError:
        st.warning(french.typography(f"« {asked} » n'est pas une activité ; {value:g} est pris."))
    value = min(max(value, low), high) if value == value else profession.full
    key = f"activite_{profession.id}"
    whole = profession.step >= 1
    frame.preset(key, int(value) if whole else value)

    def write() -> None:
        told = float(frame.component_state(key))
        frame.remember(activite=None if told == profession.full else f"{told:g}")

    st.number_input(
        "Activité de chacun" if not whole else "Actes par an de chacun",
        min_value=int(low) if whole else low,
        max_value=int(high) if whole else high,
        step=int(profession.step) if whole else profession.step,
        key=key,
        on_change=write,
        help=f"En {profession.activity}. L'activité de chaque professionnel n'est pas une donnée "
        "ouverte : la même est supposée pour tous, sauf pour ceux de votre liste.",
    )
    return value


def _activity_note(setup: Setup, activity: float) -> None:
    profession = setup.model.profession
    told = french.number(activity, 2, fixed=False)
    if profession.id == "medecins_generalistes":
        blocks.note(
            f"L'activité de chaque médecin n'est pas une donnée ouverte : {told} actes par an sont "
            "supposés pour chacun (5 400 est la valeur que la DREES donne aux nouveaux installés ; "
            f"elle compte de 3 600 à 6 000). {setup.heads.sentence}"
        )
    else:
        blocks.note(
            f"Hypothèse : {told} équivalent temps plein par professionnel. Les seuils de temps et "
            "l'activité de cette profession sont repris des généralistes ou supposés : à vérifier "
            f"dans le classeur de la DREES. {setup.heads.sentence}"
        )


def _practices(model: Model) -> tuple[Practice, ...]:
    """The list entered by hand: from the address, else what this session keeps."""
    asked = frame.parameter(LIST)
    if asked is None:
        return ()
    if asked == simulation_practices.IN_SESSION:
        return simulation_practices.kept_list()
    found = read_practices(asked, model.known)
    tell_refused("Liste de professionnels de l'adresse", found.refused)
    return found.value


def tell_refused(what: str, refused: tuple[str, ...]) -> None:
    """Say what of the address, or of a table, was refused, each with its reason."""
    if refused:
        lines = "\n".join(f"- {blocks.plain(text)}" for text in refused)
        st.warning(french.typography(f"{what} : non repris.\n\n") + lines)
