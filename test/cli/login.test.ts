import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { rowsOf } from "../../src/store/connect.ts";
import { countersign } from "../support/cli.ts";
import { describeOnBoth } from "../support/database.ts";
import { type Station, startStation } from "../support/station.ts";
import { listen } from "../support/submissions.ts";

describeOnBoth("countersign login that fails", (open) => {
  let station: Station;
  let server: { readonly url: string; close(): Promise<void> };
  let home: string;
  /** Answers that never come, by method and path. */
  const dead = new Set<string>();

  beforeAll(async () => {
    station = await startStation(await open());
    server = await listen((request) => {
      const { pathname } = new URL(request.url);
      if (dead.has(`${request.method} ${pathname}`)) return new Response("bad gateway", { status: 502 });
      const headers = new Headers(request.headers);
      headers.set("host", "station.example");
      return station.request(pathname, { method: request.method, headers, body: request.body, duplex: "half" } as RequestInit);
    });
    await station.bearer("ana");
    await station.bearer("otto");
  });
  afterAll(async () => {
    await server.close();
    await station.close();
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "countersign-home-"));
  });
  afterEach(() => {
    dead.clear();
    rmSync(home, { recursive: true, force: true });
  });

  /** Types the code that the command shows into the simulated GitHub. */
  async function login(more: readonly string[]) {
    let shown = "";
    const stderr = { write: (text: string) => (shown += text), isTerminal: false, columns: 100 } as CliContext["stderr"];
    const pause = async () => {
      const code = /enter (\S+)/.exec(shown)?.[1];
      if (code !== undefined) station.hub.authorizeDevice(code, "ana");
    };
    const env = { COUNTERSIGN_URL: server.url, XDG_CONFIG_HOME: home };
    const { code } = await countersign(home, ["login", ...more], env, { stderr, pause, clock: { now: () => new Date() } });
    return { code, shown };
  }
  async function live(): Promise<number> {
    const rows = rowsOf<{ n: number }>(
      await station.db.outer.execute(sql`select count(*)::int as n from sign_in_session where kind = 'bearer' and ended_at is null`),
    );
    return rows[0]!.n;
  }
  const kept = () => existsSync(join(home, "countersign", "sessions.json"));

  test("T93: leaves no session behind, wherever it fails", async () => {
    const before = await live();
    expect((await login(["--organisation", "zorg"])).code).toBe(5);
    expect(await live()).toBe(before);
    dead.add("GET /api/v1/sessions/current");
    expect((await login([])).code).toBe(3);
    expect(await live()).toBe(before);
    dead.clear();
    writeFileSync(join(home, "countersign"), "a file where a folder is wanted");
    expect((await login([])).code).toBe(2);
    expect([await live(), kept()]).toEqual([before, false]);
  });

  test("says so when the session could not be ended, and still why it failed", async () => {
    dead.add("DELETE /api/v1/sessions/current");
    const { code, shown } = await login(["--organisation", "zorg"]);
    expect(code).toBe(5);
    expect(shown).toContain("could not be ended");
    expect(shown).toContain("you do not reach zorg");
  });

  test("and one that succeeds keeps its session, alive", async () => {
    const before = await live();
    expect((await login([])).code).toBe(0);
    expect([await live(), kept()]).toEqual([before + 1, true]);
  });
});
