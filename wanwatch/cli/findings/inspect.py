"""What the findings of ``core.discovery.agreement`` mean: where configuration and router differ."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "configuration-differs": "the configuration gives {where} the {key} {configured}, but the router's routes and rules give it {found}; wanwatch follows the configuration, so what it leaves out is not moved when the line fails",
    "wan-not-configured": "the router has a line {where} (interface {interface}, gateway {gateway}) that is not in the configuration; it is not watched, and takes no buckets of a line that fails",
}
