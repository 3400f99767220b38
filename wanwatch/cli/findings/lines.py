"""What the findings of ``core.lint.lines`` mean, and why each matters."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
