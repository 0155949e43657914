"""The indicator catalogue: one frozen entry per indicator, nowhere else (DOMAIN §5).

An entry alone gives card, map, chart, comparison, export and methodology line. Its sources are
read from the columns of its measures, so they cannot drift.
"""

from cpts_data.indicators.access import ACCESS
from cpts_data.indicators.activity import ACTIVITY
from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.indicators.nearness import NEARNESS
from cpts_data.indicators.pathways import PATHWAYS
from cpts_data.indicators.population import AGE_BANDS, POPULATION
from cpts_data.indicators.prevention import PREVENTION
from cpts_data.indicators.supply import SUPPLY

INDICATORS: dict[str, Indicator] = {
    indicator.id: indicator
    for indicator in (*POPULATION, *SUPPLY, *ACCESS, *NEARNESS, *PATHWAYS, *PREVENTION, *ACTIVITY)
}

__all__ = ["AGE_BANDS", "INDICATORS", "Indicator", "Nature", "Polarity", "Theme", "local"]
