"""Access to care: travel times, catchments, the APL recomputed, and « what if ».

From times to a scenario (each name from the module said beside it)::

    times = commune_times(table, units)                            # travel: an imported matrix, or
    times = estimated_times(points, landmasses(units), road_speeds())  # estimation: from distance
    parameters = apl_parameters("medecins_generalistes")           # reference.access_parameters
    supply = practice_supply(practices, parameters.activity, max_age=65)                      # apl
    prepared = apl_catchment(times, parameters)            # apl: weights, once for all that follows
    computed = apl(demand, supply, prepared, parameters)                                      # apl
    now = situation(demand, prepared, practices=practices, population=people)            # scenario
    then = simulate(now, [Open("13055", 5400), Retire(above_age=65)])            # scenario, changes
    then.table(published), then.by_territory(cpts, published=published), then.summary(members)

Everything is pure: Series and DataFrames in and out, indexed by commune code (text), nothing read
or written. Prepared objects (``TravelTimes``, ``Catchment``, ``Situation``) are read-only: sessions
may share them.

Modules: ``travel`` and ``estimation`` (minutes), ``decay`` (weights), ``catchment`` (methods),
``apl`` (the DREES's rules, checks, calibration), ``changes`` and ``scenario`` (what if),
``nearest`` (minutes to the nearest service).
"""
