import { once } from "node:events";
import { setInterval } from "node:timers";
import { InMemStorageProvider, Unleash } from "unleash-client";

/**
 * An application of its own: asks the SDK about the same 200 orders again and again and says, one JSON line a look, how
 * many of them the flag is on for.
 */
const [url = "", token = "", flag = ""] = process.argv.slice(2);
const ORDERS = 200;
const LOOK_EVERY_MS = 200;

const unleash = new Unleash({
  url,
  appName: "sdk-probe",
  customHeaders: { Authorization: token },
  refreshInterval: 1_000,
  disableMetrics: true,
  storageProvider: new InMemStorageProvider(),
});
unleash.on("error", () => undefined);
await once(unleash, "synchronized");

setInterval(() => {
  let on = 0;
  for (let order = 0; order < ORDERS; order += 1) {
    if (unleash.isEnabled(flag, { properties: { orderId: `probe-${order}` } })) on += 1;
  }
  process.stdout.write(`${JSON.stringify({ at: Date.now(), on, of: ORDERS })}\n`);
}, LOOK_EVERY_MS);
