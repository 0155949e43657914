"""The command line: ``python -m cpts_data`` with French verbs.

Figures go to standard output (or a file), everything else to standard error. Exit 0 when all went
well, 2 when something was refused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from cpts_data import french
from cpts_data.analysis.quality_report import as_records
from cpts_data.command_line.documents import add_document_command
from cpts_data.command_line.preparing import add_prepare_command
from cpts_data.command_line.terminal import REFUSED, console, harmless, progress, say
from cpts_data.contracts import ContractError, describe
from cpts_data.diagnostic import Diagnostic, UnknownTerritoryError
from cpts_data.download import Advance, Area, DownloadRefusedError, Result, download, report
from cpts_data.indicators import INDICATORS
from cpts_data.received import reason_of
from cpts_data.space import SourceState
from cpts_data.space.receiving import Receipt, add_files
from cpts_data.territories import Level

_FRENCH = {
    "usage: ": "utilisation : ",
    "options": "options",
    "positional arguments": "arguments",
    "show this help message and exit": "afficher cette aide",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "arguments inconnus : %s",
    "expected one argument": "une valeur est attendue",
    "expected at least one argument": "au moins une valeur est attendue",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r n'est pas l'un de "
    "%(choices)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "not allowed with argument %s": "ne va pas avec %s",
    "one of the arguments %s is required": "il manque l'un de %s",
}


def add(arguments: argparse.Namespace) -> int:
    """Add official files to a space."""
    with progress("Ajout") as report:
        receipts = add_files(
            arguments.espace, arguments.fichiers, vintage=arguments.millesime, progress=report
        )
    for receipt in receipts:
        _say_receipt(receipt)
    return 0 if all(receipt.accepted for receipt in receipts) else REFUSED


def _say_receipt(receipt: Receipt) -> None:
    if not receipt.accepted:
        say(f"REFUSÉ  {receipt.file}")
        say(describe(receipt.faults))
    else:
        rows = french.count_of(receipt.rows, "ligne")
        told = f"AJOUTÉ  {receipt.file} : {receipt.source_id}, {rows}"
        if receipt.replaced:
            names = french.enumeration(receipt.replaced)
            kept = "conservé" if len(receipt.replaced) == 1 else "conservés"
            told += f" ; remplace {names} ({kept} dans .precedents)"
        say(told)
    for remark in receipt.remarks:
        say(f"        {remark}")


def bring(arguments: argparse.Namespace) -> int:
    """Download official files into a space; 2 when a file that was asked for is not there."""
    if arguments.departement:
        area = Area.of_departements(arguments.departement)
    else:
        area = Area.of_regions(arguments.region) if arguments.region else Area.france()
    try:
        with _download_progress() as tell:
            receipts = download(arguments.espace, arguments.source, area, progress=tell)
    except KeyboardInterrupt:
        say("Interrompu. Ce qui est arrivé est gardé : la même commande reprendra la suite.")
        return REFUSED
    print(harmless(report(receipts, arguments.espace)), file=sys.stderr)
    missed = any(receipt.failed for receipt in receipts)
    by_hand = any(receipt.result is Result.BY_HAND for receipt in receipts)
    return REFUSED if missed or (by_hand and arguments.source) else 0


@contextmanager
def _download_progress() -> Iterator[Callable[[Advance], None]]:
    """A bar with size and time left for a person at a terminal, else one line per file."""
    out = console()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    shown = 0
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:

        def tell(advance: Advance) -> None:
            nonlocal shown
            title = f"{advance.number}/{advance.count} {advance.title}"
            if advance.number != shown:
                shown = advance.number
                for old in bar.task_ids:
                    bar.remove_task(old)
                bar.add_task(title[:50], total=advance.size, words="")
                if not out.is_terminal:
                    say(title)
            bar.update(
                bar.task_ids[-1],
                completed=advance.received,
                total=advance.size,
                words=advance.words,
            )

        yield tell


def verify(arguments: argparse.Namespace) -> int:
    """Tell the state of a space, one line per source; or its whole quality report as JSON."""
    with progress("Vérification") as report:
        diagnostic = Diagnostic.open(arguments.espace, report)
    if arguments.format == "json":
        return _verify_as_json(diagnostic)
    rows = [_state_row(diagnostic, state) for state in diagnostic.space.states.values()]
    if not rows:
        say("Cet espace ne contient encore aucun fichier reconnu.")
    table = Table("Source", "Titre", "Millésime", "Lignes", "Couverture", "Anomalies", box=None)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)
    faulty = [state for state in diagnostic.space.states.values() if state.faults]
    for state in faulty:
        say(f"\n{state.source.title} ({state.source.id})\n{describe(state.faults)}")
    for name in diagnostic.space.states:
        for remark in diagnostic.space.remarks(name):
            say(f"Remarque ({name}) : {remark}")
    for remark in diagnostic.perimeter_remarks():
        say(f"Remarque (cpts_perimetres) : {remark}")
    return REFUSED if faulty else 0


def _verify_as_json(diagnostic: Diagnostic) -> int:
    """Write the quality report; the exit code is that of the text."""
    space = diagnostic.space
    report = {
        "space": space.title,
        "fictitious": space.fictitious,
        "year": space.year or None,
        "sources": as_records(diagnostic.quality_report()),
    }
    sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return REFUSED if any(state.faults for state in space.states.values()) else 0


def _state_row(diagnostic: Diagnostic, state: SourceState) -> tuple[str, ...]:
    source = state.source
    rows = sum(file.outcome.rows for file in state.kept)
    vintage, coverage = french.NOT_AVAILABLE, french.NOT_AVAILABLE
    if state.kept:
        vintage = diagnostic.vintage_text(source.id)
        coverage = french.percent(diagnostic.coverage_of(source.id))
    faults = french.count_of(len(state.faults), "anomalie") if state.faults else "aucune"
    return source.id, source.title, vintage, french.number(rows), coverage, faults


def list_indicators(arguments: argparse.Namespace) -> int:
    """Print the catalogue of indicators."""
    if arguments.format == "table":
        table = Table("Identifiant", "Libellé", "Unité", "Thème", "Sources", box=None)
        for indicator in INDICATORS.values():
            table.add_row(
                indicator.id,
                indicator.label,
                indicator.unit,
                indicator.theme.label,
                ", ".join(indicator.source_ids),
            )
        Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)
        return 0
    rows = pd.DataFrame(
        [
            {
                "id": indicator.id,
                "label": indicator.label,
                "unit": indicator.unit,
                "theme": indicator.theme.value,
                "nature": indicator.nature.value,
                "polarity": indicator.polarity.value,
                "definition": indicator.definition,
                "sources": " ".join(indicator.source_ids),
            }
            for indicator in INDICATORS.values()
        ]
    )
    _write(rows, arguments.format, arguments.sortie)
    return 0


def values(arguments: argparse.Namespace) -> int:
    """Write the tidy Values table of some indicators at one level."""
    unknown = [name for name in arguments.indicateur if name not in INDICATORS]
    if unknown:
        say(
            f"Indicateur inconnu : {', '.join(unknown)}. "
            f"Indicateurs connus : {', '.join(INDICATORS)}."
        )
        return REFUSED
    with progress("Ouverture") as report:
        diagnostic = Diagnostic.open(arguments.espace, report)
    table = diagnostic.values(
        arguments.indicateur, arguments.niveau, arguments.territoire, arguments.periode
    )
    _write(table, arguments.format, arguments.sortie)
    return 0


def _write(table: pd.DataFrame, form: str, target: Path | None) -> None:
    if form == "json":
        records = table.astype(object).where(table.notna(), None).to_dict(orient="records")
        text = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    else:
        text = table.to_csv(index=False)
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text, encoding="utf-8")


def _vintage(text: str) -> str:
    """A vintage as sources write it: « 2021 », « 2023-2024 »."""
    if text and not re.fullmatch(r"(19|20)\d\d(-(19|20)\d\d)?", text):
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une année comme 2021 ou 2023-2024")
    return text


def _parser() -> argparse.ArgumentParser:
    translate = lambda text: _FRENCH.get(text, text)  # noqa: E731
    setattr(argparse, "_", translate)  # noqa: B010 - argparse's own hook for translations
    parser = argparse.ArgumentParser(
        prog="python -m cpts_data", description="Diagnostic territorial de santé des CPTS."
    )
    verbs = parser.add_subparsers(dest="verbe", required=True, metavar="verbe")

    adding = verbs.add_parser("ajouter", help="ajouter des fichiers officiels à un espace")
    adding.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    adding.add_argument(
        "--millesime",
        type=_vintage,
        default="",
        metavar="ANNÉE",
        help="si le fichier ne le dit pas",
    )
    adding.add_argument("fichiers", type=Path, nargs="+", metavar="FICHIER")
    adding.set_defaults(run=add)

    bringing = verbs.add_parser("telecharger", help="télécharger les fichiers officiels")
    bringing.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    where = bringing.add_mutually_exclusive_group(required=True)
    where.add_argument("--departement", nargs="+", action="extend", metavar="CODE")
    where.add_argument("--region", nargs="+", action="extend", metavar="CODE")
    where.add_argument("--france", action="store_true", help="tout le pays")
    bringing.add_argument(
        "--source", nargs="+", action="extend", metavar="ID", help="par défaut : toutes"
    )
    bringing.set_defaults(run=bring)

    verifying = verbs.add_parser("verifier", help="vérifier les fichiers d'un espace")
    verifying.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    verifying.add_argument(
        "--format",
        choices=("texte", "json"),
        default="texte",
        help="texte : une ligne par source ; json : le rapport de qualité complet",
    )
    verifying.set_defaults(run=verify)

    listing = verbs.add_parser("indicateurs", help="lister le catalogue des indicateurs")
    listing.add_argument("--format", choices=("table", "csv", "json"), default="table")
    listing.add_argument("--sortie", type=Path, metavar="FICHIER")
    listing.set_defaults(run=list_indicators)

    telling = verbs.add_parser("valeurs", help="calculer des indicateurs à un niveau")
    telling.add_argument("--espace", type=Path, required=True, metavar="DOSSIER")
    telling.add_argument("--niveau", choices=[str(level) for level in Level], required=True)
    telling.add_argument("--indicateur", nargs="+", action="extend", required=True, metavar="ID")
    telling.add_argument("--territoire", nargs="+", action="extend", metavar="CODE")
    telling.add_argument("--periode", metavar="TEXTE")
    telling.add_argument("--format", choices=("csv", "json"), default="csv")
    telling.add_argument("--sortie", type=Path, metavar="FICHIER")
    telling.set_defaults(run=values)

    add_document_command(verbs)
    add_prepare_command(verbs)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; every fault is told in French, never as a traceback."""
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.run(arguments))
    except ContractError as error:
        say(str(error))
    except (UnknownTerritoryError, DownloadRefusedError) as error:
        say(str(error))
    except BrokenPipeError:
        return 0
    except OSError as error:
        where = f" « {error.filename} »" if error.filename else ""
        say(f"Impossible de lire ou d'écrire{where} : {reason_of(error)}.")
    except KeyboardInterrupt:
        say("Interrompu : chaque fichier est écrit en entier, ou pas du tout.")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
