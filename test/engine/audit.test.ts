import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuditEntry, GENESIS, type SealedEvent, sealEvent, verifyChain } from "../../src/engine/audit.ts";

const entry: fc.Arbitrary<AuditEntry> = fc.record({
  type: fc.string({ unit: "grapheme" }),
  severity: fc.constantFrom("info", "warning", "critical"),
  actor: fc.option(fc.nat().map(String)),
  subject: fc.string({ unit: "grapheme" }),
  payload: fc.jsonValue().filter((value) => !JSON.stringify(value).includes("\\ud")),
  at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
});

const chain = fc.array(entry, { minLength: 1, maxLength: 8 }).map((entries) => {
  const events: SealedEvent[] = [];
  for (const one of entries) events.push(sealEvent("tenant", events.at(-1) ?? GENESIS, one));
  return events;
});

describe("the audit chain", () => {
  it("verifies as it was written, whole or from a checkpoint on", () => {
    fc.assert(
      fc.property(chain, fc.nat(), (events, cut) => {
        const at = cut % events.length;
        const head = { seq: events.length, hash: events.at(-1)!.hash };
        expect(verifyChain(events)).toEqual({ status: "intact", head });
        expect(verifyChain(events.slice(at + 1), events[at])).toEqual({ status: "intact", head });
      }),
    );
  });

  it("I4: any changed field, removal, insertion or swap is found, at its place", () => {
    const edits: readonly ((event: SealedEvent) => SealedEvent)[] = [
      (event) => ({ ...event, type: `${event.type}.` }),
      (event) => ({ ...event, severity: event.severity === "info" ? "critical" : "info" }),
      (event) => ({ ...event, actor: event.actor === null ? "1" : null }),
      (event) => ({ ...event, subject: `${event.subject}.` }),
      (event) => ({ ...event, payload: { was: event.payload } }),
      (event) => ({ ...event, at: new Date(Date.parse(event.at) + 1).toISOString() }),
      (event) => ({ ...event, tenantId: "other" }),
      (event) => ({ ...event, hash: GENESIS.hash }),
    ];
    fc.assert(
      fc.property(chain, fc.nat(), fc.constantFrom(...edits), (events, pick, edit) => {
        const at = pick % events.length;
        const forged = events.with(at, edit(events[at]!));
        expect(verifyChain(forged)).toMatchObject({ status: "broken", seq: at + 1 });
        if (at < events.length - 1) expect(verifyChain(events.toSpliced(at, 1)).status).toBe("broken");
        expect(verifyChain(events.toSpliced(at, 0, events[at]!)).status).toBe("broken");
      }),
    );
  });

  it("a cut end is found only against a checkpoint, and so is a chain that was rewritten as a whole", () => {
    fc.assert(
      fc.property(chain, entry, (events, other) => {
        const last = events.at(-1)!;
        expect(verifyChain(events.slice(0, -1)).status).toBe("intact");
        expect(verifyChain(events.slice(0, -1), GENESIS, last).status).toBe("broken");
        const rewritten = [...events.slice(0, -1), sealEvent("tenant", events.at(-2) ?? GENESIS, { ...other, type: `${last.type}!` })];
        expect(verifyChain(rewritten).status).toBe("intact");
        expect(verifyChain(rewritten, GENESIS, last).status).toBe("broken");
      }),
    );
  });

  it("no boundary between tenant, number and hash can be moved", () => {
    const one = { type: "t", severity: "info", actor: null, subject: "s", payload: null, at: "2026-01-01T00:00:00.000Z" } as const;
    expect(sealEvent("a", { seq: 11, hash: "x" }, one).hash).not.toBe(sealEvent("a1", { seq: 1, hash: "x" }, one).hash);
  });

  it("hashes the documented bytes", () => {
    const one = { type: "t", severity: "info", actor: null, subject: "s", payload: { a: 1 }, at: "2026-01-01T00:00:00.000Z" } as const;
    expect(sealEvent("tenant", GENESIS, one).hash).toBe("e4485f1bed528cb692a4bfe494a2e2e5c9bfe8278224d6aad37c03a61de973dc");
  });
});
