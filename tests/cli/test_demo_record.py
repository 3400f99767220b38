"""What the demo's router heard, and the timelines that are made of it."""

from tests.cli.demo_scene import change, document, status
from wanwatch.cli.demo_record import CONNECTION, MANGLE, ROUTE, Owner, Record, ids_of, shown
from wanwatch.cli.demo_status import read_status
from wanwatch.cli.demo_timeline import Felt, failback, failover, milliseconds

CUT_AT = 100.0
FIRST = "the first API sentence of the plan arrives"


class Router:
    """Connections by id, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = CUT_AT
        self.owners = {
            "*1": Owner("fibre"),
            "*2": Owner("fibre", is_probe=True),
            "*3": Owner("lte"),
        }
        self.record = Record(lambda: self.now, self.owners.get)

    def hears(self, after: float, *words: str) -> None:
        self.now = CUT_AT + after
        self.record.sentence(words)

    def changes(self, after: float, menu: str) -> None:
        self.now = CUT_AT + after
        self.record.change(menu)


def test_reading_sentences_are_counted_and_not_kept() -> None:
    router = Router()
    router.hears(0.1, "/ip/route/print", "=.proplist=.id")
    router.hears(0.1, "/login")
    assert (router.record.reads, router.record.writes) == (2, [])


def test_removed_connections_are_told_apart_by_their_owners() -> None:
    router = Router()
    router.hears(0.1, f"{CONNECTION}/remove", "=.id=*1,*2,*9")
    router.hears(0.2, f"{CONNECTION}/remove", "=numbers=*3")
    assert router.record.removed == {"fibre": 1, "lte": 1}
    assert router.record.removed_probes == 1


def test_removing_connections_is_no_change_of_the_configuration() -> None:
    router = Router()
    router.hears(0.1, f"{CONNECTION}/remove", "=.id=*1")
    router.hears(0.3, f"{ROUTE}/set", "=.id=*4", "=disabled=yes")
    assert router.record.first_write(CUT_AT) == CUT_AT + 0.3
    assert router.record.first_write(CUT_AT + 1.0) is None


def test_what_changed_before_is_not_of_the_failover() -> None:
    router = Router()
    router.changes(-5.0, MANGLE)
    assert router.record.last_change(MANGLE, CUT_AT) is None
    router.changes(0.5, MANGLE)
    assert router.record.last_change(MANGLE, CUT_AT) == CUT_AT + 0.5


def test_a_sentence_is_shown_with_few_of_many_ids() -> None:
    words = (f"{CONNECTION}/remove", "=.id=*1,*2,*3,*4")
    assert shown(words) == f"{CONNECTION}/remove =.id=*1,*2,*3,... (4 ids)"
    assert shown((f"{ROUTE}/set", "=comment=a, b, c, d")) == f"{ROUTE}/set =comment=a, b, c, d"
    assert ids_of((f"{CONNECTION}/remove",)) == []


def test_a_failover_is_told_in_the_order_of_its_moments() -> None:
    router = Router()
    router.hears(0.92, f"{MANGLE}/set", "=.id=*6")
    router.changes(0.93, MANGLE)
    router.changes(0.94, ROUTE)
    router.hears(0.95, f"{CONNECTION}/remove", "=.id=*1,*2")
    found = status(
        changes=[
            change(CUT_AT + 0.96, "failover", outcome="verified"),
            change(CUT_AT + 0.9, "transition", after="down"),
            change(CUT_AT - 50.0, "transition", after="down"),
        ]
    )
    felt = Felt(CUT_AT + 1.0, calm_at=CUT_AT + 1.5, most_hung=7, active_routes=2)
    moments = failover("fibre", CUT_AT, found, router.record, felt)
    assert [(round(after), what) for after, what, _ in milliseconds(moments)] == [
        (0, "fibre is cut beyond its first hop"),
        (900, "the daemon finds it DOWN"),
        (920, f"{FIRST}; the router still shows 2 routes by fibre as active"),
        (930, "the last rule is in place"),
        (940, "the last route is set"),
        (950, "1 connections of fibre are removed"),
        (960, "the router is read back: all as planned"),
        (1000, "the first connection of fibre's share gets through a survivor"),
        (1500, "no connection hangs any more (at most 7 did)"),
    ]


def test_what_has_not_happened_yet_is_not_told() -> None:
    moments = failover("fibre", CUT_AT, status(), Router().record, Felt())
    assert [moment.what for moment in moments] == ["fibre is cut beyond its first hop"]
    assert milliseconds([]) == []


def test_a_failback_that_was_not_proven_has_no_such_moment() -> None:
    found = status(
        changes=[
            change(CUT_AT + 6.1, "failback", outcome="refused"),
            change(CUT_AT + 6.0, "transition", after="up"),
        ]
    )
    moments = failback("fibre", CUT_AT, found, Router().record, Felt(CUT_AT + 6.5))
    assert [moment.what for moment in moments] == [
        "fibre is mended",
        "it has answered and held down: UP",
        "the first connection through fibre again",
    ]


def test_all_is_up_only_when_the_daemon_acts() -> None:
    up = [{**line, "state": "up"} for line in document()["wans"]]
    assert read_status(document(wans=up)).all_up()
    assert not read_status(document(wans=up, frozen="settling")).all_up()
    assert not read_status(document(wans=up, ready=False)).all_up()
    assert not status().all_up()


def test_a_change_of_several_lines_counts_for_each() -> None:
    found = status(changes=[change(CUT_AT, "failover", wan="cable, fibre", outcome="verified")])
    assert found.verified("failover", "fibre", CUT_AT) is not None
    assert found.verified("failover", "fibre", CUT_AT + 1.0) is None
    assert found.verified("failover", "lte", CUT_AT) is None
    assert found.outcomes(CUT_AT) == ["verified"]
