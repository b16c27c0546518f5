"""Who may enter, and as what."""
