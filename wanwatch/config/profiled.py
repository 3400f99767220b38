"""Keys that the profile says when they are left out."""

from typing import Any

from pydantic import Field

from wanwatch.config.durations import format_duration
from wanwatch.core.health.profile import PROFILES


def by_profile(attribute: str, note: str = "") -> Any:
    """Return the field of a duration that each profile has under this name; None when left out."""
    durations = {
        name: format_duration(getattr(profile, attribute)) for name, profile in PROFILES.items()
    }
    usual = durations.pop("default")
    others = "".join(f"; with the profile `{name}` `{text}`" for name, text in durations.items())
    return Field(
        default=None,
        examples=[usual],
        json_schema_extra={"default_text": f"`{usual}`{others}{note}"},
    )
