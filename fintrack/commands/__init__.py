"""The commands of `python -m fintrack` that need more than a few lines."""
