"""The HTTP API: one door more to the functions that the pages ask."""
