"""Floor 1: pure functions on floats or arrays; argument names are the edges of the graph."""
