"""
Drafts as the manifest's text: an entry as lines, what is not declared as comments.

Does not: decide what is declared, or hold a value: comments name variables, keys and projects.

Source: docs/manifest.md.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from watchpost.adoption.caveats import Caveat, group_caveats
from watchpost.manifest.frameworks import FRAMEWORKS, FrameworkVariable
from watchpost.manifest.rendering import render_flow, render_scalar
from watchpost.manifest.secrecy import find_secret_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watchpost.adoption.apps import AppBlock, AppDraft
    from watchpost.adoption.entries import EntryDraft
    from watchpost.adoption.matching import Match
    from watchpost.sentry import Key

_WIDTH = 98
_SERVER_FRAMEWORKS = {"python": "python", "node": "node"}


def render_entry(entry: EntryDraft, *, mark: bool) -> list[str]:
    """One entry from the first column; commented out as a whole where it cannot be declared."""
    name = comment_text(entry.project.name) if entry.refused else entry.project.name
    lines = [
        f"{render_scalar(entry.id)}:",
        f"  name: {render_scalar(name)}",
        f"  slug: {render_scalar(entry.project.slug)}",
        f"  platform: {render_scalar(entry.project.platform or 'other')}",
        f"  teams: {render_flow(entry.teams)}",
        *_indented(_keys(entry), "  "),
        *_indented(_apps(entry, mark=mark), "  "),
    ]
    if not entry.refused:
        return lines
    reasons = (line for reason in entry.refused for line in comment(f"not declared: {reason}"))
    return [*reasons, *commented(lines)]


def _keys(entry: EntryDraft) -> list[str]:
    left = [
        line
        for each in entry.left_out
        for line in comment(f"key {each.key.label} ({each.key.id}) is not declared: {each.reason}")
    ]
    if not entry.keys:
        return [*left, "keys: {}"]
    lines = [
        f"{render_scalar(name)}: {render_flow(_key(name, key))}" for name, key in entry.keys.items()
    ]
    return ["keys:", *_indented([*lines, *left], "  ")]


def _key(name: str, key: Key) -> dict[str, Any]:
    said: dict[str, Any] = {} if key.label == name else {"label": key.label}
    limit = key.rate_limit
    if limit:
        said["rate_limit"] = {"count": limit.count, "window_seconds": limit.window_seconds}
    return said


def _apps(entry: EntryDraft, *, mark: bool) -> list[str]:
    if not entry.apps:
        return ["# no app was found that reports to it"]
    lines = [
        line
        for draft in entry.apps
        for line in render_app(draft, entry.project.platform, tuple(entry.keys), mark=mark)
    ]
    if any(draft.blocks for draft in entry.apps):
        return ["apps:", *_indented(lines, "  ")]
    return ["# apps:", *_indented(lines, "  ")]


def render_app(draft: AppDraft, platform: str, keys: Sequence[str], *, mark: bool) -> list[str]:
    """The items of one app, with why it stands here; commented out where it is not declared."""
    lines = render_why(draft)
    if draft.refused:
        return [*lines, *commented(_suggestion(draft, keys))]
    for number, item in enumerate(app_items(draft, platform, mark=mark)):
        first, *rest = [f"{name}: {_inline(value)}" for name, value in item.items()]
        name = comment_text(draft.app.app.name)
        note = f"  # {name}" if name not in ("", draft.app.ref.uuid) and not number else ""
        lines += [f"- {first}{note}", *_indented(rest, "  ")]
    return lines


def render_why(draft: AppDraft) -> list[str]:
    """Comments: how sure the match is, why, and what is left out."""
    certainty = draft.match.certainty.value if draft.match.certainty else ""
    lines = comment(f"{certainty}: {draft.match.why}")
    if draft.refused:
        lines += comment(f"not declared: {draft.app.label}: {draft.refused}")
    else:
        for left in draft.left_out:
            lines += comment(f"{left.name} is not declared: {left.reason}")
    return lines


def app_items(draft: AppDraft, platform: str, *, mark: bool) -> list[dict[str, Any]]:
    """The items of one app as data."""
    return [_item(draft, block, platform, mark=mark) for block in draft.blocks]


def _item(draft: AppDraft, block: AppBlock, platform: str, *, mark: bool) -> dict[str, Any]:
    field = "app" if draft.app.ref.kind == "application" else "service"
    said: dict[str, Any] = {
        field: draft.app.ref.uuid,
        "framework": _framework(block, platform, is_service=field == "service"),
        "key": block.key,
    }
    if block.preview_key:
        said["preview_key"] = block.preview_key
    if block.environment not in ("", "production"):
        said["environment"] = block.environment
    if draft.never_redeploys:
        said["redeploy"] = "never"
    if not mark:
        said["mark"] = False
    return said


def _framework(block: AppBlock, platform: str, *, is_service: bool) -> str | dict[str, Any]:
    """A known framework where it says exactly the same, else the variables as they are."""
    rules = {
        FrameworkVariable(
            each.name,
            each.origin,
            is_buildtime=False if is_service else each.is_buildtime,
            is_runtime=True if is_service else each.is_runtime,
        )
        for each in block.variables
    }
    known = _SERVER_FRAMEWORKS.get(platform.partition("-")[0], "")
    known = "fastapi" if platform == "python-fastapi" else known
    if known and set(FRAMEWORKS[known]) == rules:
        return known
    return {rule.name: _rule(rule) for rule in sorted(rules, key=lambda rule: rule.name)}


def _rule(rule: FrameworkVariable) -> dict[str, Any]:
    """Flags are written where they are not the manifest's own."""
    said: dict[str, Any] = {"from": rule.origin}
    if rule.is_buildtime:
        said["build"] = True
    if not rule.is_runtime:
        said["run"] = False
    return said


