"""What people write: territories, scenarios, comments, follow-up, kept and never lost (no screen).

::

    records = Records.open()                                      # SQLite, or CPTS_BASE
    work = records.create(Kind.SCENARIO, space="paca", title="Un cabinet à Apt", content={…})
    records.save(work.key, {…}, expected_version=work.version)    # ConflictError: told, kept
    records.read(work.read_token)                                 # by the link to read
    records.restore(work.key, 1)

``works`` is the door; ``changes`` and ``ledger`` are the history, ``rights`` the links, ``lists``
what one may find, ``exchange`` and ``importing`` the files, ``database``, ``schema``, ``migrating``
and ``failures`` where all this is kept.
"""

from cpts_data.records.errors import (
    AddressError,
    ConflictError,
    Flaw,
    FullDiskError,
    InvalidWorkError,
    NewerDatabaseError,
    ReadOnlyError,
    RecordsError,
    UnavailableError,
    UnknownRecordError,
    how_long_ago,
)
from cpts_data.records.exchange import MAXIMUM_FILE, RefusedWork, file_of_one
from cpts_data.records.importing import ImportReport
from cpts_data.records.model import (
    MAXIMUM_AUTHOR,
    MAXIMUM_CONTENT,
    MAXIMUM_TITLE,
    Action,
    Content,
    Entry,
    Kind,
    Record,
    Revision,
)
from cpts_data.records.rights import identity_from
from cpts_data.records.works import Records

__all__ = [
    "MAXIMUM_AUTHOR",
    "MAXIMUM_CONTENT",
    "MAXIMUM_FILE",
    "MAXIMUM_TITLE",
    "Action",
    "AddressError",
    "ConflictError",
    "Content",
    "Entry",
    "Flaw",
    "FullDiskError",
    "ImportReport",
    "InvalidWorkError",
    "Kind",
    "NewerDatabaseError",
    "ReadOnlyError",
    "Record",
    "Records",
    "RecordsError",
    "RefusedWork",
    "Revision",
    "UnavailableError",
    "UnknownRecordError",
    "file_of_one",
    "how_long_ago",
    "identity_from",
]
