"""Statistical secrecy of counts that are not public: masks, bounds, and what may be shown.

``primary`` masks small counts; ``sum_bounds`` bounds sums over masked cells; ``protect`` decides
what a count that is not public becomes at every level and in any composed territory.
"""

from cpts_data.analysis.secrecy.bounds import sum_bounds, tight_sum_bounds
from cpts_data.analysis.secrecy.primary import THRESHOLD, primary
from cpts_data.analysis.secrecy.protection import Protected, protect

__all__ = ["THRESHOLD", "Protected", "primary", "protect", "sum_bounds", "tight_sum_bounds"]
