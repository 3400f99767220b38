"""How targets stand in the configuration: a list of texts, read by ``core.target``."""

from typing import Annotated

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.fields import Listed
from wanwatch.config.problem import toml_value, wrong
from wanwatch.core.target import Target


class TargetText:
    """Marks a field that is written as a target's text and kept as a target."""

    def __str__(self) -> str:
        return "an address, tcp:ADDRESS:PORT or udp:ADDRESS:PORT"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read a text; write the shortest text that is read as the same target."""
        return core_schema.no_info_plain_validator_function(
            read_target, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


def read_target(value: object) -> Target:
    """Return the target that a text names. Raises the error that shows the right form."""
    if not isinstance(value, str):
        raise wrong(f'{toml_value(value)} is not a target; write a text, as "1.1.1.1"')
    try:
        return Target.parse(value)
    except ValueError as error:
        raise wrong(f"{toml_value(value)} is not a target: {error}") from None


Targets = Annotated[tuple[Annotated[Target, TargetText()], ...], Listed(may_be_empty=False)]
"""At least one target, none twice."""
