"""The steps that bring a database of saved works to the tables of this version (Alembic).

To write one, add a module to ``versions`` and its number to ``MIGRATIONS``
(:mod:`cpts_data.records.schema`).
"""
