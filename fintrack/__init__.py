"""FinTrack keeps several books apart: a finance workspace with many tenants per person."""
