"""A plan is carried out sentence by sentence, and what failed is said in RouterOS's words."""

import asyncio

import pytest

from tests.routeros.router_model import RouterModel, replying, sending, session_to, trap
from wanwatch.core.plan import Attributes, Command, Plan, Reason, Step, Undo
from wanwatch.routeros.apply import ApplyReport, Outcome, StepResult, apply
from wanwatch.routeros.dialect import MANGLE_MENU, ROUTE_MENU, V7
from wanwatch.routeros.errors import PermissionMissing, RouterStalled, WriteForbidden
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.wire import encode_sentence

COPY: Attributes = (
    ("chain", "prerouting"),
    ("action", "mark-connection"),
    ("in-interface", "bridge"),
    ("passthrough", "true"),
    ("per-connection-classifier", "both-addresses:6/3"),
    ("comment", "[wanwatch: added]"),
)


def step(command: Command, menu: str, item: str = "", **more: object) -> Step:
    fields: dict[str, object] = {"reason": Reason.BUCKET_MOVED, "undo": Undo(Command.SET)}
    return Step(menu, command, wan="wan1", id=item, **(fields | more))  # type: ignore[arg-type] # fields of Step by name


def remark(item: str, mark: str) -> Step:
    return step(Command.SET, MANGLE_MENU, item, attributes=(("new-connection-mark", mark),))


def model_with_rules() -> RouterModel:
    rules = [{"new-connection-mark": f"WAN{number}"} for number in range(1, 4)]
    return RouterModel({MANGLE_MENU: rules, ROUTE_MENU: [{"dst-address": "0.0.0.0/0"}]})


async def carried_out(model: RouterModel, *steps: Step, **options: object) -> ApplyReport:
    async with model.serving(), session_to(model, **options) as session:
        return await apply(session, Plan(steps=steps), V7)


async def test_steps_are_done_in_order_one_sentence_each() -> None:
    model = model_with_rules()
    report = await carried_out(
        model,
        remark("*1", "WAN2"),
        step(Command.SET, ROUTE_MENU, "*4", attributes=(("disabled", "yes"),)),
        step(Command.REMOVE, MANGLE_MENU, "*3"),
    )
    assert (report.outcome, report.message) == (Outcome.DONE, "")
    assert [result.id for result in report.done] == ["*1", "*4", "*3"]
    assert all(result.seconds > 0 for result in report.done)
    assert model.heard[1:] == [
        (f"{MANGLE_MENU}/set", "=.id=*1", "=new-connection-mark=WAN2"),
        (f"{ROUTE_MENU}/set", "=.id=*4", "=disabled=yes"),
        (f"{MANGLE_MENU}/remove", "=.id=*3"),
    ]


async def test_an_empty_plan_says_nothing_to_the_router() -> None:
    model = model_with_rules()
    assert (await carried_out(model)).outcome is Outcome.DONE
    assert model.heard == []


async def test_an_added_rule_stands_where_it_should_and_its_id_is_known() -> None:
    model = model_with_rules()
    add = step(Command.ADD, MANGLE_MENU, attributes=COPY, place_before="*2")
    report = await carried_out(model, add)
    assert report.outcome is Outcome.DONE
    new = report.done[0].id
    assert model.ids(MANGLE_MENU) == ["*1", new, "*2", "*3"]
    assert model.row(MANGLE_MENU, new)["in-interface"] == "bridge"


async def test_an_added_rule_that_lost_a_matcher_is_removed_at_once() -> None:
    model = model_with_rules()
    model._stored = lambda attributes: {  # type: ignore[method-assign] # a router that forgets
        name: value for name, value in attributes.items() if name != "in-interface"
    }
    report = await carried_out(
        model, step(Command.ADD, MANGLE_MENU, attributes=COPY), remark("*1", "X")
    )
    assert report.outcome is Outcome.MISMATCH
    (mismatch,) = report.mismatches
    assert (mismatch.name, mismatch.expected, mismatch.found) == ("in-interface", "bridge", "")
    assert model.ids(MANGLE_MENU) == ["*1", "*2", "*3"]
    assert model.row(MANGLE_MENU, "*1")["new-connection-mark"] == "WAN1"


async def test_an_add_that_names_no_id_cannot_be_believed() -> None:
    model = model_with_rules()
    model.faults[f"{MANGLE_MENU}/add"] = replying(("!done",))
    report = await carried_out(model, step(Command.ADD, MANGLE_MENU, attributes=COPY))
    assert report.outcome is Outcome.MISMATCH
    assert report.mismatches[0].expected == "there"


