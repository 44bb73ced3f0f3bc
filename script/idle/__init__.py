"""Providers that do nothing, so that a run with them shows what the engine alone costs."""
