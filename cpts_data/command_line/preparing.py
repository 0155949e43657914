"""« preparer »: work out ahead what the pages show, and keep it beside the space.

The first reading of a theme takes seconds, most of them the search for what must be hidden. The app
starts this command in the background as soon as it opens a space (unless ``CPTS_PREPARATION`` is
0): whoever opens « Synthèse » a minute later does not wait.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cpts_data import french
from cpts_data.command_line.terminal import progress, say
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import Theme
from cpts_data.reading import kept
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level

_MOST_PROCESSES = 4
_POLITE = 10


def add_prepare_command(verbs: Any) -> None:
    """Declare the verb « preparer »."""
    preparing = verbs.add_parser(
        "preparer", help="calculer d'avance ce que montrent les pages d'un espace"
    )
    preparing.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    preparing.add_argument(
        "--arriere-plan", action="store_true", help="laisser la priorité aux autres programmes"
    )
    preparing.set_defaults(run=prepare)


def prepare(arguments: argparse.Namespace) -> int:
    """Work out the readings of every theme; those already kept cost nothing."""
    if arguments.arriere_plan:
        with contextlib.suppress(AttributeError, OSError):
            os.nice(_POLITE)
    diagnostic = Diagnostic.open(arguments.espace)
    if diagnostic.territories(Level.CPTS).table.empty:
        say("Aucune CPTS dans cet espace : rien à préparer.")
        return 0
    # The longest first; the app, meanwhile, begins with the others.
    themes = list(reversed(VIEWS))
    with progress("Préparation") as report:
        for done, theme in enumerate(_prepared(arguments.espace, themes, diagnostic), start=1):
            report(theme.label, done, len(themes))
    say(f"{french.count_of(len(themes), 'thème prêt', 'thèmes prêts')}.")
    return 0


def _prepared(space: Path, themes: list[Theme], diagnostic: Diagnostic) -> Iterator[Theme]:
    """Themes, as they are ready: side by side when the machine has processors to spare."""
    processes = min(_MOST_PROCESSES, (os.cpu_count() or 1) - 1, len(themes))
    if processes < 2:
        for theme in themes:
            kept.reading(diagnostic, VIEWS[theme].indicators)
            yield theme
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_one, space, theme) for theme in themes]
        for one in as_completed(running):
            yield one.result()


def _one(space: Path, theme: Theme) -> Theme:
    kept.reading(Diagnostic.open(space), VIEWS[theme].indicators)
    return theme
