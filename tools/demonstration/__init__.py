"""Builder of the embedded fictitious territory: one hidden truth, written as official files."""
