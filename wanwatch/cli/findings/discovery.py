"""What the findings of ``core.discovery`` mean, and which configuration key answers them."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
