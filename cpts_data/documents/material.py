"""What the documents of one space are made of, worked out once and shared: figures and contours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property

import geopandas as gpd
import pandas as pd

from cpts_data.analysis import geometry
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import choropleth, map_sheet
from cpts_data.drawing.choropleth import Choropleth
from cpts_data.drawing.map_sheet import Sheet
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.reading import communes, comparisons, kept
from cpts_data.reading.comparisons import OwnReading, Reading
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level, Territory

_TOLERANCE = 150.0
_TOWNS = 9
_LONGEST = 40
_COMMUNE = ("commune", "communes")


class Material:
    """The figures of every CPTS and the contours around them, ready for any number of documents.

    Made once for a :class:`Diagnostic`; shared by threads. ``whole`` gives the figures of a
    territory, when somebody else (the cache of the pages) already holds them.
    """

    def __init__(
        self, diagnostic: Diagnostic, whole: Callable[[Territory], OwnReading] | None = None
    ) -> None:
        self.diagnostic = diagnostic
        self._whole = whole
        self._lock = threading.RLock()
        self._maps: dict[str, Choropleth] = {}
        self._coverages: dict[str, float] = {}

    @cached_property
    def _readings(self) -> dict[Theme, Reading]:
        return {
            theme: kept.reading(self.diagnostic, view.indicators) for theme, view in VIEWS.items()
        }

    @cached_property
    def _cpts(self) -> Reading:
        return comparisons.merged(list(self._readings.values()))

    def own(self, territory: Territory) -> OwnReading:
        """The figures of every theme for one territory."""
        if self._whole is not None:
            return self._whole(territory)
        with self._lock:
            if territory.level is not Level.COMPOSED:
                return comparisons.own_reading(self._cpts, territory)
            read = [
                comparisons.read_composed(
                    self.diagnostic, territory, view.indicators, self._readings[theme]
                )
                for theme, view in VIEWS.items()
            ]
        return comparisons.own_reading(comparisons.merged(read), territory)

    def communes(self, territory: Territory, indicators: Sequence[str]) -> pd.DataFrame:
        """``Values`` of the communes of a territory, of indicators that the space knows."""
        held = self.diagnostic.facts
        ready = [name for name in indicators if any(held.has(c) for c in INDICATORS[name].columns)]
        return communes.values(self.diagnostic, territory, ready)

    def coverage(self, source: str) -> float:
        """Share of the population of the space whose communes a source knows (NaN: not told)."""
        with self._lock:
            if source not in self._coverages:
                self._coverages[source] = self.diagnostic.coverage_of(source)
            return self._coverages[source]

    @property
    def drawable(self) -> bool:
        """Whether the space has contours."""
        return self.diagnostic.space.has("contours_communes")

    @cached_property
    def plane(self) -> gpd.GeoSeries:
        """Simplified contours of the régions of the CPTS, in metres, by code."""
        units = self.diagnostic.register.units.table
        contours = self.diagnostic.contours().drop_duplicates("code").set_index("code")
        contours = contours[contours.index.isin(units.index)]
        regions = self.diagnostic.cpts_regions()
        if regions:
            region = units["region"].reindex(contours.index)
            contours = contours[region.isin(regions).to_numpy()]
        light = geometry.simplify_coverage(contours[["geometry"]], _TOLERANCE)
        return light.geometry.to_crs(geometry.metric_crs(tuple(light.total_bounds)))

    def sheet(self, territory: Territory) -> Sheet | None:
        """The sheet of a territory's maps; None without contours of its communes."""
        if not self.drawable:
            return None
        with self._lock:
            plane = self.plane
        inside = [str(code) for code in self._units(territory)]
        if not any(code in plane.index for code in inside):
            return None
        table = self.diagnostic.register.units.table
        people = self.diagnostic.slot_population().reindex(inside).sort_values(ascending=False)
        names = [(str(code), str(table["name"][code])[:_LONGEST]) for code in people.index[:_TOWNS]]
        pairs = self.diagnostic.membership_pairs(Level.CPTS)
        others = pairs[pairs["territory"] != territory.id].groupby("territory")["unit"].agg(list)
        return map_sheet.laid(plane, inside, table["departement"], others.to_dict(), names)

    def _units(self, territory: Territory) -> pd.Index:
        return self.diagnostic.territories(territory.level).units_of(territory.id).index

    def choropleth(self, name: str) -> Choropleth:
        """Colours and classes of an indicator over the communes of the map, as on the screen."""
        with self._lock:
            if name not in self._maps:
                indicator, codes = INDICATORS[name], self.plane.index
                values = self.diagnostic.unit_rows(name).reset_index(drop=True)
                values = values[values["territory"].isin(codes)]
                holders = pd.Series(codes, index=codes)
                self._maps[name] = choropleth.choropleth(
                    values, holders, indicator, method="quantiles", classes=5, noun=_COMMUNE
                )
            return self._maps[name]
