"""Words that came from the network, made fit for a log line and a terminal."""

_LONGEST = 80


def shown(text: str) -> str:
    """Return a text without what is not printable, shortened where it is long."""
    plain = "".join(character if character.isprintable() else "?" for character in text)
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 3] + "..."
