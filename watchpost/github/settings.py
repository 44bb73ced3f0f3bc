"""
Where GitHub is and who we are there, as the environment of a run says.

Does not: read event files; workflows pass numbers as options.

Source: docs.github.com, "Variables reference" of GitHub Actions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watchpost.errors import SettingsError
from watchpost.github.client import GitHubClient
from watchpost.transport import Dialect, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "GITHUB_TOKEN"  # noqa: S105  # the name of a variable
REPOSITORY_VARIABLE = "GITHUB_REPOSITORY"
URL_VARIABLE = "GITHUB_API_URL"
LOGIN_VARIABLE = "WATCHPOST_GITHUB_LOGIN"
DEFAULT_URL = "https://api.github.com"
API_VERSION = "2022-11-28"
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_GITHUB = Dialect(
    accept="application/vnd.github+json",
    headers={"X-GitHub-Api-Version": API_VERSION},
    keeps_path=True,
    limits_by_403=True,
)


def open_client(environment: Mapping[str, str]) -> GitHubClient:
    """
    The repository of the run.

    Args:
        environment: GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not github.com;
            WATCHPOST_GITHUB_LOGIN where an app's token writes as another than the run's bot.

    Raises:
        SettingsError: One is missing or malformed.
    """
    repository = environment.get(REPOSITORY_VARIABLE, "")
    if not _REPOSITORY.fullmatch(repository):
        raise SettingsError(
            REPOSITORY_VARIABLE,
            "no repository is named",
            fix=f"set {REPOSITORY_VARIABLE} to owner/name; a run of GitHub Actions has it",
        )
    transport = Transport(
        "GitHub",
        environment.get(URL_VARIABLE) or DEFAULT_URL,
        environment.get(TOKEN_VARIABLE, ""),
        token_variable=TOKEN_VARIABLE,
        dialect=_GITHUB,
    )
    return GitHubClient(transport, repository, environment.get(LOGIN_VARIABLE))
