"""Configuration: TOML read by ``tomllib``, checked by frozen pydantic models, used everywhere.

Decides what an operator may write and what wanwatch takes for granted; every refusal is one
sentence that names the file, the key, the value and the remedy. May import core, never the parts
that are configured. Reads files only in ``load`` and, lazily, for the router's password.
"""

from wanwatch.config.derived import derived, warnings
from wanwatch.config.health import HealthSection
from wanwatch.config.load import load, load_text
from wanwatch.config.model import Config
from wanwatch.config.probing import ProbeSection, Probing
from wanwatch.config.problem import ConfigError
from wanwatch.config.router import RouterSection
from wanwatch.config.secret import Secret
from wanwatch.config.service import FailoverSection, LogSection, StatusSection
from wanwatch.config.wan import WanSection

__all__ = [
    "Config",
    "ConfigError",
    "FailoverSection",
    "HealthSection",
    "LogSection",
    "ProbeSection",
    "Probing",
    "RouterSection",
    "Secret",
    "StatusSection",
    "WanSection",
    "derived",
    "load",
    "load_text",
    "warnings",
]
