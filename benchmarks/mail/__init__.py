"""The parts of `benchmarks.sending`: the sides that are compared, the sink that all of them send to, and the load."""
