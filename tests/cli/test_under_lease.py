"""Commands that write hold the lease meanwhile, and do not write beside a daemon."""

from pathlib import Path

import pytest

from tests.cli.routers import TWO_LINES_7, ServedWorld, served, write_config
from wanwatch.cli.main import main
from wanwatch.core.lease import LEASE_ADDRESS, LEASE_LIST, Holder
from wanwatch.service.instance import Instances
from wanwatch.sim.login import FULL, User

Output = pytest.CaptureFixture[str]
MENU = "/ip/firewall/address-list"


def hold(router: ServedWorld, comment: str) -> None:
    """Have somebody hold the lease."""
    row = {"list": LEASE_LIST, "address": LEASE_ADDRESS, "comment": comment, "timeout": "30s"}
    router.call(lambda: router.world.store.add(MENU, row, dynamic=True))


def release(router: ServedWorld) -> None:
    """Remove every entry."""
    store = router.world.store

    def clear() -> None:
        for row in list(store.items(MENU)):
            store.remove(MENU, row.id)

    router.call(clear)


def entries(router: ServedWorld) -> int:
    """How many entries there are."""
    return router.call(lambda: len(router.world.store.items(MENU)))


def test_a_plan_is_not_applied_beside_a_daemon_but_by_force(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        config = write_config(tmp_path, router.port)
        before = router.export()
        hold(router, Holder("watch-1", "elsewhere").comment)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 1
        said = capsys.readouterr().err
        assert "the wanwatch watch-1 holds the lease of this router" in said
        assert "--force" in said
        assert router.export() == before
        assert main(["plan", "-c", config, "--down", "one", "--apply", "--force"]) == 0
        assert router.export() != before


def test_a_restore_leaves_no_lease_behind_and_takes_one_that_was_given_up(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as router:
        before = router.export()
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0
        assert entries(router) == 0
        hold(router, Holder("watch-1", "elsewhere").comment)
        assert main(["restore", "-c", config]) == 1
        release(router)
        hold(router, Holder("watch-1", "elsewhere", given_up=True).comment)
        assert main(["restore", "-c", config]) == 0
        assert (router.export(), entries(router)) == (before, 0)
    capsys.readouterr()


def test_a_daemon_of_this_host_that_was_killed_is_not_waited_for(tmp_path: Path) -> None:
    place, _, rest = Instances().me(None).token.split(":", 2)
    if not place:
        pytest.skip("there is no /proc to look processes up in")
    with served(TWO_LINES_7) as router:
        hold(router, Holder("watch-1", f"{place}:999999999:{rest}").comment)
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 0


def test_an_entry_of_a_person_is_respected(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        hold(router, "hands off")
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 1
    assert 'an entry "hands off" stands in the address list' in capsys.readouterr().err


def test_a_login_that_may_not_write_hears_it_of_the_first_step(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7, User("admin", policies=FULL - {"write"})) as router:
        config = write_config(tmp_path, router.port)
        assert main(["plan", "-c", config, "--down", "one", "--apply"]) == 1
    assert "not enough permissions" in capsys.readouterr().err
