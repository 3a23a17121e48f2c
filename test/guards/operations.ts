import type { Guard } from "./guard.ts";

const LOG = "test/gate/server-log.test.ts";
const NEEDS = "test/gate/app-needs.test.ts";
const INGRESS = "test/bot/ingress.test.ts";
const CONFIG = "test/config.test.ts";

/** The server itself: what it shows, what it takes, and what it does not start with. */
export const OPERATIONS: readonly Guard[] = [
  {
    threat: "T82",
    file: "src/gate/redaction.ts",
    guard: "if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);",
    without: "if (masked === secret) return MASK;",
    test: LOG,
  },
  {
    threat: "T82",
    file: "src/gate/server-log.ts",
    guard: '"query" in error ? error.message.replace(/\\nparams: [\\s\\S]*$/, "") : error.message',
    without: "error.message",
    test: LOG,
  },
  {
    threat: "T82",
    file: "src/engine/secrets.ts",
    guard: "  [/\\bgh[a-z]_[\\w.-]{10,}/g, MASK],\n",
    without: "",
    test: "test/engine/secrets.test.ts",
  },
  {
    threat: "T82",
    file: "src/config.ts",
    guard: "(statSync(path).mode & 0o077) !== 0",
    without: "(statSync(path).mode & 0o007) !== 0",
    test: CONFIG,
  },
  {
    threat: "T80",
    file: "src/gate/app-needs.ts",
    guard: "Math.abs(aheadMs) <= CLOCK_OFF_MAX_MS",
    without: "aheadMs <= CLOCK_OFF_MAX_MS",
    test: NEEDS,
  },
  { threat: "T81", file: "src/gate/server-log.ts", guard: "if (count > LINES_PER_WINDOW) return onLeftOut();", without: "", test: LOG },
  {
    threat: "T81",
    file: "src/bot/body.ts",
    guard: "total > SMALL_BYTES ? roomBytes / 2 : roomBytes",
    without: "roomBytes",
    test: INGRESS,
  },
  {
    threat: "T81",
    file: "src/bot/body.ts",
    guard: "if (!isRoom()) putOutSlow(isRoom);",
    without: "",
    test: "test/bot/body.test.ts",
    named: "makes room for others once it is slow",
  },
  {
    threat: "T81",
    file: "src/bot/body.ts",
    guard: " || now - since <= SLOW_MS + arrival.size / SLOW_BYTES_PER_MS",
    without: "",
    test: "test/bot/body.test.ts",
    named: "makes room for others once it is slow",
  },
  {
    threat: "T81",
    file: "src/bot/ingress.ts",
    guard: ".finally(reading.release)",
    without: "",
    test: INGRESS,
  },
];
