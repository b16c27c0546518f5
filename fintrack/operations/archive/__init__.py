"""A whole book in one file: written, verified without a database, and restored."""
