import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { type Decision, type DecisionNode, isPassing } from "../../src/engine/decision.ts";
import { decisionJson, decisionSchema } from "../../src/engine/decision-schema.ts";
import type { Facts, PeopleFacts } from "../../src/engine/facts.ts";
import { facts, finding, people, review, source, team } from "../engine/policy/build.ts";
import { aFinding, aReview, policiesText, reading, someFacts, somePolicies, USERS } from "./world.ts";

const RUNS = { numRuns: 300 };
const passes = (given: Facts) => isPassing(decide(given).state);
const withPeople = (given: Facts, change: (known: PeopleFacts) => Partial<PeopleFacts>): Facts =>
  given.people === null ? given : { ...given, people: { ...given.people, ...change(given.people) } };
const nodes = (node: DecisionNode): DecisionNode[] => [node, ...node.children.flatMap(nodes)];

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const twice = [...items, ...items.filter((_, index) => (seed >> (index % 16)) % 2 === 1)];
  return twice
    .map((item, index) => ({ item, key: ((index + 1) * 2_654_435_761 + seed * 40_503) % 4_294_967_291 }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

test("total and deterministic: every world has one decision, valid by the published shape", () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      const decision = decide(given);
      expect(decide(structuredClone(given))).toEqual(decision);
      expect(decisionSchema.safeParse(decisionJson(decision)).error).toBeUndefined();
    }),
    RUNS,
  );
});

test("default is not approved: a block finding on a governed base with no vote and no label never passes", () => {
  fc.assert(
    fc.property(someFacts, aFinding, (given, extra) => {
      const block = { ...extra, severity: "block" as const };
      const silent = withPeople({ ...given, diff: { ...given.diff, findings: [...given.diff.findings, block] } }, () => ({
        reviews: [],
        labels: [],
      }));
      const decision = decide(silent);
      expect(decision.pattern === null || !isPassing(decision.state)).toBe(true);
    }),
    RUNS,
  );
});

test("an error is never approved", () => {
  fc.assert(
    fc.property(someFacts, fc.constantFrom("network", "auth", "bug"), (given, kind) => {
      const decision = decide({ ...given, faults: [{ what: "x", kind: kind as "bug", message: "y" }] });
      expect(decision.state).toBe("error");
      expect(decision.exitCode).not.toBe(0);
    }),
    RUNS,
  );
});

test("rejection trumps approval: requested changes of an eligible person hold, however many approve", () => {
  fc.assert(
    fc.property(fc.subarray(["carol", "dave", "erin", "ana"]), (approvers) => {
      const reviews = [review("bob", { state: "CHANGES_REQUESTED" }), ...approvers.map((login) => review(login))];
      expect(decide(facts({ people: people({ reviews }) })).state).toBe("rejected");
    }),
  );
});

test("order and duplication of everything change nothing, byte for byte", () => {
  fc.assert(
    fc.property(someFacts, fc.nat(), (given, seed) => {
      const mix = <T>(items: readonly T[]): T[] => shuffled(items, seed);
      const { diff, policy } = given;
      const other = withPeople(
        {
          ...given,
          diff: { ...diff, findings: mix(diff.findings), files: mix(diff.files), losses: mix(diff.losses) },
          governanceFiles: mix(given.governanceFiles),
          faults: mix(given.faults),
          policy: policy.status === "ok" ? { ...policy, set: { ...policy.set, policies: mix(policy.set.policies) } } : policy,
        },
        (known) => ({
          actors: mix(known.actors),
          reviews: mix(known.reviews),
          pushes: mix(known.pushes),
          commits: mix(known.commits),
          teams: mix(known.teams.map((each) => ({ ...each, members: mix(each.members) }))),
          owners: mix(known.owners),
          labels: mix(known.labels),
          comments: mix(known.comments),
        }),
      );
      expect(JSON.stringify(decide(other))).toBe(JSON.stringify(decide(given)));
    }),
    RUNS,
  );
});

test("one more eligible approval never turns approved into anything else", () => {
  let approved = 0;
  fc.assert(
    fc.property(someFacts, fc.constantFrom(...USERS), (given, login) => {
      if (given.people === null || given.people.reviews.some((each) => each.user === login)) return;
      if (decide(given).state !== "approved") return;
      approved += 1;
      const more = withPeople(given, (known) => ({
        reviews: [...known.reviews, review(login, { id: 5000, submittedAt: "2026-11-21T10:59:30Z" })],
      }));
      expect(decide(more).state).toBe("approved");
    }),
    // One world in seventy is approved.
    { numRuns: 2000 },
  );
  expect(approved).toBeGreaterThan(0);
});

test("removing an approving vote never helps", () => {
  fc.assert(
    fc.property(someFacts, aReview, (given, extra) => {
      const vote = { ...extra, state: "APPROVED" as const, id: 4000 };
      // Only a vote that ends no objection: taking away the latest word of a person may bring back an earlier one.
      const voted = withPeople(given, (known) => ({ reviews: [...known.reviews.filter((each) => each.user !== vote.user), vote] }));
      const removed = withPeople(given, (known) => ({ reviews: known.reviews.filter((each) => each.user !== vote.user) }));
      if (!passes(voted)) expect(passes(removed)).toBe(false);
    }),
    RUNS,
  );
});

