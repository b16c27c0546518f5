"""CAMT: one module for each part of an account report in ISO 20022."""
