"""
Asking Coolify for the one redeploy of an app, and making sure that there is one.

Coolify may answer with the id of a deployment that does not exist: when an equal one is waiting or
under way ("skipped"), and when its queue is full. So each answer is looked up:

    the deployment exists                  done
    none, but one of the app is waiting    done: it will read the rows as they are now
    none, and one is under way             it may have read the old rows: ask by force
    none, and nothing is under way         the queue is full: ask by deploy, which says so and
                                           waits within the session's patience
    the queue stays full                   owed: reported, and the next run asks again

Does not: wait for a build, start what is stopped, or decide whether a redeploy is due.

Source: reference/coolify-api.md 4 (queue traps); docs/adr on owed redeploys.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchpost.coolify.client import DeployAnswer, is_queue_full
from watchpost.coolify.explain import explain_fault
from watchpost.coolify.redeploys import Deployment, is_covered
from watchpost.coolify.writes import Effect
from watchpost.errors import ApiError, RateLimited, UnclearWrite

if TYPE_CHECKING:
    from datetime import datetime

    from watchpost.coolify.rows import AppRef
    from watchpost.coolify.session import CoolifySession

_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.2
_QUICK_SECONDS = 5.0  # a deploy answered within this waited for no queue


@dataclass(frozen=True, slots=True)
class Redeployed:
    """
    What became of a redeploy that was due.

    Attributes:
        deployment: The deployment that will carry the rows; None for services and where it is owed.
        is_owed: It could not be asked for now; the next run does.
        note: Why, in one sentence; empty where there is nothing to say.
    """

    deployment: Deployment | None = None
    is_owed: bool = False
    note: str = ""


def request_redeploy(
    session: CoolifySession,
    app: AppRef,
    effect: Effect,
    changed_at: datetime | None,
    *,
    recorded_uuid: str,
    path: str,
) -> Redeployed:
    """
    Ask for one redeploy and confirm that it exists.

    Args:
        session: The Coolify in question.
        app: The app, which must be running.
        effect: REBUILD asks for a build, RESTART for new containers only.
        changed_at: When its rows were last changed, by the server's clock.
        recorded_uuid: The deployment that the last run recorded, which is not this one.
        path: Where, for messages.

    Raises:
        ApiError: Coolify refused, e.g. because the token lacks the ability `deploy`.
    """
    request = _Request(session, app, changed_at, recorded_uuid)
    try:
        for attempt in range(_TRIES):
            try:
                return request.send(effect)
            except UnclearWrite:
                covering = request.find_covering()
                if covering is not None:
                    return Redeployed(covering)
                time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
    except RateLimited as error:
        return Redeployed(is_owed=True, note=_owed_note(app, error))
    except ApiError as error:
        raise explain_fault(error, path) from error
    return Redeployed(is_owed=True, note=f"a redeploy of {app} is owed: Coolify gave no answer")


def _owed_note(app: AppRef, error: RateLimited) -> str:
    why = "its deployment queue is full" if is_queue_full(error) else "its rate limit is reached"
    return f"a redeploy of {app} is owed: {why}; the next run asks again"


class _Request:
    """One redeploy with all its looks; lives as long as one call of `request_redeploy`."""

    def __init__(
        self, session: CoolifySession, app: AppRef, changed_at: datetime | None, recorded_uuid: str
    ) -> None:
        self._session = session
        self._recorded_uuid = recorded_uuid
        self._app = app
        self._changed_at = changed_at

    def send(self, effect: Effect) -> Redeployed:
        """Ask once and confirm; ask again by the surer way where the answer was a phantom."""
        client = self._session.client
        if self._app.kind == "service":
            client.restart(self._app)
            return Redeployed()
        answer = client.restart(self._app) if effect == Effect.RESTART else self._deploy()
        found = self._find(answer) or self._find_instead()
        if found is None:
            note = f"a redeploy of {self._app} is owed: Coolify named one that does not exist"
            return Redeployed(is_owed=True, note=note)
        return Redeployed(found)

    def _find_instead(self) -> Deployment | None:
        """After a phantom: another deployment that will do, or one asked for in a surer way."""
        recent = self._session.client.list_recent_deployments(self._app.uuid)
        for each in recent:
            if each.is_waiting or self._is_surely_later(each):
                return each
        # One that hangs is under way for ever, however many newer ones have ended.
        return self._find(self._deploy(force=any(each.is_running for each in recent)))

    def _is_surely_later(self, newest: Deployment) -> bool:
        """A deployment of the same second may have read the old rows: it was not ours."""
        return self._changed_at is not None and newest.created_at > self._changed_at

    def _deploy(self, *, force: bool = False) -> DeployAnswer:
        patience = self._session.patience
        started = time.monotonic()
        try:
            return self._session.client.deploy(self._app, patience.left_seconds(), force=force)
        finally:
            patience.spend(max(0.0, time.monotonic() - started - _QUICK_SECONDS))

    def _find(self, answer: DeployAnswer) -> Deployment | None:
        return self._session.client.find_deployment(answer.uuid) if answer.uuid else None

    def find_covering(self) -> Deployment | None:
        """After an unclear answer: the deployment that it was about, if it was applied."""
        newest = self._newest()
        if newest is None or self._changed_at is None:
            return None
        is_ours = is_covered(self._changed_at, newest, self._recorded_uuid)
        return newest if newest.is_waiting or is_ours else None

    def _newest(self) -> Deployment | None:
        if self._app.kind == "service":
            return None
        return self._session.client.find_newest_deployment(self._app.uuid)
