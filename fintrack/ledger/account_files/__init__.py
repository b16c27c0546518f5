"""One account as a file that other programs import."""
