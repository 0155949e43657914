"""A part of a page that folds, and stays as the reader left it whatever else changes.

Streamlit tells an expander by its place and its label: one that has neither a fixed place nor a
fixed label closes in the hands of whoever is typing in it. A key and a tracked state keep it.
"""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer


def panel(title: str, key: str, *, expanded: bool = False) -> ExpanderContainer:
    """A part that folds; ``.open`` says whether it is open, to draw only then what takes time."""
    return st.expander(title, expanded=expanded, key=key, on_change="rerun")
