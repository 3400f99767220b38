"""The router as the service sees it: observe, apply, flush, verify, and how the connection stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from wanwatch.core.model import Finding
from wanwatch.core.plan import Flush, Plan
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.routeros import apply as applying
from wanwatch.routeros import flush as flushing
from wanwatch.routeros import verify as verifying
from wanwatch.routeros.dialect import Dialect, dialect_for
from wanwatch.routeros.errors import RouterError, UnsupportedVersion
from wanwatch.routeros.observe import inspect, observe
from wanwatch.routeros.rounds import Foresight
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.survey_read import read_survey
from wanwatch.routeros.tls import transport_finding


@dataclass(frozen=True, slots=True)
class RouterState:
    """How the conversation stands: for status and metrics."""

    address: str
    connected: bool
    version: str = ""
    identity: str = ""
    error_reason: str = ""
    """The last command's error as a stable word; empty after a command that succeeded."""
    error: str = ""
    retry_in: float = 0.0
    last_call_seconds: float | None = None
    logins: int = 0
    findings: tuple[Finding, ...] = ()


class Router:
    """One router. Every method may raise RouterError, unless it says otherwise."""

    def __init__(self, session: RouterSession) -> None:
        self._session = session
        self._dialect: Dialect | None = None
        self._version: Version | None = None
        self._identity = ""
        self._inspected_login = 0
        self._foresight = Foresight()
        self._unsupported: UnsupportedVersion | None = None

    async def observe(self) -> Snapshot:
        """What is on the router now."""
        dialect = await self._known_dialect()
        snapshot = await observe(self._session, dialect, self._foresight)
        self._version = snapshot.version
        self._identity = snapshot.identity
        return snapshot

    async def survey(self) -> Survey:
        """Everything that discovery and the linter ask of the router, as it is now."""
        survey = await read_survey(self._session, await self._known_dialect())
        self._version = survey.snapshot.version
        self._identity = survey.snapshot.identity
        return survey

    async def apply(
        self, plan: Plan, *, on_step: Callable[[applying.StepResult], None] | None = None
    ) -> applying.ApplyReport:
        """Carry out the plan's steps, not its flushes. Does not raise RouterError."""
        try:
            dialect = await self._known_dialect()
        except RouterError as error:
            first = plan.steps[0] if plan.steps else None
            return applying.ApplyReport(applying.Outcome.LOST, (), first, error)
        return await applying.apply(self._session, plan, dialect, on_step=on_step)

    async def verify(self, report: applying.ApplyReport) -> list[verifying.Mismatch]:
        """Read back what a report says was done; an empty list when the router is so."""
        return await verifying.verify(self._session, await self._known_dialect(), report.rows)

    async def flush(self, flush: Flush, *, budget: float = 20.0) -> flushing.FlushReport:
        """Remove a dead WAN's connections within ``budget`` seconds."""
        return await flushing.flush(self._session, flush, budget=budget)

    async def close(self) -> None:
        """End the connection; never raises RouterError."""
        await self._session.close()

    @property
    def session(self) -> RouterSession:
        """The conversation itself, for commands that are not the main job's."""
        return self._session

    @property
    def state(self) -> RouterState:
        """How the conversation stands now."""
        session = self._session
        error = session.last_error or self._unsupported
        call = session.last_call
        finding = transport_finding(session.endpoint.tls, session.endpoint.address)
        return RouterState(
            address=session.endpoint.address,
            connected=session.is_connected,
            version="" if self._version is None else str(self._version),
            identity=self._identity,
            error_reason="" if error is None else error.reason,
            error="" if error is None else str(error),
            retry_in=session.retry_in,
            last_call_seconds=None if call is None else call.seconds,
            logins=session.logins,
            findings=() if finding is None else (finding,),
        )

    async def _known_dialect(self) -> Dialect:
        if self._dialect is None or self._inspected_login != self._session.logins:
            return await self._inspect()
        return self._dialect

    async def _inspect(self) -> Dialect:
        """Choose the dialect, with the mangle properties that this router shows."""
        inspection = await inspect(self._session)
        self._version = inspection.version
        login = self._session.logins
        try:
            dialect = dialect_for(self._version)
        except UnsupportedVersion as error:
            self._unsupported = error
            raise
        self._unsupported = None
        dialect = dialect.with_seen(inspection.mangle_properties)
        self._dialect = replace(dialect, has_ipv6=inspection.has_ipv6)
        self._inspected_login = login
        return self._dialect
