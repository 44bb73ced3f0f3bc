"""
The dynamic provider of `PlatformRecord`: Pulumi's verbs, carried out by `watchpost.records`.

The state of every stack names this module and this class: their path is a storage format. Moving
either needs an alias here and an ADR. The class has no attributes, so that what is stored is two
names and never a secret.

    check, diff      no network; equal by meaning is no change
    create, update   look first, write what differs, read it back
    read             what was seen; what could not be seen stays as recorded, and says so
    delete           clear what we wrote and what still stands, where the entry says so

Nothing replaces a record: where table or key change, the new row is written and the former one is
left as it is.

Does not: delete a row, or know the database's URL beyond the variable that names it.

Source: design.md 7 and 12; reference/pulumi-engine.md 2.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from components.coolify_errors import plain_errors
from components.record_properties import (
    desired_from,
    fingerprints_of,
    has_changed,
    inputs_of,
    is_stale,
    kept,
    key_of,
    observed,
    unchecked,
    values_of,
)
from components.record_session import open_record_session
from watchpost.errors import ApiError, SettingsError
from watchpost.records import clear_record, keep_record, open_database
from watchpost.records.faults import row_missing

if TYPE_CHECKING:
    from pulumi.dynamic import ConfigureRequest

    from components.record_properties import Properties
    from components.record_session import RecordSession


class PlatformRecordProvider(ResourceProvider):
    """Create, read, update and clear the declared columns of one row."""

    # The stored class is two names and no secret; as a secret it would be encrypted twice per row.
    serialize_as_secret_always = False
    _session: RecordSession

    def __reduce__(self) -> tuple[type[PlatformRecordProvider], tuple[()]]:
        return (PlatformRecordProvider, ())

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's fingerprint key; the database is found by each record."""
        # The engine shows a whole traceback otherwise; nobody can act on it.
        sys.tracebacklimit = 0
        with plain_errors():
            self._session = open_record_session(req.config)

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Remember which row the program declares, so that no delete of this run clears it."""
        with plain_errors():
            self._session.note_declared(news["url"], key_of(news))
            return CheckResult(news, [])

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """
        Compare by meaning.

        None leaves it to the engine to name the properties. A record that could not be checked, and
        one that others have made as it is declared now, is to be updated although its properties
        are equal.
        """
        if _olds.get("state") == "unchecked":
            return DiffResult(changes=True)
        return DiffResult(changes=None if has_changed(_olds, _news) else is_stale(_olds, _news))

    def create(self, props: Properties) -> CreateResult:
        """Look first, then write: a second create of the same record changes nothing."""
        with plain_errors():
            return CreateResult(props["owner"], self._keep(props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Report what is observed, as outputs and as inputs."""
        with plain_errors():
            outs = self._look(props)
            return ReadResult(id_, outs, inputs_of(outs))

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Write what differs now, whatever was recorded."""
        with plain_errors():
            return UpdateResult(self._keep(_news))

    def delete(self, _id: str, _props: Properties) -> None:
        """Clear what we wrote, unless the row is, or may be, declared by another entry by now."""
        with plain_errors():
            key = key_of(_props)
            if _props.get("onRemove") != "clear" or self._session.is_spared(_props["url"], key):
                return
            cleared = clear_record(
                open_database(_props["url"]),
                key,
                values_of(_props),
                self._session.guard(key, {}),
            )
            if cleared.columns:
                names = ", ".join(cleared.columns)
                sys.stderr.write(f"{_props['owner']}: cleared {names} of {key.label}\n")

    def _keep(self, news: Properties) -> Properties:
        record = desired_from(news)
        guard = self._session.guard(record.key, fingerprints_of(news))
        keep_record(open_database(news["url"]), record, guard)
        return kept(news)

    def _look(self, props: Properties) -> Properties:
        try:
            database, key = open_database(props["url"]), key_of(props)
            rows = database.read(key, tuple(props["values"]))
            table = database.describe(key.table)
            if not rows and table.hides_rows:
                raise row_missing(key, table)
        except (ApiError, SettingsError) as error:
            return unchecked(props, str(error))
        return observed(props, table, rows, self._session.fingerprint_key)