def _suggestion(draft: AppDraft, keys: Sequence[str]) -> list[str]:
    """What to uncomment once the reason is gone."""
    names = sorted({each.name for each in draft.left_out}) or ["SENTRY_DSN"]
    framework: Any = {name: {"from": "dsn"} for name in names}
    field = "app" if draft.app.ref.kind == "application" else "service"
    lines = [
        f"- {field}: {render_scalar(draft.app.ref.uuid)}",
        f"  framework: {render_flow(framework)}",
    ]
    return [*lines, *(f"  key: {render_scalar(key)}" for key in keys[:1])]


def render_loose(matches: Iterable[Match]) -> list[str]:
    """Comments about apps that fit several projects; those that fit none are a caveat alone."""
    lines: list[str] = []
    for match in matches:
        if match.candidates:
            names = ", ".join(project.slug for project in match.candidates)
            certainty = match.certainty.value if match.certainty else ""
            lines += comment(f"ambiguous ({certainty}): {match.app.label}: {match.why}: {names}")
            field = "app" if match.app.ref.kind == "application" else "service"
            lines += commented([f"- {field}: {render_scalar(match.app.ref.uuid)}"])
    return lines


def render_teams(teams: Mapping[str, str]) -> list[str]:
    """The new teams, none of which is ever changed."""
    return [f"{render_scalar(key)}: {render_flow(team(key, slug))}" for slug, key in teams.items()]


def team(key: str, slug: str) -> dict[str, Any]:
    """One team that others look after."""
    return {"existing": True} if key == slug else {"slug": slug, "existing": True}


def render_caveats(caveats: Iterable[Caveat]) -> list[str]:
    """Caveats as plain lines: a heading with its count for each kind, then what it is about."""
    lines: list[str] = []
    for kind, group in group_caveats(caveats).items():
        lines.append(f"{kind.value} ({len(group)}):")
        lines += [f"  - {comment_text(str(caveat))}" for caveat in group if caveat.detail]
        bare = ", ".join(comment_text(caveat.subject) for caveat in group if not caveat.detail)
        lines += [f"    {line}" for line in wrap(bare, _WIDTH - 6)]
    return lines


def comment(text: str) -> list[str]:
    """A comment of one or more lines."""
    first, *rest = wrap(comment_text(text), _WIDTH - 4, break_long_words=False) or [""]
    return [f"# {first}", *(f"#   {line}" for line in rest)]


def comment_text(text: str) -> str:
    """*text* on one line; what looks like a secret is not shown."""
    if find_secret_shape(text):
        return "(not shown: it looks like a secret)"
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def commented(lines: Iterable[str]) -> list[str]:
    """*lines* as comments, their own comments once more."""
    return [f"# {line}".rstrip() for line in lines]


def _inline(value: Any) -> str:
    return render_flow(value) if isinstance(value, dict) else render_scalar(value)


def _indented(lines: Iterable[str], by: str) -> list[str]:
    return [f"{by}{line}" for line in lines]
