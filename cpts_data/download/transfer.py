"""One address into one file: resumed where it was cut, tried again, checked.

What has arrived is kept in a folder of its own with the marks by which the site names this version
of the file (``ETag``, ``Last-Modified``: RFC 9110 §8.8 and §14). A later call asks for the rest
only (``Range``, ``If-Range``); when the marks differ, or when there are none, it starts again.
Proxies are those of the environment (``HTTPS_PROXY``, ``NO_PROXY``); certificates are those of the
system and of certifi, or of ``SSL_CERT_FILE``.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path

import httpx

from cpts_data import french
from cpts_data.contracts import ContractError
from cpts_data.download import reasons
from cpts_data.download.area import DownloadRefusedError
from cpts_data.received import head_of, refuse_unreadable
from cpts_data.space.arriving import MAXIMUM_SIZE
from cpts_data.space.provenance import sha256_of, write_atomically

_AGENT = "Mozilla/5.0 (compatible; cpts-diagnostic; donnees ouvertes)"
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_MARKS = ("etag", "last-modified")
_WORTHWHILE = 1_000_000
_SHORTEST_REPORT = 0.1
_LONGEST_SILENCE = 0.5
_PRIVATE_RANDOM = random.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try again. Durations in seconds, sizes in bytes.

    ``attempts`` counts the tries that bring less than 1 MB; ``slowest`` is the rate (bytes per
    second) under which, over ``window``, a connection is given up and resumed.
    """

    attempts: int = 5
    connection_attempts: int = 3
    first_pause: float = 1.0
    longest_pause: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    slowest: float = 500.0
    window: float = 60.0
    maximum_size: int = MAXIMUM_SIZE


@dataclass(frozen=True)
class Fetched:
    """A file that has arrived whole; ``changed`` is False when the site said it is as before."""

    path: Path
    size: int
    sha256: str
    marks: Mapping[str, str]
    changed: bool = True


class TransferError(Exception):
    """A file that could not be had; the text is the reason, in French.

    ``unreachable`` says that its site could not even be spoken to.
    """

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        self.unreachable = unreachable
        super().__init__(reason)


class _TryAgainError(Exception):
    """An attempt that failed for a reason that may pass."""

    def __init__(
        self, reason: str, *, pause: float | None = None, unreachable: bool = False
    ) -> None:
        self.pause, self.unreachable = pause, unreachable
        super().__init__(reason)


# (bytes received, bytes announced or None, pause before the next try or None)
Watch = Callable[[int, int | None, float | None], None]


def open_client(patience: Patience) -> httpx.Client:
    """A client with the proxies and certificates of this machine.

    :class:`DownloadRefusedError` when the environment gives a proxy or a certificate that cannot
    be used.
    """
    try:
        certificates = httpx.create_ssl_context()
        certificates.load_default_certs()
        return httpx.Client(
            verify=certificates,
            follow_redirects=True,
            max_redirects=10,
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            # Lengths and ranges are then those of the file itself.
            headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"},
        )
    except (ImportError, ValueError, httpx.InvalidURL, OSError) as error:
        raise DownloadRefusedError(
            "Les réglages de proxy ou de certificat de ce poste ne peuvent pas servir "
            f"(HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE) : {error}."
        ) from error


