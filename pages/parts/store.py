"""Opens the data once for all sessions; the only place that uses Streamlit's caches.

A space is keyed by its folder and a fingerprint of its files: a space changed by the command line
is opened anew at the next run, without a restart. What is cached is shared and read-only.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit import runtime
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cpts_data.analysis.compare import Kind
from cpts_data.analysis.quality_report import SourceQuality
from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.material import Material
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.reading import communes, comparisons, contracts, directory, kept, side_by_side
from cpts_data.reading.comparisons import OwnReading, Reading
from cpts_data.reading.followed import KnownFigures, known_figures
from cpts_data.reading.themes import VIEWS
from cpts_data.records import Records, RecordsError, UnavailableError
from cpts_data.records.database import ADDRESS_VARIABLE, FOLDER_VARIABLE, SHARED_VARIABLE
from cpts_data.simulation import PROFESSIONS, Headcounts, Model, build_model, headcounts
from cpts_data.space import fingerprint, known_spaces
from cpts_data.space.previewing import Preview, preview
from cpts_data.space.waiting import WaitingRoom
from cpts_data.territories import Level, Territory
from pages.parts import static_files
from pages.parts.uploads import on_disk

PREPARATION_VARIABLE = "CPTS_PREPARATION"
_MOST_PREPARATIONS = 2
_WAIT_AFTER_REFUSAL = 20.0
# What makes two arguments of a cached function the same: for a space, its folder and its files.
# Composed territories beside it change nothing of what is shared; one of them tells itself, since
# its id is made of its content.
KEYS: dict[str | type, Callable[[Any], Any]] = {
    Diagnostic: lambda opened: (str(opened.space.path), opened.space.fingerprint),
    Territory: lambda territory: (territory.level.value, territory.id),
    Model: lambda model: (model.profession.id, model.year, model.travel_sentence),
}


@st.cache_resource
def install_static_files() -> None:
    """Put Leaflet and the map layer where the browser finds them, once per server."""
    static_files.publish_vendor()


@st.cache_resource
def language_component() -> Any:
    """Streamlit always declares its pages English: screen readers need French."""
    return st.components.v2.component(
        "cpts_langue",
        html="<span></span>",
        js="export default function () { document.documentElement.lang = 'fr'; }",
    )


@st.cache_resource
def meeting_keys() -> Any:
    """Keys of the meeting, and the button that fills the screen."""
    return st.components.v2.component(
        "cpts_reunion",
        html='<button type="button">Plein écran</button>',
        css="button{font:inherit;font-size:1.1rem;min-height:2.9rem;width:100%;padding:0 .6rem;"
        "border:1px solid #c4ccd4;border-radius:.35rem;background:#fff;color:#1d2733;"
        "cursor:pointer}button:focus-visible{outline:3px solid #1f5a7a;outline-offset:2px}",
        js=(Path(__file__).parent / "meeting_keys.js").read_text(encoding="utf-8"),
    )


def spaces() -> dict[str, Path]:
    """The spaces that this installation offers."""
    return known_spaces()


def open_space(path: Path) -> Diagnostic:
    """The opened space; raises ContractError in French when the folder is gone."""
    return _opened(str(path), fingerprint(path))


@st.cache_resource(max_entries=5, show_spinner="Ouverture de l’espace et contrôle des fichiers…")
def _opened(path: str, fingerprint_of_files: str) -> Diagnostic:
    diagnostic = Diagnostic.open(path)
    _prepare_in_background(path)
    return diagnostic


def _prepare_in_background(path: str) -> None:
    """Work out ahead, in a process of its own, what the pages of a space will show.

    Only under a server: what runs a page otherwise (a test, a script) asks for what it needs.
    """
    if not runtime.exists() or os.environ.get(PREPARATION_VARIABLE, "1") == "0":
        return
    command = [sys.executable, "-m", "cpts_data", "preparer", "--arriere-plan", "--espace", path]
    started = _preparing()
    started[:] = [one for one in started if one.poll() is None]
    if len(started) >= _MOST_PREPARATIONS:
        return
    with contextlib.suppress(OSError):
        started.append(
            subprocess.Popen(
                command,
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )


@st.cache_resource
def _preparing() -> list[subprocess.Popen[bytes]]:
    """Preparations under way, so that each is waited for by somebody."""
    return []


@st.cache_resource(
    max_entries=5, show_spinner="Contrôle de la qualité des données…", hash_funcs=KEYS
)
def quality(diagnostic: Diagnostic) -> list[SourceQuality]:
    """The quality report of a space, made once for the files that it holds."""
    return diagnostic.quality_report()


def preview_uploads(
    space: Path, uploads: Sequence[UploadedFile], vintage: str = ""
) -> list[Preview]:
    """What uploaded files would do in a space; looked at once, though the page runs again."""
    ids = tuple(upload.file_id for upload in uploads)
    return _previews(str(space), fingerprint(space), ids, vintage, uploads)


# Ids of uploads are drawn at random: one session never meets the files of another.
@st.cache_data(max_entries=12, ttl=1800, show_spinner="Lecture et contrôle des fichiers déposés…")
def _previews(
    path: str,
    fingerprint_of_files: str,
    ids: tuple[str, ...],
    vintage: str,
    _uploads: Sequence[UploadedFile],
) -> list[Preview]:
    with on_disk(_uploads) as files:
        return preview(Path(path), files, vintage=vintage, waiting=waiting_room())


@st.cache_resource
def waiting_room() -> WaitingRoom:
    """Where files that were looked at wait for somebody's agreement, once per server."""
    return WaitingRoom()


