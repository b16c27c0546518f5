"""Delimited files: from text to rows, columns, dates, amounts and movements."""
