"""Whatever stands at a key: a configuration comes out, or sentences; never another error."""

import pytest

from wanwatch.config import Config, ConfigError, load_text
from wanwatch.config.keys import fields_of, sections_of

ODD_VALUES = (
    '""', '"x"', '" "', '"\\u0000"', '"\\u009b"', '"1s"', '"1.1.1.1"', '"[::1]:1"', '"٣s"', "0", "-1", "1",
    "99999999999999999999999", "0.5", "nan", "inf", "-inf", "true", "[]", '["x", "x"]', "[[1]]",
    "[{}]", "{}", "{ a = 1 }", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z",
)  # fmt: skip
KEYS = [(heading, name) for heading, _, model in sections_of(Config) for name in fields_of(model)]
NEEDED = {
    "[[wan]]": {"name": '"a"', "interface": '"ether1"'},
    "[router]": {"address": '"192.168.88.1"'},
}


def text_with(heading: str, key: str, value: str) -> str:
    """Return a configuration with the value at the key, and what else is needed."""
    sections = {heading: {}, **NEEDED}
    lines = []
    for each, needed in sections.items():
        keys = {**NEEDED.get(each, needed), **({key: value} if each == heading else {})}
        lines += [each, *(f"{name} = {written}" for name, written in keys.items())]
    return "\n".join(lines)


@pytest.mark.parametrize(("heading", "key"), KEYS)
def test_an_odd_value_gives_a_configuration_or_sentences(heading: str, key: str) -> None:
    refused = 0
    for value in ODD_VALUES:
        try:
            load_text(text_with(heading, key, value), "test")
        except ConfigError as error:
            refused += 1
            for problem in error.problems:
                assert problem.startswith("test: ")
                assert problem.isprintable(), problem
                assert "what this key takes" not in problem
    assert 0 < refused <= len(ODD_VALUES)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_an_odd_section_gives_a_configuration_or_sentences(value: str) -> None:
    for _, key, _ in sections_of(Config):
        with pytest.raises(ConfigError) as caught:
            load_text(f"{key} = {value}\nunknown = 1", "test")
        assert all(problem.isprintable() for problem in caught.value.problems)


@pytest.mark.parametrize("key", ['"a\\nb"', '""', '"\\u001b[31m"', '"é"'])
def test_an_odd_key_is_shown_harmlessly(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_text(f"{key} = 1", "test")
    assert all(problem.isprintable() for problem in caught.value.problems)
