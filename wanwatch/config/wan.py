"""``[[wan]]``: one line, how its probes are steered into it, and what on the router is its."""

import re
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from wanwatch.config.fields import ANY_TEXT, IP_ADDRESS, LABEL, Between, Listed, Section, Text
from wanwatch.config.probing import Interval, Patience, Timeout
from wanwatch.config.problem import Problem, refuse, toml_value, wrong
from wanwatch.config.targets import Targets
from wanwatch.core.model import WanSpec

Names = Annotated[tuple[Annotated[str, ANY_TEXT], ...], Listed()]
Addresses = Annotated[tuple[Annotated[str, IP_ADDRESS], ...], Listed()]
Steering = tuple[str | None, int | None, int | None, str | None]
"""Source address, DSCP, firewall mark and device of a WAN's probes."""

_FROM_ROUTER: JsonDict = {"default_text": "read from the router"}
_FROM_PROBE: JsonDict = {"default_text": "that of `[probe]`"}


def _device(value: str) -> str:
    if re.fullmatch(r"[^/\s\x00-\x1f]{1,15}", value) is None or len(value.encode()) > 15:
        raise wrong(
            f"{toml_value(value)} cannot be a network device of this host; "
            "write one of the names that `ip link` shows"
        )
    return value


class WanSection(Section):
    """One line. Which connections, routes and rules are its is read from the router."""

    name: Annotated[str, LABEL] = Field(examples=["isp1"])
    """What the line is called in metrics, logs, commands and comments on the router."""
    interface: Annotated[str, ANY_TEXT] = Field(examples=["ether1"])
    """The line's interface as RouterOS names it; for PPPoE that of the PPPoE client."""
    weight: Annotated[int, Between(1, 1000)] | None = Field(
        default=None,
        examples=[2],
        json_schema_extra={"default_text": "its number of hash values on the router"},
    )
    """The line's share when it takes over traffic of others, relative to theirs."""
    source: Annotated[str, IP_ADDRESS] | None = Field(default=None, examples=["192.168.88.201"])
    """This host's address that the line's probes leave from; the router routes by it. One of
    `source`, `dscp`, `fwmark` and `device` is needed to run, and no two lines alike."""
    dscp: Annotated[int, Between(1, 63)] | None = Field(default=None, examples=[41])
    """The DSCP that the line's probes bear, where addresses are scarce."""
    fwmark: Annotated[int, Between(1, 4294967295)] | None = Field(default=None, examples=[101])
    """The mark that this host's own policy rules route the line's probes by."""
    device: Annotated[str, Text(_device, "1 to 15 characters")] | None = Field(
        default=None, examples=["eth0.101"]
    )
    """This host's network device that the line's probes leave by, such as a VLAN per line."""
    targets: Targets | None = Field(
        default=None, examples=[["1.1.1.1", "tcp:9.9.9.9:853"]], json_schema_extra=_FROM_PROBE
    )
    """What is probed through this line."""
    interval: Interval | None = Field(default=None, examples=["10s"], json_schema_extra=_FROM_PROBE)
    """The time between two probes to one target; longer for a line that is paid by volume."""
    timeout: Timeout | None = Field(default=None, examples=["2s"], json_schema_extra=_FROM_PROBE)
    """When a probe through this line counts as lost; longer for a satellite."""
    patience: Patience | None = Field(default=None, examples=["4s"], json_schema_extra=_FROM_PROBE)
    """How long an answer through this line is still listened for."""
    gateways: Names = Field(default=(), examples=[["192.0.2.1"]], json_schema_extra=_FROM_ROUTER)
    """The line's next hops, when the router does not tell."""
    routing_tables: Names = Field(
        default=(), examples=[["to-isp1"]], json_schema_extra=_FROM_ROUTER
    )
    """The line's routing tables; on RouterOS 6 its routing marks."""
    connection_marks: Names = Field(
        default=(), examples=[["isp1-conn"]], json_schema_extra=_FROM_ROUTER
    )
    """The connection marks that lead into this line."""
    addresses: Addresses = Field(
        default=(), examples=[["192.0.2.10"]], json_schema_extra=_FROM_ROUTER
    )
    """The router's own addresses on this line, that its connections are translated to."""

    @model_validator(mode="after")
    def _agrees(self) -> "WanSection":
        problems = []
        if "main" in self.routing_tables:
            sentence = '"main" is everybody\'s; name only the tables that lead into this line'
            problems.append(Problem(("routing_tables",), sentence))
        refuse(problems)
        return self

    @property
    def steering(self) -> Steering:
        """What tells this line's probes apart."""
        return self.source, self.dscp, self.fwmark, self.device

    @property
    def is_steered(self) -> bool:
        """True when something leads this line's probes into it."""
        return any(part is not None for part in self.steering)

    @property
    def spec(self) -> WanSpec:
        """The line as the core knows it."""
        return WanSpec(
            name=self.name,
            interface=self.interface,
            weight=self.weight,
            gateways=self.gateways,
            routing_tables=self.routing_tables,
            connection_marks=self.connection_marks,
            probe_source=self.source or "",
            addresses=self.addresses,
        )
