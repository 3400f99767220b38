"""Models of the peers' detectors, each with the defaults it is shipped with, on virtual time.

Each class is the published algorithm and nothing around it: what is done about a lost line, and
how long that takes, is left out. The docstrings name where the numbers come from.
"""

from collections.abc import Callable
from random import Random

from tests.bench.detection_run import Change, Enough, Record, never
from tests.bench.lines import FIRST_HOP, Line
from wanwatch.core.model import HealthState


class Peer:
    """A detector that looks at a line in rounds, each when the one before has ended."""

    name = ""

    def __init__(self) -> None:
        self._record = Record()
        self._state = HealthState.UP

    def watch(self, line: Line, until: float, random: Random, enough: Enough = never) -> Record:
        """Watch a line from a random moment of the first rounds on."""
        self._record, self._state = Record(), HealthState.UP
        self.begin()
        at = random.random() * self.longest_round
        while at < until and not (self._record.changes and enough(self._record)):
            at = self.round(line, at)
        return self._record

    longest_round = 10.0
    """Seconds; the phase is drawn from it."""

    def begin(self) -> None:
        """Forget everything: the line is up."""

    def round(self, line: Line, at: float) -> float:
        """Do what is done at ``at``; return when the next round begins."""
        raise NotImplementedError

    def ping(self, line: Line, at: float, host: int, timeout: float) -> float | None:
        """Send one probe; return its RTT, None when that exceeds the timeout."""
        self._record.probes += 1
        rtt = line.answer(at, host)
        return rtt if rtt is not None and rtt < timeout else None

    def say(self, at: float, *, up: bool) -> None:
        """Note a verdict."""
        state = HealthState.UP if up else HealthState.DOWN
        if state is not self._state:
            self._state = state
            self._record.changes.append(Change(at, state))

    @property
    def is_up(self) -> bool:
        """The verdict at hand."""
        return self._state is HealthState.UP


class InARow(Peer):
    """Down after so many failed checks in a row, up after so many passed ones; one at a time.

    With ``rests`` the wait between checks begins when one has ended, else when it began.
    """

    interval: float
    timeout: float
    fall: int
    rise: int
    hosts: tuple[int, ...] = (0,)
    rests = False

    def begin(self) -> None:
        """Start the count."""
        self.longest_round = self.interval + (self.timeout if self.rests else 0.0)
        self._row = 0

    def round(self, line: Line, at: float) -> float:
        """Check the hosts at once; one answer is enough."""
        rtts = [self.ping(line, at, host, self.timeout) for host in self.hosts]
        rtt = min((rtt for rtt in rtts if rtt is not None), default=None)
        ended = at + (self.timeout if rtt is None else rtt)
        passed = rtt is not None
        self._row = 0 if passed == self.is_up else self._row + 1
        if self._row >= (self.fall if self.is_up else self.rise):
            self._row = 0
            self.say(ended, up=passed)
        return (ended if self.rests else at) + self.interval


class Mwan3(Peer):
    """mwan3track of OpenWrt: four addresses one after the other, two of which have to answer.

    A score falls from 10 with each failed round and rises with each good one; the line is offline
    when it reaches 5, online again after 5 good rounds. ``net/mwan3/files/usr/sbin/mwan3track``
    (interval 10, timeout 4, count 1, down 5, up 5) and ``files/etc/config/mwan3`` (four
    ``track_ip``, reliability 2) of the OpenWrt packages feed.
    """

    name = "mwan3"
    interval, timeout, down, up = 10.0, 4.0, 5, 5
    hosts, reliability = 4, 2

    def begin(self) -> None:
        """Begin online with the full score."""
        self._score = self.down + self.up

    def round(self, line: Line, at: float) -> float:
        """Ping until enough hosts have answered."""
        answered = 0
        for host in range(self.hosts):
            if answered >= self.reliability:
                break
            rtt = self.ping(line, at, host, self.timeout)
            at += self.timeout if rtt is None else rtt
            answered += rtt is not None
        if answered < self.reliability:
            self._score -= 1
            if self._score < self.up:
                self._score = 0
            elif self._score == self.up:
                self._score = 0
                self.say(at, up=False)
        else:
            self._score += 1
            if self._score == self.up:
                self.say(at, up=True)
            if self._score >= self.up:
                self._score = self.down + self.up
        return at + self.interval


class Netwatch(InARow):
    """RouterOS netwatch, type simple: one loss is down (``/tool/netwatch``: 10 s, timeout 3 s)."""

    name = "netwatch"
    interval, timeout, fall, rise = 10.0, 3.0, 1, 1


class CheckGateway(InARow):
    """RouterOS check-gateway=ping: the first hop, every 10 s, two lost in a row.

    The manual's routing settings: check-gateway-ping-interval 10s, -timeout 1s, -count 2. That one
    answer brings the route back is assumed, not documented.
    """

    name = "check-gateway"
    interval, timeout, fall, rise = 10.0, 1.0, 2, 1
    hosts = (FIRST_HOP,)