@st.cache_resource(max_entries=5, show_spinner=False, hash_funcs=KEYS)
def known_indicators(diagnostic: Diagnostic) -> dict[str, str]:
    """The indicators of which a space knows something, with their latest period, by theme."""
    themes = list(Theme)
    ordered = sorted(INDICATORS.values(), key=lambda one: themes.index(one.theme))
    periods = {one.id: diagnostic.periods(one) for one in ordered}
    return {
        name: diagnostic.latest_period(INDICATORS[name]) for name, found in periods.items() if found
    }


@st.cache_resource(
    max_entries=60,
    show_spinner="Calcul des indicateurs et des comparaisons…",
    hash_funcs=KEYS,
)
def reading(diagnostic: Diagnostic, indicators: Sequence[str]) -> Reading:
    """Some indicators of every CPTS beside their references; worked out once for a space."""
    return kept.reading(diagnostic, indicators)


@st.cache_resource(max_entries=300, show_spinner=False, hash_funcs=KEYS)
def theme_reading(diagnostic: Diagnostic, cpts: Territory, indicators: Sequence[str]) -> OwnReading:
    """Some indicators of one CPTS, beside their references."""
    return comparisons.own_reading(_reading_of(diagnostic, cpts, indicators), cpts)


def _reading_of(diagnostic: Diagnostic, own: Territory, indicators: Sequence[str]) -> Reading:
    everyone = reading(diagnostic, indicators)
    if own.level is Level.COMPOSED:
        return comparisons.read_composed(diagnostic, own, indicators, everyone)
    return everyone


@st.cache_resource(
    max_entries=100,
    show_spinner="Calcul des indicateurs et des comparaisons…",
    hash_funcs=KEYS,
)
def whole_reading(diagnostic: Diagnostic, cpts: Territory) -> OwnReading:
    """The figures of every theme for one CPTS, beside their references."""
    readings = [_reading_of(diagnostic, cpts, view.indicators) for view in VIEWS.values()]
    return comparisons.own_reading(comparisons.merged(readings), cpts)


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=KEYS)
def document_material(diagnostic: Diagnostic, composed: Territory | None) -> Material:
    """What the documents of a space are made of; of one composed territory, when there is one."""
    return Material(diagnostic, lambda territory: whole_reading(diagnostic, territory))


def offered(diagnostic: Diagnostic, level: Level) -> list[Territory]:
    """Territories of one level that may be compared, by name."""
    if level is Level.COMPOSED:
        return side_by_side.offered(diagnostic, level)
    return _offered(diagnostic, level)


@st.cache_resource(max_entries=40, show_spinner=False, hash_funcs=KEYS)
def _offered(diagnostic: Diagnostic, level: Level) -> list[Territory]:
    return side_by_side.offered(diagnostic, level)


