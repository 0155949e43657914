"""The page « Données »: official files brought from their publishers, with an advance one can see.

The download runs inside the page: nothing works on behind it. Whatever starts the page anew (a
click elsewhere, another page, « Interrompre ») stops it at the next bytes; what had arrived is kept
in the space, and the page offers to go on. Texts of sites are escaped where they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cpts_data import french, reference
from cpts_data.contracts import Fault
from cpts_data.download import (
    Advance,
    Area,
    DownloadReceipt,
    DownloadRefusedError,
    Errand,
    Patience,
    Result,
    Wanted,
    download,
    errands,
    is_offline,
    report,
    summary,
    wanted_files,
)
from cpts_data.received import reason_of
from cpts_data.space.creating import may_change
from cpts_data.territories import Level
from pages.parts import blocks, frame, store
from pages.parts.data_views import bullets, faults_list, text
from pages.parts.frame import Frame

# Shorter waits than on the command line: somebody looks at the page.
PATIENCE = Patience(attempts=4, connection_attempts=2, longest_pause=20.0)
_UNDER_WAY, _AGAIN, _DONE = "telechargement", "reprise", "telecharge"
_SHOWN = 6
_MANY = 12
_OFFLINE = (
    "Aucune connexion à Internet n’aboutit depuis le serveur de l’application. Si votre "
    "établissement passe par un proxy, demandez à votre service informatique la valeur de "
    "HTTPS\\_PROXY. Vous pouvez aussi prendre les fichiers ci-dessous avec un navigateur, sur un "
    "autre poste au besoin."
)
_DEPARTEMENTS, _REGIONS, _FRANCE = "Départements", "Régions", "France entière"


@dataclass(frozen=True)
class Asked:
    """A download that was asked for and has not ended: in which space, of what."""

    space_id: str
    area: Area
    sources: tuple[str, ...] | None


def from_publishers(page: Frame, place: DeltaGenerator) -> None:
    """Choose a part of the country and sources, download them, and read what came of it.

    ``place`` is where on the page; call it last, so that the rest of the page does not wait.
    """
    with place:
        _section(page)


def _section(page: Frame) -> None:
    blocks.section(
        "Télécharger depuis les producteurs",
        "L'application va chercher elle-même les fichiers officiels aux adresses de leurs "
        "producteurs, les contrôle et les ajoute à l'espace.",
    )
    if page.diagnostic.space.fictitious or not may_change(page.diagnostic.space.path):
        _elsewhere(page)
        return
    _desk(page)


def _elsewhere(page: Frame) -> None:
    """Real files never enter a fictitious space: lead to one that may receive them."""
    blocks.note(
        "L'espace de démonstration est fictif : il n'accueille pas de fichiers réels."
        if page.diagnostic.space.fictitious
        else "Cet espace ne peut pas être modifié : son dossier est en lecture seule."
    )
    others = [
        name
        for name, path in store.spaces().items()
        if name != page.space_id and may_change(path) and name != "demonstration"
    ][:_SHOWN]
    if not others:
        blocks.note("Créez d'abord votre espace, avec le formulaire « Nouvel espace » ci-dessus.")
        return
    blocks.note("Choisissez l'un de vos espaces, ou créez-en un avec le formulaire ci-dessus :")
    with st.container(horizontal=True):
        for name in others:
            if st.button(blocks.plain(f"Espace {name}"), key=f"vers_{name}"):
                frame.remember(espace=name, cpts=None, territoire=None, indicateur=None)
                st.rerun()


def _desk(page: Frame) -> None:
    _outcome(page)
    under_way: Asked | None = frame.kept(_UNDER_WAY)
    if under_way is not None and under_way.space_id != page.space_id:
        under_way = None
    resumed = under_way if frame.kept(_AGAIN) else None
    frame.keep(_AGAIN, False)
    if under_way is not None and resumed is None:
        _interrupted()
    area = _area(page)
    asked = _choice(page, area) if area is not None else None
    started = resumed or asked
    if started is not None:
        _bring(page, started)


def _interrupted() -> None:
    """Offer to go on with the download that the page left."""
    with st.container(border=True):
        st.warning(
            "Le dernier téléchargement a été interrompu. Ce qui est arrivé est gardé : la suite "
            "reprendra où elle en était."
        )
        with st.container(horizontal=True):
            label = "Reprendre le téléchargement"
            st.button(label, type="primary", key="reprendre", on_click=_go_on)
            st.button("Ne pas reprendre", key="abandonner", on_click=_give_up)


def _go_on() -> None:
    frame.keep(_AGAIN, True)
    _forget()


def _give_up() -> None:
    frame.keep(_UNDER_WAY, None)


# What is asked for


def _area(page: Frame) -> Area | None:
    """The part of the country that a person chooses; None while nothing is chosen."""
    kind = st.radio(
        "Territoire à couvrir",
        [_DEPARTEMENTS, _REGIONS, _FRANCE],
        horizontal=True,
        key=f"zone_{page.space_id}",
        help="Les fichiers nationaux arrivent entiers ; les autres, pour ce territoire seulement.",
    )
    if kind == _FRANCE:
        return Area.france()
    regions = kind == _REGIONS
    names = (reference.regions() if regions else reference.departements())["name"]
    labels = {str(code): f"{name} ({code})" for code, name in names.items()}
    held = _held(page, "region" if regions else "departement")
    chosen = st.multiselect(
        str(kind),
        list(labels),
        default=[code for code in labels if code in held],
        format_func=labels.__getitem__,
        placeholder="Choisissez un ou plusieurs territoires",
        key=f"zone_{kind}_{page.space_id}",
    )
    if not chosen:
        noun = "une région" if regions else "un département"
        blocks.note(f"Choisissez au moins {noun} pour voir les fichiers qui lui correspondent.")
        return None
    return Area.of_regions(chosen) if regions else Area.of_departements(chosen)


def _held(page: Frame, column: str) -> set[str]:
    """Départements or régions of the CPTS of the space, else of its communes unless too many."""
    units = page.diagnostic.register.units.table[column]
    members = units.reindex(page.diagnostic.membership_pairs(Level.CPTS)["unit"]).dropna()
    held = {str(code) for code in (members if len(members) else units).unique()}
    return held if len(held) <= _MANY else set()


def _choice(page: Frame, area: Area) -> Asked | None:
    """The sources that a person chooses, and what that makes; what is asked, once it is."""
    every = wanted_files(None, area)
    fetched = {item.source.id: item.source.title for item in every if not item.address.by_hand}
    chosen = st.multiselect(
        "Sources",
        list(fetched),
        format_func=frame.unique_labels(fetched).__getitem__,
        placeholder=f"Toutes ({len(fetched)}), si vous n’en choisissez aucune",
        key=f"sources_{page.space_id}",
    )
    files = [item for item in every if item.source.id in (chosen or fetched)]
    files = [item for item in files if not item.address.by_hand]
    hands = [] if chosen else [item for item in every if item.address.by_hand]
    _unreached(files)
    _listed(files, hands)
    label = f"Télécharger {french.count_of(len(files), 'fichier')}"
    if not st.button(label, type="primary", key="telecharger", on_click=_forget):
        return None
    return Asked(page.space_id, area, tuple(chosen) or None)


def _forget() -> None:
    """Put away the report of the download before."""
    frame.keep(_DONE, None)


def _unreached(files: Sequence[Wanted]) -> None:
    """Say which addresses we never reached ourselves."""
    sites = [_site(item.address.url) for item in files if not item.address.reached]
    if not sites:
        return
    names = french.enumeration(sorted(set(sites)))
    blocks.note(
        f"Adresses jamais atteintes depuis notre atelier, donc à vérifier : sur {names}. Un "
        "producteur déplace parfois un fichier : le compte rendu dira alors où le prendre. La page "
        "« Sources et méthodes » donne chaque adresse."
    )


def _site(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _listed(files: Sequence[Wanted], hands: Sequence[Wanted]) -> None:
    heading = f"Ce qui sera demandé ({french.count_of(len(files), 'fichier')}"
    heading += f", {french.number(len(hands))} à récupérer vous-même)" if hands else ")"
    with st.expander(heading):
        shown = files[: _MANY * 4]
        lines = [f"{item.source.title} : {item.address.file}{_note(item)}" for item in shown]
        if len(files) > len(shown):
            others = french.count_of(len(files) - len(shown), "autre fichier", "autres fichiers")
            lines.append(f"… et {others}, de même forme.")
        bullets(lines)
        if hands:
            blocks.note("À récupérer vous-même, aucune machine ne pouvant les prendre :")
            bullets([f"{item.source.title} : {item.address.file}{_note(item)}" for item in hands])


def _note(item: Wanted) -> str:
    return f". {item.address.note}" if item.address.note else ""


# The download


def _bring(page: Frame, asked: Asked) -> None:
    """Download under the eyes of the person; keep what came of it, and start the page anew."""
    space = page.diagnostic.space.path
    frame.keep(_UNDER_WAY, asked)
    receipts: list[DownloadReceipt] | None = None
    with st.status("Téléchargement en cours…", expanded=True) as status:
        whole, part = st.progress(0.0, "Préparation…"), st.progress(0.0, " ")
        blocks.note(
            "Attendez la fin sur cette page. Toute autre action interrompt le téléchargement, sans "
            "rien perdre : il reprendra où il en était."
        )
        # Any click stops a run of the page, hence the download: this one says so.
        st.button("Interrompre", key="interrompre")

        def tell(advance: Advance) -> None:
            place = f"Fichier {advance.number} sur {advance.count} : {advance.title}"
            done = min(1.0, advance.received / advance.size) if advance.size else 0.0
            whole.progress((advance.number - 1 + done) / advance.count, french.typography(place))
            words = f"{advance.file} : {advance.words}"
            part.progress(done, blocks.plain(french.typography(words)))

        try:
            receipts = download(space, asked.sources, asked.area, patience=PATIENCE, progress=tell)
        except (DownloadRefusedError, OSError) as error:
            why = reason_of(error) if isinstance(error, OSError) else str(error)
            status.update(label="Téléchargement impossible", state="error")
            st.error(french.typography(blocks.plain(why)))
    frame.keep(_UNDER_WAY, None)
    if receipts is not None:
        frame.keep(_DONE, (page.space_id, tuple(receipts)))
        st.rerun()


# What came of it


def _outcome(page: Frame) -> None:
    """The report of the last download of this session in this space."""
    space_id, receipts = frame.kept(_DONE) or ("", ())
    if space_id != page.space_id or not receipts:
        return
    with st.container(border=True):
        told = f"<b>Téléchargement terminé.</b> {text(summary(receipts))}"
        st.html(f'<div class="cpts-lead">{told}</div>')
        offline = is_offline(receipts)
        if offline:
            st.warning(_OFFLINE)
        lines = [_told(receipt) for receipt in receipts if not (offline and receipt.failed)]
        bullets([line for line in lines if line])
        faults = [fault for receipt in receipts for fault in _faults(receipt)]
        if faults:
            with st.expander(f"Pourquoi des fichiers sont refusés ({len(faults)})"):
                faults_list(faults)
        _to_fetch(page, receipts)
        st.button("Masquer ce compte rendu", key="masquer", on_click=_forget)


def _told(receipt: DownloadReceipt) -> str:
    name = f"{receipt.title} ({receipt.address.file})"
    if receipt.result is Result.ADDED:
        rows = french.count_of(sum(found.rows for found in receipt.receipts), "ligne")
        old = [name for found in receipt.receipts for name in found.replaced]
        ending = f", à la place de {french.enumeration([f'« {file} »' for file in old])}"
        size = french.size_in_bytes(receipt.size)
        return f"✓ Reçu : {name}, {rows}, {size}{ending if old else ''}."
    if receipt.result is Result.UNCHANGED:
        return f"= Inchangé : {name}, l'espace a déjà la dernière version."
    return f"✕ Échec : {name} : {receipt.reason}." if receipt.failed else ""


def _faults(receipt: DownloadReceipt) -> list[Fault]:
    return [fault for found in receipt.receipts for fault in found.faults]


def _to_fetch(page: Frame, receipts: Sequence[DownloadReceipt]) -> None:
    """The files that a person is to fetch: from which page, and where to drop them."""
    found = errands(receipts)
    if not found:
        return
    blocks.note(
        "À récupérer vous-même : ouvrez chaque adresse dans un navigateur, puis déposez les "
        "fichiers, quel que soit leur nom, dans « Ajouter des fichiers », plus haut sur cette page."
    )
    items = "".join(f"<li>{_errand(errand)}</li>" for errand in found)
    st.html(f'<ul class="cpts-facts">{items}</ul>')
    words = report(receipts, page.diagnostic.space.path)
    blocks.download("Emporter cette liste (texte)", words, "a-recuperer.txt", "text/plain")


def _errand(errand: Errand) -> str:
    """One errand as HTML: what to fetch and where, all of it escaped."""
    parts = [f"<b>{text(errand.title)}</b> : {_files(errand)}"]
    if errand.landing_page:
        parts.append(
            f"page du producteur : {_link(errand.landing_page, _site(errand.landing_page))}"
        )
    if errand.note:
        parts.append(text(errand.note).rstrip("."))
    return f"{'. '.join(part[:1].upper() + part[1:] for part in parts)}."


def _files(errand: Errand) -> str:
    """Links to the files that have an address; else what they are called."""
    if not errand.urls:
        return text(french.enumeration(errand.files))
    pairs = list(zip(errand.urls, errand.files, strict=False))
    links = ", ".join(_link(url, file) for url, file in pairs[:_MANY])
    if len(pairs) > _MANY:
        others = french.count_of(len(pairs) - _MANY, "autre fichier", "autres fichiers")
        links += f" et {text(others)} de même forme"
    return links


def _link(url: str, label: str) -> str:
    if not url.startswith(("https://", "http://")):
        return escape(label)
    address = escape(url, quote=True)
    return f'<a href="{address}" target="_blank" rel="noreferrer">{escape(label)}</a>'
