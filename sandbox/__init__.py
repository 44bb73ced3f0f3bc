"""Simulated Sentry and Coolify over real HTTP on loopback; imports nothing of the project."""
