"""wanwatch's memory on the router: a tag at the end of a comment that says how to undo a change.

``<operator's comment> [wanwatch: wan=isp1 disabled=no]`` reads: this row was changed for WAN isp1;
to undo it, set ``disabled`` to ``no`` and take the tag away. ``added=`` instead says that the row
is wanwatch's own and is removed. The operator's text stays in place, byte for byte. Values are
percent-encoded where RouterOS or the tag's own form would trip over them, so a tag is ASCII: the
WAN's name, which is the configuration's, as UTF-8; the router's own texts as its bytes (latin-1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes

_TAG = re.compile(r"(?:^| )\[wanwatch:((?: [a-z-]+=[!-Z\\^-~]*)+)\]\Z", re.ASCII)
_SAFE = "/:,.!@*+()"


@dataclass(frozen=True, slots=True)
class Tag:
    """What a changed row was: ``originals`` are the property values that undo the change.

    ``added`` is not empty on a row that wanwatch added: the classifier of the rule it was split
    from.
    """

    wan: str
    originals: Mapping[str, str] = field(default_factory=dict)
    added: str = ""

    def __str__(self) -> str:
        pairs = [*([("added", self.added)] if self.added else []), *self.originals.items()]
        words = [f"wan={_encode(self.wan, 'utf-8')}"]
        words += [f"{name}={_encode(value, 'latin-1')}" for name, value in pairs]
        return f"[wanwatch: {' '.join(words)}]"


def split_comment(comment: str) -> tuple[str, Tag | None]:
    """Part a comment (latin-1 text) into the operator's own text and wanwatch's tag."""
    match = _TAG.search(comment)
    if match is None:
        return comment, None
    values = {}
    for word in match.group(1).split():
        name, _, value = word.partition("=")
        values[name] = value if name == "wan" else _decode(value, "latin-1")
    wan = _decode(values.pop("wan", ""), "utf-8")
    added = values.pop("added", "")
    if not wan:
        return comment, None
    return comment[: match.start()], Tag(wan, values, added)


def join_comment(operators: str, tag: Tag | None) -> str:
    """Put a tag behind the operator's text; the inverse of ``split_comment``."""
    if tag is None:
        return operators
    return f"{operators} {tag}" if operators else str(tag)


def _encode(value: str, encoding: str) -> str:
    return quote_from_bytes(value.encode(encoding), safe=_SAFE)


def _decode(value: str, encoding: str) -> str:
    return unquote_to_bytes(value).decode(encoding, errors="replace")
