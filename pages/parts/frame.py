"""The frame of every page: menu, choice of space and territory, address bar, look.

Alone touches ``st.session_state`` and ``st.query_params``. The address holds ids
(``?espace=…&cpts=…&indicateur=…``), so that any view can be sent by e-mail, and each page opens by
deep link, alone, first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import streamlit as st

from cpts_data.analysis.composed import PARAMETER, Composition, read_compositions
from cpts_data.contracts import ContractError
from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import Level, Territory
from pages.parts import helps, store

PRODUCT = "Diagnostic territorial des CPTS"
MENU: dict[str, tuple[tuple[str, str], ...]] = {
    "Explorer": (
        ("app.py", "Accueil"),
        ("pages/carte.py", "Carte"),
        ("pages/comparaison.py", "Comparaison"),
        ("pages/annuaire.py", "Annuaire"),
    ),
    "Diagnostiquer": (
        ("pages/synthese.py", "Synthèse"),
        ("pages/population.py", "Population"),
        ("pages/offre.py", "Offre de soins"),
        ("pages/acces.py", "Accès aux soins"),
        ("pages/parcours.py", "Parcours"),
        ("pages/prevention.py", "Prévention"),
    ),
    "Agir": (
        ("pages/composer.py", "Composer"),
        ("pages/simulateur.py", "Simulateur"),
        ("pages/aci.py", "ACI : contrat et suivi"),
        ("pages/documents.py", "Documents"),
        ("pages/travaux.py", "Mes travaux"),
        ("pages/reunion.py", "Réunion (plein écran)"),
    ),
    "Données": (
        ("pages/donnees.py", "Données"),
        ("pages/sources_et_methodes.py", "Sources et méthodes"),
        ("pages/accessibilite.py", "Accessibilité"),
    ),
}
MEETING = "pages/reunion.py"
MOST_COMPOSED = 6
_OFFERED = "territoires_composes"
_PARTS = Path(__file__).parent
_SHEETS = ("frame.css", "cards.css", "charts.css", "saved.css")
_STYLE = "".join((_PARTS / name).read_text(encoding="utf-8") for name in _SHEETS)
_FICTITIOUS = (
    "Territoire fictif de démonstration : lieux, chiffres et CPTS sont inventés. "
    "« France » est la référence nationale réelle."
)


@dataclass(frozen=True)
class Frame:
    """What a page knows when it opens: the space, and the territory chosen (None without any).

    ``cpts`` is a CPTS or a composed territory: its ``level`` says which.
    """

    diagnostic: Diagnostic
    space_id: str
    cpts: Territory | None


def open_page(title: str) -> Frame:
    """Start a page: look, menu, choices. Stops the page, in French, when the space cannot open."""
    if parameter("mode", ["reunion"]):
        screen = {"ecran": st.query_params.get("ecran", "1")}
        st.switch_page(MEETING, query_params={**address(), **screen, "mode": "reunion"})
    page = _open(title)
    if page.diagnostic.space.fictitious:
        st.html(f'<div class="cpts-fictitious" role="note">{escape(_FICTITIOUS)}</div>')
    st.title(title, anchor=False)
    return page


def open_meeting() -> Frame:
    """Start the page that fills the screen: each of its screens writes its own title."""
    return _open("Réunion", side="collapsed")


def _open(title: str, side: Literal["auto", "collapsed"] = "auto") -> Frame:
    st.set_page_config(
        page_title=f"{title} · {PRODUCT}",
        page_icon="🧭",
        layout="wide",
        initial_sidebar_state=side,
    )
    store.language_component()(key="langue")
    st.html(f"<style>{_STYLE}</style>")
    known = store.spaces()
    with st.sidebar:
        st.html(f'<div class="cpts-product">{escape(PRODUCT)}</div>')
        labels = _space_labels(known)
        space_id = choose("Espace de données", labels, "espace", clears=("cpts", "territoire"))
    try:
        diagnostic = store.open_space(known[space_id])
    except ContractError as error:
        _menu()
        st.error(f"Cet espace ne peut pas être ouvert.\n\n{error}")
        st.stop()
    with st.sidebar:
        diagnostic = diagnostic.with_compositions(_compositions())
        cpts = _choose_cpts(diagnostic)
        _menu()
        st.html(f'<div class="cpts-foot">{escape(diagnostic.population_line())}</div>')
    return Frame(diagnostic, space_id, cpts)


def _space_labels(known: Mapping[str, Path]) -> dict[str, str]:
    names = {name: "Démonstration" if name == "demonstration" else name for name in known}
    return {name: label.replace("_", " ") for name, label in names.items()}


def _choose_cpts(diagnostic: Diagnostic) -> Territory | None:
    """The CPTS that the page speaks of, or a composed territory of the address or the session."""
    known = {
        one.id: one
        for level in (Level.COMPOSED, Level.CPTS)
        for one in sorted(diagnostic.territories(level).every(), key=lambda one: one.name)
    }
    _tell_left_out(diagnostic)
    if not known:
        return None
    labels = {
        name: one.label + (" (composé)" if one.level is Level.COMPOSED else "")
        for name, one in known.items()
    }
    written = [one.id for one in compositions_in_address() if one.id in known]
    first = next((name for name, one in known.items() if one.level is Level.CPTS), None)
    default = written[-1] if written and parameter("cpts") is None else first
    told = helps.of("CPTS")
    chosen = known[choose("CPTS", unique_labels(labels), "cpts", default=default, help_text=told)]
    if chosen.level is Level.COMPOSED and chosen.id not in written:
        asked = next(one for one in diagnostic.compositions if one.id == chosen.id)
        write_compositions([*compositions_in_address(), asked])
    return chosen


def compositions_in_address() -> list[Composition]:
    """The composed territories that the address describes."""
    return read_compositions(st.query_params.get_all(PARAMETER)[:MOST_COMPOSED])[0]


def _compositions() -> list[Composition]:
    """Composed territories of the address, then those that this session has opened."""
    found, refused = read_compositions(st.query_params.get_all(PARAMETER)[:MOST_COMPOSED])
    for reason in refused:
        st.warning(reason)
    return [*found, *kept(_OFFERED, ())]


def _tell_left_out(diagnostic: Diagnostic) -> None:
    known = diagnostic.territories(Level.COMPOSED).table.index
    for one in compositions_in_address():
        if one.id not in known:
            text = f"« {one.name} » : aucune de ses communes n’est dans cet espace."
            st.html(f'<div class="cpts-note" role="note">{escape(text)}</div>')


def write_compositions(compositions: Sequence[Composition]) -> None:
    """Put composed territories in the address, in order; the last ones when there are too many."""
    told = [one.encode() for one in compositions][-MOST_COMPOSED:]
    if told:
        st.query_params[PARAMETER] = told
    else:
        st.query_params.pop(PARAMETER, None)


def offer(compositions: Sequence[Composition]) -> None:
    """Let every page of this session offer composed territories (saved ones, once opened)."""
    keep(_OFFERED, tuple(compositions))


def offer_one(composition: Composition) -> None:
    """Let every page of this session offer one more composed territory."""
    others = [one for one in kept(_OFFERED, ()) if one.id != composition.id]
    offer([*others, composition])


def unique_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Tell homonyms apart: select boxes silently pick the last one."""
    twice = {label for label in labels.values() if list(labels.values()).count(label) > 1}
    return {
        name: f"{label} [{name}]" if label in twice else label for name, label in labels.items()
    }


