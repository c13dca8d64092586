"""Where the money went: what usage and bills cost, by whom and when, and what of it is waste."""
