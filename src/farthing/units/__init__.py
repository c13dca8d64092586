"""Floor 0: the words everyone shares. No I/O, no clock, no facts; numpy is the only dependency."""
