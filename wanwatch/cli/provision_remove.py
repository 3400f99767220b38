"""``wanwatch provision --remove``: the router as it was before ``--apply``, to the byte.

Refused while a daemon holds the lease, whose probes would lose their way, and while rows bear tags of
a failover, which the router-side script would no longer undo.
"""

from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, Failure, note, say
from wanwatch.cli.provision_confirm import confirmed
from wanwatch.cli.provision_words import change_sentence
from wanwatch.core.provision.changes import removal
from wanwatch.core.provision.guard_items import LISTS
from wanwatch.core.restore import restore_plan
from wanwatch.core.survey import Survey
from wanwatch.routeros.provision import carry_out, provision_survey
from wanwatch.routeros.router import Router
from wanwatch.routeros.text import display_text


async def remove(router: Router, survey: Survey, lease: str, *, yes: bool) -> int:
    """Remove every provisioned row; raises Failure and RouterError."""
    if any(row.get("list") == lease for row in survey.of(LISTS)):
        raise Failure(
            "a wanwatch holds the lease of this router, and its probes need these rows: stop it"
            " first ('systemctl stop wanwatch'), and wait until its lease is over"
        )
    if restore_plan(survey.snapshot).steps:
        raise Failure("a failover is still in force on this router: run 'wanwatch restore' first")
    changes = removal(survey)
    if not changes:
        say("Nothing to remove: no row of the router was made by provision.")
        return EXIT_OK
    if not confirmed(changes, yes=yes):
        return EXIT_PENDING
    applied = await carry_out(
        router.session,
        survey,
        changes,
        lambda: "",
        on_change=lambda change: say(f"done: {change_sentence(change)}"),
    )
    if applied.failed is not None:
        message = display_text(str(applied.error))
        note(f"wanwatch: refused: {change_sentence(applied.failed)}: {message}")
        return EXIT_ERROR
    left = removal(await provision_survey(router, lease))
    for change in left:
        note(f"wanwatch: still there: {change_sentence(change)}")
    if left:
        return EXIT_ERROR
    say("Read back: nothing of provision is left on the router.")
    return EXIT_OK
