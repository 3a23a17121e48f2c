import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccessStore } from "../../src/store/access.ts";
import { rowsOf } from "../../src/store/connect.ts";
import { countersign } from "../support/cli.ts";
import { describeOnBoth } from "../support/database.ts";
import { type Station, startStation } from "../support/station.ts";

describeOnBoth("countersign key", (open) => {
  let station: Station;
  beforeAll(async () => {
    station = await startStation(await open());
    await station.bearer("ana");
  });
  afterAll(() => station.close());
  const key = (...args: string[]) =>
    countersign("/", ["key", ...args], {}, { openAccess: async () => ({ access: createAccessStore(station.db), close: async () => {} }) });
  const me = async (secret: string) =>
    (await station.request("/api/v1/sessions/current", { headers: { authorization: `Bearer ${secret}` } })).status;

  test("makes a key that works, lists it without its secret, and revokes it; the trail tells both", async () => {
    const made = await key("create", "--tenant", "Acme", "--name", "nightly", "--scope", "read", "plan", "--days", "3650");
    const secret = made.stdout.trim();
    expect([made.code, await me(secret)]).toEqual([0, 200]);
    const listed = await key("list", "--tenant", "acme", "--format", "json");
    const [row] = JSON.parse(listed.stdout) as { id: string; name: string; createdBy: null }[];
    expect(row).toMatchObject({ name: "nightly", scopes: ["plan", "read"], createdBy: null });
    expect(listed.stdout).not.toContain(secret);
    expect((await key("list", "--tenant", "acme")).stdout).toContain("valid until");
    expect((await key("revoke", row!.id, "--tenant", "other")).code).toBe(5);
    expect(await me(secret)).toBe(200);
    expect((await key("revoke", row!.id, "--tenant", "acme")).code).toBe(0);
    expect(await me(secret)).toBe(401);
    const told = rowsOf<{ type: string }>(await station.db.outer.execute(sql`select type from audit_event order by tenant_id, seq`));
    expect(told.map(({ type }) => type)).toEqual(["api_key.created", "api_key.revoked"]);
  });

  test("T101: a name that an admin gave in the Station does nothing to the operator's terminal", async () => {
    const headers = { ...(await station.bearer("ana")), "content-type": "application/json" };
    const body = JSON.stringify({ name: "ci\u001b]0;owned\u0007\u009b2J", scopes: ["read"] });
    expect((await station.request("/api/v1/keys", { method: "POST", headers, body })).status).toBe(201);
    for (const format of ["text", "json"])
      expect((await key("list", "--tenant", "acme", "--format", format)).stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    const made = await key("create", "--tenant", "acme", "--name", "ci\u009b2J", "--scope", "read", "--format", "json");
    expect(made.stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(JSON.parse(made.stdout)).toMatchObject({ name: "ci\u009b2J" });
  });

  test.each([
    ["an unknown tenant", ["create", "--tenant", "nobody", "--name", "x", "--scope", "read"], 5, "knows no nobody"],
    ["a scope that votes", ["create", "--tenant", "acme", "--name", "x", "--scope", "vote"], 64, "submit, read, plan"],
    ["no scope", ["create", "--tenant", "acme", "--name", "x"], 64, "--scope"],
    ["no name", ["create", "--tenant", "acme", "--name", " ", "--scope", "read"], 64, "1 to 100"],
    ["half a day", ["create", "--tenant", "acme", "--name", "x", "--scope", "read", "--days", "0.5"], 64, "whole number"],
    ["an id that is none", ["revoke", "x", "--tenant", "acme"], 5, "no key x"],
  ])("refuses %s", async (_, args, code, says) => {
    const run = await key(...args);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(says)]);
  });
});
