"""Text between people and the router: the router keeps bytes, wanwatch keeps one character a byte.

Everything read from the router is latin-1 text, so that a comment in any encoding is written back
byte for byte. What a person writes or reads is UTF-8, as WinBox of RouterOS 7 and terminals send.
"""


def router_text(text: str) -> str:
    """What a person wrote, as the router's text: its UTF-8 bytes, one character each."""
    return text.encode("utf-8").decode("latin-1")


def display_text(text: str) -> str:
    """The router's text for a person: UTF-8 where it is valid UTF-8, else as latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
