"""What is read of territories: their figures beside references, told in signs and words. Pure."""
