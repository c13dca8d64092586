"""Reconciling: what events cost against what bills ask, the difference split by its causes."""
