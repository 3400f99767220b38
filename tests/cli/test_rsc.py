"""Steps as console commands: by id on a live router, by what they are for an export."""

from wanwatch.cli.rsc import Script, flush_command
from wanwatch.core.plan import Command, Flush, Plan, Reason, Step, Undo
from wanwatch.core.snapshot import MangleRule, Route, Snapshot, Version

V6, V7 = Version(6, 49), Version(7, 20)


def a_rule(item: str, remainder: int, comment: str = "") -> MangleRule:
    properties = {
        "chain": "prerouting",
        "action": "mark-connection",
        "per-connection-classifier": f"src-address:2/{remainder}",
    }
    return MangleRule(item, properties, comment)


def a_router(*rules: MangleRule, version: Version = V7, routes: tuple[Route, ...] = ()) -> Snapshot:
    return Snapshot(version, mangle=rules, routes=routes)


def change(menu: str, item: str, **attributes: str) -> Step:
    pairs = tuple(attributes.items())
    return Step(
        menu, Command.SET, Reason.BUCKET_MOVED, "a", Undo(Command.SET, item, pairs), item, pairs
    )


RULE = "/ip/firewall/mangle"


def test_a_live_row_is_addressed_by_its_id() -> None:
    script = Script(a_router(a_rule("*1A", 0)), by_id=True)
    assert script.step(change(RULE, "*1A", comment="x y")) == (
        '/ip firewall mangle set *1A comment="x y"'
    )


def test_a_row_with_a_comment_of_its_own_is_found_by_it() -> None:
    script = Script(a_router(a_rule("*1", 0, "mine"), a_rule("*2", 1, "other")), by_id=False)
    assert '[find where comment="mine"]' in script.step(change(RULE, "*1", comment="z"))


def test_rows_that_share_a_comment_are_told_apart_by_more() -> None:
    script = Script(a_router(a_rule("*1", 0, "pcc"), a_rule("*2", 1, "pcc")), by_id=False)
    assert script.step(change(RULE, "*2", comment="z")) == (
        '/ip firewall mangle set [find where comment="pcc" and chain="prerouting" and'
        ' action="mark-connection" and per-connection-classifier="src-address:2/1"] comment=z'
    )


def test_a_row_is_addressed_as_the_step_before_left_it() -> None:
    script = Script(a_router(a_rule("*1", 0, "old"), a_rule("*2", 1, "other")), by_id=False)
    step = change(RULE, "*1", comment="new")
    script.step(step)
    assert '[find where comment="new"]' in script.undo(step)


def test_a_route_of_main_has_no_routing_mark_on_routeros_6() -> None:
    routes = (
        Route("*1", "0.0.0.0/0", ("192.0.2.1",)),
        Route("*2", "0.0.0.0/0", ("192.0.2.1",), "t"),
    )
    script = Script(a_router(version=V6, routes=routes), by_id=False)
    assert " and !routing-mark and dynamic=no]" in script.step(
        change("/ip/route", "*1", disabled="yes")
    )


def test_a_row_that_the_operator_disabled_is_never_found_with_an_enabled_one() -> None:
    routes = (
        Route("*1", "0.0.0.0/0", ("192.0.2.1",), "t", disabled=True),
        Route("*2", "0.0.0.0/0", ("192.0.2.1",), "t"),
    )
    script = Script(a_router(routes=routes), by_id=False)
    assert " and disabled=no and dynamic=no] " in script.step(
        change("/ip/route", "*2", comment="z")
    )
    kept = MangleRule("*1", a_rule("*1", 0).properties, disabled=True)
    script = Script(a_router(kept, a_rule("*2", 0)), by_id=False)
    assert script.step(change(RULE, "*2", comment="z")).endswith(" and disabled=no] comment=z")


def test_a_row_is_told_from_one_that_has_more_properties() -> None:
    narrow = MangleRule("*1", {**a_rule("*1", 0).properties, "protocol": "tcp"})
    script = Script(a_router(narrow, a_rule("*2", 0)), by_id=False)
    assert " and !protocol] comment=z" in script.step(change(RULE, "*2", comment="z"))
    assert ' and protocol="tcp"] comment=z' in script.step(change(RULE, "*1", comment="z"))


def test_an_added_row_is_undone_by_what_it_is() -> None:
    attributes = (("chain", "prerouting"), ("comment", "[wanwatch: wan=a added=x]"))
    add = Step(
        RULE, Command.ADD, Reason.BUCKET_SHARED, "a", Undo(Command.REMOVE), "", attributes, "*1"
    )
    script = Script(a_router(a_rule("*1", 0)), by_id=True)
    assert script.step(add).endswith(" place-before=*1")
    assert script.undo(add) == (
        '/ip firewall mangle remove [find where comment="[wanwatch: wan=a added=x]" and'
        ' chain="prerouting"]'
    )


def test_a_removed_row_takes_no_attributes() -> None:
    step = Step(RULE, Command.REMOVE, Reason.SHARE_ENDED, "a", Undo(Command.ADD), "*1")
    script = Script(a_router(a_rule("*1", 0)), by_id=True)
    assert script.plan(Plan((step,))) == "/ip firewall mangle remove *1"


def test_an_empty_value_unsets_the_property() -> None:
    script = Script(a_router(a_rule("*1", 0)), by_id=True)
    step = change(RULE, "*1", **{"new-connection-mark": "", "comment": ""})
    assert script.step(step) == '/ip firewall mangle set *1 !new-connection-mark comment=""'


def test_connections_are_told_by_whole_addresses_and_by_marks_of_nobody_else() -> None:
    flush = Flush("a", frozenset({"192.0.2.1"}), frozenset({"m 1"}), frozenset({"192.0.2.9"}))
    assert flush_command(flush) == (
        "/ip firewall connection remove [find where"
        ' reply-dst-address~"^(192\\\\.0\\\\.2\\\\.1)(:|\\$)" or ((connection-mark="m 1") and'
        ' !(reply-dst-address~"^(192\\\\.0\\\\.2\\\\.9)(:|\\$)"))]'
    )


def test_where_nothing_tells_connections_there_is_no_command() -> None:
    assert flush_command(Flush("a")) == ""
