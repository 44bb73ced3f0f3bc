"""The simulated Sentry: its API, its ingestion, its seeds and its control routes."""
