"""
Manifests of the whole-program tests: a valid fleet, of which a test changes what it is about.

The apps are those of the sandbox's demo profile.
"""

from __future__ import annotations

from typing import Any

import yaml

SHOP: dict[str, Any] = {
    "name": "Shop",
    "platform": "javascript-nextjs",
    "teams": ["platform", "web"],
    "keys": {
        "production": {"label": "Default"},
        "preview": {"rate_limit": {"count": 100, "window_seconds": 60}},
    },
    "apps": [
        {
            "app": "shop-web",
            "framework": "nextjs",
            "key": "production",
            "preview_key": "preview",
            "build_token": "env:SENTRY_BUILD_TOKEN",
        }
    ],
}
API: dict[str, Any] = {
    "name": "Shop API",
    "platform": "python-fastapi",
    "apps": [{"app": "shop-api", "framework": "fastapi"}],
}
QUEUE: dict[str, Any] = {
    "name": "Shop queue",
    "platform": "python",
    "apps": [{"service": "shop-queue", "framework": "python"}],
}
BILLING: dict[str, Any] = {
    "name": "Billing",
    "platform": "python-fastapi",
    "teams": ["web"],
    "apps": [{"app": "billing-api", "framework": "fastapi", "preview_key": "production"}],
}
FLEET: dict[str, Any] = {"shop": SHOP, "api": API, "queue": QUEUE}


def write_manifest(projects: dict[str, Any], **top: Any) -> str:
    """YAML of a manifest with these projects; *top* replaces its other parts."""
    manifest = {
        "version": 1,
        "organization": "acme",
        "defaults": {"workspace": "acme", "slug": "{workspace}-{id}", "team": "platform"},
        "teams": {"platform": {"name": "Platform"}, "web": {"existing": True}},
        "projects": projects,
        **top,
    }
    return yaml.safe_dump(manifest, sort_keys=False)
