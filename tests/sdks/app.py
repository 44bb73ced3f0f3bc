"""
A small shop that reports to Sentry by the real SDK for Python.

Each word of its command line is one thing that happens in it, in that order:

- ``handled``: an order fails, the app catches the error and reports it;
- ``message``: it reports a message with a level;
- ``repeat``: the same error three times, for two customers;
- ``busy``: nothing fails; the SDK reports a session, a transaction, a check-in and a log line;
- ``crash``: an error that nothing catches; the process ends with it.

DSN, release and environment come from ``SENTRY_DSN``, ``SENTRY_RELEASE``, ``SENTRY_ENVIRONMENT``.
Does not: know the sandbox or Watchpost; it stands for any app. ``app.mjs`` is its twin.
"""

import sys
from collections.abc import Callable

import sentry_sdk
from sentry_sdk import logger
from sentry_sdk.crons import MonitorStatus, capture_checkin

PRICES = {"mug": 900}
# Long enough to be sent compressed, and full of lines as an envelope has them.
RECEIPT = b'{"type":"event"}\n{"message":"no event"}\n' * 1000


class CheckoutFailed(Exception):
    """An order cannot be paid."""


def price_of(item: str) -> int:
    """The price of an item in cents."""
    return PRICES[item]


def check_out(order: int, item: str) -> int:
    """What an order costs, in cents."""
    sentry_sdk.add_breadcrumb(category="cart", message=f"put {item} into the cart", level="info")
    try:
        return price_of(item)
    except KeyError as error:
        raise CheckoutFailed(f"order {order} cannot be paid") from error


def handled() -> None:
    """One customer's order fails; the shop goes on."""
    with sentry_sdk.new_scope() as scope:
        scope.set_user({"id": "7", "email": "mia@example.com", "username": "mia"})
        scope.set_tag("payment", "card")
        scope.set_extra("basket", ["teapot"])
        sentry_sdk.add_breadcrumb(category="auth", message="signed in", level="info")
        scope.add_attachment(bytes=RECEIPT, filename="receipt.txt")
        try:
            check_out(4711, "teapot")
        except CheckoutFailed as error:
            sentry_sdk.capture_exception(error)


def message() -> None:
    """Stock runs low, which is no error."""
    sentry_sdk.capture_message("stock of mugs is low", level="warning")


def repeat() -> None:
    """Three parcels of two customers get lost in the same way."""
    for parcel, customer in ((1001, "7"), (1002, "8"), (1003, "7")):
        with sentry_sdk.new_scope() as scope:
            scope.set_user({"id": customer})
            try:
                lose(parcel)
            except LookupError as error:
                sentry_sdk.capture_exception(error)


def lose(parcel: int) -> None:
    """Fail to find a parcel."""
    raise LookupError(f"parcel {parcel} is lost")


def busy() -> None:
    """A good day: customers come and go, and the nightly stocktaking is done."""
    scope = sentry_sdk.get_isolation_scope()
    scope.start_session()
    with sentry_sdk.start_transaction(name="check out", op="shop"):
        check_out(1, "mug")
    capture_checkin(monitor_slug="stocktaking", status=MonitorStatus.OK)
    logger.info("the shop is open")
    scope.end_session()


def crash() -> None:
    """An order that fails where nothing catches it."""
    check_out(4712, "teapot")


STEPS: dict[str, Callable[[], None]] = {
    "handled": handled,
    "message": message,
    "repeat": repeat,
    "busy": busy,
    "crash": crash,
}


def main(steps: list[str]) -> None:
    """Start the SDK as an app does, and take the steps."""
    # The shop is built on no framework, whatever else is installed beside it.
    sentry_sdk.init(auto_enabling_integrations=False, traces_sample_rate=1.0, enable_logs=True)
    sentry_sdk.set_tag("shop", "harbour")
    for step in steps:
        STEPS[step]()


if __name__ == "__main__":
    main(sys.argv[1:])
