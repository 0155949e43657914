"""One file through the reader of its source: a table, or its faults; never an exception."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from cpts_data.contracts import ContractError, Fault
from cpts_data.received import encoding_of, ends_with_a_line, head_of, refuse_unreadable
from cpts_data.sources import MODULES
from cpts_data.space.cache import Outcome


def read_file(source_id: str, path: Path) -> tuple[Outcome, pd.DataFrame | None]:
    """Read one file with a source's reader; its faults are told in the outcome, never raised."""
    module = MODULES[source_id]
    title = f"« {module.SOURCE.title} » ({module.SOURCE.publisher})"
    try:
        head = head_of(path)
        refuse_unreadable(head)
        if not module.recognises(head):
            fault = Fault(
                path.name,
                "un contenu qui n'est pas celui de cette source",
                title,
                "ajoutez le fichier avec « python -m cpts_data ajouter », qui le range.",
            )
            return Outcome(faults=(fault,)), None
        table = module.read(path)
    except ContractError as error:
        return Outcome(faults=error.faults), None
    except Exception as error:  # a file is never a reason for a traceback
        fault = Fault(
            path.name,
            # The text of an error may repeat a cell, and a cell may name a person.
            f"un contenu que le lecteur ne sait pas lire ({type(error).__name__})",
            title,
            "reprenez le fichier d'origine ; s'il est bien celui-là, signalez-le aux auteurs.",
        )
        return Outcome(faults=(fault,)), None
    remarks = list(table.attrs.get("remarques", ()))
    if head.kind == "csv" and encoding_of(path) == "cp1252":
        remarks.append("Fichier lu en Windows-1252, car il n'est pas en UTF-8.")
    if head.kind == "csv" and not ends_with_a_line(path):
        remarks.append("La dernière ligne n'est pas terminée : le fichier est peut-être coupé.")
    geographic = isinstance(table, gpd.GeoDataFrame)
    return Outcome(len(table), tuple(remarks), geographic=geographic), table
