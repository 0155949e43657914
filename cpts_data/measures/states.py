"""What measures speak of: the state of a figure, a column laid over the units, the ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data.territories import Territories, Units


class Status(StrEnum):
    """What a figure is (DOMAIN §8.2): the closed list, stored without accents."""

    OBSERVED = "observe"
    ESTIMATED = "estime"
    BOUNDED = "borne"
    CONTEXT = "contexte"
    MASKED = "masque"
    MASKED_BY_US = "masque_secondaire"
    TOO_SMALL = "insuffisant"
    MISSING = "manquant"
    NOT_APPLICABLE = "sans_objet"

    @property
    def words(self) -> str:
        """What the screen says in place of, or beside, the value."""
        return _STATUS_WORDS[self]

    @property
    def has_value(self) -> bool:
        """Whether a figure of this status carries a value."""
        return self in (Status.OBSERVED, Status.ESTIMATED, Status.CONTEXT)


_STATUS_WORDS = {
    Status.OBSERVED: "valeur observée",
    Status.ESTIMATED: "estimation",
    Status.BOUNDED: "intervalle dû au secret statistique",
    Status.CONTEXT: "valeur du département",
    Status.MASKED: "secret statistique",
    Status.MASKED_BY_US: "secret statistique",
    Status.TOO_SMALL: "effectif insuffisant",
    Status.MISSING: "non disponible",
    Status.NOT_APPLICABLE: "sans objet",
}


class Interval(StrEnum):
    """How the interval of a figure is computed; none for a census, a model, a declared value."""

    NONE = "aucun"
    WILSON = "Wilson"
    POISSON = "Byar, ou Poisson exact sous 10"
    DOBSON = "Dobson"


@dataclass(frozen=True)
class UnitColumn:
    """One column of a source laid over the unit slots: values and what each cell is.

    ``values`` is NaN wherever nothing was observed. The boolean arrays have the length of the
    slots: ``present`` (the file has a row), ``masked``, ``outside`` (out of the dataset's field),
    ``estimated``. ``threshold`` and ``zeros_published`` bound a masked count (DOMAIN §8.3);
    ``hidden`` counts the masked cells added in a slot (one unless told) and ``seen`` what is known
    of it beside them. ``modelled`` says that an estimated cell is a model's, which no sum makes
    exact; else it is a share of a commune that was cut, and the whole of the shares is exact.
    """

    values: np.ndarray
    present: np.ndarray
    masked: np.ndarray
    outside: np.ndarray
    estimated: np.ndarray
    threshold: int | None = None
    zeros_published: bool = True
    hidden: np.ndarray | None = None
    seen: np.ndarray | None = None
    modelled: bool = False

    @classmethod
    def observed(cls, values: np.ndarray) -> UnitColumn:
        """A column fully described by its values: NaN means missing."""
        no = np.zeros(len(values), dtype=bool)
        return cls(values.astype(float), ~np.isnan(values), no, no, no)

    @property
    def known(self) -> np.ndarray:
        """Cells that hold a value."""
        return ~np.isnan(self.values)

    def without_estimates(self) -> UnitColumn:
        """Leave out the cells that are known only as part of a commune that was cut since."""
        values = np.where(self.estimated, np.nan, self.values)
        return replace(self, values=values, estimated=np.zeros(len(values), dtype=bool))

    def with_cities(self, units: Units) -> UnitColumn:
        """Fill the slot of each whole city with the sum of its parts, when all are known."""
        values, present = self.values.copy(), self.present.copy()
        estimated = self.estimated.copy()
        for city, parts in units.parts.items():
            if not present[city] and self.known[parts].all():
                values[city] = self.values[parts].sum()
                present[city] = True
                estimated[city] = bool(self.estimated[parts].any())
        return replace(self, values=values, present=present, estimated=estimated)


@dataclass(frozen=True)
class Ground:
    """Where a measure is computed: the territories of a level and the population behind them.

    ``population`` has one value per unit slot (whole cities included), without NaN. ``own`` gives
    the figures that a producer publishes for these very territories, by column name: a frame
    indexed by territory id with ``value`` and ``status``. ``years`` gives, for a column of the
    past, how many years before the others it was observed.
    """

    territories: Territories
    population: np.ndarray
    own: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    years: Mapping[str, int] = field(default_factory=dict)

    @property
    def units(self) -> Units:
        """The unit slots."""
        return self.territories.units

    def inhabitants(self) -> np.ndarray:
        """Population of each territory."""
        inner = self.sum(np.where(self.units.is_city, 0.0, self.population))
        elsewhere = self.territories.elsewhere
        return inner if elsewhere is None else inner + elsewhere

    def sum(self, slots: np.ndarray) -> np.ndarray:
        """Sum slot values over each territory, weighted by membership."""
        if not slots.any():  # no cell masked, none estimated: most columns
            return np.zeros(self.territories.membership.shape[0])
        return np.asarray(self.territories.membership @ slots)
