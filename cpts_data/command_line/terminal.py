"""What commands say: messages on standard error, a progress bar for a person at a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cpts_data import french

REFUSED = 2
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SHOWN = 40


def console() -> Console:
    """Standard error, without colours of numbers."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def harmless(text: str) -> str:
    """A text that cannot move the cursor of the terminal, whatever a file holds."""
    return _CONTROLS.sub("�", text)


def say(text: str) -> None:
    """A French message."""
    print(harmless(french.typography(text)), file=sys.stderr)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, shown only to a person at a terminal.

    What it yields is told the name of what is being done, how many are done, how many there are.
    """
    out = console()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def report(name: str, done: int, total: int) -> None:
            told = f"{title} {harmless(name)[:_SHOWN]}"
            bar.update(task, completed=done, total=total, description=told)

        yield report
