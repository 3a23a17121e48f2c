import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { APP_EVENTS, APP_PERMISSIONS, findingsOf } from "../../src/gate/app-needs.ts";
import type { AppReading } from "../../src/gate/ports.ts";

const manifest = parse(readFileSync(new URL("../../app.yml", import.meta.url), "utf8")) as {
  default_permissions: Record<string, string>;
  default_events: string[];
};
const ok = (change: Partial<Extract<AppReading, { status: "ok" }>> = {}): AppReading => ({
  ...{ status: "ok", permissions: manifest.default_permissions, events: manifest.default_events, aheadMs: 200 },
  ...change,
});
const of = (reading: AppReading, enterprise = false) => findingsOf(reading, { appId: 7, enterprise });

describe("what the app needs", () => {
  test("is what app.yml asks for", () => {
    expect(Object.fromEntries(Object.entries(APP_PERMISSIONS).map(([name, { level }]) => [name, level]))).toEqual(
      manifest.default_permissions,
    );
    expect([...APP_EVENTS]).toEqual(manifest.default_events);
    expect(of(ok())).toEqual({ refusals: [], warnings: [] });
  });

  test.each(Object.entries(manifest.default_permissions))(
    "without `%s: %s` the start is refused, with where to grant it",
    (name, level) => {
      const { [name]: _, ...rest } = manifest.default_permissions;
      const says = new RegExp(`lacks \`${name}: ${level}\` .*it has none.*Permissions & events`);
      expect(of(ok({ permissions: rest })).refusals).toEqual([expect.stringMatching(says)]);
      if (level === "write") {
        const { refusals } = of(ok({ permissions: { ...rest, [name]: "read" } }));
        expect(refusals).toEqual([expect.stringContaining("it has `read`")]);
      } else expect(of(ok({ permissions: { ...rest, [name]: "write" } })).refusals).toEqual([]);
    },
  );

  test("an Enterprise Server that knows no merge queue is no reason", () => {
    const { merge_queues: _, ...rest } = manifest.default_permissions;
    expect(of(ok({ permissions: rest }), true).refusals).toEqual([]);
  });

  test("an event that is not subscribed is told", () => {
    expect(of(ok({ events: manifest.default_events.filter((event) => event !== "push") }))).toEqual({
      refusals: [],
      warnings: [expect.stringMatching(/not subscribed to push:.*Permissions & events/)],
    });
  });

  test.each([
    [30_001, /clock is 30 s ahead of GitHub's, at most 30 s.*NTP/],
    [-3_600_000, /clock is 3600 s behind GitHub's/],
  ])("T80: a clock that is %i ms off is refused, whatever else GitHub said", (aheadMs, says) => {
    expect(of(ok({ aheadMs })).refusals).toEqual([expect.stringMatching(says)]);
    expect(of({ status: "refused", because: "401", aheadMs }).refusals).toEqual([expect.stringMatching(says)]);
  });

  test("T80: one that is 30 s off is taken, and one that nobody knows", () => {
    for (const aheadMs of [30_000, -30_000, null]) expect(of(ok({ aheadMs })).refusals).toEqual([]);
  });

  test("a key that GitHub does not take is refused; GitHub's silence is told and refuses nothing", () => {
    expect(of({ status: "refused", because: "GitHub answered 401", aheadMs: 0 }).refusals).toEqual([
      expect.stringMatching(/does not take APP_ID 7 with this private key: GitHub answered 401\. Set/),
    ]);
    expect(of({ status: "unreachable", because: "no answer" })).toEqual({ refusals: [], warnings: [expect.stringContaining("no answer")] });
  });
});
