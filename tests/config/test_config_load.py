"""Reading the file itself, and what the configuration is in code."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wanwatch.config import Config, ConfigError, load, load_text
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.profile import PROFILES
from wanwatch.core.health.window import Window
from wanwatch.core.model import WanSpec
from wanwatch.core.target import Target

GOOD = Path(__file__).parent / "good"
USUAL = PROFILES["default"].window
WAN = '[[wan]]\nname = "isp1"\ninterface = "ether1"\nsource = "192.168.88.201"\n'


def refusal_of(path: Path) -> str:
    """Return the one problem of a path that has to be refused."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.problems
    return problem


def config_of(text: str) -> Config:
    """Return the configuration of a text below one WAN."""
    return load_text(WAN + text, "test")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert refusal_of(path) == (
        f"{path}: no such file; name the right one with --config, or write it after the example"
    )


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path) == f"{tmp_path}: a directory; name the file in it"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(WAN)
    path.chmod(0)
    assert refusal_of(path).startswith(f"{path}: not readable for this user; run as")


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "wanwatch.toml"
    assert refusal_of(path) == f"{path}: cannot be read (Not a directory); name a plain file"


def test_text_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# one\n# caf\xe9\n")
    assert refusal_of(path) == f"{path}: line 2: not UTF-8 text; save the file as UTF-8"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WAN.replace("\n", "\r\n").encode())
    assert load(path).wans[0].name == "isp1"


def test_endless_brackets_are_refused() -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_text("a = " + "[" * 100_000, "test")


def test_the_configuration_does_not_change() -> None:
    config = config_of("")
    with pytest.raises(ValidationError, match="frozen"):
        config.health.fall = 1


def test_the_same_text_gives_equal_configurations() -> None:
    assert config_of("") == config_of("")
    assert config_of("") != config_of("[health]\nfall = 4")


def test_a_wan_becomes_the_spec_of_the_core() -> None:
    fibre = load(GOOD / "everything.toml").wan_specs[0]
    assert fibre == WanSpec(
        name="fibre",
        interface="sfp1",
        weight=3,
        gateways=("192.0.2.1",),
        routing_tables=("to-fibre",),
        connection_marks=("fibre in", "fibre out"),
        addresses=("192.0.2.10", "2001:db8::10"),
    )


def test_a_wan_probes_as_all_do_unless_it_says_otherwise() -> None:
    config = load(GOOD / "everything.toml")
    fibre, satellite = (config.probing(wan) for wan in config.wans[:2])
    assert (fibre.interval, fibre.timeout, fibre.patience) == (0.5, 0.8, 1.2)
    assert fibre.targets[1] == Target.parse("tcp:9.9.9.9:853")
    assert (satellite.interval, satellite.timeout, satellite.patience) == (5.0, 3.0, 6.0)
    assert [str(target) for target in satellite.targets] == [
        "2620:fe::fe",
        "tcp:[2620:fe::fe]:853",
    ]


def test_patience_follows_a_wans_own_timeout() -> None:
    config = config_of('timeout = "2s"')
    assert config.probing(config.wans[0]).patience == 4.0


def test_a_patience_for_all_that_a_wans_own_timeout_passes_is_refused_at_the_wan() -> None:
    with pytest.raises(ConfigError) as caught:
        config_of('timeout = "3s"\n[probe]\npatience = "2s"')
    assert caught.value.problems == (
        (
            'test: wan[1 "isp1"].timeout: patience 2s is shorter than the timeout of isp1, 3s; '
            'write patience = "3s" or more'
        ),
    )


def test_what_is_wrong_for_all_is_not_said_again_for_each_wan() -> None:
    with pytest.raises(ConfigError) as caught:
        config_of('interval = "2s"\n[health]\nwindow = "10s"')
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("profile", PROFILES)
def test_a_line_of_which_nothing_is_said_is_judged_by_its_profile(profile: str) -> None:
    config = config_of(f'[health]\nprofile = "{profile}"')
    assert config.health_limits(config.wans[0]) == PROFILES[profile].limits()
    probing = config.probing(config.wans[0])
    assert probing.confirm_interval == PROFILES[profile].confirm_interval


def test_without_a_word_about_it_the_profile_is_default() -> None:
    assert config_of("") == config_of('[health]\nprofile = "default"')


def test_what_is_written_overrides_the_profile() -> None:
    config = config_of(
        '[probe]\nshortest_timeout = "300ms"\nconfirm_interval = "500ms"\n'
        '[health]\nprofile = "fast"\nconfirm = "2s"\nwindow = "40s"'
    )
    limits = config.health_limits(config.wans[0])
    assert limits == replace(
        PROFILES["fast"].limits(), timeout_shortest=0.3, confirm=2.0, window=40.0
    )
    assert config.probing(config.wans[0]).confirm_interval == 0.5


def test_what_the_profile_says_keeps_within_what_is_written() -> None:
    config = config_of('[probe]\ninterval = "150ms"\ntimeout = "120ms"')
    probing = config.probing(config.wans[0])
    assert (probing.confirm_interval, probing.shortest_timeout) == (0.15, 0.12)


