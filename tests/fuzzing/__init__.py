"""Readers before inputs that a coverage-guided fuzzer makes up."""
