"""A site on this machine that serves files and misbehaves on demand."""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Published:
    """A file of the site, and how the site serves it.

    ``misdeeds`` are done in turn, one per request, then the site behaves. ``length`` is what the
    site announces (its true length by default, nothing when negative). ``slices`` is the most
    that it sends of a range; without ``careful`` it pays no heed to ``If-Range``.
    """

    content: bytes
    misdeeds: list[Callable[[Handler, Published], None]] = field(default_factory=list)
    etag: str | None = ""
    date: str | None = formatdate(1_700_000_000, usegmt=True)
    ranges: bool = True
    slices: int = 10**9
    careful: bool = True
    length: int | None = None
    kind: str = "application/octet-stream"

    @property
    def mark(self) -> str | None:
        """The ETag: of the content unless another, or none, is asked for."""
        if self.etag == "":
            return f'"{hashlib.sha256(self.content).hexdigest()[:12]}"'
        return self.etag


@dataclass
class Request:
    """A request that the site saw."""

    path: str
    headers: dict[str, str]


class Site(ThreadingHTTPServer):
    """The site: published files by path, and every request that it saw."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, Published] = {}
        self.seen: list[Request] = []
        self.scheme = "http"

    def publish(self, path: str, content: bytes, *misdeeds: Any, **how: Any) -> str:
        """Publish a file; its address."""
        self.files[path] = Published(content, list(misdeeds), **how)
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def ranges(self, path: str) -> list[str | None]:
        """The ranges that were asked of a file, in order; None where it was asked whole."""
        return [request.headers.get("range") for request in self.seen if request.path == path]

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is no news."""


@contextmanager
def open_site(certificate: str | None = None) -> Iterator[Site]:
    """Serve on a free port of this machine until the end of the block."""
    site = Site()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        site.socket = context.wrap_socket(site.socket, server_side=True)
        site.scheme = "https"
    thread = threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join(5)


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Request(self.path, headers))
        found = self.server.files.get(self.path)
        if found is None:
            answer(self, 404, b"<html>absent</html>", "text/html")
        elif found.misdeeds:
            found.misdeeds.pop(0)(self, found)
        else:
            serve(self, found)


def answer(handler: Handler, status: int, body: bytes, kind: str, **headers: str) -> None:
    """Send a short answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def serve(
    handler: Handler,
    file: Published,
    write: Callable[[Handler, bytes], None] = lambda handler, body: (
        handler.wfile.write(body) and None
    ),
) -> None:
    """Serve a file as the standard says: conditions, ranges, marks."""
    asked = handler.headers
    marks = {"ETag": file.mark, "Last-Modified": file.date}
    same = asked.get("If-None-Match") == file.mark if asked.get("If-None-Match") else False
    if same:
        handler.send_response(304)
        handler.end_headers()
        return
    start, total = 0, len(file.content)
    wanted = re.match(r"bytes=(\d+)-", asked.get("Range", ""))
    agreed = not file.careful or asked.get("If-Range") in (None, file.mark, file.date)
    if wanted and file.ranges and agreed:
        start = int(wanted[1])
        if start >= total:
            answer(handler, 416, b"", "text/plain", Content_Range=f"bytes */{total}")
            return
    body = file.content[start : start + file.slices] if start else file.content
    announced = len(body) if file.length is None else file.length
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Type", file.kind)
    for name, value in marks.items():
        if value:
            handler.send_header(name, value)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{total}")
    if announced >= 0:
        handler.send_header("Content-Length", str(announced))
    if announced != len(body):
        handler.send_header("Connection", "close")
        handler.close_connection = True
    handler.end_headers()
    write(handler, body)


def cut_after(size: int) -> Callable[[Handler, Published], None]:
    """Announce the whole, send ``size`` bytes of what is asked, and cut."""

    def write(handler: Handler, body: bytes) -> None:
        handler.wfile.write(body[:size])
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.close()

    return lambda handler, file: serve(handler, file, write)


def drip(size: int, pause: float) -> Callable[[Handler, Published], None]:
    """Send ``size`` bytes, wait, and so on."""

    def write(handler: Handler, body: bytes) -> None:
        for start in range(0, len(body), size):
            handler.wfile.write(body[start : start + size])
            handler.wfile.flush()
            time.sleep(pause)

    return lambda handler, file: serve(handler, file, write)


def fall_silent(size: int, seconds: float) -> Callable[[Handler, Published], None]:
    """Send ``size`` bytes, then nothing for a while."""

    def write(handler: Handler, body: bytes) -> None:
        handler.wfile.write(body[:size])
        handler.wfile.flush()
        time.sleep(seconds)
        handler.close_connection = True

    return lambda handler, file: serve(handler, file, write)


def fail_with(status: int, **headers: str) -> Callable[[Handler, Published], None]:
    """Answer by an error."""
    return lambda handler, file: answer(handler, status, b"error", "text/plain", **headers)


def web_page(handler: Handler, file: Published) -> None:
    """Answer by a page instead of the data."""
    answer(handler, 200, b"<!DOCTYPE html><html>Identifiez-vous</html>", "text/html; charset=utf-8")


def send_to(address: str) -> Callable[[Handler, Published], None]:
    """Send elsewhere."""
    return lambda handler, file: answer(handler, 302, b"", "text/plain", Location=address)


def instead(content: bytes, **marks: str) -> Callable[[Handler, Published], None]:
    """Publish a new version of the file under other marks, then serve it."""

    def act(handler: Handler, file: Published) -> None:
        file.content = content
        for name, value in marks.items():
            setattr(file, name, value)
        serve(handler, file)

    return act
