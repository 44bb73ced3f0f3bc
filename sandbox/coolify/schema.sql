CREATE TABLE IF NOT EXISTS coolify_instance (
    id INTEGER PRIMARY KEY AUTOINCREMENT, last_write INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS coolify_teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT, team_id INTEGER NOT NULL, user_id INTEGER NOT NULL, role TEXT NOT NULL
);
-- abilities: a JSON list. team_id null: a token without a team.
CREATE TABLE IF NOT EXISTS coolify_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, secret TEXT NOT NULL, user_id INTEGER NOT NULL,
    team_id INTEGER, abilities TEXT NOT NULL, expires_at TEXT
);
CREATE TABLE IF NOT EXISTS coolify_projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, team_id INTEGER NOT NULL, name TEXT NOT NULL,
    description TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_environments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, project_id INTEGER NOT NULL, name TEXT NOT NULL,
    description TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_applications (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, environment_id INTEGER NOT NULL, name TEXT NOT NULL,
    description TEXT, build_pack TEXT NOT NULL, status TEXT NOT NULL, git_commit_sha TEXT NOT NULL,
    git_repository TEXT NOT NULL, git_branch TEXT NOT NULL, fqdn TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_services (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, environment_id INTEGER NOT NULL, name TEXT NOT NULL,
    description TEXT, status TEXT NOT NULL, docker_compose_raw TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS coolify_tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT, team_id INTEGER NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, resource_id INTEGER NOT NULL
);
-- Variables. kind: application or service. written: grows with every write, like a row's place in
-- a real table, which decides the order of a list without ORDER BY.
CREATE TABLE IF NOT EXISTS coolify_rows (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, kind TEXT NOT NULL, resource_id INTEGER NOT NULL,
    key TEXT NOT NULL, value TEXT, comment TEXT, "order" INTEGER, version TEXT NOT NULL,
    is_preview INTEGER NOT NULL, is_runtime INTEGER NOT NULL, is_buildtime INTEGER NOT NULL,
    is_literal INTEGER NOT NULL, is_multiline INTEGER NOT NULL, is_shown_once INTEGER NOT NULL,
    is_required INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    written INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS coolify_applications_uuid ON coolify_applications (uuid);
CREATE INDEX IF NOT EXISTS coolify_services_uuid ON coolify_services (uuid);
CREATE INDEX IF NOT EXISTS coolify_rows_resource ON coolify_rows (kind, resource_id);
CREATE TABLE IF NOT EXISTS coolify_deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, deployment_uuid TEXT NOT NULL, application_id INTEGER NOT NULL,
    status TEXT NOT NULL, commit_sha TEXT NOT NULL, pull_request_id INTEGER NOT NULL,
    force_rebuild INTEGER NOT NULL, restart_only INTEGER NOT NULL, finished_at TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    -- The variables the build began with, as JSON objects; null until it began.
    runtime TEXT, buildtime TEXT
);
CREATE INDEX IF NOT EXISTS coolify_deployments_application
    ON coolify_deployments (application_id, status);
CREATE INDEX IF NOT EXISTS coolify_deployments_status ON coolify_deployments (status);
CREATE UNIQUE INDEX IF NOT EXISTS coolify_deployments_uuid
    ON coolify_deployments (deployment_uuid);
-- What a team, project, environment or server (type) of number owner_id shares.
CREATE TABLE IF NOT EXISTS coolify_shared_rows (
    id INTEGER PRIMARY KEY AUTOINCREMENT, team_id INTEGER NOT NULL, type TEXT NOT NULL, owner_id INTEGER NOT NULL,
    key TEXT NOT NULL, value TEXT, comment TEXT, is_literal INTEGER NOT NULL, is_multiline INTEGER NOT NULL,
    is_shown_once INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
-- The previews of pull requests that an application knows.
CREATE TABLE IF NOT EXISTS coolify_previews (
    id INTEGER PRIMARY KEY AUTOINCREMENT, application_id INTEGER NOT NULL, pull_request_id INTEGER NOT NULL
);
-- What a service's containers were last started with.
CREATE TABLE IF NOT EXISTS coolify_service_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, service_id INTEGER NOT NULL, runtime TEXT NOT NULL,
    buildtime TEXT NOT NULL, created_at TEXT NOT NULL
);
