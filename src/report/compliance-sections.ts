import type { ComplianceReport } from "../engine/compliance.ts";
import type { ReportRow, ReportSection } from "./compliance-document.ts";
import { instantWithYear } from "./phrase.ts";

type Section = (report: ComplianceReport) => ReportSection;
type Person = { readonly id: number; readonly login: string | null } | null;

/** The name where it is known, and always the account's number: names change, and can be erased. */
function who(person: Person): string {
  if (person === null) return "–";
  if (person.id === 0) return "nobody named";
  return person.login === null ? `account ${person.id}` : `${person.login} (${person.id})`;
}

const place = (repository: string | null, pullRequest: number | null, otherwise: string) =>
  pullRequest === null ? (repository ?? otherwise) : `${repository ?? otherwise}#${pullRequest}`;
const event = (number: number) => `event ${number}`;
const worded = (text: string) => text.replaceAll("_", " ");

const overrides: Section = ({ overrides: all }) => ({
  id: "overrides",
  title: "Overrides and post-hoc reviews",
  says: "Every break-glass of the period, and older ones whose review was open or done in it.",
  none: "Nobody used, or tried, an override.",
  rows: all.map((each): ReportRow => {
    const { review } = each;
    const why = [each.reason, each.incident === null ? null : `incident ${each.incident}`, each.because].filter((part) => part !== null);
    const reviewed = review === null ? "no review owed" : `review ${worded(review.state)}, due ${instantWithYear(review.dueAt)}`;
    const closed = review?.closedAt == null ? "" : `, closed ${instantWithYear(review.closedAt)} by ${who(review.closedBy)}`;
    const finding = review?.finding == null ? "" : `: ${review.finding}`;
    return {
      ...{ at: each.at, subject: place(each.repository, each.pullRequest, `submission ${each.draftId ?? ""}`), who: who(each.by) },
      what: `${worded(each.status)}: ${why.join("; ")}${each.became.map(({ kind }) => `; ${worded(kind)}`).join("")}`,
      state: `${reviewed}${closed}${finding}`,
      evidence: event(each.event),
      tone: each.status === "not_used" || (review !== null && review.state === "done") ? "plain" : "bad",
    };
  }),
});

const incidents: Section = ({ incidents: all }) => ({
  id: "incidents",
  title: "Incidents",
  says: "What landed past the gate, or differs from what was approved.",
  none: "Nothing landed past the gate.",
  rows: all.map((each) => ({
    ...{ at: each.at, subject: place(each.repository, each.pullRequest, "–"), who: who(each.actor), what: each.because },
    state: `${worded(each.kind)}${each.branch === null ? "" : ` to ${each.branch}`} at ${each.commit.slice(0, 12)}`,
    ...{ evidence: event(each.event), tone: "bad" },
  })),
});

const violations: Section = ({ boundaryViolations: all }) => ({
  id: "boundary-violations",
  title: "Boundary violations of agents",
  says: "Actions outside what an agent is declared to do (E007): each was blocked.",
  none: "No agent crossed a boundary.",
  rows: all.map(({ at, subject, event: number }) => ({
    ...{ at, subject, what: "an agent crossed a boundary", who: "–", state: "blocked", evidence: event(number), tone: "bad" },
  })),
});

const late: Section = ({ waits }) => ({
  id: "waits",
  title: "Time to approve",
  says: "How long each change waited for whom, against the time that its policy gives. From the snapshots of drafts, not from the trail.",
  none: "Nothing waited for an approval.",
  rows: waits.map((each) => ({
    ...{ at: each.from, subject: each.about, what: `asked by ${each.policies.join(", ") || "the risk level"}`, who: each.asked },
    state: `${each.until === null ? "still waits" : `until ${instantWithYear(each.until)}`}${each.dueAt === null ? "" : `; due ${instantWithYear(each.dueAt)}${each.isBreached ? ", late" : ""}`}`,
    ...{ evidence: each.slaHours === null ? "no SLA" : `SLA ${each.slaHours} h`, tone: each.isBreached ? "bad" : "plain" },
  })),
});

