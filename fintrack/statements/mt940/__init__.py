"""MT940 and MT942: one module for each part of a message."""
