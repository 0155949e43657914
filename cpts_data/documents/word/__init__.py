"""A document as a Word file."""

from cpts_data.documents.word.writing import word

__all__ = ["word"]
