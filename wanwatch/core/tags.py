"""wanwatch's memory on the router: a tag at the end of a comment that says how to undo a change.

``<operator's comment> [wanwatch: wan=isp1 disabled=no]`` reads: this row was changed for WAN isp1;
to undo it, set ``disabled`` to ``no`` and take the tag away. ``added=`` instead says that the row
is wanwatch's own and is removed. The operator's text stays in place, byte for byte. Values are
percent-encoded where RouterOS or the tag's own form would trip over them, so a tag is ASCII.
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
        pairs = [("wan", self.wan), *([("added", self.added)] if self.added else [])]
        words = [f"{name}={_encode(value)}" for name, value in [*pairs, *self.originals.items()]]
        return f"[wanwatch: {' '.join(words)}]"


def split_comment(comment: str) -> tuple[str, Tag | None]:
    """Part a comment (latin-1 text) into the operator's own text and wanwatch's tag."""
    match = _TAG.search(comment)
    if match is None:
        return comment, None
    values = {}
    for word in match.group(1).split():
        name, _, value = word.partition("=")
        values[name] = _decode(value)
    wan = values.pop("wan", "")
    added = values.pop("added", "")
    if not wan:
        return comment, None
    return comment[: match.start()], Tag(wan, values, added)


def join_comment(operators: str, tag: Tag | None) -> str:
    """Put a tag behind the operator's text; the inverse of ``split_comment``."""
    if tag is None:
        return operators
    return f"{operators} {tag}" if operators else str(tag)


def _encode(value: str) -> str:
    return quote_from_bytes(value.encode("latin-1"), safe=_SAFE)


def _decode(value: str) -> str:
    return unquote_to_bytes(value).decode("latin-1")
