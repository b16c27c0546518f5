"""The views of Analytics beside its overview, a file each."""
