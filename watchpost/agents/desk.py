"""
Where calls come in: who may ask what about which project, and what an answer may show.

    the caller asks about              what is looked up             what is answered
    a project of its own               that project                  what was found
    an issue of another project        that issue, in its project    the denial
    a project that is not granted      one that cannot exist         the denial
    a project that is not there        one that cannot exist         the denial

The last three cost Sentry one request each, and are answered on one grid of time.

Does not: speak the protocol or HTTP, or look anything up itself.

Source: docs/adr/0016-one-denial.md.
"""

from __future__ import annotations

import asyncio
import contextvars
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anyio

from watchpost.agents.answers import Answer
from watchpost.agents.arguments import Arguments, InvalidArguments, read_arguments
from watchpost.agents.failures import (
    DENIAL,
    NOT_IN_SENTRY,
    SLOW,
    describe_failure,
    locate_bug,
)
from watchpost.agents.looks import LOOKS, Look, Question, Services
from watchpost.agents.timing import STEP_SECONDS, wait_for_grid
from watchpost.agents.tools import TOOLS, Tool
from watchpost.errors import NotFound, WatchpostError
from watchpost.health.model import HealthProject
from watchpost.transport import is_read_only, writes_refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchpost.agents.callers import Caller
    from watchpost.agents.projects import DeclaredProjects

_AT_ONCE = 12
"""Below the transport's own bound of calls to one service."""
_AT_ONCE_EACH = 4
"""Of one caller, so that its slow calls leave room for others."""


class NoSuchTool(Exception):  # a signal to whoever speaks the protocol
    """There is no tool of that name for this caller."""


@dataclass(frozen=True)
class Manners:
    """
    How calls are answered.

    Attributes:
        bound: Id of the one entry that all calls are about; empty where calls name one.
        is_read_only: Whether no tool may change anything.
        step_seconds: See `timing`.
        patience_seconds: How long a caller waits for what is only looked at.
    """

    bound: str = ""
    is_read_only: bool = False
    step_seconds: float = STEP_SECONDS
    patience_seconds: float = 30.0


class Desk:
    """
    Answers calls. For one event loop; the looks run in threads of their own.

    Args:
        projects: What the manifest declares.
        services: What is asked.
        manners: How it is answered.
        log: Takes a line for each failure that whoever runs the server should know of.
    """

    def __init__(
        self,
        projects: DeclaredProjects,
        services: Services,
        manners: Manners,
        log: Callable[[str], None],
    ) -> None:
        self.manners = manners
        self._projects = projects
        self._services = services
        self._log = log
        # No manifest and no Sentry has a project of that slug: nobody can know it beforehand.
        self._nobody = f"none-{secrets.token_hex(16)}"
        self._threads = ThreadPoolExecutor(_AT_ONCE, "watchpost-look")
        self._writes: set[asyncio.Future[Answer]] = set()
        # By name, for as long as somebody of that name waits or is looked for.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @property
    def is_bound(self) -> bool:
        """Whether all calls are about one project."""
        return bool(self.manners.bound)

    def list_tools(self, caller: Caller) -> list[Tool]:
        """The tools that *caller* may use."""
        may_write = caller.may_resolve and not self.manners.is_read_only and not is_read_only()
        return [tool for tool in TOOLS.values() if may_write or not tool.is_write]

    async def call(self, caller: Caller, name: str, sent: dict[str, Any]) -> Answer:
        """
        Answer a call of the tool *name* with the arguments *sent*.

        Raises:
            NoSuchTool: This caller has no tool of that name.
        """
        tool = next((tool for tool in self.list_tools(caller) if tool.name == name), None)
        if tool is None:
            raise NoSuchTool
        try:
            project_id, arguments = read_arguments(tool.arguments, sent, is_bound=self.is_bound)
        except InvalidArguments as fault:
            return Answer(str(fault), outcome="refused")
        return await self.ask(caller, project_id, LOOKS[name], arguments, is_write=tool.is_write)

    async def ask(
        self,
        caller: Caller,
        project_id: str,
        look: Look,
        arguments: Arguments,
        *,
        is_write: bool = False,
    ) -> Answer:
        """Answer one question about a project; *project_id* counts where none is fixed."""
        started = anyio.current_time()
        question = self._question(caller, self.manners.bound or project_id, arguments)
        answer = await self._answer(look, question, is_write=is_write)
        if answer.is_error:
            await wait_for_grid(started, self.manners.step_seconds)
        return answer

    def _question(self, caller: Caller, project_id: str, arguments: Arguments) -> Question:
        manifest = self._projects.manifest
        found = self._projects.find(project_id)
        is_denied = found is None or found.entry_id not in caller.projects
        nobody = HealthProject("", manifest.organization, self._nobody)
        project = nobody if found is None or is_denied else found
        return Question(project, is_denied, manifest, arguments, caller.name)

    async def _answer(self, look: Look, question: Question, *, is_write: bool) -> Answer:
        try:
            answer = await self._carry_out(look, question, is_write=is_write)
        except TimeoutError:
            return Answer(SLOW, outcome="failed")
        except NotFound as error:
            if error.path == "project" and not question.is_denied:
                return Answer(NOT_IN_SENTRY, outcome="failed")
            return Answer(DENIAL, outcome="denied")
        except Exception as error:  # noqa: BLE001 - the border, where every error ends
            self.tell(error)
            return Answer(describe_failure(error), outcome="failed")
        # Nothing answers to a name that cannot exist; if anything ever did, it stays here.
        return Answer(DENIAL, outcome="denied") if question.is_denied else answer

    async def _carry_out(self, look: Look, question: Question, *, is_write: bool) -> Answer:
        """Run a look in a thread; a write goes on to its end, whoever hangs up."""
        if is_write:
            return await self._run(look, question, self._writes)
        async with asyncio.timeout(self.manners.patience_seconds):
            return await self._run(_only_looking(look), question, set())

    async def _run(
        self, look: Look, question: Question, under_way: set[asyncio.Future[Answer]]
    ) -> Answer:
        """Wait for a place, which is taken until the look has ended, though nobody waits for it."""
        place = self._places.setdefault(question.actor, asyncio.Semaphore(_AT_ONCE_EACH))
        await place.acquire()
        context = contextvars.copy_context()
        work = self._threads.submit(context.run, look, self._services, question)
        waiting = asyncio.wrap_future(work)
        under_way.add(waiting)

        def leave(done: asyncio.Future[Answer]) -> None:
            place.release()
            under_way.discard(done)
            if not done.cancelled():
                done.exception()  # taken note of; else Python logs it where nobody waits any more

        waiting.add_done_callback(leave)
        return await asyncio.shield(waiting)

    async def finish_writes(self) -> None:
        """Wait until no write is under way."""
        while self._writes:
            await asyncio.wait(self._writes)

    def tell(self, error: Exception) -> None:
        """Log what went wrong, without paths, which hold what was asked for."""
        if isinstance(error, WatchpostError):
            self._log(f"{type(error).__name__}: {error.summary}")
        else:
            self._log(locate_bug(error))


def _only_looking(look: Look) -> Look:
    def run(services: Services, question: Question) -> Answer:
        with writes_refused():
            return look(services, question)

    return run
