"""A diagnosis as an Excel workbook."""

from cpts_data.documents.workbook.writing import workbook

__all__ = ["workbook"]
