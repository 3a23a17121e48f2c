import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/engine/canonical.ts";
import { decide } from "../../src/engine/decide.ts";
import { peopleIn, pseudonymise, referencesIn, restore } from "../../src/engine/pseudonyms.ts";
import { aDiff, somePeople, USERS } from "../laws/world.ts";
import { approvedBy, facts, people, policy } from "./policy/build.ts";

const refOf = (name: string) => createHash("sha256").update(name).digest("hex").slice(0, 32);

/** The stored form, and its names back; `erased` are forgotten. */
function thereAndBack<T>(value: T, erased: readonly string[] = []): { stored: unknown; back: T } {
  const names = new Map([...peopleIn(value).names].map((name) => [refOf(name), name]));
  const stored = pseudonymise(value, peopleIn(value), refOf);
  const back = restore(stored, (ref) => (erased.includes(names.get(ref)!.toLowerCase()) ? null : names.get(ref)!)) as T;
  return { stored, back };
}

const world = fc.record({ diff: aDiff, people: somePeople }).map((over) => facts(over));

describe("what is kept for ever names nobody", () => {
  it("gives back every value as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(thereAndBack(value).back).toEqual(value);
      }),
    );
    const tricky = { user: "⟦p:00⟧", text: "⟦ @bob ⟦⟧ @bob-x @org/team", permissions: { bob: "admin", "⟦": "x" }, users: ["a", ""] };
    expect(thereAndBack(tricky).back).toEqual(tricky);
  });

  it("holds no login of anybody in facts or decision, and the facts that are read back decide alike, byte for byte", () => {
    fc.assert(
      fc.property(world, (given) => {
        const kept = { facts: given, decision: decide(given) };
        const { stored, back } = thereAndBack(kept);
        const text = JSON.stringify(stored);
        for (const user of USERS) expect(text).not.toMatch(new RegExp(`\\b${user}\\b`));
        expect(canonicalJson(decide(back.facts))).toBe(canonicalJson(kept.decision));
      }),
    );
  });

  it("erases one person from facts and decision: a placeholder stands there, the stored form is the same, the state too", () => {
    const given = facts(approvedBy("bob"));
    const kept = { facts: given, decision: decide(given) };
    const { stored, back } = thereAndBack(kept, ["bob"]);
    expect(stored).toEqual(thereAndBack(kept).stored);
    expect(JSON.stringify(back)).not.toMatch(/\bbob\b/);
    expect(back.decision.verdict).toMatch(/^Approved by _erased-[0-9a-f]{12} \(sec-ops\)$/);
    expect(decide(back.facts)).toMatchObject({ state: "approved", requirements: [{ approvals: [{ userId: 2 }] }] });
  });

  it("keeps people whom a policy names out of a requirement's name", () => {
    const named = policy(
      "policies:\n  - name: p\n    trigger: { tags: [pii], env: [production] }\n    approvers:\n      - { users: [bob, carol], minApprovals: 1 }\n",
    );
    const given = facts({ policy: named, people: people() });
    const { stored, back } = thereAndBack(decide(given));
    expect(JSON.stringify(stored)).not.toMatch(/\b(bob|carol)\b/);
    expect(back).toEqual(decide(given));
  });

  it("leaves what contracts say as it is, finds accounts where they are said, and a text never passes for a reference", () => {
    const value = { diff: { findings: [{ user: "bob", message: "@bob" }] }, reviews: [{ userId: 5, user: "Bob" }] };
    expect(pseudonymise(value, peopleIn(value), refOf)).toMatchObject({ diff: value.diff });
    expect(peopleIn(value).accounts).toEqual(new Map([["bob", 5]]));
    const posing = { title: `⟦p:${"0".repeat(32)}⟧` };
    expect(referencesIn(pseudonymise(posing, peopleIn(posing), refOf))).toEqual(new Set());
  });
});
