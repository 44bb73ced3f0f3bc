"""Rows that are not ours stay byte for byte as they are, whatever we do beside them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.provider.coolify.apps import App
from tests.provider.coolify.examples import DSN, OTHER_DSN, inputs, variable
from tests.provider.coolify.stack import Stack

Operation = Callable[[Stack, App], Any]


def _create(stack: Stack, _app: App) -> None:
    stack.up(inputs())


def _update(stack: Stack, _app: App) -> None:
    stack.up(inputs())
    stack.up(inputs(variables={"SENTRY_DSN": variable(OTHER_DSN)}))


def _repair(stack: Stack, app: App) -> None:
    stack.up(inputs())
    app.edit("SENTRY_DSN", value=OTHER_DSN)
    app.remove("SENTRY_ENVIRONMENT")
    app.add("SENTRY_DSN", DSN, comment="watchpost:acme/shop", is_preview=True)
    stack.up(inputs())


def _refresh(stack: Stack, _app: App) -> None:
    stack.up(inputs())
    stack.drift(inputs())


def _delete(stack: Stack, _app: App) -> None:
    stack.up(inputs())
    stack.destroy()


def _take_over(stack: Stack, app: App) -> None:
    app.add("SENTRY_DSN", OTHER_DSN)
    stack.up(inputs(takeOver=True))


def _move(stack: Stack, _app: App) -> None:
    stack.up(inputs())
    stack.up(inputs(owner="acme/studio"))


OPERATIONS: dict[str, Operation] = {
    "create": _create,
    "update": _update,
    "repair": _repair,
    "refresh": _refresh,
    "delete": _delete,
    "take over": _take_over,
    "move": _move,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_foreign_rows_are_never_touched(name: str, stack: Stack, app: App) -> None:
    """Every column of every foreign row is the same before and after."""
    app.add("PLAIN", "  kept \n as it is ", comment="ask Eva")
    app.add("LITERAL", "a $HOME 'b'", is_literal=True)
    app.add("LINES", "one\ntwo\n", is_multiline=True)
    app.add("LOCKED", "a secret", is_shown_once=True)
    app.add("TWIN", "1")
    app.add("TWIN", "2")
    app.add("PREVIEW", "only", is_preview=True)
    app.add("SENTRY_RELEASE", "other entry", comment="watchpost:acme/studio-two")
    app.add("SENTRY_ORG", "other organization", comment="watchpost:globex/shop")
    foreign = app.rows()
    OPERATIONS[name](stack, app)
    now = {row["uuid"]: row for row in app.rows()}
    assert [now[row["uuid"]] for row in foreign if row["key"] != "SENTRY_DSN"] == [
        row for row in foreign if row["key"] != "SENTRY_DSN"
    ]
