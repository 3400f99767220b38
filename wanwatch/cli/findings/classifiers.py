"""What the findings of ``core.lint.classifiers`` mean, and why each matters."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
