"""``document``: one document of a territory, or one of every CPTS of a space, in parallel.

Each process opens the space for itself and keeps it; one failure does not stop the others. A file
is written aside, then takes its name: an older one is replaced by a whole one, or stays.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cpts_data import french
from cpts_data.analysis.composed import Composition, CompositionError, decode
from cpts_data.command_line.terminal import REFUSED, progress, say
from cpts_data.contracts import ContractError
from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.content import REFERENCES, SECTIONS
from cpts_data.documents.deliverables import Deliverable, file_name, make, slug
from cpts_data.documents.exports import NoContoursError
from cpts_data.documents.material import Material
from cpts_data.documents.model import Options
from cpts_data.received import reason_of
from cpts_data.space.provenance import write_atomically
from cpts_data.territories import Level, Territory

_MOST_PROCESSES = 4
_CONFIDENCES = {"95": 0.95, "99,8": 0.998, "99.8": 0.998}


@dataclass(frozen=True)
class Order:
    """One document to make: of whom, what, in which form, where."""

    territory: Territory
    deliverable: Deliverable
    form: str
    target: Path


@dataclass(frozen=True)
class Outcome:
    """What became of an order: seconds, size of the file, and the French reason of a failure."""

    order: Order
    seconds: float = 0.0
    size: int = 0
    failure: str = ""


def add_document_command(verbs: Any) -> None:
    """Declare the verb ``document``."""
    parser = verbs.add_parser(
        "document", help="faire un document (PDF, Word, PowerPoint, Excel, données, images)"
    )
    parser.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--territoire", metavar="ID", help="l'identifiant d'une CPTS")
    who.add_argument(
        "--composition", metavar="TEXTE", help="un territoire composé (le texte de son lien)"
    )
    who.add_argument("--tous", action="store_true", help="toutes les CPTS de l'espace")
    parser.add_argument(
        "--modele", required=True, choices=[one.value for one in Deliverable], help="quel document"
    )
    parser.add_argument(
        "--sortie",
        type=Path,
        required=True,
        metavar="FICHIER",
        help="son extension choisit le format ; avec --tous, un dossier",
    )
    parser.add_argument(
        "--format", metavar="EXTENSION", help="avec --tous : le format (par défaut, le premier)"
    )
    parser.add_argument(
        "--reference", choices=list(REFERENCES), default="region", help="par défaut : la région"
    )
    parser.add_argument("--confiance", choices=list(_CONFIDENCES), default="95", metavar="95|99,8")
    parser.add_argument(
        "--sections", nargs="+", choices=list(SECTIONS), metavar="SECTION", help="par défaut : tout"
    )
    parser.add_argument(
        "--processus", type=int, default=0, metavar="N", help="avec --tous : travaux en parallèle"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make what was asked; 2 when something could not be made."""
    deliverable = Deliverable(arguments.modele)
    try:
        form = _form(arguments, deliverable)
        composition = decode(arguments.composition) if arguments.composition else None
    except (FormError, CompositionError) as error:
        say(str(error))
        return REFUSED
    options = Options(
        reference=arguments.reference,
        confidence=_CONFIDENCES[arguments.confiance],
        sections=tuple(arguments.sections) if arguments.sections else None,
    )
    if arguments.tous:
        return _all(arguments, deliverable, form, options)
    return _one(arguments, deliverable, form, options, composition)


class FormError(ValueError):
    """The extension of the file is not one that the document takes; the text is French."""


def _form(arguments: argparse.Namespace, deliverable: Deliverable) -> str:
    """The form asked: the extension of the file, or ``--format`` for a folder."""
    known = french.enumeration([f".{form}" for form in deliverable.forms], "ou")
    if arguments.tous:
        asked = (arguments.format or deliverable.forms[0]).lower().removeprefix(".")
        where = "--format"
    else:
        asked = arguments.sortie.suffix.lower().removeprefix(".")
        where = f"--sortie {arguments.sortie}"
    if asked not in deliverable.forms:
        found = f"« .{asked} »" if asked else "aucune extension"
        raise FormError(
            f"{where} – trouvé : {found} ; attendu pour le modèle « {deliverable.value} » : "
            f"{known}."
        )
    return asked


# One document


def _one(
    arguments: argparse.Namespace,
    deliverable: Deliverable,
    form: str,
    options: Options,
    composition: Composition | None,
) -> int:
    with progress("Ouverture") as report:
        diagnostic = Diagnostic.open(arguments.espace, report)
    if composition is None:
        territory = diagnostic.territory(Level.CPTS, arguments.territoire)
    else:
        diagnostic = diagnostic.with_compositions([composition])
        territory = diagnostic.territory(Level.COMPOSED, composition.id)
    order = Order(territory, deliverable, form, arguments.sortie)
    outcome = _made(Material(diagnostic), order, options)
    if outcome.failure:
        say(f"ÉCHEC  {territory.name} : {outcome.failure}")
        return REFUSED
    say(f"ÉCRIT  {order.target} : {deliverable.label}, {french.size_in_bytes(outcome.size)}")
    return 0


