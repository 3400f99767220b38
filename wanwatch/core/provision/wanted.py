"""Everything that is wanted on one router, in the order in which it is made."""

from wanwatch.core.ipv6_side import ipv6_specs, specs_of_family
from wanwatch.core.model import WanSpec
from wanwatch.core.provision.guard_items import fasttrack_items, nat_items
from wanwatch.core.provision.items import Item, Kind, Steered, Wish
from wanwatch.core.provision.login_items import login_items
from wanwatch.core.provision.probe_items import probe_items
from wanwatch.core.provision.restore_items import restore_items
from wanwatch.core.survey import Survey
from wanwatch.core.wans import Wans, bind


def wanted_items(survey: Survey, specs: tuple[WanSpec, ...], wish: Wish) -> tuple[Item, ...]:
    """The items for a router; rules that lead probes come last of a WAN's, when all else stands."""
    snapshot = survey.snapshot
    bound = bind(specs_of_family(specs, 4), snapshot)
    bound6 = bound
    if snapshot.ipv6 is not None:
        bound6 = bind(ipv6_specs(specs, snapshot.ipv6), snapshot.ipv6)

    def side(steered: Steered) -> Wans:
        return bound6 if steered.family == 6 else bound

    probes = [
        item for each in wish.steered for item in probe_items(survey, side(each), each, wish.host)
    ]
    items = [item for item in probes if item.kind is not Kind.MARK]
    for each in wish.steered:
        items += nat_items(survey, side(each), [each])
    items += fasttrack_items(survey, wish.steered, wish.host)
    items += [item for item in probes if item.kind is Kind.MARK]
    if wish.restore:
        items += restore_items(survey, wish.lease)
    if wish.login is not None:
        items += login_items(survey, wish.login)
    # A table that two families of a WAN share is one table.
    return tuple(dict.fromkeys(items))
