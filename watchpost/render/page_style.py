"""
The one style of every page: light and dark, phone and paper.

Does not: name a font, an image or any other thing that would have to be fetched.

Source: WCAG 2.2: 1.4.3 (contrast of 4.5 and more, which a test computes from the colours below),
1.4.10 (no sideways scrolling at 320 px), 2.4.7 (focus is seen).
"""

from __future__ import annotations

LIGHT = {
    "ground": "#fafaf8",
    "card": "#ffffff",
    "text": "#1c2024",
    "quiet": "#5b6470",
    "line": "#e2e4e0",
    "link": "#0b57a4",
    "good": "#15692f",
    "good-ground": "#e3f3e6",
    "warn": "#7a4b00",
    "warn-ground": "#fbeed3",
    "bad": "#a3201d",
    "bad-ground": "#fce7e5",
    "quiet-ground": "#eef0ee",
}
DARK = {
    "ground": "#14171a",
    "card": "#1b1f23",
    "text": "#e4e7ea",
    "quiet": "#9ba5b0",
    "line": "#2e343a",
    "link": "#8ab8f0",
    "good": "#83d397",
    "good-ground": "#17301e",
    "warn": "#ecc06f",
    "warn-ground": "#362a12",
    "bad": "#ff9d95",
    "bad-ground": "#3d1d1c",
    "quiet-ground": "#262b30",
}


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


_RULES = """
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 68rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -0.005em; margin: 2.75rem 0 0.75rem; }
h3 { font-size: 0.95rem; line-height: 1.4; margin: 1.75rem 0 0.5rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
ul { margin: 0.5rem 0; padding-left: 1.25rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
code, pre {
  font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono",
    monospace;
  font-size: 0.875em;
}
pre {
  margin: 0.75rem 0; padding: 1rem 1.25rem; white-space: pre-wrap;
  background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem;
}
.quiet-text { color: var(--quiet); }
.lede { color: var(--quiet); font-size: 1.05rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 0.25rem; }
[hidden] { display: none !important; }

.badge {
  display: inline-block; padding: 0.1em 0.6em; border-radius: 1em; white-space: nowrap;
  font-size: 0.8125rem; font-weight: 600; line-height: 1.5;
}
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.warn { color: var(--warn); background: var(--warn-ground); }
.badge.bad { color: var(--bad); background: var(--bad-ground); }
.badge.quiet { color: var(--quiet); background: var(--quiet-ground); }

table { width: 100%; border-collapse: collapse; margin: 0.75rem 0; font-size: 0.9375rem; }
th {
  text-align: left; font-size: 0.8125rem; font-weight: 600; color: var(--quiet);
  padding: 0.4rem 1.25rem 0.4rem 0; border-bottom: 1px solid var(--line);
}
td {
  padding: 0.55rem 1.25rem 0.55rem 0; vertical-align: top; border-bottom: 1px solid var(--line);
}
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }

details {
  margin: 0.625rem 0; background: var(--card);
  border: 1px solid var(--line); border-radius: 0.625rem;
}
summary { padding: 0.85rem 1.25rem; cursor: pointer; }
details[open] > summary { border-bottom: 1px solid var(--line); }
details > .inside { padding: 0.25rem 1.25rem 1.25rem; }

input[type="search"] {
  width: 100%; max-width: 30rem; padding: 0.6rem 0.9rem; font: inherit; color: var(--text);
  background: var(--card); border: 1px solid var(--quiet); border-radius: 0.5rem;
}
input[type="search"]::placeholder { color: var(--quiet); opacity: 1; }

@media (max-width: 60rem) {
  main { padding: 1.75rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; width: 100%; }
  tr { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td {
    display: grid; grid-template-columns: 7rem minmax(0, 1fr); padding: 0.15rem 0; border: 0;
    justify-items: start;
  }
  td::before {
    content: attr(data-label); color: var(--quiet); font-size: 0.8125rem; padding-top: 0.15rem;
    grid-column: 1; grid-row: 1;
  }
  td > *, td:not([data-label]) { grid-column: 2; }
  td:not([data-label])::before { content: none; }
  td:empty { display: none; }
  summary, details > .inside { padding-left: 1rem; padding-right: 1rem; }
}

@media print {
  main { max-width: none; padding: 0; }
  body { font-size: 10.5pt; }
  details, table, tr { break-inside: avoid; }
  details { border-color: #999999; }
  .screen-only { display: none !important; }
  details:not([open])::details-content { content-visibility: visible; display: block; }
  a { color: inherit; }
}
"""

STYLE = (
    f":root {{ color-scheme: light dark; {_variables(LIGHT)} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}\n"
    f"{_RULES}"
)
