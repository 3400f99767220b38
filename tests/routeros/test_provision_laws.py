"""The laws of provisioning, on many exports: done twice it changes nothing, undone nothing is left.

Nor does it matter to anything else: plans and findings are the same with it and without it.
"""

from pathlib import Path

import pytest

from tests.routeros.provisioned import provisioned
from wanwatch.core.discovery.discover import discover
from wanwatch.core.provision.judge import Standing
from wanwatch.core.restore import restore_plan

TESTS = Path(__file__).parents[1]
FIXTURES = sorted((TESTS / "core" / "lint" / "fixtures").glob("*/shows.rsc"))
EXPORTS = [
    *sorted((TESTS / "e2e" / "routers").glob("*.rsc")),
    TESTS / "cli" / "two_families.rsc",
    *FIXTURES[::5],
]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def name_of(path: Path) -> str:
    return str(path.relative_to(TESTS))


@pytest.mark.parametrize("path", EXPORTS, ids=name_of)
async def test_done_twice_changes_nothing_and_undone_nothing_is_left(path: Path) -> None:
    async with provisioned(text_of(path)) as home:
        before = home.export()
        for applied in await home.apply():
            assert applied.failed is None, applied.error
        after = home.export()
        assert after != before
        assert await home.apply() == []
        assert home.export() == after
        standings = {v.standing for v in await home.verdicts()}
        assert standings <= {Standing.DONE, Standing.THEIRS, Standing.BLOCKED}
        removed = await home.remove()
        assert removed.failed is None, removed.error
        assert home.export() == before


@pytest.mark.parametrize("path", EXPORTS, ids=name_of)
async def test_neither_plans_nor_findings_nor_a_new_configuration_nor_restore_know_of_it(
    path: Path,
) -> None:
    async with provisioned(text_of(path)) as home:
        await home.settle()
        plans = [(await home.plan(spec.name)).steps for spec in home.specs]
        findings = [(f.code, f.severity, f.where) for f in await home.findings()]
        specs = discover(await home.router.survey()).specs
        await home.apply()
        assert discover(await home.router.survey()).specs == specs
        assert restore_plan(await home.router.observe()).steps == ()
        assert [(await home.plan(spec.name)).steps for spec in home.specs] == plans
        assert [(f.code, f.severity, f.where) for f in await home.findings()] == findings


@pytest.mark.parametrize("path", EXPORTS[:5], ids=name_of)
async def test_a_router_left_half_done_is_finished_the_next_time(path: Path) -> None:
    async with provisioned(text_of(path)) as home:
        await home.apply()
        whole = home.export()
        for menu in ("/ip/route", "/ip/firewall/mangle", "/system/script"):
            own = [
                row
                for row in home.store.items(menu)
                if row.properties.get("comment", "").startswith("wanwatch provision ")
            ]
            for row in own[::2]:
                home.store.remove(menu, row.id)
        assert home.export() != whole
        await home.apply()
        assert sorted(home.export().splitlines()) == sorted(whole.splitlines())
