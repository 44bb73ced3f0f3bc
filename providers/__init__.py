"""Pulumi resource plugins, one package each."""
