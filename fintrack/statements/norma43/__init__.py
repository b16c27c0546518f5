"""Norma 43: the statements of Spanish banks, and the numbers by which they name currencies."""
