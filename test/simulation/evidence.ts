import type { History } from "./history.ts";
import type { Truth } from "./judge.ts";
import type { Objects, World } from "./world.ts";

/** What a run left behind, in the order in which it was written. */
export interface Records {
  readonly approvals: readonly {
    readonly pullRequest: number;
    readonly mergeSha: string;
    readonly kind: string;
    readonly artifacts: number;
  }[];
  readonly incidents: readonly { readonly pullRequest: number | null; readonly mergeSha: string; readonly kind: string }[];
  readonly evaluations: readonly { readonly key: string; readonly version: number }[];
  readonly policies: readonly { readonly seq: number }[];
}

export interface Evidence {
  readonly history: History;
  readonly past: readonly { readonly step: number; readonly at: number; readonly world: World }[];
  readonly objects: Objects;
  readonly records: Records;
  readonly rested: boolean;
  readonly squashOnly: boolean;
  /** Reviews whose delivery was never acknowledged. */
  readonly unheard: ReadonlySet<number>;
  /**
   * Up to here every delivery came, at last, and nothing but deliveries and the walker had woken anybody: all must be right already, but for
   * stray writes. Null = some delivery never came. After it the sweeper and the others looked by themselves.
   */
  readonly heard: { readonly index: number; readonly at: number; readonly happened: number } | null;
  /** How far the answer of a replica may lie in the past. */
  readonly lagMs: number;
}

export interface Violation {
  readonly invariant: "I1" | "I2" | "I3" | "I5";
  readonly because: string;
  readonly step: number | null;
}

export function truthAt(evidence: Evidence, index: number): Truth {
  const { past, objects, squashOnly, unheard } = evidence;
  const { world, at } = past[index]!;
  const lookedAt: Truth["lookedAt"] = (number, run, by) => lastLook(evidence, number, run, by);
  return { world, at, past: past.slice(0, index + 1), objects, squashOnly, unheard, lookedAt };
}

/** The look that the last write of this run by then came from: the writer's last before it stored what that pull request came to. */
function lastLook({ history, lagMs }: Evidence, pull: number, run: number, by: number): number | null {
  const write = history.findLastIndex((event) => event.kind === "check" && event.run === run && event.at <= by);
  const event = history[write];
  if (event?.kind !== "check") return null;
  const { worker } = event;
  const before = history.slice(0, write).filter((each) => "worker" in each && each.worker === worker);
  const stored = before.findLastIndex((each) => each.kind === "wrote" && each.key.endsWith(`#${pull}`));
  const look = before.slice(0, Math.max(stored, 0)).findLast((each) => each.kind === "looked" && each.number === pull);
  return look?.kind === "looked" ? look.at - (look.stale ? lagMs : 0) : null;
}

/** What is not right at rest. */
export function rest(because: string): Violation {
  return { invariant: "I2", because, step: null };
}

export function short(sha: string): string {
  return sha.replace(/^a0+/, "a");
}
