"""Bank files become transactions."""
