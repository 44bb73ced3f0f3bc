"""
The report as one HTML page: counts, a search box, and every entry to open.

Without JavaScript the search box is not there and everything else is.

Does not: fetch anything, or put a name in without escaping it.

Source: docs/report.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchpost.fleet_report.problems import list_problems
from watchpost.fleet_report.words import STATE_TONES, STATE_WORDS, describe_last_event
from watchpost.render.page import (
    Html,
    escape,
    join,
    render_badge,
    render_code,
    render_html_table,
    render_page,
)
from watchpost.wiring import STATES

if TYPE_CHECKING:
    from watchpost.fleet_report.model import (
        FleetReport,
        ReportApp,
        ReportEntry,
        ReportKey,
        Services,
    )
    from watchpost.wiring import LinkState, RowLink, VariableLink

_STYLE = """
.counts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem;
  list-style: none; padding: 0; margin: 2rem 0;
}
.counts li {
  padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 0.625rem;
}
.counts b {
  display: block; font-size: 1.75rem; font-weight: 600; line-height: 1.1; margin-bottom: 0.5rem;
  font-variant-numeric: tabular-nums;
}
.counts .none b { color: var(--quiet); font-weight: 400; }
.notice {
  margin: 1.5rem 0; padding: 0.75rem 1.25rem; border-radius: 0.625rem;
  color: var(--warn); background: var(--warn-ground);
}
.notice p { margin: 0.25rem 0; }
.finder { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin: 1.5rem 0; }
.finder label { flex: 1 1 16rem; max-width: 30rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.entry > summary {
  display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 1rem; align-items: baseline;
  list-style: none;
}
.entry > summary::-webkit-details-marker { display: none; }
.entry > summary strong { font-size: 1.0625rem; margin-right: 0.5rem; }
.entry > summary strong::before {
  content: ""; display: inline-block; width: 0.4em; height: 0.4em; margin: 0 0.7em 0.15em 0;
  border: solid var(--quiet); border-width: 0 0.12em 0.12em 0; transform: rotate(-45deg);
}
.entry[open] > summary strong::before { transform: rotate(45deg); margin-bottom: 0.25em; }
.entry > summary .beside { grid-column: 1; font-size: 0.875rem; padding-left: 1.2rem; }
.entry h2 {
  display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline;
  font-size: 1rem; margin: 1.75rem 0 0.25rem;
}
.facts { display: grid; grid-template-columns: 8rem 1fr; gap: 0.35rem 1rem; margin: 1rem 0 0; }
.facts dt { color: var(--quiet); font-size: 0.875rem; padding-top: 0.1rem; }
.facts dd { margin: 0; }
.place { font-size: 0.9375em; color: var(--quiet); }
td .place { display: inline-block; min-width: 9.75rem; }
.problems { grid-column: 1 / -1; font-size: 0.9375rem; padding-left: 1.2rem; }
.problems:empty { display: none; }
.problems span { display: block; }
#shown:empty { display: none; }
.below { display: block; font-size: 0.8125rem; color: var(--quiet); }
.footer { margin-top: 3rem; font-size: 0.875rem; }
@media (max-width: 42rem) {
  .problems { padding-left: 0; }
  .finder label { flex-basis: 100%; }
  .counts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .counts li { padding: 0.85rem 1rem; }
  .counts .badge { white-space: normal; }
  .facts { grid-template-columns: 6rem 1fr; }
  .entry > summary .beside { padding-left: 0; grid-column: 1 / -1; }
}
"""
_SCRIPT = """
(() => {
  const finder = document.getElementById("finder");
  const box = document.getElementById("search");
  const shown = document.getElementById("shown");
  const entries = [...document.querySelectorAll(".entry")];
  const texts = entries.map((entry) => entry.textContent.toLowerCase());
  const filter = () => {
    const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    entries.forEach((entry, index) => {
      entry.hidden = !words.every((word) => texts[index].includes(word));
      count += entry.hidden ? 0 : 1;
    });
    shown.textContent = words.length ? `${count} of ${entries.length} entries` : "";
  };
  finder.hidden = false;
  box.addEventListener("input", filter);
  filter();
})();
"""


def render_report_page(report: FleetReport) -> str:
    """The whole page."""
    body = join(
        _lede(report),
        _notice(report),
        _counts(report),
        _FINDER,
        *(_entry(entry, report.services) for entry in _worst_first(report)),
        _footer(report.services),
    )
    title = f"The fleet of {report.organization}"
    return render_page(title, body, script=_SCRIPT, style=_STYLE)


_FINDER = Html(
    '<div class="finder screen-only" id="finder" hidden>\n<label for="search">'
    '<span class="unseen">Search entries</span><input type="search" id="search" '
    'autocomplete="off" placeholder="Search: name, app, variable, state"></label>\n'
    '<span class="quiet-text" id="shown" role="status"></span>\n</div>\n'
)


def _worst_first(report: FleetReport) -> list[ReportEntry]:
    """What needs a look stands at the top; among equals the manifest's order stays."""
    return sorted(report.entries, key=lambda entry: STATES.index(entry.state))


def _lede(report: FleetReport) -> Html:
    entries, apps = len(report.entries), report.app_count
    parts = (_count(entries, "entry", "entries"), _count(apps, "app", "apps"))
    when = f"{report.services.looked_at:%Y-%m-%d %H:%M} UTC"
    return Html(f'<p class="lede">{parts[0]}, {parts[1]}, looked at {when}</p>\n')


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _notice(report: FleetReport) -> Html:
    if not report.troubles:
        return Html("")
    lines = join(*(Html(f"<p>{escape(trouble)}</p>\n") for trouble in report.troubles))
    heading = "<p><strong>Not everything could be looked at</strong></p>\n"
    return Html(f'<div class="notice">\n{heading}{lines}</div>\n')


def _counts(report: FleetReport) -> Html:
    items = "".join(
        f"<li{'' if number else _NONE}><b>{number}</b>{_counted(state, number)}</li>\n"
        for state, number in report.counts.items()
    )
    return Html(f'<ul class="counts" aria-label="Links by state">\n{items}</ul>\n')


def _counted(state: LinkState, number: int) -> Html:
    """A zero is nothing to look at, whatever it counts."""
    return render_badge(STATE_WORDS[state], STATE_TONES[state] if number else "quiet")


_NONE = ' class="none"'


def _footer(services: Services) -> Html:
    places = f"Sentry {services.sentry_url}, Coolify {services.coolify_url}"
    how = "Values are named by the stack's fingerprints; a DSN by its project and key."
    return Html(f'<p class="quiet-text footer">{escape(places)}. {escape(how)}</p>\n')


def _state(state: LinkState) -> Html:
    return render_badge(STATE_WORDS[state], STATE_TONES[state])


def _entry(entry: ReportEntry, services: Services) -> Html:
    declared = entry.entry
    problems = join(*(Html(f"<span>{escape(line)}</span>") for line in list_problems(entry)))
    beside = " · ".join(filter(None, (declared.slug, _newest_event(entry, services))))
    return Html(
        f'<details class="entry" id="{escape("entry-" + declared.id)}">\n<summary>'
        f'<span><strong>{escape(declared.name)}</strong> <span class="quiet-text">'
        f"{escape(declared.id)}</span></span>{_state(entry.state)}"
        f'<span class="beside quiet-text">{escape(beside)}</span>'
        f'<span class="problems">{problems}</span></summary>\n'
        f'<div class="inside">\n{_facts(entry)}{_keys(entry, services)}'
        f"{join(*(_app(app) for app in entry.apps))}</div>\n</details>\n"
    )


def _newest_event(entry: ReportEntry, services: Services) -> str:
    """When the entry was last heard of; keys that no app uses do not count."""
    events = [key.last_event for key in entry.keys if key.link.state != "unused"]
    known = [event for event in events if event is not None and event.is_known]
    newest = max(known, key=lambda event: event.day.toordinal() if event.day else 0, default=None)
    age = describe_last_event(newest, services.looked_at, services.canary_days)
    said = f"no event{age.removeprefix('none')}" if age.startswith("none") else f"last event {age}"
    return said if events else ""


def _facts(entry: ReportEntry) -> Html:
    declared = entry.entry
    if entry.project is None:
        project = join(declared.slug, " ", _state(entry.project_state))
    else:
        number = Html(f' <span class="quiet-text">id {escape(entry.project.id)}</span>')
        link = f'<a href="{escape(entry.page)}" rel="noreferrer">{escape(declared.slug)}</a>'
        project = join(Html(link), number)
    facts = {
        "Sentry project": project,
        "Platform": escape(declared.platform),
        "Teams": escape(", ".join(declared.teams)),
        "Declared at": _place(declared.position),
    }
    items = "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in facts.items())
    return Html(f'<dl class="facts">\n{items}</dl>\n')


def _keys(entry: ReportEntry, services: Services) -> Html:
    heading = ("Key", "State", "Label", "Last event", "Declared at")
    table = render_html_table(heading, [_key(key, services) for key in entry.keys])
    return Html(f"<h2>Client keys</h2>\n{table}")


def _key(key: ReportKey, services: Services) -> tuple[str, ...]:
    link = key.link
    return (
        join(link.name, _below(link.key_id)),
        join(_state(link.state), _below(link.reason)),
        link.label,
        describe_last_event(key.last_event, services.looked_at, services.canary_days),
        _place(key.position),
    )


def _below(*lines: str) -> Html:
    """Quiet lines below what a cell says."""
    return join(*(Html(f'<span class="below">{escape(line)}</span>') for line in lines if line))


def _app(app: ReportApp) -> Html:
    selector = app.declared.selector
    heading = Html(
        f"<h2><span>{escape(selector.kind.capitalize())} {escape(selector.label)}</span>"
    )
    status = app.observed.status or app.links.reason
    about = _below(f"{status}; declared at {app.declared.position}")
    left = [f"{name} bears our mark, and nobody declares it" for name in app.links.left_over]
    rows = [_variable(app, name) for name in (each.name for each in app.declared.variables)]
    table = render_html_table(("Variable", "State", "Value", "Seen by", "Declared at"), rows)
    ending = Html("</h2>\n")
    return join(heading, _state(app.state), ending, about, _below(*left, *app.links.notes), table)


def _variable(app: ReportApp, name: str) -> tuple[str, ...]:
    link = app.links.variables[name]
    variable = app.declared.environment.variables[name]
    flags = {"build": variable.is_buildtime, "running app": variable.is_runtime}
    return (
        _variable_name(name),
        join(_state(link.state), _below(*_reasons(link))),
        join(*(_value(row) for row in link.rows)),
        ", ".join(each for each, is_set in flags.items() if is_set),
        _place(variable.position),
    )


def _variable_name(name: str) -> Html:
    """A long name breaks after an underscore."""
    return Html(render_code(name).replace("_", "_<wbr>"))


def _place(position: str) -> Html:
    return Html(f'<span class="place">{render_code(position)}</span>')


def _reasons(link: VariableLink) -> list[str]:
    found = []
    for row in link.rows:
        where = "preview row: " if row.is_preview else ""
        found += [f"{where}{reason}" for reason in row.reasons]
        if row.row is not None and row.is_same is False:
            found.append(f"{where}holds {row.observed}")
        if row.state == "drifted" and row.updated_at is not None:
            found.append(f"{where}changed {row.updated_at:%Y-%m-%d %H:%M} UTC")
    return found


def _value(row: RowLink) -> Html:
    """A declared value by its name and fingerprint; in previews on a line of its own."""
    names = dict.fromkeys(name for name in (row.wanted, row.fingerprint) if name)
    text = " ".join(names) or "not known"
    return _below(f"previews: {text}") if row.is_preview else escape(text)
