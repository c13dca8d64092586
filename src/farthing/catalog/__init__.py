"""Facts with sources: their shape, their files, look-ups and checks."""
