"""
A forecast from fingerprints says what keeping the app then does, against a running Coolify.

Each test forecasts first and keeps afterwards; the requests that were sent are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.coolify.examples import KEY, OWNER, SIBLING, environment, variable
from watchpost.coolify import (
    AppRef,
    CoolifySession,
    DesiredEnvironment,
    Effect,
    Forecast,
    Settlement,
    fingerprint,
    forecast_environment,
    in_fingerprints,
    keep_environment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandboxes import RunningSandbox

API = AppRef("application", "shop-api")
QUEUE = AppRef("service", "shop-queue")
DESKTOP = AppRef("application", "studio-desktop")
BUILT = variable(is_buildtime=True)


@dataclass(frozen=True)
class Coolify:
    """A running Coolify and a session on it."""

    sandbox: RunningSandbox
    session: CoolifySession

    def forecast(self, desired: DesiredEnvironment, *, may_redeploy: bool = True) -> Forecast:
        """Forecast; nothing may be written."""
        self.sandbox.clear_log()
        rows = in_fingerprints(self.session.client.list_rows(desired.app), KEY)
        forecast = forecast_environment(
            self.session, named(desired), rows, Settlement(), may_redeploy=may_redeploy
        )
        assert self.sandbox.writes() == []
        return forecast

    def keep(self, desired: DesiredEnvironment, *, may_redeploy: bool = True) -> list[str]:
        """Keep the app as desired; the last part of each write's path, in order."""
        rows = self.session.client.list_rows(desired.app)
        keep_environment(self.session, desired, rows, Settlement(), may_redeploy=may_redeploy)
        return [
            f"{each['method']} {each['path'].rsplit('/', 1)[-1]}"
            for each in self.sandbox.writes("coolify")
        ]

    def add_row(self, app: AppRef, name: str, **fields: Any) -> None:
        """A row that is there already."""
        row = {app.kind: app.uuid, "key": name, "value": "by hand", **fields}
        self.sandbox.control("POST", "/coolify/rows", row)


def named(desired: DesiredEnvironment) -> DesiredEnvironment:
    """*desired* with fingerprints in place of values."""
    return replace(
        desired,
        variables={
            name: replace(
                each,
                value=fingerprint(KEY, each.value) or None,
                preview_value=fingerprint(KEY, each.preview_value) or None,
            )
            for name, each in desired.variables.items()
        },
    )


def declare(app: AppRef, **fields: Any) -> DesiredEnvironment:
    """What an entry declares for *app*."""
    return environment(kind=app.kind, **{"app": app, **fields})


@pytest.fixture
def coolify(demo_sandbox: RunningSandbox) -> Iterator[Coolify]:
    """The demo's Coolify."""
    token = demo_sandbox.tokens["coolify"]["root"]
    session = CoolifySession(demo_sandbox.coolify_url, token, KEY)
    yield Coolify(demo_sandbox, session)
    session.close()


@pytest.mark.parametrize(
    ("wanted", "effect", "request_"),
    [(variable(), Effect.RESTART, "POST restart"), (BUILT, Effect.REBUILD, "POST deploy")],
)
def test_a_running_application_gets_the_redeploy_that_is_told(
    coolify: Coolify, wanted: Any, effect: Effect, request_: str
) -> None:
    """A build variable takes a build, a run-time one a restart."""
    desired = declare(API, variables={"SENTRY_DSN": wanted})
    forecast = coolify.forecast(desired)
    assert (forecast.redeploy, forecast.effect) == (effect, effect)
    assert forecast.because == ("SENTRY_DSN",)
    assert coolify.keep(desired) == ["POST envs", "POST envs", request_]
    assert len(forecast.writes.writes) == 2


@pytest.mark.parametrize(
    ("app", "may_redeploy", "note"),
    [
        (API, False, "left to you: redeploy: never"),
        (DESKTOP, True, "the app does not run; its next start has it"),
    ],
)
def test_a_redeploy_that_is_not_asked_for_is_explained(
    coolify: Coolify, app: AppRef, note: str, *, may_redeploy: bool
) -> None:
    """What it would take stands there all the same."""
    desired = declare(app)
    forecast = coolify.forecast(desired, may_redeploy=may_redeploy)
    assert (forecast.redeploy, forecast.effect) == (Effect.NOTHING, Effect.RESTART)
    assert forecast.note == note
    assert coolify.keep(desired, may_redeploy=may_redeploy) == ["POST envs", "POST envs"]


def test_a_restart_behind_a_build_is_a_build(coolify: Coolify) -> None:
    """Coolify would skip the restart for a build that may have read the old rows."""
    coolify.sandbox.coolify("POST", "/deploy?uuid=shop-api")
    forecast = coolify.forecast(declare(API))
    assert (forecast.redeploy, forecast.effect) == (Effect.REBUILD, Effect.RESTART)
    assert "a build is under way" in forecast.note
    assert coolify.keep(declare(API))[-2:] == ["POST restart", "POST deploy"]


