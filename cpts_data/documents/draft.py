"""A document in the making: the territory, what is read of it, and what the user chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpts_data.analysis.highlights import Highlight
from cpts_data.analysis.references import Kind
from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.material import Material
from cpts_data.documents.model import Bullet, Bullets, Options
from cpts_data.documents.telling import Teller
from cpts_data.drawing.map_sheet import Sheet
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.reading import communes, standing_out
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.stricter import at_confidence
from cpts_data.reading.themes import View
from cpts_data.reading.wording import printed, source_line
from cpts_data.territories import Territory


@dataclass(frozen=True)
class Draft:
    """What every section is written from."""

    material: Material
    territory: Territory
    options: Options

    @property
    def diagnostic(self) -> Diagnostic:
        """The opened space."""
        return self.material.diagnostic

    @property
    def kind(self) -> Kind:
        """The reference chosen."""
        return Kind(self.options.reference)

    @cached_property
    def own(self) -> OwnReading:
        """The figures of every theme, at the confidence chosen."""
        return at_confidence(self.material.own(self.territory), self.options.confidence)

    @cached_property
    def teller(self) -> Teller:
        """What turns figures into cells."""
        return Teller(self.diagnostic, self.own, self.kind, self.options.confidence)

    @cached_property
    def facts(self) -> tuple[Highlight, ...]:
        """What stands out: the very facts of the page « Synthèse »."""
        return standing_out.facts(self.own, self.kind, net_only=True)

    @cached_property
    def sheet(self) -> Sheet | None:
        """The sheet of the maps."""
        return self.material.sheet(self.territory)

    @cached_property
    def units(self) -> pd.Series:
        """Weights of the communes of the territory, by code."""
        return self.diagnostic.territories(self.territory.level).units_of(self.territory.id)

    @property
    def date(self) -> dt.date:
        """The day of the document."""
        return self.options.date or dt.datetime.now(tz=dt.UTC).date()

    def shown(self, names: Sequence[str]) -> list[Shown]:
        """Some indicators beside the reference."""
        return [self.teller.shown(name) for name in names]

    def known(self, names: Sequence[str]) -> list[str]:
        """Those of some indicators of which the territory has a figure of its own."""
        return standing_out.known(self.own, tuple(names))

    @cached_property
    def _commune_rows(self) -> dict[Theme, pd.DataFrame]:
        return {}

    def commune_rows(self, view: View) -> pd.DataFrame:
        """What communes may tell of a theme, read once."""

        def read(names: Sequence[str]) -> pd.DataFrame:
            return self.material.communes(self.territory, names)

        held = self._commune_rows
        if view.theme not in held:
            held[view.theme] = communes.rows(self.diagnostic, self.own, view, read)
        return held[view.theme]

    def bullets(self, found: Sequence[Highlight], title: str = "") -> Bullets:
        """Facts as signed sentences."""
        told = (str(self.own.rows[one.indicator, one.stratum]["sources"]) for one in found)
        source = source_line(self.diagnostic.credits(one) for one in told)
        return Bullets(tuple(self._bullet(one) for one in found), printed(title), source)

    def _bullet(self, one: Highlight) -> Bullet:
        symbol, tone = standing_out.SIGNS[one.tone]
        told = standing_out.told(one, self.territory)
        label = standing_out.TONE_WORDS[one.tone]
        return Bullet(printed(told), symbol, label, tone)

    def label(self, name: str) -> str:
        """The label of an indicator."""
        return INDICATORS[name].label
