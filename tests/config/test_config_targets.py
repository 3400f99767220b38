"""Targets as they are written in a configuration, and as they are written back."""

from pathlib import Path

import pytest

from wanwatch.config import ConfigError, load, load_text
from wanwatch.config.target_tables import written
from wanwatch.config.targets import read_target
from wanwatch.core.dns_question import DnsQuestion
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind

EVERY_KIND = Path(__file__).parent / "good" / "targets.toml"
PIN = "ab" * 32


@pytest.mark.parametrize(
    ("table", "target"),
    [
        (
            {
                "url": "https://example.com:444/health?full",
                "address": "192.0.2.1",
                "status": 200,
                "body": "ok",
            },
            Target(
                TargetKind.HTTP,
                "192.0.2.1",
                444,
                HttpPage(
                    tls=True, host="example.com", path="/health?full", status=(200,), body="ok"
                ),
            ),
        ),
        (
            {"url": "https://192.0.2.1", "fingerprint": PIN},
            Target(TargetKind.HTTP, "192.0.2.1", 443, HttpPage(tls=True, fingerprint=PIN)),
        ),
        (
            {"url": "https://192.0.2.1", "verify": False},
            Target(TargetKind.HTTP, "192.0.2.1", 443, HttpPage(tls=True, verify=False)),
        ),
        ({"url": "http://192.0.2.1"}, Target(TargetKind.HTTP, "192.0.2.1")),
        ({"dns": "9.9.9.9"}, Target(TargetKind.DNS, "9.9.9.9")),
        (
            {"dns": "[2620:fe::fe]:5353", "name": "example.com", "expect": "192.0.2.7"},
            Target(
                TargetKind.DNS,
                "2620:fe::fe",
                5353,
                DnsQuestion("example.com", "A", ("192.0.2.7",)),
            ),
        ),
    ],
)
def test_a_table_is_read_as_a_target(table: dict[str, object], target: Target) -> None:
    assert read_target(table) == target


@pytest.mark.parametrize("target", load(EVERY_KIND).probe.targets, ids=str)
def test_what_is_written_back_is_read_as_the_same_target(target: Target) -> None:
    assert read_target(written(target)) == target


def test_a_text_is_written_back_where_it_says_all() -> None:
    assert written(read_target({"url": "https://192.0.2.1/"})) == "https://192.0.2.1"
    assert written(read_target({"dns": "9.9.9.9", "name": "example.com"})) == (
        "dns:9.9.9.9/example.com"
    )


@pytest.mark.parametrize(
    "value",
    ['"https://me:secret@192.0.2.1/"', '{ url = "https://me:secret@192.0.2.1/", status = "x" }'],
)
def test_a_login_in_a_url_is_not_repeated(value: str) -> None:
    text = f'[[wan]]\nname = "a"\ninterface = "b"\ntargets = [{value}]\n'
    with pytest.raises(ConfigError) as caught:
        load_text(text, "test")
    assert "//...@192.0.2.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_page_of_the_other_family_than_the_source_is_refused() -> None:
    text = '[[wan]]\nname = "a"\ninterface = "b"\nsource = "192.0.2.9"\n'
    with pytest.raises(ConfigError, match=r"\[2001:db8::1\]. cannot be probed from the source"):
        load_text(f'{text}targets = ["https://[2001:db8::1]"]\n', "test")
