"""Received files before anyone trusts them: what kind they are, how they begin, their text cells.

Readers look at a :class:`Head` (a few kilobytes) to recognise a file by its content, whatever its
name, then read all cells as text. Every failure is a :class:`ContractError` in French.
"""

from cpts_data.received.heads import (
    Head,
    cell_text,
    encoding_of,
    ends_with_a_line,
    head_of,
    reason_of,
    refuse_bomb,
    refuse_unreadable,
    sniff_separator,
)
from cpts_data.received.tables import (
    LARGEST_NUMBER,
    REPEATED_HEADER,
    as_text,
    read_sheet,
    read_text_table,
    require_columns,
    sheet_rows,
    to_number,
)

__all__ = [
    "LARGEST_NUMBER",
    "REPEATED_HEADER",
    "Head",
    "as_text",
    "cell_text",
    "encoding_of",
    "ends_with_a_line",
    "head_of",
    "read_sheet",
    "read_text_table",
    "reason_of",
    "refuse_bomb",
    "refuse_unreadable",
    "require_columns",
    "sheet_rows",
    "sniff_separator",
    "to_number",
]
