"""
The server by which coding agents read the errors and the wiring of their project, and resolve what
they mended: the Model Context Protocol, over stdio or HTTP.

Does not: import the protocol's SDK before a server is made; the extra `watchpost[mcp]` brings it.

Source: docs/agents.md; issue 6, part 3.
"""
