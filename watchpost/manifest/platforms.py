"""
The platforms that Sentry accepts for a project.

Does not: ask Sentry. A platform that is newer than this list is a fault until it is added here.

Source: the provider documentation of terraform-provider-sentry, mid-2026.
"""

from __future__ import annotations

_FAMILIES: dict[str, str] = {
    "android": "",
    "apple": "ios macos",
    "bun": "",
    "capacitor": "",
    "cordova": "",
    "dart": "",
    "deno": "",
    "dotnet": "aspnet aspnetcore awslambda gcpfunctions maui uwp winforms wpf xamarin",
    "electron": "",
    "elixir": "",
    "flutter": "",
    "go": "echo fasthttp fiber gin http iris martini negroni",
    "godot": "",
    "ionic": "",
    "java": "log4j2 logback spring spring-boot",
    "javascript": "angular astro ember gatsby nextjs nuxt react react-router remix solid "
    "solidstart svelte sveltekit tanstackstart-react vue",
    "kotlin": "",
    "minidump": "",
    "native": "qt",
    "nintendo-switch": "",
    "node": "awslambda azurefunctions cloudflare-pages cloudflare-workers connect express fastify "
    "gcpfunctions hapi hono koa nestjs",
    "other": "",
    "php": "laravel symfony",
    "playstation": "",
    "powershell": "",
    "python": "aiohttp asgi awslambda bottle celery chalice django falcon fastapi flask "
    "gcpfunctions litestar pylons pymongo pyramid quart rq sanic serverless starlette "
    "tornado tryton wsgi",
    "react-native": "",
    "ruby": "rack rails",
    "rust": "",
    "unity": "",
    "unreal": "",
    "xbox": "",
}

PLATFORMS: tuple[str, ...] = tuple(
    platform
    for family, members in _FAMILIES.items()
    for platform in (family, *(f"{family}-{member}" for member in members.split()))
)


def render_platforms() -> str:
    """Render the platforms as Markdown: a line per family, without a final newline."""
    lines = []
    for family, members in _FAMILIES.items():
        names = [family, *(f"{family}-{member}" for member in members.split())]
        lines.append("- " + ", ".join(f"`{name}`" for name in names))
    return "\n".join(lines)