class Vyos(InARow):
    """VyOS load-balancing wan: one host, down after one loss, up after one answer.

    ``src/helpers/vyos-load-balancer.py`` (sleeps 5 s between rounds, ``ping -c 1 -W``) and
    ``interface-definitions/load-balancing_wan.xml.in`` (resp-time 5, failure-count 1,
    success-count 1). Without a test of its own it asks the next hop; here it is given a host.
    """

    name = "VyOS"
    interval, timeout, fall, rise = 5.0, 5.0, 1, 1
    rests = True


class Peplink(InARow):
    """Peplink Balance: every 5 s, timeout 5 s, three in a row either way; user manual.

    Two hosts are asked, as the manual's default (the line's two DNS servers), and one answer is
    enough.
    """

    name = "Peplink"
    interval, timeout, fall, rise = 5.0, 5.0, 3, 3
    hosts = (0, 1)


class FortiGate(InARow):
    """FortiGate performance SLA: every 500 ms, timeout 500 ms, five in a row either way.

    interval and probe-timeout: the vendor's technical tips. failtime and recoverytime 5: as known;
    the copies of the CLI reference at hand do not show the column of defaults. The second server
    of a check is asked only while the first is unavailable; here there is one.
    """

    name = "FortiGate"
    interval, timeout, fall, rise = 0.5, 0.5, 5, 5


class Dpinger(Peer):
    """dpinger: the loss and the mean RTT of one host over a window, looked at every second.

    A probe counts as lost once it is older than the loss interval without an answer; per cent are
    whole numbers and have to exceed the limit (``dpinger.c``: ``report``, ``alert_thread``).
    ``after_alert`` is called with what was found, and says when to look again.
    """

    send: float
    loss_interval: float
    period: float
    loss_alarm = 20
    latency_alarm = 0.5
    alert = 1.0

    def begin(self) -> None:
        """Begin with an empty window."""
        self.longest_round = self.alert
        self._sent: list[tuple[float, float | None]] = []
        self._first = self._judged = 0
        self._lost = 0
        self._rtts = 0.0
        self._next_send: float | None = None

    def round(self, line: Line, at: float) -> float:
        """Take up what was sent since the last look, and look."""
        if self._next_send is None:
            self._next_send = at - self.send * 0.5
        while self._next_send <= at:
            self._record.probes += 1
            self._sent.append((self._next_send, line.answer(self._next_send, 0)))
            self._next_send += self.send
        return self.look(at, *self._figures(at))

    def look(self, at: float, loss: int, latency: float) -> float:
        """Judge the figures; return when to look again."""
        raise NotImplementedError

    def _figures(self, at: float) -> tuple[int, float]:
        """Return the loss in whole per cent and the mean RTT of the window."""
        oldest = at - self.period
        received = lost = 0
        total = 0.0
        del self._sent[: next((i for i, (sent, _) in enumerate(self._sent) if sent > oldest), 0)]
        for sent, rtt in self._sent:
            if rtt is not None and sent + rtt <= at:
                received += 1
                total += rtt
            elif at - sent > self.loss_interval:
                lost += 1
        loss = lost * 100 // (received + lost) if lost else 0
        return loss, total / received if received else 0.0


class PfSense(Dpinger):
    """dpinger as pfSense runs it: 500 ms, lost after 2 s, over 60 s, down above 20 % or 500 ms.

    The daemon clears an alarm after ten looks below the limit. Netgate's page on gateway logs
    shows the daemon's parameters.
    """

    name = "pfSense"
    send, loss_interval, period = 0.5, 2.0, 60.0
    decay = 10

    def begin(self) -> None:
        """Begin without an alarm."""
        super().begin()
        self._decays = {"loss": 0, "latency": 0}

    def look(self, at: float, loss: int, latency: float) -> float:
        """Raise and clear the two alarms."""
        for what, exceeds in (
            ("loss", loss > self.loss_alarm),
            ("latency", latency > self.latency_alarm),
        ):
            self._decays[what] = self.decay if exceeds else max(0, self._decays[what] - 1)
        self.say(at, up=not any(self._decays.values()))
        return at + self.alert


class OpnSense(Dpinger):
    """dpinger as OPNsense runs it: every second, lost after 4 s, over 60 s, the same limits.

    A script of its own looks each second, and waits 10 s after an alarm
    (``src/opnsense/scripts/routes/gateway_watcher.php``, ``plugins.inc.d/dpinger.inc``). The
    numbers are those of ``Routing/FieldTypes/GatewayField.php``.
    """

    name = "OPNsense"
    send, loss_interval, period = 1.0, 4.0, 60.0
    wait = 10.0

    def look(self, at: float, loss: int, latency: float) -> float:
        """Compare with the limits, without memory."""
        before = self.is_up
        self.say(at, up=loss <= self.loss_alarm and latency <= self.latency_alarm)
        return at + (self.alert if self.is_up is before else self.wait)


PEERS: tuple[Callable[[], Peer], ...] = (
    Mwan3,
    PfSense,
    OpnSense,
    Vyos,
    Netwatch,
    CheckGateway,
    Peplink,
    FortiGate,
)
