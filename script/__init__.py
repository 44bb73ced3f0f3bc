"""Programs for those who work on this repository: demo, bench, bootstrap."""
