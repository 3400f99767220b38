"""``[router]``: how wanwatch reaches the router and logs in."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from wanwatch.config.durations import Span
from wanwatch.config.fields import ABSOLUTE_PATH, ANY_TEXT, Between, Section, Text
from wanwatch.config.password import exposure, from_credential, from_environment, from_file
from wanwatch.config.problem import Problem, refuse, toml_value, wrong
from wanwatch.config.secret import Secret

API_PORT = 8728
"""RouterOS manual, API: the port of the service ``api``."""
API_TLS_PORT = 8729
"""RouterOS manual, API: the port of the service ``api-ssl``."""
_PASSWORD_KEYS = ("password", "password_file", "password_env", "password_credential")
_TLS_KEYS = {"tls_ca_file": "ca", "tls_server_name": "ca", "tls_fingerprint": "pin"}


def _host(value: str) -> str:
    if "://" in value:
        raise wrong(f"{toml_value(value)} is a URL; write the address or host name alone")
    if re.fullmatch(r"[^:]+:\d+|\[.*\](:\d+)?", value):
        raise wrong(f"{toml_value(value)} holds a port or brackets; write the port as key `port`")
    if re.fullmatch(r"[A-Za-z0-9._:%-]{1,253}", value, re.ASCII) is None:
        raise wrong(f"{toml_value(value)} is no address; write an IP address or a host name")
    return value


def _variable(value: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value, re.ASCII) is None:
        raise wrong(
            "this is no name of an environment variable; "
            'write the name, as "WANWATCH_PASSWORD", not the password'
        )
    return value


def _credential(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.@:-]{1,255}", value, re.ASCII) is None or value in {".", ".."}:
        raise wrong(
            "this is no name of a systemd credential; "
            "write the name that stands before the colon in LoadCredential="
        )
    return value


def _fingerprint(value: str) -> str:
    digits = value.replace(":", "").lower()
    if re.fullmatch(r"[0-9a-f]{64}", digits, re.ASCII) is None:
        raise wrong(
            f"{toml_value(value)} is not a SHA-256 fingerprint; "
            "write its 64 hexadecimal digits, colons allowed"
        )
    return digits


class RouterSection(Section):
    """The router, its API service and the login."""

    address: Annotated[str, Text(_host, "an IP address or host name")] = Field(
        examples=["192.168.88.1"]
    )
    """The router, as the wanwatch host reaches it: over the LAN, never over one of the WANs."""
    port: Annotated[int, Between(1, 65535)] | None = Field(
        default=None, examples=[8728], json_schema_extra={"default_text": "8728, with TLS 8729"}
    )
    """The port of the API service. Set it when the router's was moved."""
    user: Annotated[str, ANY_TEXT] = Field(default="wanwatch", examples=["wanwatch"])
    """The login. One of its own, so that the router's log tells wanwatch from people."""
    inline_password: Secret | None = Field(
        default=None, alias="password", examples=["..."], json_schema_extra={"form": "a text"}
    )
    """The password itself. Discouraged: whoever reads this file, or its backup, has the router."""
    password_file: Annotated[str, ABSOLUTE_PATH] | None = Field(
        default=None, examples=["/etc/wanwatch/password"]
    )
    """A file that holds the password, readable for wanwatch only."""
    password_env: Annotated[str, Text(_variable, "a variable's name")] | None = Field(
        default=None, examples=["WANWATCH_PASSWORD"]
    )
    """An environment variable that holds the password, for containers."""
    password_credential: Annotated[str, Text(_credential, "a credential's name")] | None = Field(
        default=None, examples=["router"]
    )
    """A systemd credential (`LoadCredential=`) that holds the password. None of the four keys
    means an empty password, as a factory-new router has it."""
    tls: Literal["off", "ca", "pin", "anonymous"] = "off"
    """How the API connection is protected: not at all (the password crosses the LAN readable), by
    a certificate authority, by the fingerprint of the router's certificate, or by TLS without a
    certificate, which keeps out listeners but not somebody who sits in between."""
    tls_ca_file: Annotated[str, ABSOLUTE_PATH] | None = Field(
        default=None,
        examples=["/etc/wanwatch/router-ca.pem"],
        json_schema_extra={"default_text": "the system's authorities"},
    )
    """With `tls = "ca"`: the authority that signed the router's certificate, in PEM."""
    tls_fingerprint: Annotated[str, Text(_fingerprint, "64 hexadecimal digits")] | None = Field(
        default=None, examples=["9f86d081..."]
    )
    """With `tls = "pin"`: SHA-256 of the router's certificate, as `/certificate print detail`
    shows it."""
    tls_server_name: Annotated[str, ANY_TEXT] | None = Field(
        default=None,
        examples=["router.example"],
        json_schema_extra={"default_text": "the address"},
    )
    """With `tls = "ca"`: the name in the router's certificate when it is not the address."""
    timeout: Annotated[float, Span("500ms", "60s")] = 5.0
    """How long one API sentence may take until the connection is dropped and made anew. A loaded
    router with a full connection table needs seconds."""

    listen: bool = True
    """Have the router tell of interfaces that go down, over a second API session. Without it that
    is seen when the router is read the next time."""

    _source: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file's name for the sentences about the password."""
        if isinstance(context, dict):
            self._source = str(context.get("source", ""))

    @model_validator(mode="after")
    def _agrees(self) -> "RouterSection":
        problems = []
        given = [key for key in _PASSWORD_KEYS if self._has(key)]
        if len(given) > 1:
            problems.append(Problem((given[1],), f"{given[0]} is given too; keep one of the two"))
        for key, needed in _TLS_KEYS.items():
            if getattr(self, key) is not None and self.tls != needed:
                sentence = f'means nothing with tls = "{self.tls}"; write tls = "{needed}"'
                problems.append(Problem((key,), f"{sentence} or remove the key"))
        if self.tls == "pin" and self.tls_fingerprint is None:
            sentence = 'missing with tls = "pin"; write the SHA-256 of the router\'s certificate'
            problems.append(Problem(("tls_fingerprint",), sentence))
        refuse(problems)
        return self

    @property
    def api_port(self) -> int:
        """The port to connect to: the one configured, or the service's usual one."""
        if self.port is not None:
            return self.port
        return API_PORT if self.tls == "off" else API_TLS_PORT

    def password(self, environ: Mapping[str, str] | None = None) -> Secret:
        """Return the password, read now. Raises ConfigError when it cannot be had."""
        environ = os.environ if environ is None else environ
        if self.password_file is not None:
            return from_file(Path(self.password_file), self._where("password_file"))
        if self.password_env is not None:
            return from_environment(self.password_env, environ, self._where("password_env"))
        if self.password_credential is not None:
            where = self._where("password_credential")
            return from_credential(self.password_credential, environ, where)
        return self.inline_password or Secret("")

    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed here but unwise. Looks at the password file's permissions."""
        found = []
        if self.inline_password:
            sentence = "the password stands in the configuration; move it to a password_file"
            found.append(f"{self._where('password')}: {sentence}")
        elif not any(self._has(key) for key in _PASSWORD_KEYS[1:]):
            sentence = "the login has no password; give the router's user one, and a password_file"
            found.append(f"{self._where('password')}: {sentence}")
        if self.password_file and (exposed := exposure(Path(self.password_file))):
            found.append(f"{self._where('password_file')}: {exposed}")
        if self.tls == "anonymous":
            sentence = '"anonymous" does not prove whom wanwatch talks to; pin the certificate'
            found.append(f"{self._where('tls')}: {sentence}")
        return tuple(found)

    def _has(self, key: str) -> bool:
        return getattr(self, "inline_password" if key == "password" else key) is not None

    def _where(self, key: str) -> str:
        return f"{self._source}: router.{key}" if self._source else f"router.{key}"
