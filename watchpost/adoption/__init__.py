"""
Brown field: what Sentry and Coolify hold already, matched and written down as a manifest.

Reading is in `observing`; everything else is pure.

Does not: write to a service, or take anything over: the manifest is written so that applying it
changes nothing. Source: docs/adoption.md; docs/adr/0013.
"""
