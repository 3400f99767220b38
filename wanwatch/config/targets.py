"""How targets stand in the configuration: a list of texts and tables, read as ``core.target``."""

from typing import Annotated

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from wanwatch.config.fields import Listed
from wanwatch.config.problem import toml_value, wrong
from wanwatch.config.target_tables import read_table, shown_target, written
from wanwatch.core.target import Target


class TargetText:
    """Marks a field that is written as a target's text or table and kept as a target."""

    def __str__(self) -> str:
        return (
            "an address, tcp:ADDRESS:PORT, udp:ADDRESS:PORT, dns:ADDRESS, dns:ADDRESS/NAME/TYPE, "
            'a URL, "URL at ADDRESS", or a table with "url" or "dns" (`docs/probes.md`)'
        )

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read a text or a table; write the shortest that is read as the same target."""
        return core_schema.no_info_plain_validator_function(
            read_target, serialization=core_schema.plain_serializer_function_ser_schema(written)
        )


def read_target(value: object) -> Target:
    """Return the target that a value names. Raises the error that shows the right form."""
    if isinstance(value, dict):
        return read_table(value)
    if not isinstance(value, str):
        raise wrong(f'{toml_value(value)} is not a target; write a text, as "1.1.1.1"')
    try:
        return Target.parse(value)
    except ValueError as error:
        raise wrong(f"{shown_target(value)} is not a target: {error}") from None


def _told_apart(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Refuse two targets of one name: what is measured of them is kept, and shown, by it."""
    names = [str(target) for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise wrong(
                f"{toml_value(name)} is asked for twice, with other answers that count; "
                "remove one, or write another name, path or port"
            )
    return targets


Targets = Annotated[
    tuple[Annotated[Target, TargetText()], ...],
    Listed(may_be_empty=False),
    AfterValidator(_told_apart),
]
"""At least one target, none twice."""
