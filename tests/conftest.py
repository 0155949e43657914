"""What every test shares: no network, and five communes whose sums one does in one's head."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpts_data.diagnostic import Diagnostic
from cpts_data.space.receiving import add_files
from tests import official_layouts

# A page under test asks for what it needs: nothing is worked out ahead beside it.
os.environ["CPTS_PREPARATION"] = "0"

SHARED = Path(__file__).resolve().parents[2] / "shared"


class NetworkForbiddenError(RuntimeError):
    """A test reached for the network."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    if address[0] in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Any connection beyond this machine fails, and so does any look-up of a name."""
    patched = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        true_call = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _call: Any = true_call) -> Any:
            if not _is_here(address):
                raise NetworkForbiddenError(f"a test connects to {address!r}")
            return _call(self, address)

        patched.setattr(socket.socket, name, guarded)
    true_lookup = socket.getaddrinfo

    def looked_up(host: Any, *arguments: Any, **named: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        if text is not None and not _is_here((text, 0)):
            raise NetworkForbiddenError(f"a test looks up {host!r}")
        return true_lookup(host, *arguments, **named)

    patched.setattr(socket, "getaddrinfo", looked_up)
    yield
    patched.undo()


@pytest.fixture(autouse=True, scope="session")
def works_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test saves never goes among the works of whoever runs the tests."""
    patched = pytest.MonkeyPatch()
    patched.setenv("CPTS_DOSSIER", str(tmp_path_factory.mktemp("travaux")))
    for name in ("CPTS_BASE", "CPTS_PARTAGE", "CPTS_ENTETE_IDENTITE"):
        patched.delenv(name, raising=False)
    yield
    patched.undo()


@pytest.fixture(scope="session")
def five_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The official files of the five communes, by source (:mod:`tests.official_layouts`)."""
    return official_layouts.five_communes(tmp_path_factory.mktemp("fichiers"))


@pytest.fixture(scope="session")
def five_space(five_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The space that holds them. Read-only: copy it before changing anything."""
    space = tmp_path_factory.mktemp("espaces") / "cinq-communes"
    receipts = add_files(space, list(five_files.values()), vintage="2023")
    refused = [str(fault) for receipt in receipts for fault in receipt.faults]
    assert not refused
    return space


@pytest.fixture(scope="session")
def five(five_space: Path) -> Diagnostic:
    """The diagnostic of the five communes, opened once."""
    return Diagnostic.open(five_space)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files and of peers' figures; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real files of ../shared are not on this machine")
    return SHARED
