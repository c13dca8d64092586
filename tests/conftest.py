"""Settings that all tests share."""

from hypothesis import settings

# The same examples on every machine and no time limit: speed is measured in benchmarks/, never here.
settings.register_profile("farthing", derandomize=True, deadline=None)
settings.load_profile("farthing")
