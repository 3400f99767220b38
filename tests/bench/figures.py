"""A measured figure, and how it is printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the median of ``samples`` where there are several; ``goal`` is the most wanted."""

    part: str
    name: str
    value: float
    unit: str
    goal: float | None = None
    samples: tuple[float, ...] = ()

    def line(self) -> str:
        """The figure for people."""
        text = f"{self.part:<9}{self.name:<48}{self.value:>10.2f} {self.unit}"
        if self.goal is not None:
            text += f" (goal: under {self.goal:g}; {'met' if self.value < self.goal else 'missed'})"
        if self.samples:
            text += f"  [{' '.join(f'{sample:.2f}' for sample in self.samples)}]"
        return text