def _menu() -> None:
    parameters = address()
    with st.sidebar:
        for heading, pages in MENU.items():
            st.html(f'<div class="cpts-heading">{escape(heading)}</div>')
            for page, label in pages:
                st.page_link(page, label=label, query_params=parameters)


def address() -> dict[str, str | list[str]]:
    """The parameters of the address that every page keeps."""
    kept = ("espace", "cpts", "indicateur", "reference")
    told: dict[str, str | list[str]] = {
        name: st.query_params[name] for name in kept if name in st.query_params
    }
    composed = st.query_params.get_all(PARAMETER)
    return told | ({PARAMETER: composed} if composed else {})


def parameter(name: str, known: Sequence[str] | None = None) -> str | None:
    """A parameter of the address, None when absent or not among the known values."""
    value = st.query_params.get(name)
    return value if value is not None and (known is None or value in known) else None


def parameters(name: str) -> list[str]:
    """Every value of a parameter that the address may hold several times."""
    return list(st.query_params.get_all(name))


def remember(**parameters: str | None) -> None:
    """Write parameters into the address; None removes one."""
    for name, value in parameters.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def choose(
    label: str,
    options: Mapping[str, str],
    name: str,
    *,
    default: str | None = None,
    clears: tuple[str, ...] = (),
    horizontal: bool = False,
    help_text: str | None = None,
) -> str:
    """A choice kept in the address under ``name``: a select box, or buttons side by side."""
    ids = list(options)
    fallback = default if default in options else ids[0]
    asked = st.query_params.get(name)
    current = asked if asked in options else fallback
    if asked is not None and asked not in options:
        st.warning(f"« {asked} » n’existe pas ici ; {options[str(fallback)]} est affiché.")
    key = f"choix_{name}"
    st.session_state[key] = current

    def write() -> None:
        chosen = st.session_state[key] or current
        remember(**{name: chosen}, **dict.fromkeys(clears))

    if horizontal:
        st.segmented_control(
            label, ids, format_func=options.__getitem__, key=key, on_change=write, help=help_text
        )
    else:
        st.selectbox(
            label, ids, format_func=options.__getitem__, key=key, on_change=write, help=help_text
        )
    return str(current)


