"""A diagnosis as slides."""

from cpts_data.documents.slides.writing import slides

__all__ = ["slides"]
