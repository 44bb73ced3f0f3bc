"""
Inputs of one `CoolifyEnvironment` as its resource class registers them, to begin from.

`test_resource.py` proves that they have the class's form.
"""

from typing import Any

from watchpost.coolify import fingerprint

KEY = "a fingerprint key for tests"
OWNER = "acme/shop"
DSN = "https://0123456789abcdef0123456789abcdef@o1.ingest.example/7"
MOVED_DSN = "https://0123456789abcdef0123456789abcdef@o1.ingest.other.example/7"
OTHER_DSN = "https://fedcba9876543210fedcba9876543210@o1.ingest.example/8"
SECRETS = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")


def value(text: str, owner: str = OWNER, key: str = KEY) -> dict[str, Any]:
    """One row as declared."""
    return {
        "value": text,
        "fingerprint": fingerprint(key.encode(), text),
        "mark": f"watchpost:{owner}",
        "rows": 1,
    }


def variable(
    text: str = DSN,
    preview: str = "",
    *,
    build: bool = False,
    run: bool = True,
    owner: str = OWNER,
) -> dict[str, Any]:
    """One variable of an application as declared."""
    flags = {"isBuildtime": build, "isRuntime": run}
    return {**value(text, owner), **flags, "preview": {**value(preview, owner), **flags}}


def inputs(**overrides: Any) -> dict[str, Any]:
    """The application shop-web of the entry acme/shop, with SENTRY_DSN and SENTRY_ENVIRONMENT."""
    owner = overrides.get("owner", OWNER)
    declared: dict[str, Any] = {
        "kind": "application",
        "uuid": "shop-web",
        "selector": "application shop-web",
        "owner": owner,
        "redeploy": "if-needed",
        "takeOver": False,
        "owedRedeploy": False,
        "extra": [],
        "variables": {
            "SENTRY_DSN": variable(owner=owner),
            "SENTRY_ENVIRONMENT": variable("production", owner=owner),
        },
        "__provider": "the pickled class",
    }
    return declared | overrides


def service_inputs(**overrides: Any) -> dict[str, Any]:
    """The service shop-queue of the entry acme/shop, with SENTRY_DSN."""
    names = {"kind": "service", "uuid": "shop-queue", "selector": "service shop-queue"}
    return inputs(**({**names, "variables": {"SENTRY_DSN": value(DSN)}} | overrides))
