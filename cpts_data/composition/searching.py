"""Find a commune by a few letters, a code or a postal code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cpts_data.composition.land import Land
from cpts_data.composition.naming import Budget, Namer
from cpts_data.reference import normalise_code, spelling

MOST = 12
_LEAST = 2


@dataclass
class Finder:
    """Searches the communes of a land; made once."""

    land: Land
    namer: Namer

    @cached_property
    def _index(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Codes, names as keys (without accents, case or signs), and how weighty each is."""
        units = self.land.units
        keys = [spelling.key(str(name)) for name in units["name"]]
        weight = units["population"].fillna(0.0).to_numpy(dtype=float) + 1e9 * units["inside"]
        return (
            units.index.to_numpy(dtype=object),
            np.array(keys, dtype=object),
            np.asarray(weight, dtype=float),
        )

    def search(self, text: str, most: int = MOST) -> list[str]:
        """Codes that a text may mean: the same name first, then names that begin so, then others.

        Communes of the space before those of the rest of France, the most populated first. A city
        of arrondissements asked for by its name comes first, under its own code.
        """
        asked = text.strip()[:80]
        if normalise_code(asked):
            answer = self.namer.of_code(asked)
            if len(answer.codes) > 1:
                return [asked, *answer.codes][:most]
            return [*answer.codes, *answer.candidates][: max(most, 20)]
        wanted = spelling.key(asked)
        if len(wanted) < _LEAST:
            return []
        codes, keys, weight = self._index
        rank = np.array([_rank(str(key), wanted) for key in keys], dtype=np.int8)
        found = np.flatnonzero(rank >= 0)
        order = found[np.lexsort((-weight[found], rank[found]))][:most]
        first = self._meant(asked, wanted)
        return list(dict.fromkeys([*first, *(str(code) for code in codes[order])]))[:most]

    def _meant(self, asked: str, wanted: str) -> list[str]:
        """The city that a text names, or the arrondissement (« Marseille 1 »)."""
        for city in self.land.cities:
            name = spelling.key(self.land.names.get(city, ""))
            if wanted == name:
                return [city]
            if name and wanted.startswith(f"{name} "):
                return list(self.namer.answer(asked, (), budget=Budget(1, 0)).codes)
        return []


def _rank(key: str, wanted: str) -> int:
    """0 for the name itself, 1 for one that begins so, 2 for a word of it, 3 within; -1 if not."""
    if wanted not in key:
        return -1
    if key == wanted:
        return 0
    if key.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in key else 3
