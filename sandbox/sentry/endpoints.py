"""
The table of simulated endpoints, and of paths that are retired or known but not simulated.

Does not: match or answer; sandbox.sentry.app does.
"""

import json
import re
from pathlib import Path

from sandbox.sentry import (
    audit,
    environments,
    events,
    filters,
    issue_comments,
    issue_details,
    issue_events,
    issue_list,
    issue_update,
    key_stats,
    keys,
    organizations,
    ownership,
    personal_projects,
    project_update,
    projects,
    releases,
    scopes,
    teams,
)
from sandbox.sentry.routing import Endpoint, compile_path

API = "/api/0"
ORGANIZATION = f"{API}/organizations/{{organization}}"
TEAM = f"{API}/teams/{{organization}}/{{team}}"
PROJECT = f"{API}/projects/{{organization}}/{{project}}"
STATS_PER_SECOND = 20
ISSUES_PER_SECOND = 5
# For users; the vendor allows an integration of an organization twice as many.
ORGANIZATION_ISSUES_PER_SECOND = 10
ISSUE_EVENTS_PER_SECOND = 15

ENDPOINTS = (
    Endpoint(
        f"{ORGANIZATION}/",
        "organization",
        scopes.ORGANIZATION,
        {"GET": organizations.show_organization},
        others=("PUT", "DELETE"),
    ),
    Endpoint(
        f"{ORGANIZATION}/projects/",
        "organization",
        scopes.ORGANIZATION_PROJECTS,
        {"GET": organizations.list_projects, "POST": personal_projects.create_project},
    ),
    Endpoint(
        f"{ORGANIZATION}/teams/",
        "organization",
        scopes.ORGANIZATION_TEAMS,
        {"GET": teams.list_teams, "POST": teams.create_team},
    ),
    Endpoint(
        f"{ORGANIZATION}/project-keys/",
        "organization",
        scopes.ORGANIZATION,
        {"GET": keys.list_organization_keys},
        bucket="organization-project-keys",
    ),
    Endpoint(
        f"{ORGANIZATION}/audit-logs/", "organization", scopes.AUDIT, {"GET": audit.list_entries}
    ),
    Endpoint(
        f"{ORGANIZATION}/releases/",
        "organization",
        scopes.RELEASES,
        {"POST": releases.create_release},
        others=("GET",),
    ),
    Endpoint(
        f"{ORGANIZATION}/releases/{{version}}/deploys/",
        "organization",
        scopes.RELEASES,
        {"POST": releases.create_deploy},
        others=("GET",),
    ),
    Endpoint(
        f"{TEAM}/",
        "team",
        scopes.TEAM,
        {"GET": teams.show_team, "PUT": teams.change_team, "DELETE": teams.delete_team},
    ),
    Endpoint(
        f"{TEAM}/projects/",
        "team for projects",
        scopes.TEAM_PROJECTS,
        {"GET": teams.list_team_projects, "POST": projects.create_project},
    ),
    Endpoint(
        f"{PROJECT}/",
        "project",
        scopes.PROJECT_DETAILS,
        {
            "GET": projects.show_project,
            "PUT": project_update.change_project,
            "DELETE": projects.delete_project,
        },
    ),
    Endpoint(f"{PROJECT}/teams/", "project", scopes.PROJECT, {"GET": projects.list_project_teams}),
    Endpoint(
        f"{PROJECT}/teams/{{bound_team}}/",
        "project",
        scopes.PROJECT_TEAM,
        {"POST": projects.bind_team, "DELETE": projects.unbind_team},
    ),
    Endpoint(
        f"{PROJECT}/keys/",
        "project",
        scopes.PROJECT,
        {"GET": keys.list_project_keys, "POST": keys.create_key},
        bucket="project-keys",
    ),
    Endpoint(
        f"{PROJECT}/keys/{{key}}/",
        "project",
        scopes.PROJECT,
        {"GET": keys.show_key, "PUT": keys.change_key, "DELETE": keys.delete_key},
    ),
    Endpoint(
        f"{PROJECT}/keys/{{key}}/stats/",
        "project",
        scopes.PROJECT,
        {"GET": key_stats.show_stats},
        bucket="project-key-stats",
        most_per_second=STATS_PER_SECOND,
    ),
    Endpoint(f"{PROJECT}/filters/", "project", scopes.PROJECT, {"GET": filters.list_filters}),
    Endpoint(
        f"{PROJECT}/filters/{{filter}}/",
        "project",
        scopes.PROJECT,
        {"PUT": filters.change_filter},
    ),
    Endpoint(
        f"{PROJECT}/ownership/",
        "project",
        scopes.OWNERSHIP,
        {"GET": ownership.show_ownership, "PUT": ownership.change_ownership},
    ),
    Endpoint(
        f"{PROJECT}/environments/",
        "project",
        scopes.PROJECT,
        {"GET": environments.list_environments},
    ),
    Endpoint(
        f"{PROJECT}/environments/{{environment}}/",
        "project",
        scopes.PROJECT,
        {"GET": environments.show_environment, "PUT": environments.change_environment},
    ),
    Endpoint(f"{PROJECT}/events/", "project", scopes.PROJECT, {"GET": events.list_events}),
    Endpoint(f"{PROJECT}/events/{{event}}/", "project", scopes.PROJECT, {"GET": events.show_event}),
    Endpoint(
        f"{PROJECT}/issues/",
        "project",
        scopes.PROJECT_ISSUES,
        {"GET": issue_list.list_project_issues},
        bucket="project-issues",
        most_per_second=ISSUES_PER_SECOND,
        others=("PUT", "DELETE"),
    ),
    Endpoint(
        f"{ORGANIZATION}/issues/",
        "organization",
        scopes.PROJECT_ISSUES,
        {"GET": issue_list.list_organization_issues, "PUT": issue_update.change_issues},
        bucket="organization-issues",
        most_per_second=ORGANIZATION_ISSUES_PER_SECOND,
        others=("DELETE",),
    ),
    *(
        Endpoint(
            f"{base}/issues/{{issue}}/events/",
            "issue",
            scopes.PROJECT_ISSUES,
            {"GET": issue_events.list_issue_events},
        )
        for base in (ORGANIZATION, API)
    ),
    *(
        Endpoint(
            f"{base}/issues/{{issue}}/events/{{event}}/",
            "issue",
            scopes.PROJECT_ISSUES,
            {"GET": issue_events.show_issue_event},
            bucket="issue-event",
            most_per_second=ISSUE_EVENTS_PER_SECOND,
        )
        for base in (ORGANIZATION, API)
    ),
    *(
        Endpoint(
            f"{base}/issues/{{issue}}/",
            "issue",
            scopes.PROJECT_ISSUES,
            {
                "GET": issue_details.show_issue,
                "PUT": issue_update.change_issue,
                "DELETE": issue_update.delete_issue,
            },
            bucket="issue",
            most_per_second=ISSUES_PER_SECOND,
        )
        for base in (ORGANIZATION, API)
    ),
    *(
        Endpoint(
            f"{base}/issues/{{issue}}/comments/",
            "issue",
            scopes.PROJECT_ISSUES,
            {"GET": issue_comments.list_comments, "POST": issue_comments.add_comment},
        )
        for base in (ORGANIZATION, API)
    ),
)

INDEX = f"{API}/"
# Endpoints that the vendor has taken away: 410 whatever follows.
RETIRED = re.compile(
    rf"^{API}/(projects/[^/]+/[^/]+/rules|organizations/[^/]+/alert-rules)/(.+/)?$"
)
# Endpoints that make tokens: they take a browser's login only, never a token.
BROWSER_ONLY = re.compile(
    rf"^{API}/(api-tokens/|organizations/[^/]+/org-auth-tokens/([^/]+/)?"
    r"|sentry-apps/[^/]+/api-tokens/([^/]+/)?)$"
)

_DOCUMENTED = json.loads((Path(__file__).parent / "static/documented_paths.json").read_text())
DOCUMENTED = tuple((path, compile_path(path), methods) for path, methods in _DOCUMENTED.items())


def find_documented(path: str, method: str) -> str | None:
    """The template of the vendor's documented path and method that a request asks for, if any."""
    for template, pattern, methods in DOCUMENTED:
        if method in methods and pattern.match(path):
            return str(template)
    return None
