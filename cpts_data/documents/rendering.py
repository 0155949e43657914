"""Typst: templates of ours, data as JSON that no template interprets, an open typeface of ours.

One chart or map becomes a PNG or an SVG here; whole documents are made by :mod:`pdf`.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib
import typst
from fontTools.ttLib import TTFont

from cpts_data.documents.model import Drawn, MapPicture
from cpts_data.documents.printable import printable
from cpts_data.reading import verdicts

TEMPLATES = Path(__file__).parent / "templates"
FAMILY = "Source Sans 3"
_FONT_PACKAGE = "fontpkg_source_sans_3"
_UNDRAWN = "\u25a1"
_LAYOUT = "\n\t\u200b\u2060\u00ad"
_JOINERS = frozenset([*"\u200c\u200d\u200e\u200f\u061c\ufeff", *map(chr, range(0xFE00, 0xFE10))])
_ENDLESS = re.compile(r"\S{60,}")
_BREAK = "\u200b"
_PNG_INCHES = 200.0


def _folders() -> tuple[Path, Path]:
    """Where the typeface of the documents is, and where the one for rare signs is."""
    found = importlib.util.find_spec(_FONT_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(f"the font package {_FONT_PACKAGE} is not installed")
    own = Path(found.submodule_search_locations[0]) / "files"
    return own, Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def fonts() -> typst.Fonts:
    """The typefaces of the documents, found once; the machine's own fonts are left alone."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(one) for one in _folders()])


@cache
def _drawn_signs() -> frozenset[int]:
    """The characters that our typefaces can draw."""
    own, rare = _folders()
    files = (next(own.glob("SourceSans3[[]*.ttf")), rare / "DejaVuSans.ttf")
    return frozenset(code for file in files for code in TTFont(file).getBestCmap())


def compiled(
    template: str, data: Mapping[str, Any], form: Literal["pdf", "png", "svg"], **options: Any
) -> bytes:
    """A template of ours filled with data, as ``pdf``, ``png`` or ``svg``; one page for images."""
    compiler = typst.Compiler(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, allow_nan=False)},
    )
    made = compiler.compile(format=form, **options)
    if isinstance(made, list):
        made = made[0]
    if not isinstance(made, bytes):
        raise TypeError(f"Typst gave {type(made).__name__} for {template}")
    return made


def png(
    picture: Drawn,
    *,
    width_mm: float = 160.0,
    ppi: float = _PNG_INCHES,
    titled: bool = True,
    notice: str = "",
) -> bytes:
    """A chart or a map as a PNG; ``titled`` adds its title, how to read it and its source.

    A map always has its legend, its scale and its north. ``notice`` is printed under the picture.
    """
    return compiled("picture.typ", _picture(picture, width_mm, titled, notice), "png", ppi=ppi)


def svg(picture: Drawn, *, width_mm: float = 160.0, titled: bool = True, notice: str = "") -> bytes:
    """A chart or a map as an SVG whose letters are shapes: it needs no font."""
    return compiled("picture.typ", _picture(picture, width_mm, titled, notice), "svg")


def _picture(picture: Drawn, width_mm: float, titled: bool, notice: str) -> dict[str, Any]:
    return {
        "picture": as_data(picture),
        "width": width_mm,
        "titled": titled,
        "notice": notice,
        "tones": tones(),
    }


def tones() -> dict[str, dict[str, str]]:
    """Inks and grounds of the verdicts, by tone; « + » marks the ground of a significant gap."""
    grounds = {
        f"{tone}{'+' if strong else ''}": colour
        for (tone, strong), colour in verdicts.GROUNDS.items()
    }
    return {"inks": dict(verdicts.INKS), "grounds": grounds}


def as_data(content: Any) -> Any:
    """The model as JSON values: dataclasses with their ``type``, NaN as null."""
    if is_dataclass(content) and not isinstance(content, type):
        told = {one.name: as_data(getattr(content, one.name)) for one in fields(content)}
        if isinstance(content, MapPicture):
            told["drawing"] = drawable(content.drawing)
        return {"type": type(content).__name__} | told
    if isinstance(content, Enum):
        return content.value
    if isinstance(content, float) and not math.isfinite(content):
        return None
    if isinstance(content, str):
        return typeset(content)
    if isinstance(content, Mapping):
        return {str(key): as_data(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [as_data(one) for one in content]
    if content is None or isinstance(content, bool | int | float):
        return content
    return str(content)


def typeset(text: str) -> str:
    """A text that a page can hold: drawn by our typefaces; an endless word may break anywhere."""
    return _ENDLESS.sub(lambda found: _BREAK.join(found[0]), drawable(text))


def drawable(text: str) -> str:
    """A text that our typefaces can draw: a sign that they lack becomes « □ », joiners go.

    An accessible PDF may hold no character without a drawing (PDF/UA-1, 7.21).
    """
    if text.isascii() and text.isprintable():
        return text
    drawn = _drawn_signs()
    return "".join(
        sign if ord(sign) in drawn or sign in _LAYOUT else "" if sign in _JOINERS else _UNDRAWN
        for sign in printable(text)
    )
