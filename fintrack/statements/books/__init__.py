"""Whole books of other programs, each with a small reader, and one way into a new tenant."""