def search(label: str, options: Mapping[str, str], name: str, placeholder: str) -> str | None:
    """A search box kept in the address; None when nothing is chosen."""
    ids = list(options)
    current = parameter(name, ids)
    key = f"recherche_{name}"
    st.session_state[key] = current

    def write() -> None:
        remember(**{name: st.session_state[key]})

    st.selectbox(
        label,
        ids,
        format_func=options.__getitem__,
        key=key,
        on_change=write,
        index=None,
        placeholder=placeholder,
    )
    return current


def choose_several(
    label: str,
    options: Mapping[str, str],
    name: str,
    *,
    default: Sequence[str] = (),
    most: int | None = None,
    placeholder: str = "Ajouter…",
    help_text: str | None = None,
) -> list[str]:
    """Several choices kept in the address, one ``name=`` for each; unknown ones are left out."""
    asked = st.query_params.get_all(name)
    wanted = [one for one in dict.fromkeys(asked or default) if one in options]
    current = wanted[:most]
    key = f"choix_{name}"
    st.session_state[key] = current

    def write() -> None:
        # An empty value tells « none » from « not asked yet ».
        st.query_params[name] = st.session_state[key] or [""]

    st.multiselect(
        label,
        list(options),
        format_func=options.__getitem__,
        key=key,
        on_change=write,
        max_selections=most,
        placeholder=placeholder,
        help=help_text,
    )
    return current


def ask(label: str, name: str, placeholder: str = "") -> str:
    """A line of text kept in the address; empty when nothing is asked."""
    current = (parameter(name) or "").strip()
    key = f"texte_{name}"
    st.session_state[key] = current

    def write() -> None:
        remember(**{name: st.session_state[key].strip() or None})

    st.text_input(label, key=key, on_change=write, placeholder=placeholder, max_chars=80)
    return current


def go(page: str, **parameters: str | None) -> None:
    """Leave for another page, which keeps the space, the CPTS and the indicator.

    ``parameters`` replace those of the address; None leaves one out.
    """
    told = {**address(), **parameters}
    st.switch_page(page, query_params={name: one for name, one in told.items() if one is not None})


def seen(name: str, value: int) -> bool:
    """Whether a click count is new in this session (and remember it)."""
    key = f"vu_{name}"
    known = st.session_state.get(key)
    st.session_state[key] = value
    return known != value


def keep(name: str, value: Any) -> None:
    """Keep something for the next runs of this session: what no address should hold."""
    st.session_state[f"garde_{name}"] = value


def kept(name: str, default: Any = None) -> Any:
    """What this session keeps under a name."""
    return st.session_state.get(f"garde_{name}", default)


def preset(key: str, value: Any) -> None:
    """Give a widget its value before it is drawn: what the address says wins over last time."""
    st.session_state[key] = value


def whole_address() -> str:
    """The address of this page, whole, to be copied; what is not kept everywhere is left out."""
    query = urlencode(address(), doseq=True)
    bare = (st.context.url or "").split("?")[0]
    return f"{bare}?{query}"


def component_state(key: str) -> Any:
    """The value of a component, in its callback."""
    return st.session_state.get(key)


def link(page: str, label: str, **parameters: str) -> None:
    """A link to another page that keeps the address."""
    st.page_link(page, label=label, query_params={**address(), **parameters})
