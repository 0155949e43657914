"""The commands that take a module of their own, and what all of them say to a terminal."""
