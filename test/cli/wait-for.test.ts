import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { stationAt } from "../../src/cli/station-client.ts";
import type { SubmissionView } from "../../src/cli/submission.ts";
import { waitFor } from "../../src/cli/wait-for.ts";

const PENDING = {
  id: "0199d3f6-0000-7000-8000-000000000000",
  state: "pending_approval",
  decision: { state: "pending_approval", exit_code: 10, verdict: "waiting" },
  requirements: [],
  blockers: [],
} as unknown as SubmissionView;

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** A server that takes a question and says nothing, or the head of an answer and no more. */
async function silent(says: "nothing" | "head"): Promise<string> {
  server = createServer((_, response) => {
    if (says === "head") response.writeHead(200, { "content-type": "application/json" }).write("{");
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function terminal(onInterrupt?: CliContext["onInterrupt"]): CliContext {
  const stderr = { write: () => true, isTerminal: false, columns: 80 };
  return { stderr, pause: () => sleep(10), ...(onInterrupt === undefined ? {} : { onInterrupt }) } as unknown as CliContext;
}

test.each(["nothing", "head"] as const)("a server that says %s does not outlast the time", async (says) => {
  const url = await silent(says);
  const begun = performance.now();
  // The pauses alone would count 4 s of these 4.5.
  const waited = await waitFor(terminal(), stationAt(url, "t", "key"), PENDING, 4_500);
  expect(waited).toEqual({ view: PENDING, why: "timeout" });
  expect(performance.now() - begun).toBeLessThan(20_000);
});

test("Ctrl-C ends a question that nobody answers", async () => {
  const url = await silent("nothing");
  const interrupt: CliContext["onInterrupt"] = (stop) => {
    setTimeout(stop, 200);
    return () => {};
  };
  const waited = await waitFor(terminal(interrupt), stationAt(url, "t", "key"), PENDING, 3_600_000);
  expect(waited.why).toBe("interrupted");
});
