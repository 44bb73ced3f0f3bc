"""
Striking credentials out of what the engine says: it repeats addresses as they were given to it.

    ://user:password@host, ://token@host     ://[secret]@host
    ?sig=..., &secret_key=..., &token=...     ?sig=[secret]

A DSN in its words loses its public key the same way.

Does not: know any secret; it goes by form alone. Source: RFC 3986, 3.2.1; the query parameters of
gocloud.dev's blob URLs, of SAS and of presigned URLs.
"""

from __future__ import annotations

import re

# A password may hold a slash, which strictly it must not.
_USER_INFO = re.compile(r"(:(?:\\?/){2})(?:[^\s/@\"'<>]+|[^\s/@:\"'<>]*:[^\s@\"'<>]+)@")
_QUERY = re.compile(
    r"([?&][^\s=&]*(?:sig|secret|key|token|password|credential)[^\s=&]*=)[^\s&\"'<>]+",
    re.IGNORECASE,
)


def without_credentials(text: str) -> str:
    """*text* with `[secret]` where an address holds a user, a password, a token or a signature."""
    return _QUERY.sub(r"\1[secret]", _USER_INFO.sub(r"\1[secret]@", text))
