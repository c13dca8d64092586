"""Farthing: what your AI costs, with a range, a source and a reason for every figure."""

__version__ = "0.1.0"
