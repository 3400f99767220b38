"""Rows rendered and looked at: what the tests of the firewall's text ask."""

from tests.sim.small_world import V7, SmallRouter
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.ruleset import Ruleset, render

SEED = 0x5EED
PATHS = {
    "mangle": "/ip/firewall/mangle",
    "nat": "/ip/firewall/nat",
    "filter": "/ip/firewall/filter",
    "raw": "/ip/firewall/raw",
}
CHAINS = {"mangle": "prerouting", "nat": "srcnat", "filter": "forward", "raw": "prerouting"}


def ruleset(router: SmallRouter, numbers: Numbers | None = None) -> Ruleset:
    """A router's firewall as of now."""
    world = router.world()
    own = numbers or Numbers()
    return render(router.store, world.state(), own, is_v7=router.is_v7, seed=SEED)


def rules_of(result: Ruleset, chain: str, family: str = "ip") -> list[str]:
    """The rules of a chain, without the counters' names."""
    start = f"add rule {family} wanwatch-sim {chain} "
    return [
        " ".join(word for word in line.removeprefix(start).split() if not _is_counting(word))
        for line in result.text.splitlines()
        if line.startswith(start)
    ]


def rendered(menu: str, chain: str = "", **row: str) -> list[str]:
    """One row as rules; it must be rendered and nothing reported."""
    router = SmallRouter(V7, 1)
    router.table("t")
    chain = chain or CHAINS[menu]
    router.row(PATHS[menu], chain=chain, **row)
    result = ruleset(router)
    assert result.unsupported == ()
    return rules_of(result, f"{menu}_{chain}")


def _is_counting(word: str) -> bool:
    return word in ("counter", "name") or (word.startswith('"') and "_" in word)
