"""One file for each format: what others wrote becomes events or bill lines."""
