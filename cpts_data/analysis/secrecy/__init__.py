"""Statistical secrecy of counts that are not public: masks, bounds, and what may be shown.

``primary`` masks small counts; ``sum_bounds`` bounds sums over masked cells; ``protect`` decides
what a count that is not public becomes at every level and in any composed territory;
``share_strata`` and ``divided`` do the same for shares.
"""

from cpts_data.analysis.secrecy.bounds import sum_bounds, tight_sum_bounds
from cpts_data.analysis.secrecy.primary import THRESHOLD, primary
from cpts_data.analysis.secrecy.protection import Protected, protect
from cpts_data.analysis.secrecy.shares import ALL, PART, REST, divided, share_strata

__all__ = [
    "ALL",
    "PART",
    "REST",
    "THRESHOLD",
    "Protected",
    "divided",
    "primary",
    "protect",
    "share_strata",
    "sum_bounds",
    "tight_sum_bounds",
]
