// A small shop that reports to Sentry by the real SDK for Node: the twin of app.py, step for step.
// DSN, release and environment come from SENTRY_DSN, SENTRY_RELEASE, SENTRY_ENVIRONMENT.
import * as Sentry from "@sentry/node";

const PRICES = new Map([["mug", 900]]);
const RECEIPT = '{"type":"event"}\n{"message":"no event"}\n'.repeat(1000);

class CheckoutFailed extends Error {
  name = "CheckoutFailed";
}

function priceOf(item) {
  const price = PRICES.get(item);
  if (price === undefined) {
    throw new RangeError(`no price for ${item}`);
  }
  return price;
}

function checkOut(order, item) {
  Sentry.addBreadcrumb({ category: "cart", message: `put ${item} into the cart`, level: "info" });
  try {
    return priceOf(item);
  } catch (error) {
    throw new CheckoutFailed(`order ${order} cannot be paid`, { cause: error });
  }
}

function handled() {
  Sentry.withScope((scope) => {
    scope.setUser({ id: "7", email: "mia@example.com", username: "mia" });
    scope.setTag("payment", "card");
    scope.setExtra("basket", ["teapot"]);
    Sentry.addBreadcrumb({ category: "auth", message: "signed in", level: "info" });
    scope.addAttachment({ filename: "receipt.txt", data: RECEIPT });
    try {
      checkOut(4711, "teapot");
    } catch (error) {
      Sentry.captureException(error);
    }
  });
}

function message() {
  Sentry.captureMessage("stock of mugs is low", "warning");
}

function repeat() {
  for (const [parcel, customer] of [[1001, "7"], [1002, "8"], [1003, "7"]]) {
    Sentry.withScope((scope) => {
      scope.setUser({ id: customer });
      try {
        lose(parcel);
      } catch (error) {
        Sentry.captureException(error);
      }
    });
  }
}

function lose(parcel) {
  throw new ReferenceError(`parcel ${parcel} is lost`);
}

function busy() {
  Sentry.startSession();
  Sentry.startSpan({ name: "check out", op: "shop" }, () => checkOut(1, "mug"));
  Sentry.captureCheckIn({ monitorSlug: "stocktaking", status: "ok" });
  Sentry.logger.info("the shop is open");
  Sentry.endSession();
}

function crash() {
  checkOut(4712, "teapot");
}

const STEPS = { handled, message, repeat, busy, crash };

Sentry.init({ tracesSampleRate: 1, enableLogs: true });
Sentry.setTag("shop", "harbour");
for (const step of process.argv.slice(2)) {
  STEPS[step]();
}
