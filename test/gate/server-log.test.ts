import { describe, expect, test, vi } from "vitest";
import { createRedaction, passwordsOf } from "../../src/gate/redaction.ts";
import { createServerLog, LINES_PER_WINDOW, WINDOW_MS } from "../../src/gate/server-log.ts";

function rig(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const onLeftOut = vi.fn();
  const to = { write: (line: string) => void lines.push(line) };
  const made = createServerLog({ level: "info", redact: createRedaction(secrets), monotonic: () => performance.now(), to, onLeftOut });
  return { ...made, lines, onLeftOut, told: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("T82: the log", () => {
  const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAbcdefgh\n-----END PRIVATE KEY-----\n";

  test("masks the secrets of the configuration wherever they stand, also as URLs and JSON write them", () => {
    const { log, lines } = rig(["hunter2/hunter2", pem]);
    log.info({ where: "x=hunter2%2Fhunter2", deep: { list: [pem] } }, "said hunter2/hunter2");
    log.error({ err: new Error(`wrong: ${pem.split("\n")[1]}`) }, "failed");
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toMatch(/hunter2|MC4CAQAw/);
    expect(lines.join("").match(/redacted/g)?.length).toBeGreaterThanOrEqual(4);
  });

  test("takes the passwords out of addresses", () => {
    expect(passwordsOf("postgres://app:s%40crets@db/x", null, undefined, "no address", "postgres://db/x")).toEqual([
      "s%40crets",
      "s@crets",
    ]);
  });

  test("tells of an error its words, codes and causes, in bounds, and never the parameters of a query", () => {
    const cause = Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });
    const query = Object.assign(new Error('Failed query: insert into "webhook_delivery" values ($1)\nparams: the body of it'), {
      query: "insert",
      params: ["the body of it"],
      cause,
    });
    const { log, lines, told } = rig();
    log.error({ err: query }, "delivery not stored");
    log.error({ err: new Error("x".repeat(100_000)) }, "failed");
    expect(lines.join("")).not.toContain("the body of it");
    expect(told()[0]).toMatchObject({
      err: { message: expect.stringContaining("insert into"), causes: [{ code: "ECONNREFUSED", message: "connection refused" }] },
    });
    expect(lines[1]!.length).toBeLessThan(5000);
  });
});

describe("T81: a flood of one wording", () => {
  test("is written up to a bound, counted, and told as a number; other words are not held back", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    try {
      const { log, close, told, onLeftOut } = rig();
      for (let i = 0; i < 5000; i += 1) log.warn({ i }, "the same again");
      log.error("something else");
      for (let i = 0; i < 30; i += 1) log.info({ i }, "work goes on");
      expect(told()).toHaveLength(LINES_PER_WINDOW + 1 + 30);
      expect(onLeftOut).toHaveBeenCalledTimes(5000 - LINES_PER_WINDOW);
      vi.advanceTimersByTime(WINDOW_MS);
      expect(told().at(-1)).toMatchObject({ message: "the same again", leftOut: 5000 - LINES_PER_WINDOW });
      log.warn("the same again");
      expect(told().at(-1)).toMatchObject({ msg: "the same again" });
      close();
    } finally {
      vi.useRealTimers();
    }
  });
});
