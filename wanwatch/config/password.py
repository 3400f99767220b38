"""Where the router's password comes from: read when it is needed, so that it can be rotated.

Three places keep it out of the configuration file: a file, an environment variable, and a
credential that systemd hands over (systemd.exec(5), LoadCredential). A trailing line end is no
part of a password that an editor or ``echo`` wrote.
"""

import stat
from collections.abc import Mapping
from pathlib import Path

from wanwatch.config.problem import ConfigError, toml_value
from wanwatch.config.secret import Secret

CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
_LARGEST = 4096
"""Bytes. A larger file is not a password but a mistaken path."""


def from_file(path: Path, where: str, *, may_be_empty: bool = False) -> Secret:
    """Return the file's content without its trailing line end.

    Raises ConfigError, whose sentence begins with ``where``, when it cannot be read, or is empty
    and may not be.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        problem = "no such file; put the password there, readable for wanwatch only"
    except IsADirectoryError:
        problem = "a directory; name the file in it that holds the password"
    except PermissionError:
        problem = "not readable for the user wanwatch runs as; give it the file with chown"
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); put the password into a plain file"
    else:
        return _decoded(content, path, where, may_be_empty=may_be_empty)
    raise ConfigError([f"{where}: {path}: {problem}"])


def from_environment(variable: str, environ: Mapping[str, str], where: str) -> Secret:
    """Return the variable's value. Raises ConfigError when it is not set; empty is a password."""
    if variable not in environ:
        sentence = f"the environment variable {variable} is not set"
        remedy = "set it where wanwatch is started, or use password_file"
        raise ConfigError([f"{where}: {sentence}; {remedy}"])
    return Secret(environ[variable])


def from_credential(name: str, environ: Mapping[str, str], where: str) -> Secret:
    """Return what systemd put into its credentials directory. Raises ConfigError without it."""
    directory = environ.get(CREDENTIALS_DIRECTORY)
    if not directory:
        sentence = f"{toml_value(name)} needs systemd, and {CREDENTIALS_DIRECTORY} is not set"
        remedy = f"start wanwatch as a unit with LoadCredential={name}:/path/to/file"
        raise ConfigError([f"{where}: {sentence}; {remedy}"])
    return from_file(Path(directory) / name, where)


def exposure(path: Path) -> str | None:
    """Return what is wrong with the file's permissions, None when nothing is or it is missing."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not mode & (stat.S_IRWXO | stat.S_IWGRP):
        return None
    return (
        f"{path} has the mode {stat.S_IMODE(mode):04o}, so that others than its owner can "
        f"{'read' if mode & stat.S_IROTH else 'change'} it; chmod 600 {path}"
    )


def _decoded(content: bytes, path: Path, where: str, *, may_be_empty: bool) -> Secret:
    if len(content) > _LARGEST:
        problem = "larger than 4 KiB; name the file that holds only the password"
        raise ConfigError([f"{where}: {path}: {problem}"])
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        problem = "not UTF-8 text; write the password as text"
        raise ConfigError([f"{where}: {path}: {problem}"]) from None
    if not text and not may_be_empty:
        problem = 'empty; write the password into it, or password = "" for a login without one'
        raise ConfigError([f"{where}: {path}: {problem}"])
    return Secret(text)
