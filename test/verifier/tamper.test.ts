import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/gate/ports.ts";
import { createLedger } from "../../src/store/index.ts";
import { Unreadable } from "../../src/verifier/bundle.ts";
import { describeOnBoth } from "../support/database.ts";
import { APPROVED_FACTS, exported, land, seal, tenantOf, verified } from "../support/sealed-trail.ts";

/** Runs of a sampled property. */
const RUNS = 400;

describeOnBoth("what was done to a sealed trail", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  let lines: string[];
  let checkpointed: string[];
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = createLedger(await open());
    for (let i = 0; i < 4; i += 1) {
      await land(ledger);
      if (i % 2 === 1) await seal(ledger);
    }
    lines = await exported(ledger, await tenantOf(ledger));
    checkpointed = lines.filter((line) => line.includes('"kind":"checkpoint"'));
  });

  async function found(bundle: readonly string[], known: readonly unknown[] = []): Promise<boolean> {
    try {
      return (await verified(bundle, known)).faults.length > 0;
    } catch (error) {
      if (error instanceof Unreadable) return true;
      throw error;
    }
  }
  const kindOf = (line: string) => (JSON.parse(line) as { kind: string }).kind;
  /** The number of lines at the end says what is there: whoever tampers sets it right. */
  const settled = (bundle: readonly string[]) => [...bundle.slice(0, -1), `{"kind":"end","lines":${bundle.length}}`];

  it("is intact as it came, with two checkpoints and four approvals", async () => {
    expect(await verified(lines)).toMatchObject({ faults: [], checkpoints: 2, approvals: 4 });
    expect(checkpointed).toHaveLength(2);
  });

  it("I4: any bit that flips is found", async () => {
    const bits = fc.record({ line: fc.nat(lines.length - 1), at: fc.nat(), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(bits, async ({ line, at, bit }) => {
        const bytes = Buffer.from(lines[line]!);
        const where = at % bytes.length;
        bytes[where] = bytes[where]! ^ (1 << bit);
        const text = new TextDecoder().decode(bytes);
        expect(await found(lines.with(line, text))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it("I4: a line that is gone, doubled, moved, or put in from elsewhere is found", async () => {
    const act = fc.record({ what: fc.constantFrom("delete", "double", "insert"), line: fc.nat(), to: fc.nat() });
    const inner = lines.length - 2;
    await fc.assert(
      fc.asyncProperty(act, async ({ what, line, to }) => {
        const from = 1 + (line % inner);
        const bundle = [...lines];
        if (what === "delete") bundle.splice(from, 1);
        else bundle.splice(1 + (to % inner), 0, what === "double" ? bundle[from]! : bundle[from]!.replace('"seq":1,', '"seq":2,'));
        // A trail without one of its checkpoints is a true one, only less sealed: what is kept elsewhere finds it.
        const known = what === "delete" && kindOf(lines[from]!) === "checkpoint";
        if (!known) expect(await found(settled(bundle))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it("T85: who acted is found out from the event, also where no checkpoint covers the record yet", async () => {
    await land(ledger, APPROVED_FACTS, 8);
    await seal(ledger);
    const { approval } = await land(ledger, APPROVED_FACTS, 8);
    const bundle = await exported(ledger, await tenantOf(ledger, 8));
    expect(await found(bundle)).toBe(false);
    const at = bundle.findIndex((line) => kindOf(line) === "approval" && line.includes(`"id":"${approval.id}"`));
    const edited = bundle[at]!.replace(`"actorId":${approval.actorId}`, `"actorId":${approval.actorId + 1}`);
    expect(edited).not.toBe(bundle[at]);
    expect(await found(bundle.with(at, edited))).toBe(true);
  });

  it("I4: two events that change places are found", async () => {
    const events = lines.flatMap((line, index) => (kindOf(line) === "event" ? [index] : []));
    const pair = fc.tuple(fc.nat(events.length - 1), fc.nat(events.length - 1)).filter(([a, b]) => a !== b);
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => {
        const bundle = lines.with(events[a]!, lines[events[b]!]!).with(events[b]!, lines[events[a]!]!);
        expect(await found(bundle)).toBe(true);
      }),
    );
  });

  it("I4: an end cut off before the last checkpoint is found; with the checkpoint cut too, by the one that was kept", async () => {
    const events = lines.filter((line) => kindOf(line) === "event").map((line) => JSON.parse(line) as { seq: number; hash: string });
    const kept = (JSON.parse(checkpointed.at(-1)!) as { envelope: unknown }).envelope;
    for (let to = 1; to < events.length; to += 1) {
      const head = { seq: to, hash: events[to - 1]!.hash };
      const approvals = new Set<string>();
      const short = lines.filter((line) => {
        const { kind, seq, record, approvalId } = JSON.parse(line) as {
          kind: string;
          seq: number;
          approvalId: string;
          record?: Record<string, unknown>;
        };
        if (kind === "event") return seq <= to;
        if (kind === "approval" && Number(record!["auditSeq"]) <= to)
          approvals.add(String(record!["id"])).add(String(record!["evaluationId"]));
        if (kind === "approval") return Number(record!["auditSeq"]) <= to;
        if (kind === "artifact") return approvals.has(String(record!["approvalId"]));
        if (kind === "evaluation") return approvals.has(String(record!["id"]));
        return kind !== "attestation" || approvals.has(approvalId);
      });
      const bundle = settled(short.with(0, JSON.stringify({ ...JSON.parse(lines[0]!), head: sorted(head) })));
      const cut = (await verified(bundle)).faults;
      expect(cut.some(({ because }) => because.includes("cut off"))).toBe(true);
      const without = settled(bundle.filter((line) => kindOf(line) !== "checkpoint"));
      expect((await verified(without, [kept])).faults.map(({ because }) => because).join()).toContain("cut off");
    }
  });

  it("T85: an approval that nobody signed, and votes that fill nothing, are found", async () => {
    const forged = lines.map((line) => (kindOf(line) === "approval" ? line.replace('"kind":"regular"', '"kind":"forced"') : line));
    expect(await found(forged)).toBe(true);
    const unsigned = settled(lines.filter((line) => kindOf(line) !== "attestation"));
    expect((await verified(unsigned)).faults.map(({ because }) => because)).toContain(
      "its signed statement is missing: a checkpoint is only made after it",
    );
  });
});

function sorted(head: { seq: number; hash: string }) {
  return { hash: head.hash, seq: head.seq };
}

describe("a bundle that is none", () => {
  it.each([
    ["nothing", []],
    ["not JSON", ["x"]],
    ["another format", ['{"format":"x","kind":"bundle"}']],
    ["a proto key", ['{"__proto__":1}']],
  ])("%s is refused by name", async (_, lines) => {
    await expect(verified(lines)).rejects.toThrow(Unreadable);
  });
});