const approvals: Section = ({ approvals: all }) => ({
  id: "approvals",
  title: "Approvals",
  says: "Every governed change that landed with a record: who approved, under which policy.",
  none: "No governed change landed.",
  rows: all.map((each) => {
    const people = each.approvedBy.map((person) => who(person)).join(", ");
    const nobody = each.kind === "forced" ? "nobody: an override" : "nobody: none was needed";
    const asked = [...each.policies, ...each.teams.map((team) => `team ${team}`)].join(", ") || "no policy asked anybody";
    const why = each.rationale === null ? "" : `; ${each.rationale}`;
    return {
      ...{ at: each.at, subject: place(each.repository, each.pullRequest, each.agent), what: `${asked}${why}`, who: people || nobody },
      state: `${each.kind}, ${each.environment}, by ${who(each.actor)}${each.blockers === 0 ? "" : `, over ${each.blockers} blockers`}`,
      evidence: `${event(each.event)}, approval ${each.id}, artifact ${each.artifact.slice(0, 16)}`,
      tone: each.kind === "forced" ? "bad" : "plain",
    };
  }),
});

const policies: Section = ({ policyChanges }) => ({
  id: "policy-changes",
  title: "Policy changes",
  says: "Each version of a policy that came into force.",
  none: "No policy changed.",
  rows: policyChanges.map((each) => ({
    ...{ at: each.at, subject: each.repository ?? "submissions", what: `version ${each.version}, ${worded(each.how)}`, who: who(each.by) },
    state: `digest ${each.digest.slice(0, 16)}${each.commit === null ? "" : ` at ${each.commit.slice(0, 12)}`}`,
    ...{ evidence: event(each.event), tone: each.how === "overridden" ? "bad" : "plain" },
  })),
});

const coverage: Section = ({ coverage: all }) => ({
  id: "coverage",
  title: "Coverage",
  says: "Every repository that the app was seen on, as it stands now: whether GitHub requires the check there.",
  none: "The app was not seen on any repository.",
  rows: all.map(({ repository, standing, because, checkedAt }) => ({
    ...{ at: checkedAt, subject: repository, what: because ?? "", who: "–", state: worded(standing), evidence: "protection doctor" },
    tone: standing === "enforced" ? "good" : standing === "not_enrolled" ? "plain" : "bad",
  })),
});

const trail: Section = ({ chain, checkpoints, reconciliation, trail: { first, last }, generatedAt }) => ({
  id: "trail",
  title: "Audit trail",
  says: "Whether the chain is whole, what sealed it, and whether the records of the period are those that it tells of.",
  none: "There is no trail.",
  rows: [
    {
      ...{
        at: generatedAt,
        subject: "chain",
        what: `${chain.events} events; of the period ${first ?? "none"} to ${last ?? "none"}`,
        who: "–",
      },
      state: chain.because === null ? chain.status : `${chain.status}: ${chain.because}`,
      evidence: chain.sealedTo === 0 ? "no checkpoint" : `sealed to event ${chain.sealedTo}`,
      tone: chain.status === "intact" ? "good" : "bad",
    },
    ...checkpoints.map(({ size, at, keyId, sinks }): ReportRow => {
      const state = sinks.length === 0 ? "nowhere outside the database" : `also in ${sinks.join(", ")}`;
      return { at, subject: `checkpoint ${size}`, what: `key ${keyId}`, who: "–", state, evidence: event(size), tone: "plain" };
    }),
    ...reconciliation.map(({ what, records, events }): ReportRow => {
      const same = records === events;
      const state = same ? "agree" : "DIFFER";
      return {
        at: null,
        subject: what,
        what: `${records} records, ${events} events`,
        who: "–",
        state,
        evidence: "trail",
        tone: same ? "good" : "bad",
      };
    }),
  ],
});

/** In this order: what went past the gate comes before what went through it. */
export const SECTIONS: readonly Section[] = [overrides, incidents, violations, late, approvals, policies, coverage, trail];
