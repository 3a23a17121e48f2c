import { expect } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import type { Hand, Repository } from "./by-hand.ts";
import { FILE } from "./scene.ts";

export const LABEL = "governance-override";
export const OVERRIDE = '/countersign override reason="pager 1234" incident=INC-7';

export interface Told {
  readonly type: string;
  readonly severity: string;
  readonly actor: string | null;
  readonly payload: {
    readonly because?: string;
    readonly pullRequest?: number;
    readonly repositoryId?: number;
    readonly overrideId?: string;
  };
}

/** What a test about overrides does and looks at, on one repository. */
export function overriding(hand: Hand, repo: Repository) {
  async function later(seconds = 5, deps = hand.deps): Promise<void> {
    hand.pass(seconds);
    expect((await hand.work(deps)).map(({ message }) => message)).toEqual([]);
  }
  /** Audit events about overrides of the pull request, oldest first. */
  async function told(number: number): Promise<readonly Told[]> {
    const events = (await hand.deps.ledger.auditTrail(1000)) as unknown as readonly Told[];
    const mine = events.filter(({ type, payload }) => /^(override|post_hoc_review)\./.test(type) && payload.repositoryId === repo.id);
    return mine.filter(({ payload }) => payload.pullRequest === number).reverse();
  }
  return {
    later,
    told,
    /** Opened, labelled by `actor` with a reason, worked on. */
    async overridden(actor = "ana", branch = "work") {
      const pull = repo.open(undefined, branch);
      await hand.work();
      hand.hub.label(repo.name, pull.number, LABEL, { actor });
      hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor });
      await later();
      return pull;
    },
    types: async (number: number): Promise<string[]> => (await told(number)).map(({ type }) => type),
    why: async (number: number): Promise<readonly string[]> =>
      (await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision.overrideNotes ?? [],
    labels: (number: number): readonly string[] => hand.hub.pull(repo.name, number).labels,
    issuesOf: (number: number) => hand.hub.issues(repo.name).filter((issue) => issue.title.includes(`#${number} `)),
  };
}

/** The worker's clock alone is ahead: GitHub refuses what is signed for another hour. */
export function ahead(hand: Hand, ms: number): GateDeps {
  return { ...hand.deps, clock: { now: () => new Date(hand.deps.clock.now().getTime() + ms) } };
}

export function configured(hand: Hand, override: string): Repository {
  return hand.repository({
    [FILE]: CONTRACT,
    ".choochoorc": `${CONFIG}override: ${override}\n`,
    ".choochoo/approval-policies.yaml": POLICIES,
  });
}
