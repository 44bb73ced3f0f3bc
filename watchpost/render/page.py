"""
One self-contained page of HTML: it asks for nothing outside itself, and could not if it wanted to.

The page's own policy (Content-Security-Policy) forbids everything but this very style and this very
script, both named by their SHA-256. So markup that slipped in could not run, and nobody learns who
opened the page.

Does not: look anything up. What a page says is made of `escape`, `join`, `render_badge`,
`render_code` and `render_html_table`, which are offered here too.

Source: the HTML standard; W3C Content Security Policy Level 3, 2.3.1 (hashes).
"""

from __future__ import annotations

import base64
import hashlib

from watchpost.render.markup import (
    Html,
    Tone,
    escape,
    join,
    render_badge,
    render_code,
    render_html_table,
)
from watchpost.render.page_style import STYLE

__all__ = [
    "Html",
    "Tone",
    "escape",
    "join",
    "render_badge",
    "render_code",
    "render_html_table",
    "render_page",
]


def render_page(title: str, body: str, *, script: str = "", style: str = "") -> str:
    """
    A whole document.

    Args:
        title: Of the window and of the page, as its first heading; escaped here.
        body: What follows the heading; finished markup, see `Html`.
        script: JavaScript that makes the page handier. All must be readable without it.
        style: More CSS, after the common one.

    Raises:
        ValueError: The script or the style would end its own element.
    """
    style = _inline(STYLE + style, "style")
    script = _inline(script, "script")
    run = f"<script>{script}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n{body}</main>\n{run}</body>\n</html>\n"
    )


def _inline(text: str, element: str) -> str:
    """*text* as a browser reads it inside *element*, whose hash must be of just these bytes."""
    if f"</{element}" in text.lower() or "<!--" in text:
        raise ValueError(f"this {element} would end its own element")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _policy(style: str, script: str) -> str:
    scripts = f"'{_hash(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {scripts}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