def test_a_build_that_hangs_does_not_keep_others_back(coolify: Coolify) -> None:
    """It is under way for ever, although a newer one has ended: the next is asked for by force."""
    for _ in range(2):
        coolify.sandbox.coolify("POST", "/deploy?uuid=shop-api&force=true")
    listed = coolify.sandbox.coolify("GET", "/deployments/applications/shop-api").body
    newest = listed["deployments"][0]["deployment_uuid"]
    coolify.sandbox.control("POST", f"/coolify/deployments/{newest}", {"status": "finished"})
    coolify.add_row(API, "SENTRY_DSN", comment=OWNER.mark)
    assert coolify.forecast(declare(API)).redeploy == Effect.REBUILD
    coolify.keep(declare(API))
    listed = coolify.sandbox.coolify("GET", "/deployments/applications/shop-api").body
    assert listed["deployments"][0]["status"] == "queued"


def test_a_restart_behind_a_waiting_build_is_that_build(coolify: Coolify) -> None:
    """It reads the rows as they are when it begins, so that nothing more is asked for."""
    for _ in range(2):
        coolify.sandbox.coolify("POST", "/deploy?uuid=shop-api&force=true")
    assert coolify.forecast(declare(API)).redeploy == Effect.RESTART
    assert coolify.keep(declare(API))[-1] == "POST restart"


def test_a_service_carries_the_word_until_its_restart(coolify: Coolify) -> None:
    """The first effective write says that a restart is owed; afterwards it is taken away."""
    forecast = coolify.forecast(declare(QUEUE))
    assert (forecast.redeploy, forecast.cleared) == (Effect.RESTART, ("SENTRY_DSN",))
    assert coolify.keep(declare(QUEUE)) == ["POST envs", "POST restart", "PATCH envs"]


def test_a_service_without_marks_carries_no_word(coolify: Coolify) -> None:
    """Where comments are left alone, nothing is to be taken away."""
    desired = declare(QUEUE, writes_marks=False)
    forecast = coolify.forecast(desired)
    assert (forecast.redeploy, forecast.cleared) == (Effect.RESTART, ())
    assert coolify.keep(desired) == ["POST envs", "POST restart"]


def test_a_service_that_moves_takes_its_words_along(coolify: Coolify) -> None:
    """Rows that another entry left with the word are ours once they are written."""
    variables = {"SENTRY_DSN": variable(), "PLAIN": variable(value="by hand")}
    coolify.add_row(QUEUE, "PLAIN", comment=f"{SIBLING.mark} [restart owed]")
    desired = declare(QUEUE, variables=variables)
    forecast = coolify.forecast(desired)
    assert forecast.cleared == ("PLAIN", "SENTRY_DSN")
    sent = coolify.keep(desired)
    assert sent.count("PATCH envs") == 1 + len(forecast.cleared)


def test_the_word_of_a_row_that_is_removed_is_not_taken_away(coolify: Coolify) -> None:
    """There is no such row any more."""
    coolify.add_row(QUEUE, "GONE", comment=f"{OWNER.mark} [restart owed]")
    forecast = coolify.forecast(declare(QUEUE))
    assert forecast.cleared == ("SENTRY_DSN",)
    assert coolify.keep(declare(QUEUE)).count("PATCH envs") == 1


def test_a_word_in_a_locked_row_stays(coolify: Coolify) -> None:
    """A row that a human has locked is never written."""
    comment = f"{OWNER.mark} [restart owed]"
    coolify.add_row(QUEUE, "SENTRY_DSN", comment=comment, is_shown_once=True)
    desired = declare(QUEUE, variables={"SENTRY_DSN": variable(), "PLAIN": variable(value="x")})
    assert coolify.forecast(desired).cleared == ("PLAIN",)
    assert coolify.keep(desired) == ["POST envs", "POST restart", "PATCH envs"]


def test_what_an_earlier_run_owes_is_told(coolify: Coolify) -> None:
    """Rows as declared, written after the newest deployment: nothing to write, yet a restart."""
    desired = declare(API)
    coolify.keep(desired, may_redeploy=False)
    forecast = coolify.forecast(desired)
    assert (forecast.writes.writes, forecast.redeploy) == ((), Effect.RESTART)
    assert forecast.because == ("SENTRY_DSN",)
    assert coolify.keep(desired) == ["POST restart"]


def test_a_refusal_leaves_everything(coolify: Coolify) -> None:
    """Nothing else of the app is told, because nothing of it is done."""
    coolify.add_row(API, "SENTRY_DSN")
    forecast = coolify.forecast(declare(API))
    assert [each.place for each in forecast.writes.refusals] == [("SENTRY_DSN", False)]
    assert (forecast.redeploy, forecast.effect) == (Effect.NOTHING, Effect.NOTHING)


def test_rows_in_fingerprints_hold_no_value(coolify: Coolify) -> None:
    """Empty stays empty, unreadable stays unreadable."""
    coolify.add_row(API, "LOCKED", is_shown_once=True)
    coolify.add_row(API, "EMPTY", value=None)
    rows = coolify.session.client.list_rows(API)
    found = {row.key: row.value for row in in_fingerprints(rows, KEY)}
    assert found["EMPTY"] is None
    assert not isinstance(found["LOCKED"], str)
    assert found["LOG_LEVEL"] == fingerprint(KEY, "warning")
