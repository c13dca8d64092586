"""Quantities and dated prices become money, exactly."""
