"""Figures as colours, classes, legends, layers and still maps: for screens and documents. Pure."""
