"""What is told of a command that ended, and how long one may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One command that ended: for metrics. ``outcome`` is ``ok`` or an error's reason."""

    command: str
    seconds: float
    outcome: str
    rows: int


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``sentence`` bounds connecting and each sentence, ``command`` a whole reply."""

    sentence: float = 10.0
    command: float = 60.0
