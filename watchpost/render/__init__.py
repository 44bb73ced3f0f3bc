"""
What people and programs are shown: text, Markdown, JSON and HTML, made from finished values.

Does not: look anything up, decide, or hold a secret. Pure: the same value gives the same text.

Source: design.md 2.
"""