@st.cache_resource(max_entries=200, show_spinner="Comparaison des territoires…", hash_funcs=KEYS)
def compared(
    diagnostic: Diagnostic,
    own: Territory,
    kind: Kind,
    indicators: Sequence[str],
    territories: Sequence[Territory],
) -> pd.DataFrame:
    """Every territory beside one reference: rows of ``compare.compare``; read-only."""
    return side_by_side.compared(diagnostic, own, kind, indicators, territories)


@st.cache_resource(
    max_entries=200, show_spinner="Lecture des chiffres par commune…", hash_funcs=KEYS
)
def commune_values(
    diagnostic: Diagnostic, own: Territory, indicators: Sequence[str]
) -> pd.DataFrame:
    """``Values`` of the communes and arrondissements of a territory."""
    return communes.values(diagnostic, own, indicators)


@st.cache_resource(
    max_entries=200, show_spinner="Lecture des chiffres par commune…", hash_funcs=KEYS
)
def commune_table(diagnostic: Diagnostic, own: Territory, theme: Theme) -> communes.Table:
    """What the communes of a territory tell of a theme; read-only."""
    read = theme_reading(diagnostic, own, VIEWS[theme].indicators)
    return communes.table(diagnostic, read, VIEWS[theme])


@st.cache_resource(max_entries=5, show_spinner=False, hash_funcs=KEYS)
def contracts_table(diagnostic: Diagnostic) -> pd.DataFrame:
    """Every CPTS with its stage, dates, population and possible sizes; read-only."""
    return contracts.cpts_table(diagnostic)


@st.cache_resource(
    max_entries=200, show_spinner="Lecture des indicateurs du contrat…", hash_funcs=KEYS
)
def followed_figures(
    diagnostic: Diagnostic, own: Territory, indicators: tuple[str, ...]
) -> KnownFigures:
    """What the space says of the indicators of a contract, period by period."""
    return known_figures(diagnostic, own, indicators)


@st.cache_resource(max_entries=60, show_spinner="Lecture de l’annuaire…", hash_funcs=KEYS)
def directory_of(diagnostic: Diagnostic, own: Territory | None) -> directory.Directory:
    """The structures, resources and professionals of a CPTS, or of all when there is none."""
    return directory.directory(diagnostic, own)


@st.cache_resource(
    max_entries=8, show_spinner="Préparation du modèle d’accessibilité…", hash_funcs=KEYS
)
def simulation_model(diagnostic: Diagnostic, profession: str, *, peak: bool) -> Model:
    """What the simulator computes with; raises UnavailableError in French."""
    chosen = PROFESSIONS[profession]
    return build_model(diagnostic.space, diagnostic.register, chosen, peak=peak)


@st.cache_resource(max_entries=12, show_spinner="Comptage des professionnels…", hash_funcs=KEYS)
def simulation_headcounts(diagnostic: Diagnostic, model: Model, base: str) -> Headcounts:
    """The practitioners that a register of the space counts by commune."""
    return headcounts(diagnostic.space, diagnostic.register, model, base)


def records(*, asked: bool = False) -> Records:
    """Saved works, opened once for the server; raises RecordsError in French.

    A database that did not answer is not tried again for a few seconds, so that no page waits for
    it at each run, unless somebody has ``asked`` for it by a click.
    """
    names = (ADDRESS_VARIABLE, FOLDER_VARIABLE, SHARED_VARIABLE)
    where = tuple(os.environ.get(name, "") for name in names)
    refused = _refusals().get(where)
    if refused and not asked and time.monotonic() - refused[0] < _WAIT_AFTER_REFUSAL:
        raise UnavailableError(refused[1])
    try:
        return _records(where)
    except RecordsError as error:
        _refusals()[where] = (time.monotonic(), str(error))
        raise


@st.cache_resource(max_entries=4, show_spinner=False)
def _records(where: tuple[str, ...]) -> Records:
    return Records.open()


@st.cache_resource
def _refusals() -> dict[tuple[str, ...], tuple[float, str]]:
    """When opening failed last, and why, by database."""
    return {}