def _made(material: Material, order: Order, options: Options) -> Outcome:
    """Make a document and write it whole; a failure is told, never raised."""
    start = time.perf_counter()
    try:
        content = make(material, order.territory, order.deliverable, order.form, options)
        write_atomically(order.target, content)
    except (ContractError, NoContoursError) as error:
        return Outcome(order, failure=str(error))
    except OSError as error:
        return Outcome(order, failure=f"impossible d'écrire le fichier : {reason_of(error)}")
    except Exception as error:  # one document never stops the others
        kind = type(error).__name__
        return Outcome(order, failure=f"erreur inattendue ({kind}), à signaler avec l'espace")
    return Outcome(order, time.perf_counter() - start, len(content))


# All the CPTS of a space


def _all(
    arguments: argparse.Namespace, deliverable: Deliverable, form: str, options: Options
) -> int:
    folder = arguments.sortie
    folder.mkdir(parents=True, exist_ok=True)
    with progress("Ouverture") as report:
        diagnostic = Diagnostic.open(arguments.espace, report)
    orders = list(_orders(diagnostic, deliverable, form, folder))
    if not orders:
        say("Cet espace ne contient aucune CPTS : aucun document n'a été fait.")
        return REFUSED
    asked = arguments.processus or min(os.cpu_count() or 1, _MOST_PROCESSES)
    processes = max(1, min(asked, len(orders)))
    start = time.perf_counter()
    outcomes = []
    with progress(deliverable.label) as report:
        for outcome in _in_parallel(arguments.espace, orders, options, processes):
            outcomes.append(outcome)
            report(outcome.order.territory.name, len(outcomes), len(orders))
    return _summary(outcomes, folder, time.perf_counter() - start)


def _orders(
    diagnostic: Diagnostic, deliverable: Deliverable, form: str, folder: Path
) -> Iterator[Order]:
    """One order for each CPTS, under names that differ whatever the CPTS are called."""
    taken: set[str] = set()
    for identifier in diagnostic.territories(Level.CPTS).table.sort_values("name").index:
        territory = diagnostic.territory(Level.CPTS, str(identifier))
        plain = file_name(territory, deliverable, form)
        stem = plain.removesuffix(f".{form}")
        names = [plain, f"{stem}_{slug(territory.id)}.{form}"]
        names += [f"{stem}_{rank}.{form}" for rank in range(2, len(taken) + 3)]
        name = next(one for one in names if one not in taken)
        taken.add(name)
        yield Order(territory, deliverable, form, folder / name)


def _in_parallel(
    space: Path, orders: list[Order], options: Options, processes: int
) -> Iterator[Outcome]:
    """The outcome of every order, as they come.

    A process that dies takes its pool with it: what was left is then made in pools of one order,
    so that only the culprit fails.
    """
    left = {order.target: order for order in orders}
    for outcome in _pool(space, orders, options, processes):
        del left[outcome.order.target]
        yield outcome
    for order in left.values():
        alone = next(_pool(space, [order], options, 1), None)
        yield alone or Outcome(order, failure="le processus s'est arrêté (mémoire ?)")


def _pool(space: Path, orders: list[Order], options: Options, processes: int) -> Iterator[Outcome]:
    """Outcomes until all are told, or until a process dies."""
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_open, initargs=(space,)
    ) as pool:
        running = [pool.submit(_work, order, options) for order in orders]
        try:
            yield from _told(running)
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _told(running: Iterable[Any]) -> Iterator[Outcome]:
    for one in as_completed(running):
        yield one.result()


_OPENED: list[Material] = []


def _open(space: Path) -> None:
    """Open the space in a process of the pool; it serves all its orders."""
    _OPENED[:] = [Material(Diagnostic.open(space))]


def _work(order: Order, options: Options) -> Outcome:
    return _made(_OPENED[0], order, options)


def _summary(outcomes: list[Outcome], folder: Path, seconds: float) -> int:
    """How many were made, how long they took, and which failed, with the reason."""
    made = [one for one in outcomes if not one.failure]
    failed = sorted(
        (one for one in outcomes if one.failure), key=lambda one: one.order.territory.name
    )
    if made:
        size = french.size_in_bytes(sum(one.size for one in made))
        each = sum(one.seconds for one in made) / len(made)
        count = french.count_of(len(made), "document écrit", "documents écrits")
        say(
            f"{count} dans {folder} en {french.number(seconds)} s ({size} ; "
            f"{french.number(each, 1)} s par document)"
        )
    for one in failed:
        territory = one.order.territory
        say(f"ÉCHEC  {territory.name} ({territory.id}) : {one.failure}")
    if failed:
        say(f"{french.count_of(len(failed), 'document')} sur {len(outcomes)} : échec.")
    return REFUSED if failed else 0
