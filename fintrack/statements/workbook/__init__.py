"""Workbooks of spreadsheet programs: from a packed file to the rows of one sheet."""
