"""The verbs: one function each, typed in and typed out; the only room with a clock and a seed."""
