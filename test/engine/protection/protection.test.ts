import { describe, expect, test } from "vitest";
import type { BypassActor, ClassicProtection, GovernedBranch, ProtectionFacts, Ruleset } from "../../../src/engine/protection/facts.ts";
import { judgeProtection, protectionExitCode } from "../../../src/engine/protection/judge.ts";
import { SETTINGS, type SettingId } from "../../../src/engine/protection/settings.ts";

const APP = 77;
const CHECK = "countersign: main";
const GOOD: ClassicProtection = {
  requiredChecks: [{ context: CHECK, appId: APP }],
  enforceAdmins: true,
  allowsForcePushes: false,
  allowsDeletions: false,
  asksPullRequest: true,
  dismissesStaleReviews: true,
  asksLastPushApproval: true,
};
const UNREAD = { status: "unreadable", kind: "auth", because: "403" } as const;
const NO_RULES = { status: "ok", value: [] } as const;

function rule(type: string, checks: readonly { context: string; appId: number | null }[] = []) {
  return {
    type,
    rulesetId: 5,
    requiredChecks: checks,
    dismissesStaleReviews: type === "pull_request",
    asksLastPushApproval: type === "pull_request",
  };
}

const RULES = ["deletion", "non_fast_forward", "pull_request"].map((type) => rule(type));

function ruleset(bypass: Ruleset["bypass"], enforcement: Ruleset["enforcement"] = "active"): Ruleset {
  return { id: 5, name: "gate", enforcement, requiredChecks: [{ context: CHECK, appId: APP }], bypass };
}

function facts(branch: Partial<GovernedBranch>, over: Partial<ProtectionFacts> = {}): ProtectionFacts {
  const classic = { status: "ok", value: GOOD } as const;
  const main = { name: "main", pattern: "main", check: CHECK, rules: NO_RULES, classic, ...branch };
  return { repository: "acme/data", appId: APP, branches: [main], rulesets: NO_RULES, unseen: [], ...over };
}

const byClassic = (over: Partial<ClassicProtection>) => facts({ classic: { status: "ok", value: { ...GOOD, ...over } } });
const byRules = (
  bypass: Ruleset["bypass"],
  checks = [{ context: CHECK, appId: APP as number | null }],
  classic: GovernedBranch["classic"] = { status: "ok", value: null },
) =>
  facts(
    { rules: { status: "ok", value: [...RULES, rule("required_status_checks", checks)] }, classic },
    { rulesets: { status: "ok", value: [ruleset(bypass)] } },
  );
const nobody = { status: "ok", value: [] } as const;
const someone = (mode: BypassActor["mode"]) => ({ status: "ok", value: [{ who: "Team 7", mode }] }) as const;

describe("T48, T49: what is not enforced, and the setting that says so", () => {
  const OPEN: readonly (readonly [string, ProtectionFacts, SettingId])[] = [
    ["nothing protects the branch", facts({ classic: { status: "ok", value: null } }), "check_required"],
    ["another check is required", byClassic({ requiredChecks: [{ context: "countersign: master", appId: APP }] }), "check_required"],
    [
      "the ruleset only evaluates",
      facts(
        { classic: { status: "ok", value: { ...GOOD, requiredChecks: [] } } },
        { rulesets: { status: "ok", value: [ruleset(nobody, "evaluate")] } },
      ),
      "check_required",
    ],
    ["from any source", byClassic({ requiredChecks: [{ context: CHECK, appId: null }] }), "app_pinned"],
    ["from another app", byRules(nobody, [{ context: CHECK, appId: 9 }]), "app_pinned"],
    ["somebody bypasses always", byRules(someone("always")), "bypass_actors"],
    ["somebody is exempt", byRules(someone("exempt")), "bypass_actors"],
    [
      "somebody bypasses the ruleset, and administrators the branch protection",
      byRules(someone("always"), undefined, { status: "ok", value: { ...GOOD, enforceAdmins: false } }),
      "bypass_actors",
    ],
    ["administrators are spared", byClassic({ enforceAdmins: false }), "enforce_admins"],
    [
      "a per-policy check is required too",
      byClassic({ requiredChecks: [...GOOD.requiredChecks, { context: `${CHECK} / repo/pii`, appId: APP }] }),
      "aggregate_only",
    ],
    [
      "an observing check is required too",
      byClassic({ requiredChecks: [...GOOD.requiredChecks, { context: "countersign (observe): main", appId: APP }] }),
      "aggregate_only",
    ],
    ["force pushes are allowed", byClassic({ allowsForcePushes: true }), "force_pushes"],
    ["deletion is allowed", byClassic({ allowsDeletions: true }), "deletions"],
  ];
  test.each(OPEN)("%s", (_what, given, setting) => {
    const verdict = judgeProtection(given);
    expect(verdict.status).toBe("not_enforced");
    expect(verdict.branches[0]!.findings.filter(({ severity }) => severity === "open").map((each) => each.setting)[0]).toBe(setting);
    expect(protectionExitCode(verdict)).toBe(1);
  });

  test("every setting has a row that shows it, or is advice", () => {
    const shown = new Set<string>(OPEN.map(([, , setting]) => setting));
    const advised = judgeProtection(byClassic({ asksPullRequest: false, dismissesStaleReviews: false, asksLastPushApproval: false }))
      .branches[0]!;
    expect(advised.status).toBe("enforced");
    for (const { setting, severity } of advised.findings) {
      expect(severity).toBe("advice");
      shown.add(setting);
    }
    expect([...shown].sort()).toEqual(Object.keys(SETTINGS).sort());
  });
});

