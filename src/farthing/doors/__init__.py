"""Ways in: read input, call the app, hand the answer to present."""
