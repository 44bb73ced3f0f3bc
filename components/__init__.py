"""Pulumi resources of the program, and the one dynamic provider."""
