"""Opening a page through ``app.py``, as a reader does, and reading what it says."""

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def open_page(page: str, **parameters: str | list[str]) -> AppTest:
    """A page with its address; « a: [..] » repeats a parameter."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    test.switch_page(page)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()


def raw(test: AppTest) -> str:
    """Every piece of HTML of the page, as it is sent."""
    return "\n".join(str(element.proto.body) for element in test.get("html"))


def bare(test: AppTest) -> str:
    """The same without what figures say of themselves, and without the boxes of help."""
    unmarked = re.sub(r"</?data\b[^>]*>", "", _without_help(raw(test)))
    return re.sub(
        r' data-(?:indicateur|territoire|strate|periode|source|etat|valeur)="[^"]*"', "", unmarked
    )


def _without_help(html: str) -> str:
    """Without the « ? » of indicators and what they open (``pages/parts/helps.py``)."""
    parts = html.split('<button type="button" class="cpts-help"')
    kept = [parts[0]]
    for part in parts[1:]:
        depth, position = 0, part.index("<span")
        for tag in re.finditer(r"<(/?)span\b[^>]*>", part[position:]):
            depth += -1 if tag[1] else 1
            if depth == 0:
                kept.append(part[position + tag.end() :])
                break
    return "".join(kept)


def said(test: AppTest) -> str:
    """What a reader reads: texts, without tags."""
    parts = [
        str(block.value)
        for kind in ("markdown", "info", "warning")
        for block in getattr(test, kind)
    ]
    bare = re.sub(r"<style>.*?</style>", " ", raw(test), flags=re.DOTALL)
    return "\n".join([*parts, unescape(re.sub(r"<[^>]+>", " ", bare))])


def charts(test: AppTest) -> list:
    """The Plotly charts of the page."""
    return test.get("plotly_chart")
