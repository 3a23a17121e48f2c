import type { GovernedBranch, ProtectionFacts } from "./facts.ts";
import { type Provider, providersOf, unreadOf } from "./providers.ts";

/** What one row of the table found. `open`: the gate can be passed by. */
export interface SettingFinding {
  readonly severity: "open" | "unknown" | "advice";
  /** Of what is unknown: refused, or not answered. */
  readonly kind?: "network" | "auth";
  readonly says: string;
  readonly fix: string;
}

type Row = (branch: GovernedBranch, facts: ProtectionFacts) => SettingFinding | null;

/** Every setting that is looked at; a row is null when the setting is right, or not its business. */
export const SETTINGS = {
  check_required: checkRequired,
  app_pinned: appPinned,
  bypass_actors: bypassActors,
  enforce_admins: enforceAdmins,
  aggregate_only: aggregateOnly,
  force_pushes: (branch) => holdsBack(branch, "non_fast_forward", "force pushes", ({ allowsForcePushes }) => !allowsForcePushes),
  deletions: (branch) => holdsBack(branch, "deletion", "deletion", ({ allowsDeletions }) => !allowsDeletions),
  pull_request: (branch) =>
    advise(
      branch,
      (rule) => rule.type === "pull_request",
      (classic) => classic.asksPullRequest,
      "a pull request is not required before merging",
    ),
  stale_reviews: (branch) =>
    advise(
      branch,
      (rule) => rule.dismissesStaleReviews,
      (classic) => classic.dismissesStaleReviews,
      "stale approvals are not dismissed when new commits are pushed",
    ),
  last_push_approval: (branch) =>
    advise(
      branch,
      (rule) => rule.asksLastPushApproval,
      (classic) => classic.asksLastPushApproval,
      "approval of the last push by somebody else is not required",
    ),
} as const satisfies Record<string, Row>;

export type SettingId = keyof typeof SETTINGS;

function checkRequired(branch: GovernedBranch, facts: ProtectionFacts): SettingFinding | null {
  const providers = providersOf(branch, facts);
  if (providers.some(({ context }) => context === branch.check)) return null;
  const unread = unreadOf(branch);
  if (unread !== null) return unknown(unread, `whether \`${branch.check}\` is required on \`${branch.name}\``);
  const waiting = (facts.rulesets.status === "ok" ? facts.rulesets.value : []).find(
    ({ enforcement, requiredChecks }) => enforcement !== "active" && requiredChecks.some(({ context }) => context === branch.check),
  );
  const similar = providers.find(({ context }) => /countersign/i.test(context));
  const nothing =
    branch.rules.status === "ok" && branch.rules.value.length === 0 && branch.classic.status === "ok" && branch.classic.value === null;
  const because =
    waiting !== undefined
      ? `: ruleset \`${waiting.name}\` would require it and is in ${waiting.enforcement} mode`
      : similar !== undefined
        ? `: ${similar.by} requires \`${similar.context}\` instead`
        : nothing
          ? ": nothing protects this branch"
          : "";
  return open(
    `\`${branch.check}\` is not a required check on \`${branch.name}\`${because}`,
    waiting !== undefined ? `set its enforcement to active` : `require \`${branch.check}\` from this app (the prepared ruleset does)`,
  );
}

function appPinned(branch: GovernedBranch, facts: ProtectionFacts): SettingFinding | null {
  const ours = requiring(branch, facts);
  if (ours.length === 0 || pinned(ours, facts).length > 0) return null;
  if (facts.appId === null && ours.some(({ appId }) => appId !== null))
    return {
      severity: "unknown",
      kind: "auth",
      says: "the check is required from one app, and which one is ours is not known here",
      fix: "give APP_ID",
    };
  const unread = unreadOf(branch);
  if (unread !== null) return unknown(unread, "whether the check is bound to our app elsewhere");
  const { by, appId } = ours[0]!;
  const source =
    appId === null ? "from any source: whoever can write can post a check of that name" : `from app ${appId}, which is not ours`;
  return open(
    `${by} requires \`${branch.check}\` ${source}`,
    `choose this app${facts.appId === null ? "" : ` (${facts.appId})`} as the expected source`,
  );
}