describe("what is enforced", () => {
  test.each<[string, ProtectionFacts]>([
    ["by branch protection", byClassic({})],
    ["by a ruleset that nobody bypasses", byRules(nobody)],
    ["by a ruleset with a bypass, and by branch protection without", byRules(someone("always"), undefined, { status: "ok", value: GOOD })],
    [
      "by branch protection that spares administrators, and by a ruleset that does not",
      byRules(nobody, undefined, { status: "ok", value: { ...GOOD, enforceAdmins: false } }),
    ],
    ["by branch protection, while rulesets cannot be read", facts({ rules: UNREAD }, { rulesets: UNREAD })],
  ])("%s", (_what, given) => {
    expect(judgeProtection(given).status).toBe("enforced");
    expect(protectionExitCode(judgeProtection(given))).toBe(0);
  });

  test("bypassing on pull requests alone is told as advice", () => {
    const verdict = judgeProtection(byRules(someone("pull_request")));
    expect([verdict.status, verdict.branches[0]!.findings.map(({ severity, setting }) => [severity, setting])]).toEqual([
      "enforced",
      [["advice", "bypass_actors"]],
    ]);
  });
});

describe("what cannot be read is never enforced", () => {
  test.each<[string, ProtectionFacts, 3 | 4]>([
    ["both ways of protection", facts({ rules: UNREAD, classic: UNREAD }, { rulesets: UNREAD }), 4],
    ["branch protection, with no rule", facts({ classic: UNREAD }), 4],
    ["branch protection, with every rule but the check", facts({ rules: { status: "ok", value: RULES }, classic: UNREAD }), 4],
    ["rules, with no branch protection", facts({ rules: { ...UNREAD, kind: "network" }, classic: { status: "ok", value: null } }), 3],
    ["who may bypass", byRules(UNREAD), 4],
    [
      "the ruleset that a rule is of",
      facts({
        rules: { status: "ok", value: [...RULES, rule("required_status_checks", GOOD.requiredChecks as [])] },
        classic: { status: "ok", value: null },
      }),
      4,
    ],
    ["our own app", { ...byClassic({}), appId: null }, 4],
    ["more branches", facts({}, { unseen: [{ kind: "network", because: "12 more" }] }), 3],
  ])("%s", (_what, given, code) => {
    expect(judgeProtection(given).status).toBe("unknown");
    expect(protectionExitCode(judgeProtection(given))).toBe(code);
  });

  test("no governed branch at all is not enforced", () => {
    expect(judgeProtection(facts({}, { branches: [] })).status).toBe("not_enforced");
  });

  test("a repository is as its worst branch", () => {
    const good = facts({}).branches[0]!;
    const bare = { ...good, name: "release/1", pattern: "release/**", check: "countersign: release/**" };
    expect(judgeProtection({ ...facts({}), branches: [good, bare] }).status).toBe("not_enforced");
  });
});

test("the ready ruleset names one check from our app, for every pattern, with nobody to bypass it", () => {
  const good = facts({}).branches[0]!;
  const release = (name: string) => ({ ...good, name, pattern: "release/**", check: "countersign: release/**" });
  const { rulesets } = judgeProtection({ ...facts({}), branches: [good, release("release/1"), release("release/2")] });
  expect(rulesets.map(({ conditions }) => conditions.ref_name.include)).toEqual([["refs/heads/main"], ["refs/heads/release/**/*"]]);
  for (const each of rulesets) expect([each.bypass_actors, each.enforcement]).toEqual([[], "active"]);
  expect(JSON.stringify(rulesets)).toContain(`{"context":"countersign: release/**","integration_id":${APP}}`);
  expect(judgeProtection({ ...facts({}), appId: null }).rulesets).toEqual([]);
});
