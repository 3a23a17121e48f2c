import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import { diff, facts, finding, policy } from "./build.ts";

const folder = new URL("../../../policies/", import.meta.url);
const packs = readdirSync(folder).filter((name) => name.endsWith(".yaml") && !name.endsWith(".cases.yaml"));

describe("shipped packs", () => {
  test.each([
    ["pii.yaml", "pii", ["sec-ops (security-engineer)"]],
    ["gdpr.yaml", "gdpr-article-9", ["privacy (data-protection-officer)", "sec-ops"]],
    ["pci.yaml", "pci-dss", ["payments", "sec-ops (security-engineer)"]],
    ["hipaa.yaml", "phi", ["privacy (privacy-officer)", "sec-ops"]],
  ])("%s: a lost %s tag in production waits for %j", (name, tag, wanted) => {
    expect(packs).toContain(name);
    const reading = policy(readFileSync(new URL(name, folder), "utf8"));
    expect(reading.problems).toEqual([]);
    const decision = decide(facts({ policy: reading, diff: diff([finding({ tagsBefore: [tag], before: tag })]), people: null }));
    expect(decision.state).toBe("pending_approval");
    const ids = decision.requirements.filter(({ source }) => source.some((each) => each.startsWith("repo/"))).map(({ id }) => id);
    expect(ids.sort()).toEqual(wanted);
  });
});
