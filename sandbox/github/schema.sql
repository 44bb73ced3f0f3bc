CREATE TABLE IF NOT EXISTS github_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL UNIQUE, type TEXT NOT NULL
);
-- kind: installation (a GITHUB_TOKEN of a run) or personal. permissions: a JSON object, name to read or write.
CREATE TABLE IF NOT EXISTS github_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, secret TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL, kind TEXT NOT NULL, permissions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS github_repositories (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, name TEXT NOT NULL, branch TEXT NOT NULL
);
-- Issues and pull requests share their numbers; the columns from head on are null for an issue.
CREATE TABLE IF NOT EXISTS github_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL, number INTEGER NOT NULL,
    title TEXT NOT NULL, body TEXT, state TEXT NOT NULL, state_reason TEXT, user_id INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, closed_at TEXT,
    head_repository TEXT, head_ref TEXT, head_sha TEXT, base_ref TEXT, merged_at TEXT, merge_commit_sha TEXT
);
CREATE TABLE IF NOT EXISTS github_comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, issue_id INTEGER NOT NULL, user_id INTEGER NOT NULL,
    body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS github_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL, name TEXT NOT NULL,
    color TEXT NOT NULL, description TEXT
);
CREATE TABLE IF NOT EXISTS github_issue_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT, issue_id INTEGER NOT NULL, label_id INTEGER NOT NULL
);
-- pull_id: the pull request that the commit belongs to; null for one that was pushed directly.
CREATE TABLE IF NOT EXISTS github_commits (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL, sha TEXT NOT NULL, pull_id INTEGER
);
