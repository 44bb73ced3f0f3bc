"""
The errors of one project, for whoever writes its code: people at a prompt, and coding agents.

Does not: know another project than the one it is given, act on what an event says, or remember
answers.

Source: issue 6; sentry-api.md 11.
"""
