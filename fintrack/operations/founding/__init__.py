"""The founding migration: the single-tenant FinTrack of old becomes one tenant for each user."""
