import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { complianceReportSchema } from "../../src/engine/compliance.ts";
import { sha } from "../store/sample.ts";
import { countersign } from "../support/cli.ts";
import { describeOnBoth } from "../support/database.ts";
import { samplePull } from "../support/sample-evaluation.ts";
import { type Station, startStation } from "../support/station.ts";
import { listen } from "../support/submissions.ts";

describeOnBoth("countersign report", (open) => {
  let station: Station;
  let server: { readonly url: string; close(): Promise<void> };
  const home = mkdtempSync(join(tmpdir(), "countersign-home-"));
  beforeAll(async () => {
    station = await startStation(await open());
    server = await listen((request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.set("host", "station.example");
      return station.request(`${pathname}${search}`, {
        method: request.method,
        headers,
        body: request.body,
        duplex: "half",
      } as RequestInit);
    });
    await station.bearer("ana");
    const { ledger, work } = await samplePull(station.db, await station.tenantOf("acme"));
    const because = "=cmd|merged past the gate";
    await ledger.recordIncident({ work, kind: "bypass", mergeSha: sha("m"), actorId: 5, evaluationId: null, because });
  });
  afterAll(async () => {
    await server.close();
    await station.close();
    rmSync(home, { recursive: true, force: true });
  });
  const terminal = (login: string) => ({ COUNTERSIGN_URL: server.url, XDG_CONFIG_HOME: join(home, login) });
  const clock = { now: () => new Date() };
  /** Signs in by the device flow, and asks for the report. */
  async function run(login: string, ...args: readonly string[]) {
    let shown = "";
    const stderr = { write: (text: string) => (shown += text), isTerminal: false, columns: 100 } as CliContext["stderr"];
    const pause = async () => {
      const code = /enter (\S+)/.exec(shown)?.[1];
      if (code !== undefined) station.hub.authorizeDevice(code, login);
    };
    expect((await countersign(home, ["login"], terminal(login), { stderr, pause, clock })).code).toBe(0);
    return countersign(home, ["report", ...args], terminal(login), { clock });
  }

  test("gives an auditor the evidence in every format, and a file that nobody else can read", async () => {
    const json = await run("iris", "--format", "json");
    expect(json.code).toBe(0);
    expect(complianceReportSchema.parse(JSON.parse(json.stdout)).incidents).toMatchObject([{ kind: "bypass" }]);
    expect((await run("iris", "--format", "markdown")).stdout).toContain("# Governance report: acme");
    const written = await run("iris", "--format", "csv", "--output", "report.csv");
    expect(written.stdout).toBe("report.csv\n");
    const file = join(home, "report.csv");
    expect(readFileSync(file, "utf8")).toContain(`"'=cmd|merged past the gate"`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const nowhere = await run("iris", "--output", "no/such/folder/report.md");
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("name a file in a folder that exists")]);
  });

  test("is not for a developer (4), nor for a time that is none (64)", async () => {
    expect((await run("dave")).code).toBe(4);
    const soon = await run("iris", "--since", "soon");
    expect([soon.code, soon.stderr.includes("is no time")]).toEqual([64, true]);
  });
});
