"""The HTTP side: guard, sign-in and download routes."""
