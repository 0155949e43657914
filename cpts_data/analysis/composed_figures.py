"""The figures of composed territories: each worked out once, kept a while, put side by side."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.analysis.composed import Composition
from cpts_data.analysis.composed_ground import ComposedRegister, Placed
from cpts_data.analysis.figures import Figures
from cpts_data.analysis.ground import LandRegister
from cpts_data.indicators import Indicator
from cpts_data.measures import Measure
from cpts_data.territories import Level

# Composed territories whose figures a space keeps: one page of figures is about 3 MB.
MOST_KEPT = 24
# Parts are kept to the ten-thousandth.
_SAME = 5.1e-5


@dataclass
class Drawings:
    """The composed territories that a space has met lately. Safe to share between sessions."""

    figures: Figures
    register: LandRegister
    _kept: OrderedDict[str, Figures] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, composition: Composition) -> Figures:
        """The figures of one composed territory, over a register that knows it alone."""
        with self._lock:
            found = self._kept.get(composition.id)
            if found is None:
                found = self._made(ComposedRegister.over(self.register, [composition]))
                self._kept[composition.id] = found
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(composition.id)
        return found

    def _made(self, register: ComposedRegister) -> Figures:
        facts = self.figures.facts
        twin = twin_of(register.places[0], self.register) if register.places else None
        if twin is None:
            return Figures(facts, register, base=self.figures)
        return TwinFigures(facts, register, base=self.figures, twin=twin)

    def together(self, compositions: Sequence[Composition]) -> ComposedFigures:
        """Several composed territories side by side; those that the space holds nothing of go."""
        each = [self.of(one) for one in compositions]
        kept = tuple(figures for figures in each if _register(figures).places)
        if len(kept) == 1:
            register = _register(kept[0])
        else:
            places = [one for figures in kept for one in _register(figures).places]
            register = ComposedRegister(self.register.space, self.register, tuple(places))
        return ComposedFigures(self.figures.facts, register, base=self.figures, each=kept)


def _register(figures: Figures) -> ComposedRegister:
    assert isinstance(figures.register, ComposedRegister)
    return figures.register


def twin_of(place: Placed, register: LandRegister) -> str | None:
    """The CPTS that holds the very units of a composed territory, with the same parts, if any."""
    if place.outside:
        return None
    cpts = register.territories(Level.CPTS)
    units = register.units.inner
    slots = units.get_indexer(pd.Index(list(place.weights), dtype=object))
    if (slots < 0).any():
        return None
    asked = sparse.csr_array(
        (np.fromiter(place.weights.values(), dtype=float), (np.zeros(len(slots), int), slots)),
        shape=(1, len(units)),
    )
    sizes = np.diff(cpts.members.indptr)
    for row in np.flatnonzero(sizes == len(slots)):
        if abs(cpts.members[[int(row)], :] - asked).max() < _SAME:
            return str(cpts.table.index[row])
    return None


@dataclass
class TwinFigures(Figures):
    """The figures of a composed territory that is a registered CPTS: those of that CPTS.

    A producer's own totals are then its own too; it shows what is shown, hence tells nothing new.
    """

    twin: str = ""

    def _table(
        self,
        indicator: Indicator,
        stratum: str,
        measures: Sequence[Measure],
        level: Level,
        period: str | None,
    ) -> pd.DataFrame:
        if level is not Level.COMPOSED:
            return super()._table(indicator, stratum, measures, level, period)
        assert self.base is not None
        table = self.base._table(indicator, stratum, measures, Level.CPTS, period)
        (own,) = self.register.territories(level).table["name"].items()
        row = table[table["territory"] == self.twin].reset_index(drop=True)
        return row.assign(level=level.value, territory=str(own[0]), name=str(own[1]))


@dataclass
class ComposedFigures(Figures):
    """The figures of a space and of some composed territories, each kept by itself."""

    each: tuple[Figures, ...] = ()

    def _table(
        self,
        indicator: Indicator,
        stratum: str,
        measures: Sequence[Measure],
        level: Level,
        period: str | None,
    ) -> pd.DataFrame:
        if level is not Level.COMPOSED or not self.each:
            return super()._table(indicator, stratum, measures, level, period)
        parts = [one._table(indicator, stratum, measures, level, period) for one in self.each]
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
