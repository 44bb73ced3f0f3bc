"""
Taking away the lock of a stack that a killed run left behind.

Does not: judge a lock of another machine, or of a backend that is no folder: that one is taken away
because somebody asked for it.

Source: `watchpost.diagnosis.locks`; issue 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.diagnosis import Case
from watchpost.diagnosis.locks import find_backend_folder, list_locks
from watchpost.engine import explain_failure
from watchpost.errors import SettingsError

if TYPE_CHECKING:
    from watchpost.engine import Engine


def clear_lock(engine: Engine) -> None:
    """
    Take the lock away.

    Raises:
        SettingsError: A process of this machine holds it and runs, or the engine could not.
    """
    _raise_if_held(engine)
    done = engine.run("cancel", "--yes")
    if done.exit_code:
        raise explain_failure(f"stack {engine.stack}", done)


def _raise_if_held(engine: Engine) -> None:
    case = Case(engine.folder, engine.stack)
    folder = find_backend_folder(case.backend_url, case.folder)
    if folder is None:
        return
    locks = list_locks(folder, str(case.project_file.get("name")), case.stack_name)
    for lock in locks:
        if lock.is_of_this_host and not lock.is_stale:
            raise SettingsError(
                f"stack {engine.stack}",
                f"its lock is held by {lock}, and that process runs",
                detail="Two runs at once would undo each other. Nothing was written.",
                fix="wait for it; if that process is no run of Pulumi: `pulumi cancel --yes`",
            )
