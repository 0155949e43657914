"""The ACI contract of a CPTS: size classes, funding, calendar, stages, follow-up.

- ``size_classes``: from a population to the classes that are possible;
- ``scale``, ``funding``, ``payments``, ``what_if``: what the agreement pays, year by year, when,
  and what changes if the CPTS does; ``amounts`` carry « à vérifier » into every total;
- ``calendar``, ``ics``, ``stages``: what is due, what is late, what comes next;
- ``follow_up``, ``follow_up_reading``, ``follow_up_format``, ``dialogue_sheet``: indicators,
  targets and results of a contract, what may be said of them, how they are kept, the yearly sheet;
- ``overview``: every CPTS of a région at once.

The amounts and the rules are in ``data/reference/aci``, read by ``reference.aci_tables``.
"""
