"""Published statistical formulas: intervals, standardisation, significance, trend.

Floor 0: nothing here knows territories, sources or screens. Every function takes numbers and
gives numbers; a fault in the input is a `StatisticsError`, in French, naming all faults at once.
"""

from cpts_data.statistics.inputs import StatisticsError

__all__ = ["StatisticsError"]
