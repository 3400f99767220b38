"""A target that is written as a table, since its text could not say which answers count.

``{ url = "...", address = "...", status = 200, body = "ok" }`` for HTTP, ``{ dns = "...",
name = "...", type = "A", expect = "..." }`` for DNS.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from wanwatch.config.problem import toml_value, wrong
from wanwatch.core.dns_question import ACCEPTED, DnsQuestion
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target

_T = TypeVar("_T")
_LOGIN = re.compile(r"//[^/?#]*@")
_KEYS = {
    "url": {
        "url": '"https://example.com/health"',
        "address": '"192.0.2.1"',
        "status": "200",
        "body": '"ok"',
        "verify": "false",
        "fingerprint": '"64 hexadecimal digits"',
    },
    "dns": {
        "dns": '"9.9.9.9"',
        "name": '"example.com"',
        "type": '"A"',
        "expect": '"192.0.2.7"',
        "accept": '["NOERROR", "NXDOMAIN"]',
    },
}
"""The key that a table is told by -> all its keys, each with an example of its value."""


def read_table(table: Mapping[str, Any]) -> Target:
    """Return the target that a table names. Raises the error that names the key and the remedy."""
    named = [word for word in _KEYS if word in table]
    if len(named) != 1:
        what = "names both a url and a dns server" if named else "names nothing to probe"
        raise wrong(
            f"a target's table {what}; write either "
            '{ url = "http://192.0.2.1/" } or { dns = "9.9.9.9" }'
        )
    fields = _Fields(table, named[0])
    try:
        return _page(fields) if named[0] == "url" else _question(fields)
    except PydanticCustomError:
        raise
    except ValueError as error:
        raise wrong(f"{fields.shown} is not a target: {error}") from None


def shown_target(value: object) -> str:
    """Return the value that tells a target as it is shown; a login in a URL is left out."""
    return toml_value(_LOGIN.sub("//...@", value) if isinstance(value, str) else value)


def written(target: Target) -> str | dict[str, Any]:
    """Return a target as it is written: its text, or a table where the text would not do."""
    match target.request:
        case HttpPage() as page if page != HttpPage(page.tls, page.host, page.path):
            table: dict[str, Any] = {"url": target.url, "address": target.address}
            table |= {"status": list(page.status)} if page.status else {}
            table |= {"body": page.body} if page.body else {}
            table |= {} if page.verify else {"verify": False}
            return table | ({"fingerprint": page.fingerprint} if page.fingerprint else {})
        case DnsQuestion() as question if question != DnsQuestion(question.name, question.type):
            server = str(Target(target.kind, target.address, target.port)).removeprefix("dns:")
            table = {"dns": server, "name": question.name, "type": question.type}
            table |= {"expect": list(question.expect)} if question.expect else {}
            accepts_others = question.accept != ACCEPTED
            return table | ({"accept": list(question.accept)} if accepts_others else {})
    return str(target)


def _page(fields: "_Fields") -> Target:
    return Target.of_page(
        fields.text("url"),
        fields.text("address") if fields.has("address") else None,
        status=fields.each("status", fields.number),
        body=fields.text("body", default=""),
        verify=fields.claim("verify", default=True),
        fingerprint=fields.text("fingerprint", default=""),
    )


def _question(fields: "_Fields") -> Target:
    question = DnsQuestion(
        fields.text("name", default="."),
        fields.text("type", default=""),
        fields.each("expect", fields.one_text),
        fields.each("accept", fields.one_text, default=ACCEPTED),
    )
    return Target.of_question(fields.text("dns"), question)


class _Fields:
    """The values of a table, each of its type or refused with an example."""

    def __init__(self, table: Mapping[str, Any], told_by: str) -> None:
        self._table = table
        self._examples = _KEYS[told_by]
        self.shown = shown_target(table[told_by])
        for key in table:
            if key not in self._examples:
                raise wrong(f"{self.shown}: {self._unknown(key)}")

    def _unknown(self, key: str) -> str:
        near = get_close_matches(key.lower(), self._examples, n=1, cutoff=0.5)
        remedy = f'did you mean "{near[0]}"?' if near else f"write some of {self._listed}"
        return f"{toml_value(key)} is no key of such a target; {remedy}"

    @property
    def _listed(self) -> str:
        return ", ".join(self._examples)

    def has(self, key: str) -> bool:
        """Return whether the key is there."""
        return key in self._table

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        value = self._table.get(key, default)
        return self.one_text(key, value)

    def one_text(self, key: str, value: object) -> str:
        """Return a value that has to be a text."""
        if not isinstance(value, str) or (key in self._table and not value):
            raise self._refusal(key, value, "a text")
        return value

    def number(self, key: str, value: object) -> int:
        """Return a value that has to be a whole number."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refusal(key, value, "a whole number")
        return value

    def claim(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            raise self._refusal(key, value, "true or false")
        return value

    def each(
        self, key: str, read: Callable[[str, object], _T], default: tuple[_T, ...] = ()
    ) -> tuple[_T, ...]:
        """Return one value or those of a list, not an empty one."""
        if key not in self._table:
            return default
        value = self._table[key]
        if value == []:
            raise self._refusal(key, value, "a value")
        return tuple(read(key, each) for each in (value if isinstance(value, list) else [value]))

    def _refusal(self, key: str, value: object, wanted: str) -> Exception:
        example = self._examples[key]
        return wrong(
            f"{self.shown}: {key} {shown_target(value)} is not {wanted}; write {key} = {example}"
        )
