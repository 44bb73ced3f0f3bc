"""The one error of the control API; apart, so that the services' control routes can raise it."""


class BadControl(ValueError):
    """A control request that cannot be meant, answered with 400; the message says why."""
