"""
A shop's back end, as small as an app can be that crashes: it reports by the real Sentry SDK, which
reads SENTRY_DSN, SENTRY_ENVIRONMENT and SENTRY_RELEASE from its environment.

Started as `python health_app.py ORDER ITEM...`; an item without a price ends it with 1.

Does not: import anything of ours.
"""

from __future__ import annotations

import logging
import sys

import sentry_sdk

PRICES = {"tea": 4, "cup": 9}
logger = logging.getLogger("shop")


def total(items: list[str]) -> int:
    """What the items cost."""
    cost = 0
    for item in items:
        cost += PRICES[item]
    return cost


def check_out(order: str, items: list[str]) -> int:
    """Take an order."""
    sentry_sdk.set_user({"id": f"customer of {order}"})
    logger.warning("order %s has %d items", order, len(items))
    return total(items)


if __name__ == "__main__":
    sentry_sdk.init()
    check_out(sys.argv[1], sys.argv[2:])
