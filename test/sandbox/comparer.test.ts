import { Piscina } from "piscina";
import { afterEach, describe, expect, it, vi } from "vitest";
import { diffContracts } from "../../src/engine/contract/diff.ts";
import { createSandbox, SANDBOX_LIMITS, type SandboxLimits } from "../../src/sandbox/comparer.ts";
import { brief, inputOf } from "../engine/contract/support.ts";

const contract = (fields: string) => `kind: DataContract\napiVersion: v3.1.0\nid: c\nschema:\n  - name: t\n    properties:\n${fields}`;
const TAGGED = contract("      - {name: email, tags: [pii]}\n");
const BARE = contract("      - {name: email}\n");
const longOf = (length: number) =>
  contract(
    Array.from({ length }, (_, index) => `      - {name: f${index}, logicalType: string, description: field number ${index}}\n`).join(""),
  );
/** Harmless, and more than a small limit allows. */
const LONG = longOf(15_000);
const SHORT = longOf(300);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function sandboxOf(limits: Partial<SandboxLimits> = {}) {
  const sandbox = createSandbox({ ...SANDBOX_LIMITS, ...limits });
  open.push(sandbox);
  return sandbox;
}

describe("the sandbox", () => {
  it("says what the comparison itself says", async () => {
    const input = inputOf(
      { "contracts/a.yaml": TAGGED, "contracts/b.yaml": SHORT },
      { "contracts/a.yaml": BARE, "contracts/b.yaml": SHORT },
    );
    expect(await sandboxOf().compare(input)).toEqual(diffContracts(input));
  });

  it.each<{ what: string; limits: Partial<SandboxLimits>; because: string }>([
    { what: "too long", limits: { timeoutMs: 700 }, because: "takes more than 0.7 s" },
    { what: "too much memory", limits: { memoryMiB: 20 }, because: "takes more than 20 MiB of memory" },
  ])("a file that takes $what is named and blocks; the others are compared", async ({ limits, because }) => {
    const sandbox = sandboxOf(limits);
    // The thread's own start is not the file's fault: loaded once, it stays.
    await sandbox.compare(inputOf({ "contracts/z.yaml": TAGGED }, {}));
    const diff = await sandbox.compare(
      inputOf({ "contracts/a.yaml": TAGGED, "contracts/b.yaml": BARE }, { "contracts/a.yaml": BARE, "contracts/b.yaml": LONG }),
    );
    expect(diff.findings.map(brief)).toContain("block tag.removed t.email");
    expect(diff.unparseable).toMatchObject([{ file: "contracts/b.yaml", message: expect.stringContaining(because) }]);
  });

  it("an unchanged file of types that takes too much is an unknown class of the types that it may define", async () => {
    const holder = (type: string) => `{"type":"record","name":"H","fields":[{"name":"x","type":"${type}"}]}`;
    const sandbox = sandboxOf({ memoryMiB: 20 });
    const diff = await sandbox.compare(inputOf({ "h.avsc": holder("n.N") }, { "h.avsc": holder("string") }, {}, { "n.avsc": LONG }));
    expect(diff.findings.map(brief)).toEqual(["block type.changed H.x"]);
    expect(diff.unparseable).toEqual([]);
  });

  it("another outcome of the search for types is another comparison", async () => {
    const sandbox = sandboxOf();
    const input = inputOf({ "q.graphql": "type Q { u: U }" }, { "q.graphql": "type Q { u: Int }" });
    expect((await sandbox.compare(input)).findings.map(brief)).toEqual(["break type.changed Q.u"]);
    const unknownTypes = [{ format: "graphql", name: "U", from: null }] as const;
    const lost = await sandbox.compare({ ...input, referenced: { ...input.referenced, unknownTypes } });
    expect(lost.findings.map(brief)).toEqual(["block type.changed Q.u"]);
  });

  it("goes on after a thread has ended", async () => {
    const sandbox = sandboxOf({ memoryMiB: 20 });
    await sandbox.compare(inputOf({ "contracts/b.yaml": TAGGED }, { "contracts/b.yaml": LONG }));
    const diff = await sandbox.compare(inputOf({ "contracts/a.yaml": TAGGED }, { "contracts/a.yaml": BARE }));
    expect(diff.findings.map(brief)).toEqual(["block tag.removed t.email"]);
    expect(diff.unparseable).toEqual([]);
  });

  it.each([
    ["for a while", 600_000, true],
    ["no longer than that", 1, false],
  ])("a comparison that a thread did not end is remembered %s", async (_name, endedTtlMs, same) => {
    const sandbox = sandboxOf({ memoryMiB: 20, endedTtlMs });
    const input = inputOf({ "contracts/b.yaml": TAGGED }, { "contracts/b.yaml": LONG });
    const first = await sandbox.compare(input);
    expect(first.unparseable).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await sandbox.compare(input)) === first).toBe(same);
  });

  it("a thread that ends between two tasks does not end the server", async () => {
    const run = vi.spyOn(Piscina.prototype, "run");
    const sandbox = sandboxOf();
    const input = inputOf({ "contracts/a.yaml": TAGGED }, { "contracts/a.yaml": BARE });
    await sandbox.compare(input);
    const pool = run.mock.contexts[0] as Piscina;
    run.mockRestore();
    expect(() => pool.emit("error", new Error("ended"))).not.toThrow();
    expect((await sandbox.compare({ ...input, files: [] })).findings.map(brief)).toEqual(["block tag.removed t.email"]);
  });

  it("one file that takes long holds up nobody, and another thread is started for that alone", async () => {
    const run = vi.spyOn(Piscina.prototype, "run");
    const pools = () => new Set(run.mock.contexts).size;
    const quickIn = (sandbox: ReturnType<typeof sandboxOf>) => (name: string) =>
      sandbox.compare(inputOf({ [`contracts/${name}.yaml`]: TAGGED }, { [`contracts/${name}.yaml`]: BARE }));
    await Promise.all(["a", "b", "c", "d"].map(quickIn(sandboxOf({ patienceMs: 60_000 }))));
    expect(pools()).toBe(1);
    run.mockClear();
    const sandbox = sandboxOf({ patienceMs: 1 });
    const ended: string[] = [];
    const long = sandbox.compare(inputOf({ "contracts/l.yaml": TAGGED }, { "contracts/l.yaml": LONG })).then(() => ended.push("long"));
    await Promise.all(["e", "f"].map(async (name) => ended.push(`${(await quickIn(sandbox)(name)).findings.length} of ${name}`)));
    await long;
    expect(ended).toEqual(["1 of e", "1 of f", "long"]);
    expect(pools()).toBe(2);
    run.mockRestore();
  });

  it("closed while others wait for the thread, it leaves none of them without an answer", async () => {
    const sandbox = createSandbox();
    const asked = ["a", "b", "c"].map((name) => sandbox.compare(inputOf({ [`contracts/${name}.yaml`]: TAGGED }, {})));
    const ends = Promise.allSettled(asked);
    await sandbox.close();
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("the caller's thread answers meanwhile", async () => {
    const sandbox = sandboxOf();
    let turns = 0;
    const beat = setInterval(() => {
      turns += 1;
    }, 1);
    await sandbox.compare(inputOf({ "contracts/b.yaml": BARE }, { "contracts/b.yaml": LONG }));
    clearInterval(beat);
    expect(turns).toBeGreaterThan(5);
  });

  it("closed in the middle, it says so of what runs, of what waits and of what comes later: no file is at fault", async () => {
    const sandbox = sandboxOf();
    const started = ["a", "b", "c"].map((name) => sandbox.compare(inputOf({ [`${name}.yaml`]: BARE }, { [`${name}.yaml`]: LONG })));
    const ends = Promise.allSettled(started);
    await sandbox.close();
    const late = sandbox.compare(inputOf({ "d.yaml": BARE }, { "d.yaml": TAGGED }));
    for (const end of [...(await ends), ...(await Promise.allSettled([late]))])
      expect(end).toMatchObject({ status: "rejected", reason: { message: expect.stringMatching(/closed|terminat/i) } });
  });

  it("takes an inventory, and names the file that ends it", async () => {
    const input = inputOf({}, { "contracts/a.yaml": TAGGED, "contracts/b.yaml": LONG });
    const found = await sandboxOf({ memoryMiB: 20 }).inventory(input);
    expect(found.contracts.map(({ file }) => file)).toEqual(["contracts/a.yaml"]);
    expect(found.lineage).toMatchObject([{ file: "contracts/a.yaml", tagged: [{ object: "t", field: "email", keys: ["pii"] }] }]);
    expect(found.unparseable).toMatchObject([{ file: "contracts/b.yaml", message: expect.stringContaining("20 MiB") }]);
  });

  it("another vocabulary is another comparison", async () => {
    const sandbox = sandboxOf();
    const input = inputOf({ "contracts/a.yaml": TAGGED.replace("pii", "acme-blue") }, { "contracts/a.yaml": BARE });
    const free = await sandbox.compare(input);
    const known = await sandbox.compare({
      ...input,
      rules: { ...input.rules, vocabulary: { ...input.rules.vocabulary, classes: new Set(["acme-blue"]), markers: new Map() } },
    });
    expect(free.findings.map(brief)).toEqual(["warn tag.removed t.email"]);
    expect(known.findings.map(brief)).toEqual(["block tag.removed t.email"]);
  });
});
