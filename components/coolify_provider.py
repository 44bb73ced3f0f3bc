"""
The dynamic provider of `CoolifyEnvironment`: Pulumi's verbs, carried out by `watchpost.coolify`.

The state of every stack names this module and this class: their path is a storage format. Moving
either needs an alias here and an ADR. The class has no attributes, so that what is stored is two
names and never a secret.

    check, diff      no network; equal by meaning is no change
    create, update   look first, write what differs, redeploy at most once
    read             what was seen; what could not be seen stays as recorded, and says so
    delete           only rows that bear exactly our own mark and that this run does not declare

Does not: decide what to write. Source: design.md 5 and 7; reference/pulumi-engine.md 2.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from components.coolify_errors import plain_errors
from components.coolify_properties import (
    Properties,
    desired_from,
    has_changed,
    note_declared,
    outputs_of,
    settlement_of,
)
from components.coolify_reading import read_environment
from components.coolify_session import open_session
from watchpost.coolify import AppRef, explain_fault, keep_environment, parse_owner, remove_owned
from watchpost.errors import ApiError, NotFound

if TYPE_CHECKING:
    from pulumi.dynamic import ConfigureRequest

    from watchpost.coolify import CoolifySession, Writes

_IDENTITY = ("kind", "uuid")


class CoolifyEnvironmentProvider(ResourceProvider):
    """Create, read, update and delete the declared variables of one app."""

    # The stored class is two names and no secret; as a secret it would be encrypted twice per app.
    serialize_as_secret_always = False
    _session: CoolifySession

    def __reduce__(self) -> tuple[type[CoolifyEnvironmentProvider], tuple[()]]:
        return (CoolifyEnvironmentProvider, ())

    def configure(self, req: ConfigureRequest) -> None:
        """Connect to the Coolify that the stack names, with the token of the environment."""
        # The engine shows a whole traceback otherwise; nobody can act on it.
        sys.tracebacklimit = 0
        with plain_errors():
            self._session = open_session(req.config)

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """
        Remember what the program declares, so that no delete of this run takes it away.

        A resource does not know its own name here; its app and its entry are all that counts.
        """
        with plain_errors():
            note_declared(self._session.declared, news)
            return CheckResult(news, [])

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """
        Compare by meaning.

        None leaves it to the engine to name the properties. A resource that could not be checked,
        or whose redeploy is still owed, is to be updated although its properties are equal: so is
        one that a killed run has left with rows that are as declared and never deployed.
        """
        replaces = [name for name in _IDENTITY if _news.get(name) not in {None, _olds.get(name)}]
        if _olds.get("state") in {"unchecked", "unsettled"}:
            return DiffResult(changes=True, replaces=replaces)
        if has_changed(_olds, _news):
            return DiffResult(changes=None, replaces=replaces)
        return DiffResult(changes=bool(_olds.get("undeployed")), replaces=replaces)

    def create(self, props: Properties) -> CreateResult:
        """Look first, then write: a second create of the same app changes nothing."""
        with plain_errors():
            outs = self._keep(props, None)
            return CreateResult(f"{props['kind']}/{props['uuid']}", outs)

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Report what is observed, as outputs and as inputs."""
        with plain_errors():
            return read_environment(self._session, id_, props)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Write what differs now, whatever was recorded."""
        with plain_errors():
            return UpdateResult(self._keep(_news, _olds))

    def delete(self, _id: str, _props: Properties) -> None:
        """Remove our own rows as they are found now; an app that is gone has none."""
        with plain_errors():
            self._remove(_props)

    def _keep(self, news: Properties, olds: Properties | None) -> dict[str, Any]:
        _raise_if_not_found(news)
        session = self._session
        desired = desired_from(news, olds)
        try:
            rows = session.rows.take(desired.app)
        except NotFound as error:
            raise _app_not_found(news, error) from error
        except ApiError as error:
            raise explain_fault(error, f"{desired.owner}: {desired.app}") from error
        kept = keep_environment(
            session,
            desired,
            rows,
            settlement_of(olds, rows),
            may_redeploy=news.get("redeploy") != "never",
        )
        return outputs_of(news, olds, kept)

    def _remove(self, props: Properties) -> None:
        app = AppRef(props["kind"], props["uuid"])
        owner = parse_owner(props["owner"])
        path = f"{owner}: {app}"
        try:
            removals = remove_owned(self._session, app, owner)
        except NotFound as error:
            if not self._session.is_gone(error, app):
                raise explain_fault(error, path) from error
            return
        except ApiError as error:
            raise explain_fault(error, path) from error
        _tell_removed(path, removals)


def _tell_removed(path: str, removals: Writes) -> None:
    names = ", ".join(sorted({write.row.key for write in removals.writes}))
    if names:
        sys.stderr.write(
            f"{path}: removed {names}; the running app keeps them until its next deploy\n"
        )
    if removals.unreadable:
        locked = ", ".join(removals.unreadable)
        sys.stderr.write(f"{path}: kept {locked}: somebody has locked them; remove them there\n")


def _raise_if_not_found(props: Properties) -> None:
    if not props.get("uuid"):
        raise _app_not_found(props, None)


def _app_not_found(props: Properties, error: NotFound | None) -> NotFound:
    """Say that the app is not there, as the manifest names it."""
    app = props.get("selector") or f"{props['kind']} {props.get('uuid')}"
    return NotFound(
        f"{props['owner']}: {app}",
        "Coolify has no such app in the team of this token",
        detail=f"{error.path}: {error.summary}" if error else "",
        fix="correct or remove it in the manifest; `watchpost doctor --list-apps` lists the apps",
        status=404,
        body=error.body if error else None,
    )
