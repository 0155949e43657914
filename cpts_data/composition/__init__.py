"""Composing a territory: lists, zones, drawings, what lies around, and its figures at once.

Pure functions over :class:`~cpts_data.composition.land.Land`, what a space knows of its communes
and of those of France around them. The territory itself is a
:class:`~cpts_data.analysis.composed.Composition`.
"""
