"""Ratios: numbers from 0 to 1, never per cent."""

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.problem import toml_value, wrong


class RatioOrOff:
    """Marks a ratio that `"off"` switches off."""

    def __str__(self) -> str:
        return '0 to 1, or "off"'

    def read(self, value: object) -> float | None:
        """Return the ratio, None for off. Raises the error that shows both forms."""
        if value == "off":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(f'{toml_value(value)} is not a ratio; write a number such as 0.2, or "off"')
        return check_ratio(value)

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read it whole."""
        return core_schema.no_info_plain_validator_function(self.read)


class RatioRange:
    """Marks a ratio."""

    def __str__(self) -> str:
        return "0 to 1"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let the number's own schema read it first."""
        return core_schema.no_info_after_validator_function(check_ratio, handler(source))


def check_ratio(value: float) -> float:
    """Return the ratio. Raises the error that turns per cent into a ratio."""
    if 1 < value <= 100:
        raise wrong(f"{value:g} is not a ratio; write {value / 100:g} for {value:g} %")
    if not 0 <= value <= 1:
        raise wrong(f"{value:g} is not a ratio; write a number from 0 to 1")
    return float(value)
