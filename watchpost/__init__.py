"""
Watchpost keeps a fleet of apps reporting to Sentry: the library, and the command `watchpost`.

Does not: import Pulumi. The program and the providers build on this package.

Source: design.md 1 and 2.
"""