async def test_an_add_before_a_vanished_rule_is_stale() -> None:
    model = model_with_rules()
    add = step(Command.ADD, MANGLE_MENU, attributes=COPY, place_before="*99")
    report = await carried_out(model, add)
    assert (report.outcome, report.done) == (Outcome.STALE, ())
    assert len(model.ids(MANGLE_MENU)) == 3


async def test_removing_what_is_gone_already_is_a_success() -> None:
    model = model_with_rules()
    report = await carried_out(
        model, step(Command.REMOVE, MANGLE_MENU, "*99"), remark("*1", "WAN2")
    )
    assert report.outcome is Outcome.DONE
    assert model.row(MANGLE_MENU, "*1")["new-connection-mark"] == "WAN2"


async def test_setting_what_is_gone_stops_the_plan_as_stale() -> None:
    model = model_with_rules()
    lost = remark("*99", "WAN2")
    report = await carried_out(model, remark("*1", "WAN2"), lost, remark("*3", "WAN2"))
    assert (report.outcome, report.failed) == (Outcome.STALE, lost)
    assert [result.id for result in report.done] == ["*1"]
    assert model.row(MANGLE_MENU, "*3")["new-connection-mark"] == "WAN3"


async def test_a_refused_step_stops_the_plan_with_routeros_own_words() -> None:
    model = model_with_rules()
    words = "failure: can not change dynamic route"
    model.faults[f"{ROUTE_MENU}/set"] = replying(*trap(words))
    refused = step(Command.SET, ROUTE_MENU, "*4", attributes=(("disabled", "yes"),))
    report = await carried_out(model, remark("*1", "WAN2"), refused, remark("*2", "WAN3"))
    assert (report.outcome, report.failed, report.message) == (Outcome.REFUSED, refused, words)
    assert len(model.commands("/set")) == 2


async def test_a_missing_permission_is_told_apart() -> None:
    model = model_with_rules()
    model.faults[f"{MANGLE_MENU}/set"] = replying(*trap("not enough permissions (9)"))
    report = await carried_out(model, remark("*1", "WAN2"))
    assert isinstance(report.error, PermissionMissing)
    assert report.outcome is Outcome.REFUSED


async def test_a_stall_stops_the_plan_and_is_no_refusal() -> None:
    model = model_with_rules()
    model.faults[f"{MANGLE_MENU}/set"] = sending(b"\x05!do")
    report = await carried_out(model, remark("*1", "WAN2"), remark("*2", "WAN3"))
    assert report.outcome is Outcome.LOST
    assert isinstance(report.error, RouterStalled)
    assert len(model.commands("/set")) == 1


async def test_without_the_permit_nothing_is_written() -> None:
    class Expiring:
        left = 1

        async def require(self) -> None:
            if not self.left:
                raise WriteForbidden("the lease ran out")
            self.left -= 1

    model = model_with_rules()
    report = await carried_out(model, remark("*1", "X"), remark("*2", "X"), permit=Expiring())
    assert (report.outcome, len(report.done)) == (Outcome.FORBIDDEN, 1)
    assert report.message == "the lease ran out"
    assert len(model.commands("/set")) == 1


async def test_each_step_is_told_when_it_is_done() -> None:
    model = model_with_rules()
    told: list[StepResult] = []
    async with model.serving(), session_to(model) as session:
        plan = Plan(steps=(remark("*1", "WAN2"), remark("*99", "WAN2")))
        report = await apply(session, plan, V7, on_step=told.append)
    assert tuple(told) == report.done
    assert len(told) == 1


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05])
async def test_a_plan_cancelled_anywhere_leaves_a_session_in_step(after: float) -> None:
    model = model_with_rules()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.04)
        await sending(encode_sentence(("!done",)))(writer)

    model.faults[f"{MANGLE_MENU}/set"] = slowly
    async with model.serving(), session_to(model) as session:
        await still_in_step(session, after)


async def still_in_step(session: RouterSession, after: float) -> None:
    plan = Plan(steps=tuple(remark(item, "WAN9") for item in ("*1", "*2", "*3")))
    task = asyncio.create_task(apply(session, plan, V7))
    await asyncio.sleep(after)
    task.cancel()
    await asyncio.wait([task])
    rules = await session.command(f"{MANGLE_MENU}/print", proplist=(".id",))
    assert [row[".id"] for row in rules] == ["*1", "*2", "*3"]
