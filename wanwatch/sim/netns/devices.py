"""The names of Linux devices for RouterOS interfaces.

RouterOS takes any text for a name, Linux 15 bytes without spaces, slashes and colons (``dev_valid_name``
in net/core/dev.c; a colon would be an alias). A name that Linux takes as it is stays as it is.
"""

import hashlib
import re

_LONGEST = 15
_VALID = re.compile(r"[A-Za-z0-9_.-]+")


def device_name(interface: str) -> str:
    """The device that stands for an interface: the same name, or a readable one made of it."""
    if len(interface) <= _LONGEST and _VALID.fullmatch(interface) and interface not in (".", ".."):
        return interface
    digest = hashlib.sha256(interface.encode("latin-1", "replace")).hexdigest()[:4]
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", interface).strip("-")
    return f"{readable[: _LONGEST - 5]}.{digest}"
