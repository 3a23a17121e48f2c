import type { Weaken } from "./outcome.ts";

/** Guards of the ledger, each taken away: what stands between the gate and the invariants, in one verb each. */
export const WEAKENED: Readonly<Record<string, Weaken>> = {
  "an overtaken worker saves, and publishes what it saved": (ledger, rows) => ({
    beginPublish: (check, work) => ledger.beginPublish(check, { ...work, fence: rows.subjects.get(work.key)!.fence }),
    saveEvaluation: (input) => {
      const fence = rows.subjects.get(input.work.key)!.fence;
      return ledger.saveEvaluation({ ...input, work: { ...input.work, fence, previous: rows.latest(input.work.key) } });
    },
  }),
  "an overtaken worker publishes": (ledger, rows) => ({
    beginPublish: async (check, work) => {
      const run = rows.outbox.find(({ id }) => id === check.id)!;
      run.inFlight = { version: check.version, key: work.key, fence: work.fence };
      return true;
    },
    endPublish: async (check, outcome) => {
      const run = rows.outbox.find(({ id }) => id === check.id)!;
      run.inFlight = { version: check.version, key: check.key, fence: 0 };
      await ledger.endPublish(check, outcome);
      if (outcome.status === "published") run.publishedVersion = run.version;
    },
  }),
  "a write whose end was never heard of counts as done": (ledger, rows) => ({
    startWork: async (key) => {
      const begun = rows.outbox.filter(({ inFlight }) => inFlight?.key === key);
      const work = await ledger.startWork(key);
      for (const run of begun) Object.assign(run, { uncertain: false, publishedVersion: run.version });
      return work;
    },
  }),
  "a success is certain as soon as it is read back": (ledger, rows) => ({
    endPublish: async (check, outcome) => {
      await ledger.endPublish(check, outcome);
      if (outcome.status === "published") rows.outbox.find(({ id }) => id === check.id)!.uncertain = false;
    },
  }),
  "what an overtaken worker wrote over is left": (ledger, rows) => ({
    endPublish: async (check, outcome) => {
      const run = rows.outbox.find(({ id }) => id === check.id)!;
      if (run.inFlight?.version === check.version) await ledger.endPublish(check, outcome);
    },
  }),
  "a success stays on the commit that was left": (ledger) => ({
    finishWork: (work, state) => ledger.finishWork(work, { ...state, merged: true }),
  }),
  "a fault counts as done": (ledger) => ({
    saveEvaluation: (input) => ledger.saveEvaluation({ ...input, done: true }),
  }),
  "a fault leaves nothing to do where no mark did": (ledger, rows) => ({
    saveEvaluation: async (input) => {
      const subject = rows.subjects.get(input.work.key)!;
      const { wantGen } = subject;
      const saved = await ledger.saveEvaluation(input);
      if (!input.done) subject.wantGen = wantGen;
      return saved;
    },
  }),
  "a check that is taken back waits for an event": (ledger, rows) => ({
    withholdSuccess: async (work, headSha) => {
      const subject = rows.subjects.get(work.key)!;
      const { wantGen } = subject;
      const changed = await ledger.withholdSuccess(work, headSha);
      subject.wantGen = wantGen;
      return changed;
    },
  }),
  "a delivery is acknowledged before it is stored": (ledger, rows) => ({
    recordDelivery: (delivery) => ledger.recordDelivery(rows.deliveries.size % 3 === 2 ? { ...delivery, marks: [] } : delivery),
  }),
  "a success stays on what was merged elsewhere": (ledger) => ({
    finishWork: (work, state) => ledger.finishWork(work, { ...state, elsewhere: false }),
  }),
  "what moved is remembered as seen, and not marked": (ledger, rows) => ({
    markSeen: async (repository, marked, unchanged) => {
      const before = new Map([...rows.subjects].map(([key, { wantGen }]) => [key, wantGen]));
      await ledger.markSeen(repository, marked, unchanged);
      for (const [key, row] of rows.subjects) row.wantGen = before.get(key) ?? 0;
    },
  }),
  "what never came is not asked for": () => ({ missingDeliveries: async () => [] }),
  "who left a team is noticed by deliveries alone": () => ({ claimMemberships: async () => [] }),
  "a success that is not certain is held against nothing": (ledger, rows) => ({
    claimPublished: async (...asked) => {
      const certain = new Set(rows.outbox.filter(({ uncertain }) => !uncertain).map(({ id }) => id));
      const published = await ledger.claimPublished(...asked);
      return published.map((each) => ({ ...each, checks: each.checks.filter(({ id }) => certain.has(id)) }));
    },
  }),
  "what comes late to a commit that was left is looked for by nobody": (ledger) => ({
    claimPublished: async (...asked) => (await ledger.claimPublished(...asked)).filter(({ left }) => !left),
  }),
  "what was told as an incident is approved later": (ledger, rows) => ({
    landingOf: async (...asked) => {
      const landing = await ledger.landingOf(...asked);
      return landing === "incident" ? "closed" : landing;
    },
    approveActiveDraft: async (input) => {
      const told = rows.incidents.splice(0);
      return ledger.approveActiveDraft(input).finally(() => rows.incidents.push(...told));
    },
  }),
  "a landing is recorded each time that it is seen": (_ledger, rows) => ({
    recordIncident: async ({ kind, mergeSha, work }) => {
      rows.incidents.push({ kind, mergeSha, pullRequest: work.pull.number, branch: null, seq: rows.incidents.length + 1 });
      return { seq: rows.incidents.length } as never;
    },
  }),
};
