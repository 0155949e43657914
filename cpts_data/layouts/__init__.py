"""Layouts that several official files share: what a source module would otherwise write again.

Long texts read by blocks, coded columns, workbooks of the APL, geographic layers, codes of areas,
coordinates, hand-made tables and their templates, traces of persons.
"""
