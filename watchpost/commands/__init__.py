"""
The verbs of the command line: a literal table, so that only the module of the chosen verb is
imported.

Each module has `add_arguments(parser)` and `run(arguments) -> int`, which returns the exit code.

Does not: parse arguments or catch errors; that is `watchpost.__main__`.

Source: design.md 3 and 9.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """A command: its module, its line in `watchpost --help`, and two examples for its own help."""

    module: str
    summary: str
    examples: tuple[str, str]


VERBS: dict[str, Verb] = {
    "adopt": Verb(
        "watchpost.commands.adopt",
        "write down as a manifest what Sentry and Coolify hold, so that applying changes nothing",
        ("watchpost adopt --organization acme --write", "watchpost adopt --no-mark --out new.yaml"),
    ),
    "apply": Verb(
        "watchpost.commands.apply",
        "carry out the plan: limits first, one redeploy per app, a report by project",
        ("watchpost apply", "watchpost apply --plan-hash 05917105e045fdef --out applied.md"),
    ),
    "explain": Verb(
        "watchpost.commands.explain",
        "say where an entry's variables come from, where they are in force, what would change them",
        ("watchpost explain shop", "watchpost explain shop SENTRY_DSN --format json"),
    ),
    "github": Verb(
        "watchpost.commands.github",
        "keep one comment, label or issue on GitHub, and find the plan that was approved",
        (
            "watchpost github comment --pr 12 --body plan.md --plan plan.json",
            "watchpost github issue --stack production --body drift.md",
        ),
    ),
    "health": Verb(
        "watchpost.commands.health",
        "tell a project's errors as Sentry counts them, or resolve one with a reason",
        (
            "watchpost health shop --since 24h",
            'watchpost health shop --resolve SHOP-1A --reason "fixed by #123" --in-release next',
        ),
    ),
    "mcp": Verb(
        "watchpost.commands.mcp",
        "serve a project's errors and wiring to coding agents, over stdio or HTTP",
        (
            "watchpost mcp --project shop",
            "watchpost mcp --http 127.0.0.1:8765 --grants grants.yaml --read-only",
        ),
    ),
    "orphans": Verb(
        "watchpost.commands.orphans",
        "list projects, apps, keys and variables that nothing joins, in Sentry and in Coolify",
        ("watchpost orphans --days 60", "watchpost orphans --format markdown"),
    ),
    "report": Verb(
        "watchpost.commands.report",
        "write one page of the fleet: every entry, its keys and apps, and the state of each link",
        ("watchpost report --out fleet.html", "watchpost report --format json --canary-days 7"),
    ),
    "drift": Verb(
        "watchpost.commands.drift",
        "compare what is recorded with what is there, and say who may have changed it, and when",
        ("watchpost drift", "watchpost drift --out drift.md --out drift.json"),
    ),
    "plan": Verb(
        "watchpost.commands.plan",
        "show what an apply would do, worst first, and what the apps would feel; writes nothing",
        ("watchpost plan", "watchpost plan --out plan.md --out plan.json --detailed-exitcode"),
    ),
    "doctor": Verb(
        "watchpost.commands.doctor",
        "check all that a run needs, without a write, and tell what mends what is wrong",
        ("watchpost doctor", "watchpost doctor --list-apps --format json"),
    ),
    "rotate": Verb(
        "watchpost.commands.rotate",
        "replace a client key without losing an event: start, status, finish",
        ("watchpost rotate start shop production --dry-run", "watchpost rotate status shop"),
    ),
    "schema": Verb(
        "watchpost.commands.schema",
        "print the JSON Schema of the manifest, for editors",
        ("watchpost schema", "watchpost schema > docs/projects.schema.json"),
    ),
    "validate": Verb(
        "watchpost.commands.validate",
        "check a manifest without any network, and tell every fault at once",
        ("watchpost validate", "watchpost validate fleet/projects.yaml --format json"),
    ),
    "verify": Verb(
        "watchpost.commands.verify",
        "send one canary event by each DSN of the manifest, and wait until Sentry shows it",
        ("watchpost verify shop --timeout 30", "watchpost verify --no-send --format json"),
    ),
}
