"""What the browser may fetch from us: Leaflet, the map layer, the contours.

Streamlit serves the folder ``static`` that lies beside the script it runs, under ``app/static/``
(``server.enableStaticServing = true``). Everything here is written once, whole or not at all, and
may be written by several processes at the same time.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Final

STATIC_URL: Final = "../../app/static"
"""Address of the folder seen from the frame of a map: it survives ``server.baseUrlPath``."""

ROOT: Final = Path(__file__).resolve().parents[2]
STATIC: Final = ROOT / "static"
SECRET: Final = ROOT / ".cache" / "cle_des_contours"

_PARTS: Final = Path(__file__).resolve().parent
_LEAFLET_PACKAGE: Final = "XStatic-Leaflet"
_LEAFLET_FILES: Final = ("leaflet.js", "leaflet.css")
_CONTOURS: Final = "geometrie"
_WEEK: Final = 7 * 24 * 3600
_MOST_CONTOURS: Final = 60


def _digest(name: str) -> str:
    return hashlib.sha256((_PARTS / name).read_bytes()).hexdigest()[:12]


LEAFLET_JS: Final = f"{STATIC_URL}/vendor/leaflet/leaflet.js"
LEAFLET_CSS: Final = f"{STATIC_URL}/vendor/leaflet/leaflet.css"
FURNITURE_JS: Final = f"{STATIC_URL}/vendor/carte/map_furniture-{_digest('map_furniture.js')}.js"
OVERLAYS_JS: Final = f"{STATIC_URL}/vendor/carte/map_overlays-{_digest('map_overlays.js')}.js"
LASSO_JS: Final = f"{STATIC_URL}/vendor/carte/map_lasso-{_digest('map_lasso.js')}.js"
LAYER_JS: Final = f"{STATIC_URL}/vendor/carte/map_layer-{_digest('map_layer.js')}.js"
LAYER_CSS: Final = f"{STATIC_URL}/vendor/carte/map_layer-{_digest('map_layer.css')}.css"


def publish_vendor(static: Path = STATIC) -> None:
    """Write Leaflet (from the package XStatic-Leaflet) and the map layer under ``static/vendor``.

    To be called once at start-up; files already there with the same bytes are left alone. Raises
    ``RuntimeError``, in French, when the package is not installed.
    """
    leaflet = static / "vendor" / "leaflet"
    for name, source in _leaflet_files().items():
        _write_once(leaflet / name, source.read_bytes())
    for url in (FURNITURE_JS, OVERLAYS_JS, LASSO_JS, LAYER_JS, LAYER_CSS):
        name = url.rsplit("/", 1)[1]
        original = name.split("-")[0] + Path(name).suffix
        _write_once(static / "vendor" / "carte" / name, (_PARTS / original).read_bytes())


def publish_geometry(
    script: str, *, public: bool, static: Path = STATIC, secret: Path = SECRET
) -> str:
    """Write a geometry script under ``static/geometrie`` and return its address for a map frame.

    The name is a hash of the content: the same contours have the same address at every start.
    When the space is not public the hash is keyed with a secret of the installation (made at the
    first need in ``secret``, outside the folder that is served), so that nobody who merely knows
    the contours can guess the address. Files older than a week go, save this one; so do the oldest
    above sixty. A long-lived caller calls :func:`keep_geometry` to hold its own.
    """
    content = script.encode()
    key = b"" if public else _installation_secret(secret)
    digest = hashlib.blake2b(content, key=key, digest_size=16).hexdigest()
    target = static / _CONTOURS / f"contours-{digest}.js"
    _write_once(target, content)
    os.utime(target)
    _remove_stale(target)
    return f"{STATIC_URL}/{_CONTOURS}/{target.name}"


def keep_geometry(url: str, *, static: Path = STATIC) -> bool:
    """Say that a published geometry is still in use; False when it must be published again."""
    try:
        os.utime(static / _CONTOURS / url.rsplit("/", 1)[1])
    except FileNotFoundError:
        return False
    return True


def _leaflet_files() -> dict[str, Path]:
    """Files of Leaflet to serve, by their place under ``vendor/leaflet``."""
    try:
        listed = metadata.files(_LEAFLET_PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        message = (
            f"Le paquet {_LEAFLET_PACKAGE} n’est pas installé : les cartes ne peuvent pas "
            "s’afficher. Lancez « pip install -r requirements.txt »."
        )
        raise RuntimeError(message) from error
    found = {}
    for file in listed:
        if file.parent.name == "data" and file.name in _LEAFLET_FILES:
            found[file.name] = Path(str(file.locate()))
        elif file.parent.name == "images" and file.suffix == ".png":
            found[f"images/{file.name}"] = Path(str(file.locate()))
    missing = [name for name in _LEAFLET_FILES if name not in found]
    if missing:
        message = (
            f"Le paquet {_LEAFLET_PACKAGE} ne contient pas {', '.join(missing)} : "
            "réinstallez-le avec « pip install --force-reinstall -r requirements.txt »."
        )
        raise RuntimeError(message)
    return found


def _write_once(target: Path, content: bytes) -> None:
    if (
        target.is_file()
        and target.stat().st_size == len(content)
        and (hmac.compare_digest(target.read_bytes(), content))
    ):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".en-cours-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _installation_secret(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text().strip())
    except (FileNotFoundError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = secrets.token_bytes(32)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".en-cours-")
        with os.fdopen(handle, "w") as file:
            file.write(fresh.hex())
        Path(name).replace(path)
        return fresh


def _remove_stale(kept: Path) -> None:
    now = time.time()
    dated = []
    for path in kept.parent.glob("*.js"):
        if path != kept:
            try:
                dated.append((path.stat().st_mtime, path))
            except FileNotFoundError:
                continue
    dated.sort(reverse=True)
    for rank, (modified, path) in enumerate(dated, start=2):
        if now - modified > _WEEK or rank > _MOST_CONTOURS:
            path.unlink(missing_ok=True)
