"""A default route as planning sees it: as the operator set it, and whose each gateway is."""

from collections.abc import Mapping
from dataclasses import dataclass

from wanwatch.core.model import Disposition
from wanwatch.core.originals import original_gateways
from wanwatch.core.recursion import Recursion
from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import Wan, Wans


@dataclass(frozen=True, slots=True)
class Row:
    """A default route as the operator set it, and the WANs behind its gateways."""

    route: Route
    operators_comment: str
    gateways: tuple[str, ...]
    owners: tuple[Wan | None, ...]
    dead: tuple[bool, ...]
    kept: bool
    by_turns: tuple[str, ...] = ()
    """The WANs that a gateway of it leads through by turns, one of them out."""

    @property
    def all_dead(self) -> bool:
        """True when no gateway of it is left."""
        return bool(self.dead) and all(self.dead)

    @property
    def alive(self) -> tuple[str, ...]:
        """The gateways that lead through no WAN that is out."""
        return tuple(g for g, dead in zip(self.gateways, self.dead, strict=True) if not dead)

    @property
    def stays(self) -> bool:
        """True when it will lead somewhere whatever is done to others."""
        if self.kept or self.route.dynamic:
            return not self.route.disabled and (self.route.active or not self.all_dead)
        if any(owner and not d for owner, d in zip(self.owners, self.dead, strict=True)):
            return True
        hops = self.route.next_hops
        return not self.all_dead and (self.route.active or any(hop.interface for hop in hops))

    @property
    def tagged(self) -> list[str]:
        """The WAN that it was changed for, where it was."""
        tag = split_comment(self.route.comment)[1]
        return [tag.wan] if tag else []

    def names(self, gateways: tuple[str, ...]) -> list[str]:
        """The WANs behind these of its gateways."""
        pairs = zip(self.gateways, self.owners, strict=True)
        return [owner.name for gateway, owner in pairs if owner and gateway in gateways]


@dataclass(frozen=True, slots=True)
class State:
    """What of a row is set: the three properties a step may change."""

    disabled: bool
    gateways: tuple[str, ...]
    comment: str

    def words(self) -> dict[str, str]:
        """As RouterOS takes them."""
        return {
            "disabled": "yes" if self.disabled else "no",
            "gateway": ",".join(self.gateways),
            "comment": self.comment,
        }


def read_row(
    route: Route,
    snapshot: Snapshot,
    wans: Wans,
    recursion: Recursion,
    dispositions: Mapping[str, Disposition],
) -> Row:
    """Read one row; a gateway that leads through several WANs by turns is nobody's."""
    gateways = original_gateways(route)
    owners = list(wans.owners(route, snapshot))
    by_turns: list[str] = []
    for index, gateway in enumerate(gateways):
        several = recursion.wans_of(gateway)
        if len(several) > 1:
            owners[index] = None
            by_turns += [wan.name for wan in several]
    states = [dispositions.get(owner.name) if owner else None for owner in owners]
    is_hit = any(dispositions.get(name) is Disposition.OUT for name in by_turns)
    return Row(
        route=route,
        operators_comment=split_comment(route.comment)[0],
        gateways=gateways,
        owners=tuple(owners),
        dead=tuple(state is Disposition.OUT for state in states),
        kept=Disposition.KEEP in states,
        by_turns=tuple(dict.fromkeys(by_turns)) if is_hit else (),
    )