/** Bound, and by whom not: one setting that spares nobody is enough. */
function bypassActors(branch: GovernedBranch, facts: ProtectionFacts): SettingFinding | null {
  const bound = pinned(requiring(branch, facts), facts);
  if (bound.length === 0 || bound.some(sparesNobody)) return null;
  for (const { by, bypass } of bound) {
    const free = bypass.status === "ok" ? bypass.value.filter(({ mode }) => mode !== "pull_request") : [];
    if (free.length > 0)
      return open(
        `${by} can be bypassed ${free.map(({ who, mode }) => `by ${who} (${mode}${mode === "exempt" ? ", which leaves no trace" : ""})`).join(" and ")}`,
        "remove these bypass actors",
      );
  }
  const unread = bound.flatMap(({ bypass }) => (bypass.status === "unreadable" ? [bypass] : []))[0];
  if (unread !== undefined)
    return unknown(unread, "who may bypass the ruleset", "run the doctor with the token of somebody who may change the ruleset");
  const [who] = bound.flatMap(({ bypass }) => (bypass.status === "ok" ? bypass.value : []));
  if (who === undefined) return null;
  return advice(`${who.who} may merge a pull request past the check; GitHub records each use`, "remove this bypass actor");
}

function enforceAdmins(branch: GovernedBranch, facts: ProtectionFacts): SettingFinding | null {
  const bound = pinned(requiring(branch, facts), facts);
  if (bound.length === 0 || !bound.every(({ sparesAdmins }) => sparesAdmins)) return null;
  const unread = branch.rules.status === "unreadable" ? branch.rules : null;
  if (unread !== null) return unknown(unread, "whether a ruleset binds administrators too");
  return open(
    "administrators may merge without the check: branch protection does not include them",
    "switch on “Do not allow bypassing the above settings”",
  );
}

/** Of our names only the aggregate may be required: the others are not posted on every pull request, or never pass as a gate. */
function aggregateOnly(branch: GovernedBranch, facts: ProtectionFacts): SettingFinding | null {
  const wrong = providersOf(branch, facts).find(
    ({ context }) => context.startsWith(`${branch.check} / `) || /^countersign \(observe\)/i.test(context),
  );
  if (wrong === undefined) return null;
  const why = /observe/i.test(wrong.context) ? "an observing check that gates nothing" : "posted only when its policy matches";
  return open(`${wrong.by} requires \`${wrong.context}\`, which is ${why}`, `require \`${branch.check}\` and nothing else of ours`);
}

type Classic = NonNullable<Extract<GovernedBranch["classic"], { status: "ok" }>["value"]>;
type Rule = Extract<GovernedBranch["rules"], { status: "ok" }>["value"][number];

function holdsBack(
  branch: GovernedBranch,
  ruleType: string,
  what: string,
  byClassic: (classic: Classic) => boolean,
): SettingFinding | null {
  if (holds(branch, ({ type }) => type === ruleType, byClassic)) return null;
  const unread = unreadOf(branch);
  if (unread !== null) return unknown(unread, `whether ${what} of \`${branch.name}\` ${what.endsWith("s") ? "are" : "is"} refused`);
  return open(
    `${what} of \`${branch.name}\` ${what.endsWith("s") ? "are" : "is"} allowed: history can be replaced past the gate`,
    `block ${what}`,
  );
}

function advise(
  branch: GovernedBranch,
  byRule: (rule: Rule) => boolean,
  byClassic: (classic: Classic) => boolean,
  says: string,
): SettingFinding | null {
  return holds(branch, byRule, byClassic) || unreadOf(branch) !== null ? null : advice(says, "switch it on");
}

function holds({ rules, classic }: GovernedBranch, byRule: (rule: Rule) => boolean, byClassic: (classic: Classic) => boolean): boolean {
  if (rules.status === "ok" && rules.value.some(byRule)) return true;
  return classic.status === "ok" && classic.value !== null && byClassic(classic.value);
}

function requiring(branch: GovernedBranch, facts: ProtectionFacts): readonly Provider[] {
  return providersOf(branch, facts).filter(({ context }) => context === branch.check);
}

function pinned(providers: readonly Provider[], { appId }: ProtectionFacts): readonly Provider[] {
  return providers.filter((provider) => appId !== null && provider.appId === appId);
}

function sparesNobody({ bypass, sparesAdmins }: Provider): boolean {
  return !sparesAdmins && bypass.status === "ok" && bypass.value.length === 0;
}

function open(says: string, fix: string): SettingFinding {
  return { severity: "open", says, fix };
}

function advice(says: string, fix: string): SettingFinding {
  return { severity: "advice", says, fix };
}

function unknown(
  unread: { readonly kind: "network" | "auth"; readonly because: string },
  what: string,
  fix = "give the app Administration: read, or run the doctor with an administrator's token",
): SettingFinding {
  return { severity: "unknown", kind: unread.kind, says: `${what} is not known: ${unread.because}`, fix };
}
