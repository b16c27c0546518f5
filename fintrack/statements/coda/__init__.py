"""CODA: the movements of Belgian statements, and the records around them."""
