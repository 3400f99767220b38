"""The reference page and the example say what the models say."""

import re
import tomllib
from pathlib import Path

from wanwatch.config import Config, load
from wanwatch.config.durations import parse_duration
from wanwatch.config.keys import fields_of, sections_of
from wanwatch.config.reference import render

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "wanwatch.toml.example"
COMMENTED = re.compile(r"#(?P<line>(?P<key>[a-z_]+) = [^#]*)(?P<note>#.*)?")


def test_the_reference_page_is_the_one_the_models_draw() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == render()


def test_every_key_has_a_form_and_a_reason() -> None:
    for heading, _, model in sections_of(Config):
        for info in fields_of(model).values():
            assert info.form, (heading, info.name)
            assert len(info.description) > 20, (heading, info.name)
            assert info.required or info.default or info.example, (heading, info.name)


def test_the_example_loads() -> None:
    assert [wan.name for wan in load(EXAMPLE).wans] == ["isp1", "isp2"]


def test_the_example_shows_every_key() -> None:
    shown: dict[str, set[str]] = {}
    section = ""
    for line in EXAMPLE.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif match := re.match(r"#?([a-z_]+) = ", line):
            shown.setdefault(section, set()).add(match[1])
    assert shown == {heading: set(fields_of(model)) for heading, _, model in sections_of(Config)}


def test_what_the_example_calls_a_default_is_the_default() -> None:
    section = ""
    models = {heading: model for heading, _, model in sections_of(Config)}
    checked = 0
    for line in EXAMPLE.read_text().splitlines():
        if line.startswith("["):
            section = line
        match = COMMENTED.fullmatch(line)
        if match is None or "example" in (match["note"] or ""):
            continue
        info = fields_of(models[section])[match["key"]]
        assert tomllib.loads(match["line"]) == tomllib.loads(f"{info.name} = {info.default}")
        checked += 1
    assert checked > 15


def test_the_example_shows_what_the_default_profile_says() -> None:
    text = EXAMPLE.read_text()
    for _, _, model in sections_of(Config):
        for info in fields_of(model).values():
            if "with the profile" in info.default:
                assert f"\n#{info.name} = {info.example} " in text


def test_the_ranges_of_durations_are_durations() -> None:
    for form in re.findall(r"\| (\d+m?s|0s) to (\w+) \|", render()):
        assert parse_duration(form[0]) < parse_duration(form[1])