@pytest.mark.parametrize(
    ("interval", "window"),
    [("20ms", 20), ("100ms", USUAL), ("1s", USUAL), ("10s", 10 * USUAL), ("2m", 3600)],
)
def test_a_window_that_is_not_written_follows_the_lines_own_interval(
    interval: str, window: float
) -> None:
    config = config_of(f'interval = "{interval}"')
    limits = config.health_limits(config.wans[0])
    assert limits.window == window
    assert limits.window / limits.interval <= Window().capacity


def test_the_damping_reaches_the_core() -> None:
    config = config_of(
        '[health]\ndamping_half_life = "20m"\ndamping_suppress = 2.0\n'
        'damping_reuse = 0.5\ndamping_maximum = "2h"'
    )
    assert config.health_limits(config.wans[0]).damping == DampingConfig(
        half_life=1200.0, suppress=2.0, reuse=0.5, maximum=7200.0
    )


def test_without_damping_its_numbers_may_be_anything() -> None:
    config = config_of('[health]\ndamping = false\ndamping_maximum = "10s"\ndamping_reuse = 9.0')
    assert config.health_limits(config.wans[0]).damping is None


@given(st.floats(10, 86400), st.floats(0.1, 100), st.floats(0.01, 99), st.floats(10, 86400))
def test_damping_that_is_accepted_can_be_reached(
    half_life: float, suppress: float, reuse: float, maximum: float
) -> None:
    try:
        config = config_of(
            f'[health]\ndamping_half_life = "{half_life:.3f}s"\ndamping_suppress = {suppress:.4f}'
            f'\ndamping_reuse = {reuse:.4f}\ndamping_maximum = "{maximum:.3f}s"'
        )
    except ConfigError as error:
        (problem,) = error.problems
        assert problem.startswith(("test: health.damping_reuse", "test: health.damping_maximum"))
    else:
        damping = config.health_limits(config.wans[0]).damping
        assert damping is not None
        assert damping.ceiling >= damping.suppress * 0.999


def test_the_pairs_reach_the_core() -> None:
    config = load(GOOD / "everything.toml")
    assert config.health_limits(config.wans[1]) == HealthConfig(
        interval=5.0,
        timeout=3.0,
        timeout_shortest=0.15,
        fall=4,
        confirm=0.4,
        rise=10,
        quorum=2,
        hold_down=120.0,
        window=300.0,
        minimum_samples=10,
        loss_enter=0.1,
        loss_leave=0.02,
        rtt_enter=0.3,
        rtt_leave=0.2,
        jitter_enter=0.08,
        jitter_leave=0.04,
    )


def test_the_second_of_a_pair_follows_the_first() -> None:
    config = config_of('[health]\ndegraded_loss = 0.4\ndegraded_rtt = "200ms"')
    assert config.health.loss_pair == (0.4, 0.2)
    assert config.health.rtt_pair == pytest.approx((0.2, 0.15))
    assert config.health.jitter_pair is None


def test_judging_the_quality_can_be_switched_off_and_then_a_short_window_will_do() -> None:
    config = config_of('[health]\ndegraded_loss = "off"\nwindow = "5s"')
    limits = config.health_limits(config.wans[0])
    assert (limits.loss_enter, limits.loss_leave) == (None, None)


def test_without_a_router_only_what_needs_one_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        config_of("").require_router()
    assert caught.value.problems == (
        (
            "test: router: missing; write [router] and its address below, "
            "or plan from an export with --export"
        ),
    )


def test_to_run_every_line_has_to_be_steered() -> None:
    config_of("").require_steering()
    with pytest.raises(ConfigError) as caught:
        config_of('[[wan]]\nname = "b"\ninterface = "ether2"\n').require_steering()
    assert caught.value.problems == (
        (
            'test: wan[2 "b"]: nothing steers its probes into this line; '
            "write a source, dscp, fwmark or device"
        ),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('listen = "127.0.0.1:0"', ("127.0.0.1", 0)),
        ('listen = "[::1]:9470"', ("::1", 9470)),
        ('listen = "localhost:9470"', ("localhost", 9470)),
        ('listen = ""', None),
    ],
)
def test_the_status_address_is_read(written: str, read: tuple[str, int] | None) -> None:
    assert config_of(f"[status]\n{written}").status.listen_address == read


@pytest.mark.parametrize(("tls", "port"), [("off", 8728), ("anonymous", 8729)])
def test_the_port_follows_tls(tls: str, port: int) -> None:
    config = config_of(f'[router]\naddress = "router.lan"\ntls = "{tls}"')
    assert config.require_router().api_port == port


def test_a_pinned_fingerprint_is_kept_without_colons() -> None:
    colons = ":".join(["AB"] * 32)
    text = f'[router]\naddress = "::1"\ntls = "pin"\ntls_fingerprint = "{colons}"'
    assert config_of(text).require_router().tls_fingerprint == "ab" * 32
