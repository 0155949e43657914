"""Notes beside figures: another figure that circulates, a seasonal population. Kept with the works.

They change no figure; they are said beside it. ``notes`` keeps free texts the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.indicators import INDICATORS
from cpts_data.reading import noted
from cpts_data.reading.noted import OtherFigure, Season
from cpts_data.records import Kind, Record, RecordsError
from cpts_data.territories import Territory
from pages.parts import blocks, frame, notes, saved_session, store
from pages.parts.frame import Frame
from pages.parts.saved_session import LINK

_TROUBLE = "chiffre_note_souci"
_SEASON_TROUBLE = "saison_souci"


@dataclass(frozen=True)
class Notes:
    """What was noted of a territory, latest first; ``trouble`` when it could not be read."""

    others: tuple[tuple[Record, OtherFigure], ...] = ()
    seasons: tuple[tuple[Record, Season], ...] = ()
    trouble: str = ""

    @property
    def by_indicator(self) -> Mapping[str, tuple[OtherFigure, ...]]:
        """The other figures, by indicator."""
        return noted.by_indicator(one for _, one in self.others)


def read(page: Frame, territory: Territory) -> Notes:
    """The notes of a territory; a database that is away hides them, and says so."""
    try:
        found = saved_session.find(Kind.NOTE, page.space_id, territory.id)
    except RecordsError as error:
        return Notes(trouble=str(error))
    others = [(one, noted.other_figure_of(one.content)) for one in found]
    seasons = [(one, noted.season_of(one.content)) for one in found]
    return Notes(
        tuple((record, told) for record, told in others if told is not None),
        tuple((record, told) for record, told in seasons if told is not None),
    )


# Another figure


def other_figures(page: Frame, territory: Territory, names: Sequence[str], held: Notes) -> None:
    """The other figures noted for some indicators, and the form to note one."""
    mine = [(record, told) for record, told in held.others if told.indicateur in names]
    title = "Noter un autre chiffre en circulation"
    if mine:
        title += f" ({french.count_of(len(mine), 'déjà noté', 'déjà notés')})"
    with st.expander(french.typography(title)):
        blocks.note(
            "En réunion, un autre chiffre circule ? Notez-le avec sa source et la raison de "
            "l'écart : il s'affiche à côté du nôtre, qui ne change pas."
        )
        for record, told in mine:
            label = INDICATORS[told.indicateur].short_label
            _line(f"{label} : {told.told}", record)
        if held.trouble:
            st.error(blocks.plain(held.trouble))
        _other_form(page, territory, names)


def _other_form(page: Frame, territory: Territory, names: Sequence[str]) -> None:
    count = int(frame.kept(_key(territory, "compte"), 0))
    keys = {name: _key(territory, f"{name}_{count}") for name in _OTHER_FIELDS}

    def write() -> None:
        asked = {name: frame.component_state(key) for name, key in keys.items()}
        texts = {name: noted.clean(str(value or "")) for name, value in asked.items()}
        note = OtherFigure(**{**texts, "indicateur": str(asked["indicateur"] or "")})
        _save(page, territory, note, _TROUBLE, "compte")

    labels = {name: INDICATORS[name].short_label for name in names}
    options = frame.unique_labels(labels)
    with st.form(_key(territory, "formulaire"), border=False, enter_to_submit=False):
        left, right = st.columns(2)
        with left:
            st.selectbox(
                "Indicateur", list(options), format_func=options.__getitem__, key=keys["indicateur"]
            )
            st.text_input("Autre chiffre, avec son unité", key=keys["valeur"], max_chars=60)
            st.text_input("Source : qui le donne", key=keys["source"], max_chars=noted.LONGEST)
        with right:
            st.text_input("Date ou période", key=keys["date"], max_chars=60)
            st.selectbox("Pourquoi il diffère", noted.REASONS, key=keys["raison"])
            st.text_input("Précision (facultative)", key=keys["precision"], max_chars=noted.LONGEST)
        st.form_submit_button("Garder cet autre chiffre", on_click=write)
    _trouble(_TROUBLE)


_OTHER_FIELDS = ("indicateur", "valeur", "source", "date", "raison", "precision")


# A seasonal population


def season_lines(held: Notes) -> None:
    """The seasonal populations noted, beside the residents; nothing when none is."""
    for _, told in held.seasons:
        blocks.note(
            f"Population saisonnière notée : {told.told} Aucun chiffre n'en tient compte : tous "
            "sont rapportés aux habitants."
        )


def seasons(page: Frame, territory: Territory, held: Notes) -> None:
    """The seasonal populations noted, and the form to note one."""
    blocks.section(
        "Population saisonnière",
        "Vacanciers, étudiants, travailleurs saisonniers : aucun recensement ne les compte à leur "
        "lieu de passage. Notez ce que l'on sait ; aucun chiffre de ce diagnostic n'en dépend.",
    )
    if not held.seasons:
        blocks.note("Aucune population saisonnière n'est notée pour ce territoire.")
    for record, told in held.seasons:
        _line(told.told, record)
    with st.expander("Noter une population saisonnière"):
        if held.trouble:
            st.error(blocks.plain(held.trouble))
        _season_form(page, territory)


def _season_form(page: Frame, territory: Territory) -> None:
    count = int(frame.kept(_key(territory, "compte_saison"), 0))
    keys = {name: _key(territory, f"{name}_{count}") for name in ("nombre", "periode", "origine")}

    def write() -> None:
        asked = {name: frame.component_state(key) for name, key in keys.items()}
        when, source = (noted.clean(str(asked[name] or "")) for name in ("periode", "origine"))
        note = Season(int(asked["nombre"] or 0), when, source)
        _save(page, territory, note, _SEASON_TROUBLE, "compte_saison")

    with st.form(_key(territory, "saison"), border=False, enter_to_submit=False):
        left, middle, right = st.columns([1, 2, 2])
        with left:
            st.number_input(
                "Personnes présentes",
                min_value=0,
                max_value=noted.MOST_PEOPLE,
                value=None,
                step=100,
                key=keys["nombre"],
                placeholder="45 000",
            )
        with middle:
            st.text_input(
                "Quand", key=keys["periode"], max_chars=120, placeholder="en juillet et août"
            )
        with right:
            st.text_input(
                "Source", key=keys["origine"], max_chars=200, placeholder="office de tourisme, 2025"
            )
        st.form_submit_button("Garder cette population", on_click=write)
    _trouble(_SEASON_TROUBLE)


# Both


def _key(territory: Territory, name: str) -> str:
    return f"note_{territory.level.value}_{territory.id}_{name}"


def _line(text: str, record: Record) -> None:
    left, right = st.columns([8, 1], vertical_alignment="center")
    with left:
        who = f" Noté par {record.author}." if record.author else ""
        st.html(f'<p class="cpts-own-note">{escape(french.typography(text + who))}</p>')
    with right:
        frame.link("pages/travaux.py", "Retirer", **{LINK: record.read_token})


def _trouble(name: str) -> None:
    if told := frame.kept(name):
        st.error(blocks.plain(french.typography(told)))


def _save(
    page: Frame, territory: Territory, note: OtherFigure | Season, trouble: str, count: str
) -> None:
    """Keep a note; what is wrong is told under the form, which stays as it was written."""
    found = list(note.faults)
    if not found:
        content = noted.content_of(note)
        personal = notes.fault(str(content["texte"]))
        found = [personal] if personal else _create(page, territory, content)
    frame.keep(trouble, " ".join(found))
    if not found:
        # A new form takes the place of the one that was just kept.
        key = _key(territory, count)
        frame.keep(key, int(frame.kept(key, 0)) + 1)


def _create(page: Frame, territory: Territory, content: Mapping[str, object]) -> list[str]:
    try:
        made = store.records(asked=True).create(
            Kind.NOTE,
            space=page.space_id,
            territory=territory.id,
            title="",
            content=dict(content),
            author=saved_session.author(),
            identity=saved_session.identity(),
        )
    except RecordsError as error:
        return [f"{error} Votre note est restée dans le formulaire."]
    saved_session.note_links(made)
    return []
