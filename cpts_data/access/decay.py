"""How much a place counts with the minutes that lead to it: step, gaussian and gravity decays.

A decay is a callable that maps an array of minutes (finite, at least 0) to weights of the same
shape (finite, at least 0). The three below are values: they compare, hash and print. Any function
of that kind may stand for one.

>>> import numpy as np
>>> StepDecay.of({10: 1, 20: 0.5})(np.array([0.0, 10.0, 10.1, 20.0, 20.1])).tolist()
[1.0, 1.0, 0.5, 0.5, 0.0]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from cpts_data import french
from cpts_data.statistics.inputs import Faults, StatisticsError

Decay: TypeAlias = Callable[[np.ndarray], np.ndarray]

_SLICE: Final = 32_768


@dataclass(frozen=True)
class StepDecay:
    """Weights by step: ``steps`` are (upper bound in minutes, weight), bounds rising.

    Bounds are ``inclusive`` by default (10.0 minutes belongs to the step « up to 10 »); beyond the
    last one the weight is 0. Source: Luo and Qi, 2009 (E2SFCA); DREES for the APL.

    Raises ``StatisticsError`` on no step, bounds that do not rise, a negative weight.
    """

    steps: tuple[tuple[float, float], ...]
    inclusive: bool = True

    def __post_init__(self) -> None:
        faults = Faults("Décroissance par paliers")
        bounds = np.array([bound for bound, _ in self.steps], dtype=float)
        weights = np.array([weight for _, weight in self.steps], dtype=float)
        if not len(bounds):
            faults.add("aucun palier : donnez au moins une borne et un poids")
        if not (np.isfinite(bounds).all() and (np.diff(bounds) > 0).all()):
            faults.add(f"les bornes doivent croître ; trouvé {bounds.tolist()}")
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            faults.add(f"les poids doivent être positifs ou nuls ; trouvé {weights.tolist()}")
        faults.stop()

    @classmethod
    def of(
        cls, steps: Mapping[float, float] | Iterable[tuple[float, float]], *, inclusive: bool = True
    ) -> StepDecay:
        """Build from ``{upper bound: weight}`` or from pairs, in any order."""
        pairs = steps.items() if isinstance(steps, Mapping) else steps
        ordered = sorted((float(bound), float(weight)) for bound, weight in pairs)
        return cls(tuple(ordered), inclusive)

    def __call__(self, minutes: np.ndarray) -> np.ndarray:
        """Weights of minutes."""
        minutes = np.asarray(minutes)
        by_step = np.array([*(weight for _, weight in self.steps), 0.0])
        found = np.empty(minutes.shape)
        kind = np.min_scalar_type(len(self.steps))
        # Counting the bounds passed, slice by slice: many times faster than a search per pair.
        for start in range(0, len(minutes), _SLICE):
            part = slice(start, start + _SLICE)
            passed = np.zeros(minutes[part].shape, dtype=kind)
            for bound, _ in self.steps:
                passed += minutes[part] > bound if self.inclusive else minutes[part] >= bound
            by_step.take(passed, out=found[part], mode="clip")
        return found

    @property
    def label(self) -> str:
        """The steps in French: « 1 jusqu'à 10 min, 0,667 jusqu'à 15 min, 0 au-delà »."""
        limit = "jusqu'à" if self.inclusive else "avant"
        words = [
            f"{french.number(weight, 3, fixed=False)} {limit} "
            f"{french.number(bound, 1, fixed=False)} min"
            for bound, weight in self.steps
        ]
        return ", ".join([*words, "0 au-delà"])


@dataclass(frozen=True)
class GaussianDecay:
    """``exp(-t² / 2 sigma²)``, 1 at 0 minute, never 0: give a maximum as well.

    Source: Dai, 2010; the normalising constant is left out, as in PySAL ``access``.
    """

    sigma: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.sigma) and self.sigma > 0):
            raise StatisticsError(
                f"La largeur d'une décroissance gaussienne doit être positive ; "
                f"trouvé {self.sigma!r}."
            )

    def __call__(self, minutes: np.ndarray) -> np.ndarray:
        """Weights of minutes."""
        weights = np.square(np.asarray(minutes, dtype=float))
        weights *= -1 / (2 * self.sigma**2)
        return np.exp(weights, out=weights)

    @property
    def label(self) -> str:
        """The decay in French."""
        return f"gaussienne de largeur {french.number(self.sigma, 1, fixed=False)} min"


@dataclass(frozen=True)
class GravityDecay:
    """``(max(t, minimum) / scale) ** alpha``; ``alpha`` is negative for a decay.

    With a negative ``alpha``, a journey of 0 minute weighs infinitely unless ``minimum`` is above
    0: :func:`~cpts_data.access.catchment.catchment` refuses infinite weights.
    """

    scale: float
    alpha: float
    minimum: float = 0.0

    def __post_init__(self) -> None:
        faults = Faults("Décroissance gravitaire")
        if not (np.isfinite(self.scale) and self.scale > 0):
            faults.add(f"l'échelle doit être positive ; trouvé {self.scale!r}")
        if not np.isfinite(self.alpha):
            faults.add(f"l'exposant doit être un nombre ; trouvé {self.alpha!r}")
        if not (np.isfinite(self.minimum) and self.minimum >= 0):
            faults.add(f"le temps minimal doit être positif ou nul ; trouvé {self.minimum!r}")
        faults.stop()

    def __call__(self, minutes: np.ndarray) -> np.ndarray:
        """Weights of minutes."""
        weights = np.maximum(np.asarray(minutes, dtype=float), self.minimum)
        weights /= self.scale
        with np.errstate(divide="ignore"):
            return np.power(weights, self.alpha, out=weights)

    @property
    def label(self) -> str:
        """The decay in French."""
        return (
            f"gravitaire d'exposant {french.number(self.alpha, 2, fixed=False)}, "
            f"échelle {french.number(self.scale, 1, fixed=False)} min"
        )


LUO_QI: Final = StepDecay(((10.0, 1.0), (20.0, 0.68), (30.0, 0.22)))
"""Weights of the enhanced two-step method. Source: Luo and Qi, 2009."""

WAN: Final = StepDecay(((10.0, 0.962), (20.0, 0.704), (30.0, 0.377), (60.0, 0.042)))
"""Weights of the three-step method. Source: Wan, Zou and Sternberg, 2012."""
