"""What is true: territories, sources, indicators and their analysis. Knows no screen."""
