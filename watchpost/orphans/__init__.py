"""
What hangs loose between Sentry and Coolify: projects, apps, keys and rows that nothing joins.

Does not: write or mend anything. Source: docs/adoption.md, "Orphans".
"""
