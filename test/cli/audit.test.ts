import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { createFileDrop } from "../../src/notary/file-drop.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { countersign } from "../support/cli.ts";
import { describeOnBoth } from "../support/database.ts";
import { APPROVED_FACTS, land, PUBLIC_KEY, SIGNER, seal, tenantOf } from "../support/sealed-trail.ts";

describeOnBoth("countersign audit", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  const folder = mkdtempSync(join(tmpdir(), "countersign-audit-"));
  const drop = createFileDrop(join(folder, "drop"));
  let db: Database;
  let approval: string;
  let unsigned: string;
  let checkpoint: string;
  beforeAll(async () => {
    db = await open();
    const ledger = createLedger(db);
    approval = (await land(ledger)).approval.id;
    await land(ledger);
    await seal(ledger, [drop]);
    await land(ledger, APPROVED_FACTS, 8);
    unsigned = (await land(ledger)).approval.id;
    checkpoint = join("drop", await tenantOf(ledger), "000000000002.json");
    writeFileSync(join(folder, "key.pub"), PUBLIC_KEY);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const given: Partial<CliContext> = {
    openAudit: async () => ({ records: createLedger(db), notary: { signer: SIGNER, sinks: [drop] }, close: async () => {} }),
  };
  const run = (...args: string[]) => countersign(folder, args, {}, given);

  it("export, then verify: what holds, and how far it is sealed", async () => {
    expect(await run("audit", "export", "--tenant", "org-7")).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(folder, "countersign-audit.ndjson.gz.draft"))).toBe(false);
    expect(statSync(join(folder, "countersign-audit.ndjson.gz")).mode & 0o777).toBe(0o600);
    const verified = await run("audit", "verify", "countersign-audit.ndjson.gz", "--key", "key.pub", "--checkpoint", checkpoint);
    expect(verified).toMatchObject({ code: 0, stderr: "" });
    expect(verified.stdout).toMatch(
      /^HOLDS: events 1 to 3 of .*, 3 approvals with their evidence\nsealed to event 2 by 2 signed checkpoints; the 1 after/,
    );
    const json = await run("audit", "verify", "countersign-audit.ndjson.gz", "--key", "key.pub", "--format", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({ faults: [], sealedTo: 2, events: { from: 1, to: 3 } });
  });

  it("T84: says which event does not hold, and why, and ends with 1", async () => {
    await run("audit", "export", "--tenant", "org-7", "--output", "whole.gz");
    const text = gunzipSync(readFileSync(join(folder, "whole.gz"))).toString("utf8");
    writeFileSync(join(folder, "edited.ndjson"), text.replace('"actor":"42"', '"actor":"66"'));
    const edited = await run("audit", "verify", "edited.ndjson", "--key", "key.pub");
    expect(edited).toMatchObject({ code: 1, stderr: "" });
    expect(edited.stdout).toContain("DOES NOT HOLD: 2 faults\n  event 1: it was altered: its content does not give its hash");
    const [tenant] = /"tenantId":"([^"]+)"/.exec(text)!.slice(1);
    writeFileSync(join(folder, "hostile.ndjson"), text.replaceAll(tenant!, "acme\u009b2J\u202e"));
    for (const format of ["text", "json"]) {
      const shown = await run("audit", "verify", "hostile.ndjson", "--key", "key.pub", "--format", format);
      expect(shown.code).toBe(1);
      expect(shown.stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      if (format === "json") expect(JSON.parse(shown.stdout).tenantId).toBe("acme\u009b2J\u202e");
    }
    writeFileSync(join(folder, "short.gz"), gzipSync(text).subarray(0, 900));
    writeFileSync(join(folder, "binary"), Buffer.from([0xff, 0xfe, 10]));
    for (const name of ["short.gz", "binary"]) {
      const broken = await run("audit", "verify", name, "--key", "key.pub");
      expect([broken.code, broken.stderr]).toEqual([1, ""]);
      expect(broken.stdout).toContain("DOES NOT HOLD");
    }
  });

  it("a key is rotated: old and new public keys together verify, one alone does not", async () => {
    const made = await run("audit", "keygen", "--output", "next.pem");
    expect(made.code).toBe(0);
    expect(statSync(join(folder, "next.pem")).mode & 0o777).toBe(0o600);
    expect((await run("audit", "keygen", "--output", "next.pem")).code).toBe(64);
    await run("audit", "export", "--tenant", "org-7", "--output", "rotated.gz");
    expect((await run("audit", "verify", "rotated.gz", "--key", "next.pem.pub", "--key", "key.pub")).code).toBe(0);
    const other = await run("audit", "verify", "rotated.gz", "--key", "next.pem.pub");
    expect(other.code).toBe(1);
    expect(other.stdout).toContain(`it is signed with the key ${SIGNER.keyId.slice(0, 16)}, which was not given`);
    expect(await run("audit", "verify", "rotated.gz", "--key", "next.pem")).toMatchObject({ code: 2 });
  });

  it("T102: CSV has fixed columns, and nothing in it that a spreadsheet would run", async () => {
    const ledger = createLedger(db);
    const evil = { ...APPROVED_FACTS, subject: { ...APPROVED_FACTS.subject, repository: "=cmd()" } };
    await land(ledger, evil, 9);
    expect((await run("audit", "export", "--tenant", "ORG-9", "--format", "csv")).code).toBe(0);
    const lines = readFileSync(join(folder, "countersign-audit.csv"), "utf8").split("\r\n");
    expect(lines[0]).toBe('"seq","at","type","severity","actor","subject","payload","hash"');
    for (const cell of lines.slice(1).flatMap((line) => line.split('","'))) expect(cell).not.toMatch(/^"?[=+@-]/);
    expect(readdirSync(folder).filter((name) => name.includes("draft"))).toEqual([]);
  });

  it("evidence get, status, erase; and what is refused", async () => {
    const got = await run("evidence", "get", approval);
    expect(JSON.parse(got.stdout)).toMatchObject({ payloadType: "application/vnd.in-toto+json" });
    expect(await run("evidence", "get", unsigned)).toMatchObject({ code: 5, stderr: expect.stringContaining("has no statement yet") });
    expect(await run("evidence", "get", "nothing")).toMatchObject({ code: 5 });
    const status = await run("audit", "status");
    expect(status.stdout).toContain("one place only (file)");
    expect(status.stdout).toMatch(/org-7: 3 events, sealed to event 2/);
    expect(await run("audit", "export")).toMatchObject({ code: 64, stderr: expect.stringContaining("--tenant") });
    expect(await run("audit", "export", "--tenant", "nobody")).toMatchObject({ code: 5 });
    expect(await run("audit", "export", "--tenant", "org-7", "--since", "0")).toMatchObject({ code: 64 });
    for (const args of [["export", "--tenant", "org-7"], ["keygen"]])
      expect(await run("audit", ...args, "--output", "no/folder/file")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("folder"),
      });
    expect(await run("audit", "verify", "nowhere.gz", "--key", "key.pub")).toMatchObject({ code: 5 });
    expect(await run("audit", "verify", "nowhere.gz")).toMatchObject({ code: 64 });
    expect(await run("identity", "erase", "@dave")).toMatchObject({ code: 0, stdout: expect.stringContaining("lead nowhere now") });
    expect(await run("identity", "erase", "dave")).toMatchObject({ code: 5 });
  });
});
