"""
The one place that sends HTTP: limits, retries, deadline, read-only mode, and answers turned into
errors.

Does not: follow redirects, know endpoints, keep answers, or show a token. Plain http is only for
loopback, TLS is verified, and nothing of an answer reaches a message before the token is struck
out of it.

Source: design.md 8; docs/adr (httpx).
"""

from __future__ import annotations

import time
import weakref
from json import dumps
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from watchpost.errors import ApiUnavailable, RateLimited, SettingsError, UnclearWrite
from watchpost.transport.address import is_loopback, normalise_url
from watchpost.transport.answers import Answer, parse_body, raise_for_answer
from watchpost.transport.dialect import Dialect
from watchpost.transport.limiter import HostLimiter, LimiterTimeout, limiter_for
from watchpost.transport.read_only import SAFE_METHODS, raise_if_read_only
from watchpost.transport.redaction import strike_out, strike_out_of_refusal
from watchpost.transport.retry import IDEMPOTENT_METHODS, RetryPolicy, is_repeatable

if TYPE_CHECKING:
    from collections.abc import Mapping

Params = dict[str, str | int | list[str]]
_TOO_MANY = 429
# Below the five seconds after which common servers close an idle connection.
_KEEPALIVE_SECONDS = 2.0
_POOL_SIZE = 32
_COMMON = Dialect()
# Faults before the first byte of a request could leave.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Transport:
    """
    A service as one token sees it. Thread-safe; threads share connections and the host's limiter.

    Args:
        service: The service's name, for messages.
        base_url: Its address; `https://host` and `https://host/api/` mean the same.
        token: Sent as a bearer token, never shown.
        token_variable: The environment variable that holds the token, for messages.
        retry: How patient one operation is.
        dialect: How the service wants to be spoken to.

    Raises:
        SettingsError: The URL or the token cannot be used.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        token: str,
        *,
        token_variable: str = "",
        retry: RetryPolicy | None = None,
        dialect: Dialect = _COMMON,
    ) -> None:
        self.service: Final = service
        self.base_url: Final = normalise_url(
            base_url, f"{service} URL", keeps_path=dialect.keeps_path
        )
        self.token_variable: Final = token_variable
        self._retry = retry or RetryPolicy()
        self._dialect = dialect
        self._token = _usable_token(token, token_variable or f"{service} token")
        host = urlsplit(self.base_url)
        self._limiter: HostLimiter = limiter_for(host.netloc)
        self._client = httpx.Client(
            base_url=self.base_url,
            headers={
                "Accept": dialect.accept,
                "Authorization": f"Bearer {self._token}",
                "User-Agent": "watchpost",
                **dialect.headers,
            },
            limits=httpx.Limits(max_connections=_POOL_SIZE, keepalive_expiry=_KEEPALIVE_SECONDS),
            follow_redirects=False,
            trust_env=not is_loopback(host.hostname or ""),
        )
        # Connections that are kept open end with the transport, whoever forgets to close it.
        weakref.finalize(self, self._client.close)

    def __repr__(self) -> str:
        return f"Transport({self.service!r}, {self.base_url!r})"

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        retry: RetryPolicy | None = None,
    ) -> Answer:
        """
        Send one request, again where that is safe, and return its answer of status 2xx.

        Args:
            method: The verb.
            path: From the host's root, e.g. `/api/0/teams/acme/web/`, each part quoted by the
                caller.
            params: The query.
            json: The body; None sends none.
            retry: How patient this operation is, instead of the transport's own patience.

        Raises:
            ReadOnly: A write while writes are switched off; nothing was sent.
            UnclearWrite: A write that may or may not have been applied: look before sending it
            again.
            ApiError: Any other subclass, as `answers` maps them.
        """
        raise_if_read_only(method, path)
        body = "" if json is None else dumps(json, allow_nan=False, separators=(",", ":"))
        operation = _Operation(self, method, path, retry or self._retry)
        while True:
            answer = operation.send(params, body.encode())
            if answer is not None:
                raise_for_answer(answer, method, self.service, self.token_variable)
                return answer


class _Operation:
    """One request with all its attempts. Lives as long as one call of `Transport.request`."""

    def __init__(self, transport: Transport, method: str, path: str, retry: RetryPolicy) -> None:
        self._transport = transport
        self._method = method
        self._path = path
        self._retry = retry
        self._attempt = 0
        self._latest = time.monotonic() + retry.deadline_seconds

    @property
    def _request(self) -> str:
        return f"{self._method} {self._path}"

    def _left_seconds(self) -> float:
        return max(0.0, self._latest - time.monotonic())

    def send(self, params: Params | None, content: bytes) -> Answer | None:
        """Make one attempt; None means: again, the wait is over."""
        self._attempt += 1
        try:
            answer = self._attempt_once(params, content)
        except (httpx.TransportError, httpx.DecodingError) as error:
            self._wait_after_fault(error)
            return None
        if not is_repeatable(self._method, answer.status):
            return answer
        return None if self._wait_after_answer(answer) else answer

    def _attempt_once(self, params: Params | None, content: bytes) -> Answer:
        transport = self._transport
        limiter = transport._limiter  # noqa: SLF001  # an operation is part of its transport
        try:
            with limiter.reserve(self._left_seconds()) as ticket:
                response, text = self._exchange(params, content)
                limiter.learn(ticket, response.status_code, response.headers)
        except LimiterTimeout as signal:
            raise RateLimited(
                self._request,
                f"the rate limit of {transport.service} leaves no room in time",
                detail=f"The next window begins in {signal.wait_seconds:.0f} seconds or more.",
                fix="run again later, or with a lower `--parallel`",
                status=_TOO_MANY,
            ) from None
        return self._as_answer(response, text, content)

    def _exchange(self, params: Params | None, content: bytes) -> tuple[httpx.Response, str]:
        """Send it and read the whole answer; one that trickles in is cut off at the deadline."""
        with self._transport._client.stream(  # noqa: SLF001  # an operation is part of its transport
            self._method,
            self._path,
            params=params,
            content=content or None,
            headers={"Content-Type": "application/json"} if content else None,
            timeout=self._timeout(),
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() > self._latest:
                    raise httpx.ReadTimeout("the answer did not end in time")
        return response, body.decode(errors="replace")

    def _timeout(self) -> httpx.Timeout:
        left = max(0.1, self._left_seconds())
        read = min(self._retry.read_seconds, left)
        return httpx.Timeout(read, connect=min(self._retry.connect_seconds, left))

    def _as_answer(self, response: httpx.Response, text: str, content: bytes) -> Answer:
        token = self._transport._token  # noqa: SLF001  # an operation is part of its transport
        text = strike_out(text, (token,), "token")
        if not response.is_success:
            text = strike_out_of_refusal(text, content)
        headers = {
            name: value.replace(token, "[token]") for name, value in response.headers.items()
        }
        dialect = self._transport._dialect  # noqa: SLF001  # likewise
        status = dialect.status_of(response.status_code, headers)
        return Answer(self._request, status, headers, parse_body(text))

    def _wait_after_answer(self, answer: Answer) -> bool:
        """Wait before the next attempt; False where there will be none."""
        wait = self._retry.wait_seconds(self._attempt)
        if answer.status == _TOO_MANY:
            wait += _retry_after_seconds(answer.headers)
        if self._attempt >= self._retry.attempts or wait >= self._left_seconds():
            return False
        time.sleep(wait)
        return True

    def _wait_after_fault(self, error: httpx.RequestError) -> None:
        """Wait before the next attempt, or raise what the fault is."""
        applied_never = isinstance(error, _NEVER_SENT)
        wait = self._retry.wait_seconds(self._attempt)
        again = applied_never or self._method in IDEMPOTENT_METHODS
        if (
            again
            and self._attempt < self._retry.attempts
            and wait < self._left_seconds()
            and not _is_lasting(error)
        ):
            time.sleep(wait)
            return
        raise self._fault(error, applied_never=applied_never) from None

    def _fault(self, error: httpx.RequestError, *, applied_never: bool) -> ApiUnavailable:
        service = self._transport.service
        if applied_never or self._method in SAFE_METHODS:
            return ApiUnavailable(
                self._request,
                f"no answer from {service} at {self._transport.base_url}",
                detail=f"{type(error).__name__} after {self._attempt} attempts{_reason(error)}",
                fix="check the URL and that the service is up, then run again",
            )
        return UnclearWrite(
            self._request,
            f"{service} broke off before answering; the write may or may not have been applied",
            detail=f"{type(error).__name__} after {self._attempt} attempts",
            fix="run again: it looks first whether the write was applied",
        )


def _usable_token(token: str, name: str) -> str:
    stripped = token.strip()
    if not stripped or not stripped.isascii() or any(c.isspace() for c in stripped):
        raise SettingsError(
            name,
            "no usable token given",
            detail="A token is one word of plain letters, digits and signs.",
            fix=f"set {name} in the environment to a token of the service",
        )
    return stripped


def _retry_after_seconds(headers: Mapping[str, str]) -> float:
    """
    How long the service asks to wait; 0 where it does not say. Dates are not used by either
    service.
    """
    try:
        return max(0.0, float(headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def _is_lasting(error: httpx.RequestError) -> bool:
    """Whether trying again cannot help: a certificate does not mend itself."""
    text = str(error).lower()
    return "certificate" in text or isinstance(error, httpx.UnsupportedProtocol)


def _reason(error: httpx.RequestError) -> str:
    return f": {error}" if isinstance(error, httpx.ConnectError) and str(error) else ""
