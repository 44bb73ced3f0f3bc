-- The tables of the simulated Sentry. Times are ISO 8601 texts in UTC unless the name ends in _ms
-- (milliseconds since the epoch); columns that hold JSON are named in comments.

CREATE TABLE IF NOT EXISTS sentry_organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    date_created TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0,
    open_membership INTEGER NOT NULL DEFAULT 1,
    member_project_creation INTEGER NOT NULL DEFAULT 1,
    disabled_features TEXT NOT NULL DEFAULT '[]',  -- JSON list of feature names
    console_platforms TEXT NOT NULL DEFAULT '[]'   -- JSON list of platforms
);

CREATE TABLE IF NOT EXISTS sentry_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    is_active INTEGER NOT NULL DEFAULT 1,
    date_joined TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sentry_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    value TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,                -- user, internal, organization
    scopes TEXT NOT NULL,              -- separated by spaces
    user_id INTEGER,
    organization_id INTEGER,
    expires_at TEXT,
    application_active INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE IF NOT EXISTS sentry_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL DEFAULT 'member',
    UNIQUE (organization_id, user_id)
);

CREATE TABLE IF NOT EXISTS sentry_teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active',
    idp_provisioned INTEGER NOT NULL DEFAULT 0,
    date_created TEXT NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE IF NOT EXISTS sentry_team_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    role TEXT,                         -- admin, contributor, or null: the organization role's
    UNIQUE (team_id, member_id)
);

CREATE TABLE IF NOT EXISTS sentry_projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    platform TEXT,
    status TEXT NOT NULL DEFAULT 'active',
    is_internal INTEGER NOT NULL DEFAULT 0,
    first_event TEXT,
    last_issue INTEGER NOT NULL DEFAULT 0,  -- the number of the project's latest issue
    settings TEXT NOT NULL DEFAULT '{}',  -- JSON, keyed by Sentry's option names
    date_created TEXT NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE IF NOT EXISTS sentry_project_teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    UNIQUE (project_id, team_id)
);

CREATE TABLE IF NOT EXISTS sentry_project_redirects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    project_id INTEGER NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE IF NOT EXISTS sentry_bookmarks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    UNIQUE (project_id, user_id)
);

CREATE TABLE IF NOT EXISTS sentry_detectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    type TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sentry_alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sentry_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    public TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1,
    rate_limit_count INTEGER,
    rate_limit_window INTEGER,
    browser_sdk_version TEXT NOT NULL,
    loader_options TEXT NOT NULL DEFAULT '{}',  -- JSON
    date_created TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sentry_keys_project ON sentry_keys (project_id);

CREATE TABLE IF NOT EXISTS sentry_ownership (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL UNIQUE,
    raw TEXT,
    fallthrough INTEGER NOT NULL DEFAULT 1,
    auto_assignment TEXT NOT NULL,
    codeowners_auto_sync INTEGER NOT NULL DEFAULT 1,
    date_created TEXT,
    last_updated TEXT
);

CREATE TABLE IF NOT EXISTS sentry_environments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    is_hidden INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_id, name)
);

CREATE TABLE IF NOT EXISTS sentry_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    key_id INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    payload TEXT NOT NULL,             -- JSON as the client sent it
    issue_id INTEGER NOT NULL,
    occurred_ms INTEGER NOT NULL,      -- by the client's clock, never later than received_ms
    level TEXT NOT NULL,
    release TEXT,                      -- version; null for a name that no release may have
    environment TEXT,
    user_key TEXT,                     -- id:7, email:..., username:... or ip:...
    UNIQUE (project_id, event_id)
);
CREATE INDEX IF NOT EXISTS sentry_events_issue ON sentry_events (issue_id, occurred_ms);

-- An issue is a group of events. Its count and users are counted from its events.
CREATE TABLE IF NOT EXISTS sentry_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    number INTEGER NOT NULL,           -- counts the project's issues; in the short id in base 32
    grouping TEXT NOT NULL,            -- 32 hexadecimal digits, equal for events that belong together
    kind TEXT NOT NULL,                -- error, default
    title TEXT NOT NULL,
    culprit TEXT NOT NULL,
    metadata TEXT NOT NULL,            -- JSON: type, value, filename, function; or title
    level TEXT NOT NULL,               -- of the latest event, as all texts above
    platform TEXT NOT NULL,
    logger TEXT,
    is_unhandled INTEGER NOT NULL DEFAULT 0,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    first_release_id INTEGER,
    last_release_id INTEGER,
    status TEXT NOT NULL DEFAULT 'unresolved',  -- unresolved, resolved, ignored
    substatus TEXT DEFAULT 'new',
    substatus_ms INTEGER NOT NULL,     -- since when
    resolved_release_id INTEGER,       -- of a resolution that is bound to a release
    resolved_in_next INTEGER NOT NULL DEFAULT 0,
    resolved_after_release_id INTEGER, -- the last release with the issue, for one in the next
    resolved_by_id INTEGER,
    ignored TEXT,                      -- JSON: until_ms, left, by_id; or null
    assigned TEXT,                     -- JSON: type (user, team) and id; or null
    priority TEXT,                     -- low, medium, high
    priority_locked_ms INTEGER,
    UNIQUE (project_id, number),
    UNIQUE (project_id, grouping)
);

-- What one user thinks of an issue.
CREATE TABLE IF NOT EXISTS sentry_issue_marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    seen_ms INTEGER,
    is_bookmarked INTEGER NOT NULL DEFAULT 0,
    subscription TEXT,                 -- the reason, empty for unsubscribed, or null
    UNIQUE (issue_id, user_id)
);

CREATE TABLE IF NOT EXISTS sentry_activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id INTEGER NOT NULL,
    kind TEXT NOT NULL,                -- set_resolved, set_regression, set_unresolved, note, ...
    at_ms INTEGER NOT NULL,
    user_id INTEGER,
    data TEXT NOT NULL                 -- JSON
);
CREATE INDEX IF NOT EXISTS sentry_activity_issue ON sentry_activity (issue_id);

CREATE TABLE IF NOT EXISTS sentry_outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,             -- accepted, dropped
    at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sentry_outcomes_key ON sentry_outcomes (key_id, at_ms);

CREATE TABLE IF NOT EXISTS sentry_audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    actor_id INTEGER,
    event TEXT NOT NULL,
    target_object INTEGER,
    data TEXT NOT NULL,                -- JSON
    ip_address TEXT,
    at_ms INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS sentry_releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    version TEXT NOT NULL,
    ref TEXT,
    url TEXT,
    date_released TEXT,
    date_created TEXT NOT NULL,
    UNIQUE (organization_id, version)
);

CREATE TABLE IF NOT EXISTS sentry_release_projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    UNIQUE (release_id, project_id)
);

CREATE TABLE IF NOT EXISTS sentry_deploys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id INTEGER NOT NULL,
    environment TEXT NOT NULL,
    name TEXT,
    url TEXT,
    date_started TEXT,
    date_finished TEXT NOT NULL
);
