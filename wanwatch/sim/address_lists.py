"""Address lists: which addresses are on a list, and entries that expire by themselves.

Source: RouterOS manual, "Address lists": an entry with a timeout is dynamic, lives in RAM only and
is gone after a reboot; setting its timeout starts the time anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wanwatch.sim.edit import RENEWED
from wanwatch.sim.matchers import InvalidRuleError, address_test
from wanwatch.sim.store import Item, Store
from wanwatch.sim.values import format_time, parse_time

MENU = "/ip/firewall/address-list"
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(slots=True)
class _Lifetime:
    stamp: tuple[str, str]
    created_at: float
    expires_at: float | None


class AddressLists:
    """The lists of one router."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._lifetimes: dict[int, tuple[Item, _Lifetime]] = {}
        self._next_expiry: float | None = None

    def read_rows(self) -> None:
        """Take note of entries that came, went, or had their timeout set."""
        now = self._clock()
        kept: dict[int, tuple[Item, _Lifetime]] = {}
        for item in self._store.items(MENU):
            row = item.properties
            stamp = (row.get("timeout", ""), row.get(RENEWED, ""))
            _, life = self._lifetimes.get(id(item), (item, None))
            if life is None or life.stamp != stamp:
                seconds = parse_time(stamp[0]) if item.dynamic else None
                created = now if life is None else life.created_at
                life = _Lifetime(stamp, created, None if seconds is None else now + seconds)
            kept[id(item)] = (item, life)
        self._lifetimes = kept
        times = [life.expires_at for _, life in kept.values() if life.expires_at is not None]
        self._next_expiry = min(times, default=None)

    def expire(self) -> None:
        """Remove the entries whose time is over."""
        now = self._clock()
        if self._next_expiry is None or now < self._next_expiry:
            return
        for item, life in list(self._lifetimes.values()):
            if life.expires_at is not None and life.expires_at <= now:
                self._store.remove(MENU, item.id)

    def forget_dynamic(self) -> None:
        """Remove every dynamic entry, as a reboot does."""
        for item in list(self._store.items(MENU)):
            if item.dynamic:
                self._store.remove(MENU, item.id)

    def computed(self, item: Item, *, iso_dates: bool) -> dict[str, str]:
        """``creation-time`` and what is left of ``timeout``."""
        _, life = self._lifetimes.get(id(item), (item, None))
        if life is None:
            return {}
        moment = _FIRST_DAY + timedelta(seconds=life.created_at)
        row = {"creation-time": _date(moment, iso=iso_dates)}
        if life.expires_at is not None:
            row["timeout"] = format_time(int(max(0.0, life.expires_at - self._clock())))
        return row

    def tests(self) -> dict[str, Callable[[int], bool]]:
        """For every list, whether an address is on it; names of hosts are not resolved."""
        found: dict[str, list[Callable[[int], bool]]] = {}
        for item in self._store.items(MENU):
            tests = found.setdefault(item.properties.get("list", ""), [])
            if item.disabled:
                continue
            try:
                tests.append(address_test(item.properties.get("address", "")))
            except InvalidRuleError:
                continue
        return {name: _any_of(tests) for name, tests in found.items()}


def _any_of(tests: list[Callable[[int], bool]]) -> Callable[[int], bool]:
    return lambda number: any(test(number) for test in tests)


def _date(moment: datetime, *, iso: bool) -> str:
    if iso:
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return f"{_MONTHS[moment.month - 1]}/{moment:%d/%Y %H:%M:%S}"
