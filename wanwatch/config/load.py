"""From a file or a text to a configuration, or to all the sentences about why not."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from wanwatch.config.messages import sentences
from wanwatch.config.model import Config
from wanwatch.config.problem import ConfigError

_PLACE = re.compile(r"(?P<what>.*) \(at (?P<place>line \d+, column \d+|end of document)\)")


def load(path: str | Path) -> Config:
    """Read a configuration file. Raises ConfigError for a file that is missing or wrong."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        problem = "no such file; name the right one with --config, or write it after the example"
    except IsADirectoryError:
        problem = "a directory; name the file in it"
    except PermissionError:
        problem = "not readable for this user; run as the user wanwatch runs as, or give it access"
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); name a plain file"
    else:
        return load_text(_text(content, str(path)), str(path))
    raise ConfigError([f"{path}: {problem}"])


def load_text(text: str, name: str) -> Config:
    """Read a configuration from a text; ``name`` is what sentences call it. Raises ConfigError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = _syntax(str(error))
    except RecursionError:
        problem = "brackets are nested too deeply; wanwatch needs one level"
    else:
        try:
            return Config.model_validate(data, context={"source": name})
        except ValidationError as error:
            problems = sentences(error, Config, data, name)
        # Raised out here, so that no chained error carries the values, a password among them.
        raise ConfigError(problems)
    raise ConfigError([f"{name}: {problem}"])


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"{name}: line {line}: not UTF-8 text; save the file as UTF-8"
    raise ConfigError([problem])


def _syntax(sentence: str) -> str:
    """Return the place and the reason. The line is not shown: it may hold the password."""
    match = _PLACE.fullmatch(sentence)
    place, what = (match["place"], match["what"]) if match else ("somewhere", sentence)
    return f"{place}: not TOML ({what}); put texts and durations in quotes, one key on a line"
