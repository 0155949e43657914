"""Uploaded files put on disk for as long as they are looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from cpts_data.space.arriving import safe_name


@contextmanager
def on_disk(uploads: Sequence[UploadedFile]) -> Iterator[list[Path]]:
    """Write uploads to a temporary folder, each in a place of its own, under a harmless name."""
    with tempfile.TemporaryDirectory(prefix="cpts-depot-") as folder:
        paths = []
        for number, upload in enumerate(uploads):
            place = Path(folder) / str(number)
            place.mkdir()
            path = place / safe_name(upload.name)
            path.write_bytes(upload.getbuffer())
            paths.append(path)
        yield paths
