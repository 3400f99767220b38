"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow, not wrong: speed is measured by the benchmarks alone.
settings.register_profile("wanwatch", deadline=None, max_examples=50)
settings.load_profile("wanwatch")
