"""The parts of `benchmarks.bot_pipeline`: traffic, load, and what the service costs."""
