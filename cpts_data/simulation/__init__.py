"""« What if »: the simulator of supply, from a space to the effect of a scenario (no screen).

::

    model = build_model(space, register, PROFESSIONS["medecins_generalistes"])    # once by space
    now = present(model, headcounts(space, register, model, "rpps"), practices)   # who practises
    read_scenario("00012p1~00015m1", model.units)                                 # from an address
    effect = run(now, scenario, cpts, inside)                                     # what changes

The engine is :mod:`cpts_data.access`; here a space becomes its demand, supply and times
(``model``, ``supply``), a scenario becomes a text and changes (``scenarios``, ``effects``). A
scenario is expressed as a change applied to the published APL, which the model never replaces.
"""

from cpts_data.simulation.effects import Effect, run
from cpts_data.simulation.model import Model, UnavailableError, build_model
from cpts_data.simulation.professions import PROFESSIONS, Profession
from cpts_data.simulation.scenarios import (
    Practice,
    Scenario,
    UnitChange,
    practices_from_table,
    read_practices,
    read_scenario,
    written,
    written_practices,
)
from cpts_data.simulation.supply import (
    BASES,
    Headcounts,
    Present,
    bases,
    headcounts,
    present,
)

__all__ = [
    "BASES",
    "PROFESSIONS",
    "Effect",
    "Headcounts",
    "Model",
    "Practice",
    "Present",
    "Profession",
    "Scenario",
    "UnavailableError",
    "UnitChange",
    "bases",
    "build_model",
    "headcounts",
    "practices_from_table",
    "present",
    "read_practices",
    "read_scenario",
    "run",
    "written",
    "written_practices",
]
