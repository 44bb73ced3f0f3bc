"""
The Sentry plugin: serves pulumiverse-sentry's types SentryTeam, SentryProject and SentryKey.

Does not: know the manifest or Coolify. Its types, inputs, outputs and ids are those of the upstream
plugin, so that state stays interchangeable.

Source: design.md 4.
"""