/** Without this the teams of matched policies are designated too (section 5), so a further match may bring a team that has approved. */
const ORG_TEAMS = source("config", JSON.stringify({ teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] } }), {
  origin: "org",
  path: "org",
});

/** The one more that an unknown contributor costs may come from any team that is asked. */
function lacksOnlyOneMore({ state, requirements }: Decision): boolean {
  const open = requirements.filter(({ have, minApprovals }) => have < minApprovals);
  return state === "pending_approval" && open.length > 0 && open.every(({ id }) => id === "one more person");
}

/** People who are asked for by a requirement that was not there before. */
function asksAnew(before: Decision, after: Decision): boolean {
  const known = new Set(before.requirements.map(({ id }) => id));
  return after.requirements.some(({ id, have, minApprovals }) => !known.has(id) && have >= minApprovals);
}

test("where the organisation sets the teams, adding a finding never helps, unless who is asked for it has approved and is the one more", () => {
  fc.assert(
    fc.property(someFacts, somePolicies, aFinding, (given, policies, extra) => {
      const bound = { ...given, policy: reading([ORG_TEAMS, source("policies", policiesText(policies))]) };
      const more = { ...bound, diff: { ...given.diff, findings: [...given.diff.findings, extra] } };
      const before = decide(bound);
      if (before.pattern === null || isPassing(before.state)) return;
      const after = decide(more);
      if (isPassing(after.state))
        expect({ lacked: lacksOnlyOneMore(before), asks: asksAnew(before, after) }).toEqual({ lacked: true, asks: true });
    }),
    { numRuns: 600 },
  );
});

test("adding a fault never helps", () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      expect(passes({ ...given, faults: [...given.faults, { what: "tree", kind: "network", message: "502" }] })).toBe(false);
    }),
    RUNS,
  );
});

test("where the organisation sets the teams, removing at head a tag that base carries never helps", () => {
  fc.assert(
    fc.property(someFacts, somePolicies, fc.constantFrom("pii", "phi", "confidential"), (world, policies, tag) => {
      const given = { ...world, policy: reading([ORG_TEAMS, source("policies", policiesText(policies))]) };
      const kept = finding({
        code: "description.changed",
        severity: "info",
        weight: "other",
        field: "z",
        tagsBefore: [tag],
        tagsAfter: [tag],
      });
      const lost = finding({ code: "tag.removed", severity: "block", weight: "loss", field: "z", tagsBefore: [tag], tagsAfter: [] });
      const including = (each: typeof kept): Facts => ({ ...given, diff: { ...given.diff, findings: [...given.diff.findings, each] } });
      if (!passes(including(kept))) expect(passes(including(lost))).toBe(false);
    }),
    RUNS,
  );
});

test("every block finding appears in some node of the tree, and the root is the verdict", () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      const decision = decide(given);
      expect(decision.tree.because).toBe(decision.verdict);
      if (decision.pattern === null) return;
      const all = nodes(decision.tree);
      for (const each of decision.findings.filter(({ severity }) => severity === "block")) {
        const place = [each.object, each.field].filter((part) => part !== null).join(".");
        expect(all.some((node) => node.name.includes(each.file) && node.name.includes(place) && node.because.includes(each.code))).toBe(
          true,
        );
      }
    }),
    RUNS,
  );
});

test("the printed factors, summed, capped and rounded, are the score", () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      const { score, factors } = decide(given).risk;
      const sum = Math.min(
        1000,
        factors.reduce((total, factor) => total + factor.points, 0),
      );
      expect(Math.round(score * 10)).toBe(Math.floor((sum + 5) / 10));
    }),
    RUNS,
  );
});

test("git dates never change the result", () => {
  fc.assert(
    fc.property(someFacts, fc.string(), (given, authoredAt) => {
      const dated = withPeople(given, (known) => ({ commits: known.commits.map((commit) => ({ ...commit, authoredAt })) }));
      expect(decide(dated)).toEqual(decide(given));
    }),
    RUNS,
  );
});

test("completers complete: each one's approval fills one thing more", () => {
  fc.assert(
    fc.property(someFacts, (given) => {
      const before = decide(given);
      if (given.people === null || before.state !== "pending_approval") return;
      const have = (decision: typeof before) => decision.requirements.reduce((total, row) => total + row.have, 0);
      for (const login of new Set(before.requirements.flatMap((row) => row.completers))) {
        const vote = review(login.slice(1), { id: 9000, submittedAt: "2026-11-21T10:59:30Z" });
        const after = decide(
          withPeople(given, (known) => ({
            reviews: [...known.reviews, vote],
            teams: known.teams.length === 0 ? [team("x")] : known.teams,
          })),
        );
        expect(after.state === "approved" || have(after) > have(before)).toBe(true);
      }
    }),
    RUNS,
  );
});
