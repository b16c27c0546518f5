"""What happened to the money."""
