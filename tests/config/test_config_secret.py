"""The password: where it comes from, and that it shows nowhere."""

import copy
import logging
import pickle
import traceback
from pathlib import Path

import pytest

from wanwatch.config import Config, ConfigError, RouterSection, Secret, load_text, warnings
from wanwatch.config.derived import derived

PASSWORD = "hunter2-øé"
WANS = '[[wan]]\nname = "a"\ninterface = "ether1"\n[[wan]]\nname = "b"\ninterface = "ether2"\n'


def config_with(line: str) -> Config:
    """Return a configuration with a line below ``[router]``."""
    return load_text(f'[router]\naddress = "192.168.88.1"\n{line}\n{WANS}', "test")


def router_with(line: str) -> RouterSection:
    """Return the router's section with a line in it."""
    return config_with(line).require_router()


def problem_of(router: RouterSection, environ: dict[str, str] | None = None) -> str:
    """Return why there is no password."""
    with pytest.raises(ConfigError) as caught:
        router.password(environ or {})
    (problem,) = caught.value.problems
    return problem


def password_file(tmp_path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Return a new password file."""
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_password_shows_nowhere_in_the_configuration(
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = config_with(f'password = "{PASSWORD}"')
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("loaded %s, %r, %s", config, config, config.router)
    shown = [
        repr(config),
        str(config),
        repr(config.model_dump()),
        repr(config.model_dump(by_alias=True)),
        config.model_dump_json(),
        repr(config.model_copy(deep=True)),
        f"{config.router!r:>500}",
        caplog.text,
        *warnings(config),
        *(value for _, value in derived(config)),
    ]
    assert not [text for text in shown if PASSWORD in text or "hunter2" in text]
    assert config.require_router().password().reveal() == PASSWORD


def test_a_secret_shows_a_mask_however_it_is_printed() -> None:
    secret = Secret(PASSWORD)
    assert {repr(secret), str(secret), f"{secret}", f"{secret:>40}", "%s" % secret} == {  # noqa: UP031 - the old way has to be masked too
        "Secret(***)",
        "***",
    }
    assert copy.deepcopy(secret) is secret
    assert copy.copy(secret) is secret
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_their_text() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert not Secret("")


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2',
        'password = ["hunter2"]',
        'passwort = "hunter2"',
        'password_env = "hunter2!"',
        'password_credential = "hunter2/"',
        'password = "hunter2"\ntls = "hunted"',
        'password = "hunter2"\npassword_file = "/a"',
        'password = "hunter2"\npassword = "hunter2"',
    ],
)
def test_the_password_shows_in_no_refusal_and_no_traceback(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        router_with(line)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value, limit=0))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_line_end_of_a_password_file_is_no_part_of_it(tmp_path: Path, end: bytes) -> None:
    path = password_file(tmp_path, f" {PASSWORD} ".encode() + end)
    assert router_with(f'password_file = "{path}"').password().reveal() == f" {PASSWORD} "


def test_the_file_is_read_when_the_password_is_needed(tmp_path: Path) -> None:
    path = password_file(tmp_path, b"old")
    router = router_with(f'password_file = "{path}"')
    path.write_bytes(b"new")
    assert router.password().reveal() == "new"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", 'empty; write the password into it, or password = "" for a login without one'),
        (b"\n", 'empty; write the password into it, or password = "" for a login without one'),
        (b"\xff", "not UTF-8 text; write the password as text"),
        (b"x" * 5000, "larger than 4 KiB; name the file that holds only the password"),
    ],
)
def test_a_password_file_that_cannot_be_one_is_refused(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = password_file(tmp_path, content)
    router = router_with(f'password_file = "{path}"')
    assert problem_of(router) == f"test: router.password_file: {path}: {why}"


def test_a_missing_password_file_and_a_directory_are_named(tmp_path: Path) -> None:
    missing = router_with(f'password_file = "{tmp_path}/none"')
    directory = router_with(f'password_file = "{tmp_path}"')
    assert problem_of(missing) == (
        f"test: router.password_file: {tmp_path}/none: no such file; "
        "put the password there, readable for wanwatch only"
    )
    assert problem_of(directory) == (
        f"test: router.password_file: {tmp_path}: a directory; "
        "name the file in it that holds the password"
    )


def test_a_password_file_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    path = password_file(tmp_path, b"x", mode=0o644)
    config = config_with(f'password_file = "{path}"')
    assert warnings(config) == (
        (
            f"test: router.password_file: {path} has the mode 0644, so that others than its owner "
            f"can read it; chmod 600 {path}"
        ),
    )
    path.chmod(0o640)
    assert warnings(config) == ()


def test_the_password_comes_from_the_environment() -> None:
    router = router_with('password_env = "WANWATCH_PASSWORD"')
    assert router.password({"WANWATCH_PASSWORD": PASSWORD}).reveal() == PASSWORD
    assert problem_of(router) == (
        "test: router.password_env: the environment variable WANWATCH_PASSWORD is not set; "
        "set it where wanwatch is started, or use password_file"
    )


def test_the_password_comes_from_a_systemd_credential(tmp_path: Path) -> None:
    (tmp_path / "router").write_text(PASSWORD + "\n")
    router = router_with('password_credential = "router"')
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert router.password(environ).reveal() == PASSWORD
    assert problem_of(router) == (
        'test: router.password_credential: "router" needs systemd, and CREDENTIALS_DIRECTORY is '
        "not set; start wanwatch as a unit with LoadCredential=router:/path/to/file"
    )


@pytest.mark.parametrize("line", ["", 'password = ""'])
def test_without_a_password_the_login_is_empty_and_warned_about(line: str) -> None:
    config = config_with(line)
    assert config.require_router().password().reveal() == ""
    assert warnings(config) == (
        (
            "test: router.password: the login has no password; "
            "give the router's user one, and a password_file"
        ),
    )


def test_a_password_in_the_configuration_is_warned_about() -> None:
    assert warnings(config_with('password = "x"')) == (
        (
            "test: router.password: the password stands in the configuration; "
            "move it to a password_file"
        ),
    )