class Part:
    """What has arrived of one file: ``contenu.part`` and ``suite.json`` in a folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.path = folder / "contenu.part"
        self.whole = folder / name
        self._state_path = folder / "suite.json"
        folder.mkdir(parents=True, exist_ok=True)
        if self.whole.is_file() and not self.path.exists():
            self.whole.replace(self.path)  # arrived whole, but stopped before it was added
        self.state = self._read_state()

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def total(self) -> int | None:
        """Bytes announced, None when the site did not say."""
        total = self.state.get("total")
        return int(total) if total else None

    @property
    def marks(self) -> dict[str, str]:
        """The marks of this version of the file."""
        return {name: self.state[name] for name in _MARKS if name in self.state}

    def request_headers(self, url: str) -> dict[str, str]:
        """What asks for the rest only; nothing when the file must be asked whole."""
        if not self.size or not self.marks or self.state.get("url") != url:
            return {}
        headers = {"Range": f"bytes={self.size}-"}
        etag, date = self.state.get("etag", ""), self.state.get("last-modified", "")
        # Only a strong ETag may condition a range.
        condition = etag if etag and not etag.startswith("W/") else date
        if condition:
            headers["If-Range"] = condition
        return headers

    def agrees_with(self, response: httpx.Response, total: int | None) -> bool:
        """Whether an answer continues the version that we hold."""
        pairs = [(self.state.get(name), response.headers.get(name)) for name in _MARKS]
        same = all(ours == theirs for ours, theirs in pairs if ours and theirs)
        return same and (self.total is None or total is None or self.total == total)

    def begin(self, url: str, response: httpx.Response, total: int | None) -> None:
        """Forget what had arrived and note the version that now comes."""
        self.discard()
        self.state = {"url": url, **({"total": str(total)} if total is not None else {})}
        if not _is_encoded(response):
            self.state |= {n: response.headers[n] for n in _MARKS if n in response.headers}
        write_atomically(self._state_path, json.dumps(self.state).encode())

    def discard(self) -> None:
        """Forget what had arrived."""
        self.path.unlink(missing_ok=True)
        self._state_path.unlink(missing_ok=True)
        self.state = {}

    def _read_state(self) -> dict[str, str]:
        try:
            content = json.loads(self._state_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {str(name): str(value) for name, value in content.items()}


def fetch(
    client: httpx.Client,
    url: str,
    part: Part,
    patience: Patience,
    watch: Watch,
    known: Mapping[str, str] | None = None,
) -> Fetched:
    """Bring one file, as many attempts as patience allows; :class:`TransferError` when it fails.

    ``known`` are the marks of the version that the space already holds.
    """
    failures = 0
    while True:
        before = part.size
        try:
            return _attempt(client, url, part, patience, watch, known or {})
        except (_TryAgainError, httpx.RequestError, httpx.InvalidURL) as error:
            again = _judged(error)
        if part.size - before >= _WORTHWHILE:
            failures = 0
        failures += 1
        allowed = patience.connection_attempts if again.unreachable else patience.attempts
        if failures >= allowed:
            raise TransferError(str(again), unreachable=again.unreachable) from again
        pause = min(patience.first_pause * 2 ** (failures - 1), patience.longest_pause)
        pause *= _PRIVATE_RANDOM.uniform(0.5, 1.5)
        if again.pause is not None:
            pause = min(again.pause, patience.longest_pause)
        _wait(pause, part, watch)


def _wait(pause: float, part: Part, watch: Watch) -> None:
    """Wait before the next try, telling the seconds left: who watches may stop it at any time."""
    until, left = time.monotonic() + pause, pause
    watch(part.size, part.total, left)
    while left > 0:
        time.sleep(min(left, _LONGEST_SILENCE))
        left = until - time.monotonic()
        if left > 0:
            watch(part.size, part.total, left)


def _judged(error: Exception) -> _TryAgainError:
    if isinstance(error, _TryAgainError):
        return error
    unreachable = reasons.is_unreachable(error)
    if not reasons.is_worth_retrying(error):
        raise TransferError(reasons.of_error(error), unreachable=unreachable) from error
    return _TryAgainError(reasons.of_error(error), unreachable=unreachable)


def _attempt(
    client: httpx.Client,
    url: str,
    part: Part,
    patience: Patience,
    watch: Watch,
    known: Mapping[str, str],
) -> Fetched:
    headers = part.request_headers(url)
    if not headers:
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        headers = {names[mark]: value for mark, value in known.items() if mark in names}
    with client.stream("GET", url, headers=headers) as response:
        _refuse_downgrade(url, response)
        if response.status_code == httpx.codes.NOT_MODIFIED and known:
            return Fetched(part.whole, 0, "", known, changed=False)
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _already_whole(part, response)
        _refuse_status(response, patience)
        total = _announced(response)
        blocks = response.iter_bytes() if _is_encoded(response) else response.iter_raw()
        first = next(blocks, b"")
        _refuse_web_page(response, first)
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            if _first_byte(response) != part.size or not part.agrees_with(response, total):
                part.discard()
                raise _TryAgainError("le fichier a changé pendant le téléchargement", pause=0)
        else:
            part.begin(url, response, total)
        _refuse_size(part, total, patience)
        _receive(chain((first,), blocks), part, total, patience, watch)
    return _whole(part, total)


def _receive(
    blocks: Iterable[bytes], part: Part, total: int | None, patience: Patience, watch: Watch
) -> None:
    """Append what comes to what has arrived; give up when it comes too slowly."""
    received = part.size
    shown, counted, since = 0.0, received, time.monotonic()
    with part.path.open("ab") as stream:
        for block in blocks:
            stream.write(block)
            stream.flush()  # what has arrived survives whatever stops us
            received += len(block)
            if received > patience.maximum_size:
                stream.close()
                part.discard()
                raise TransferError(_too_large(received, patience))
            now = time.monotonic()
            if now - shown >= _SHORTEST_REPORT:
                watch(received, total, None)
                shown = now
            if now - since >= patience.window:
                if received - counted < patience.slowest * (now - since):
                    raise _TryAgainError("le site envoie trop lentement")
                counted, since = received, now
    watch(received, total, None)


_WEB_PAGE = (
    "le site a répondu par une page web (HTML) au lieu des données : page d'erreur, de connexion "
    "ou de maintenance"
)


def _refuse_web_page(response: httpx.Response, first: bytes) -> None:
    """Refuse a page before it takes the place of what had arrived."""
    html = "html" in response.headers.get("content-type", "").lower()
    if html and first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise TransferError(_WEB_PAGE)


def _whole(part: Part, total: int | None) -> Fetched:
    """The file that has arrived, once sure that it is whole and holds data."""
    if total is not None and part.size != total:
        told = (
            f"fichier incomplet : {french.size_in_bytes(part.size)} reçus sur "
            f"{french.size_in_bytes(total)} annoncés"
        )
        if part.size > total:
            part.discard()
        raise _TryAgainError(told)
    marks, size = part.marks, part.size
    part.path.replace(part.whole)
    try:
        _refuse_content(part.whole, total)
    except (_TryAgainError, TransferError):
        part.whole.unlink()
        raise
    return Fetched(part.whole, size, sha256_of(part.whole), marks)


def _refuse_content(path: Path, total: int | None) -> None:
    """Refuse what holds no data; what is damaged is asked again if its length was not announced."""
    damaged = True
    try:
        head = head_of(path)
        damaged = head.kind == "empty"
        if head.kind == "html":
            raise TransferError(_WEB_PAGE)
        refuse_unreadable(head)
    except ContractError as error:
        fault = error.faults[0]
        told = f"le site a envoyé {fault.found} ({fault.mend.rstrip('.')})"
        if damaged and total is None:
            raise _TryAgainError(told) from error
        raise TransferError(told) from error


def _already_whole(part: Part, response: httpx.Response) -> Fetched:
    """Judge « nothing beyond this byte »: all is here, or what we hold is of another file."""
    found = _RANGE.match(response.headers.get("content-range", ""))
    total = int(found[2]) if found and found[2] != "*" else None
    if total is not None and total == part.size and part.agrees_with(response, total):
        return _whole(part, total)
    part.discard()
    raise _TryAgainError("la longueur annoncée par le site n'est pas celle du fichier", pause=0)


def _refuse_downgrade(url: str, response: httpx.Response) -> None:
    hops = [answer.url.scheme for answer in (*response.history, response)]
    if url.startswith("https:") and set(hops) != {"https"}:
        raise TransferError("le site renvoie vers une adresse non protégée (http)")


def _refuse_status(response: httpx.Response, patience: Patience) -> None:
    status = response.status_code
    if status in reasons.RETRIED:
        pause = _asked_pause(response.headers.get("retry-after", ""))
        if pause is not None and pause > patience.longest_pause:
            raise TransferError(
                f"{reasons.of_status(status)} ; revenez dans {round(pause / 60) + 1} minutes"
            )
        raise _TryAgainError(reasons.of_status(status), pause=pause)
    if status not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise TransferError(reasons.of_status(status))


def _asked_pause(text: str) -> float | None:
    """Seconds of a ``Retry-After``: a number, or a date."""
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _refuse_size(part: Part, total: int | None, patience: Patience) -> None:
    if total is None:
        return
    if total > patience.maximum_size:
        part.discard()
        raise TransferError(_too_large(total, patience))
    free = shutil.disk_usage(part.folder).free
    if total - part.size > free:
        raise TransferError(
            f"il manque de place sur le disque : {french.size_in_bytes(total - part.size)} à "
            f"recevoir, {french.size_in_bytes(free)} libres"
        )


def _too_large(size: int, patience: Patience) -> str:
    most = french.size_in_bytes(patience.maximum_size)
    return f"le fichier est trop gros ({french.size_in_bytes(size)} ; au plus {most})"


def _announced(response: httpx.Response) -> int | None:
    """Length of the whole file, None when the site does not say."""
    found = _RANGE.match(response.headers.get("content-range", ""))
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        return int(found[2]) if found and found[2] != "*" else None
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() and not _is_encoded(response) else None


def _first_byte(response: httpx.Response) -> int | None:
    found = _RANGE.match(response.headers.get("content-range", ""))
    return int(found[1]) if found and found[1] else None


def _is_encoded(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
