"""What the figures say: sums over territories, comparisons, secrecy, classes, spatial patterns."""
