"""``wanwatch restore``: the router as it was before wanwatch, from the tags in its comments alone."""

import asyncio

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, note, say, say_json
from wanwatch.cli.login import Login
from wanwatch.cli.plan_json import execution_document, steps_document
from wanwatch.cli.plan_text import print_execution, print_steps, problems
from wanwatch.cli.rsc import Script
from wanwatch.cli.under_lease import under_lease
from wanwatch.core.plan import Step
from wanwatch.core.restore import restore_plan
from wanwatch.routeros.execute import execute


def run_restore(login: Login, *, dry_run: bool, as_json: bool, force: bool = False) -> int:
    """Undo every tag; raises Failure, ConfigError and RouterError."""
    login.check_named_once()
    return asyncio.run(_restore(login, dry_run=dry_run, as_json=as_json, force=force))


async def _restore(login: Login, *, dry_run: bool, as_json: bool, force: bool) -> int:
    async with login.open() as router:
        snapshot = await router.observe()
        plan = restore_plan(snapshot)
        script = Script(snapshot, by_id=True)
        document = {"steps": steps_document(plan.steps, script)} if as_json else {}
        if not as_json:
            _show(script, plan.steps)
        if dry_run or not plan.steps:
            if as_json:
                say_json(document)
            return EXIT_PENDING if plan.steps else EXIT_OK
        async with under_lease(router, force=force):
            execution = await execute(router, plan, replan=restore_plan)
    if as_json:
        say_json({**document, "applied": execution_document(execution)})
    else:
        print_execution(execution)
    for sentence in problems(execution):
        note(f"wanwatch: {sentence}.")
    return EXIT_OK if execution.verified else EXIT_ERROR


def _show(script: Script, steps: tuple[Step, ...]) -> None:
    if not steps:
        say("Nothing to restore: no row of the router bears a tag of wanwatch.")
        return
    say(f"{len(steps)} {'step' if len(steps) == 1 else 'steps'}:")
    print_steps(steps, script)
