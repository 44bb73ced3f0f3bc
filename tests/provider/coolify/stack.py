"""
One resource driven as the engine drives it: refresh, diff, then create, update, replace or delete.

A `Stack` remembers what the engine would record: id, inputs and outputs. `new_process` stands for
the next run of the engine, which knows nothing but that.
"""

import copy
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest, ResourceProvider

from components.coolify_provider import CoolifyEnvironmentProvider
from components.coolify_session import close_sessions
from tests.provider.coolify.examples import KEY

Props = dict[str, Any]


class Stack:
    """The recorded state of at most one resource, and a provider to act on it."""

    def __init__(self, url: str, **settings: str) -> None:
        self.settings = {
            "coolify:url": url,
            "watchpost:fingerprintKey": KEY,
            "coolify:queuePatienceSeconds": "0",
            **settings,
        }
        self.id = ""
        self.inputs: Props = {}
        self.outs: Props = {}
        self.provider: ResourceProvider = CoolifyEnvironmentProvider()
        self.new_process()

    def new_process(self) -> None:
        """Begin a new provider process, with empty caches."""
        close_sessions()
        self.provider = CoolifyEnvironmentProvider()
        self.provider.configure(ConfigureRequest(Config(self.settings, "watchpost")))

    def forget(self) -> None:
        """Lose the recorded state."""
        self.id, self.inputs, self.outs = "", {}, {}

    def refresh(self) -> None:
        """Read the resource as `--refresh` does."""
        if not self.id:
            return
        result = self.provider.read(self.id, copy.deepcopy(self.outs))
        assert result.outs is not None
        if not result.id:
            self.forget()
            return
        self.outs = {**result.outs, "__provider": self.outs["__provider"]}
        if result.inputs is not None:
            self.inputs = {**result.inputs, "__provider": self.outs["__provider"]}

    def step(self, news: Props) -> str:
        """Check, and what the engine would do then: create, same, update or replace."""
        checked = self.provider.check(copy.deepcopy(self.inputs), copy.deepcopy(news))
        assert (checked.inputs, checked.failures) == (news, [])
        if not self.id:
            return "create"
        result = self.provider.diff(self.id, copy.deepcopy(self.outs), copy.deepcopy(news))
        changed = result.changes
        if changed is None:
            changed = _without_unknowns(self.inputs) != _without_unknowns(news)
        if result.replaces:
            return "replace"
        return "update" if changed else "same"

    def apply(self, news: Props) -> str:
        """Do that; a step that raises leaves what was recorded."""
        step = self.step(news)
        if step == "create":
            created = self.provider.create(copy.deepcopy(news))
            self._record(created.id, news, created.outs or {})
        elif step == "update":
            updated = self.provider.update(self.id, copy.deepcopy(self.outs), copy.deepcopy(news))
            self._record(self.id, news, updated.outs or {})
        elif step == "replace":
            old_id, old_outs = self.id, self.outs
            created = self.provider.create(copy.deepcopy(news))
            self._record(created.id, news, created.outs or {})
            self.provider.delete(old_id, copy.deepcopy(old_outs))
        return step

    def up(self, news: Props) -> str:
        """A whole run: a new process that refreshes and applies."""
        self.new_process()
        self.refresh()
        return self.apply(news)

    def drift(self, news: Props) -> list[str]:
        """
        The changed properties that `pulumi preview --refresh` names, as paths; nothing is kept.

        An update without a named property is the one path `?`.
        """
        recorded = (self.id, self.inputs, self.outs)
        self.new_process()
        self.refresh()
        step = self.step(news)
        paths = _changed_paths(self.inputs, news)
        self.id, self.inputs, self.outs = recorded
        return [] if step == "same" else sorted(paths) or ["?"]

    def leave(self, run: "Stack") -> None:
        """Delete the resource at the end of the run in which *run* was applied."""
        run.provider.delete(self.id, copy.deepcopy(self.outs))
        self.forget()

    def destroy(self) -> None:
        """Delete the resource in a run without a program, like `pulumi destroy`."""
        self.new_process()
        self.provider.delete(self.id, copy.deepcopy(self.outs))
        self.forget()

    def _record(self, id_: str, news: Props, outs: Props) -> None:
        self.id, self.inputs = id_, copy.deepcopy(news)
        self.outs = {**copy.deepcopy(outs), "__provider": news["__provider"]}


def _without_unknowns(props: Props) -> Props:
    """Null properties do not travel."""
    return {name: value for name, value in props.items() if value is not None}


def _changed_paths(old: Any, new: Any, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            changed
            for name in {*old, *new}
            for changed in _changed_paths(
                old.get(name), new.get(name), f"{path}.{name}" if path else str(name)
            )
        ]
    return [] if old == new else [path]
