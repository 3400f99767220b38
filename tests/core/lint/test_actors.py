"""What a RouterOS script changes is told by what it does, not by what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lint.surveys import found_in
from wanwatch.core.lint.actor_text import Effect, effects_of, scripts_run_by
from wanwatch.core.lint.actors import others

HEAD = "# 2026-02-01 08:00:00 by RouterOS 7.18.2\n"


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("/ip route disable [find comment=one]", {Effect.ROUTES}),
        ("ip route enable [find comment=one]", {Effect.ROUTES}),
        ("/ip/route/set [find comment=one] distance=5", {Effect.ROUTES}),
        ("/ip route\r\ndisable [find comment=one]\r\n:log info done", {Effect.ROUTES}),
        (":if ($x = 1) do={/ip route disable one} else={/ip route enable one}", {Effect.ROUTES}),
        ("/ip route set [find comment=one] gateway=$gw", {Effect.GATEWAYS}),
        ("/routing rule set 0 disabled=yes", {Effect.ROUTES}),
        ("/ip firewall mangle set [find] new-routing-mark=two", {Effect.MANGLE}),
        (':log info "over":/ip firewall mangle disable 3', {Effect.MANGLE}),
        ("/ip firewall nat disable [find comment=one]", {Effect.NAT}),
        ("/ip firewall connection remove [find]", {Effect.CONNECTIONS}),
        (
            ":foreach c in=[/ip firewall connection find] do={/ip firewall connection remove $c}",
            {Effect.CONNECTIONS},
        ),
        ("/ip dhcp-client release 0", {Effect.CLIENTS}),
        ("/interface pppoe-client disable one", {Effect.CLIENTS}),
        ("/interface disable ether1; :delay 3s; /interface enable ether1", {Effect.INTERFACES}),
        ("/interface ethernet disable ether1", {Effect.INTERFACES}),
        (
            "/ip route disable 1\n/ip firewall connection remove [find]",
            {Effect.ROUTES, Effect.CONNECTIONS},
        ),
    ],
)
def test_what_a_script_does_is_found(text: str, effects: set[Effect]) -> None:
    assert effects_of(text) == effects


@pytest.mark.parametrize(
    "text",
    [
        "",
        ':log warning "run /ip route disable [find comment=one]"',
        "# /ip route disable [find comment=one]\n:log info x",
        "/ip route print",
        ":local gw [/ip route get [find comment=one] gateway]",
        "/system backup save name=nightly",
        "/system reboot",
        "/interface wireless disable wlan1",
        "/ip firewall address-list add list=seen address=192.0.2.1",
        "/ip firewall filter disable [find comment=guests]",
        "/queue simple set 0 max-limit=1M/1M",
        "/tool e-mail send to=noc subject=down",
        ":set route 1",
    ],
)
def test_a_script_that_changes_nothing_of_the_lines_is_no_actor(text: str) -> None:
    assert not effects_of(text)


def test_the_scripts_a_script_runs_are_named() -> None:
    text = (
        '/system script run one; /sys scr run "two and more"\n:if (true) do={/system/script/run x}'
    )
    assert scripts_run_by(text) == ("one", "two and more", "x")


def test_a_script_run_through_another_counts_for_whoever_starts_it() -> None:
    export = (
        HEAD
        + '/system scheduler\nadd name=minutely on-event="/system script run outer"\n'
        + '/system script\nadd name=outer source="/system script run inner"\n'
        + 'add name=inner source="/ip route disable [find comment=one]"\n'
    )
    (finding,) = found_in(export, others)
    assert (finding.code, finding.menu) == ("other-actor", "/system/scheduler")
    assert dict(finding.data)["changes"] == "routes"


def test_scripts_that_run_each_other_end() -> None:
    export = (
        HEAD
        + "/system scheduler\nadd name=minutely on-event=one\n"
        + '/system script\nadd name=one source="/system script run two"\n'
        + 'add name=two source="/system script run one; /ip route disable 1"\n'
    )
    assert [finding.code for finding in found_in(export, others)] == ["other-actor"]


def test_a_disabled_actor_is_not_named() -> None:
    export = (
        HEAD + '/tool netwatch\nadd disabled=yes down-script="/ip route disable 1" host=192.0.2.1\n'
    )
    assert found_in(export, others) == []


def test_a_script_that_follows_a_lease_is_no_other_actor() -> None:
    export = (
        HEAD
        + '/ip dhcp-client\nadd interface=ether1 script="/ip route set [find comment=one] '
        + 'gateway=\\$gw"\n'
    )
    assert found_in(export, others) == []


@given(st.text(alphabet='/:ip route disable"\\#{}[];=\n\r $', max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert effects_of(text) <= set(Effect)
    scripts_run_by(text)
