/** A share of many schedules, in a thread of its own. */
export interface Share {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** One schedule that broke an invariant, cut short. */
export interface Broken {
  readonly index: number;
  readonly violations: readonly { readonly invariant: string; readonly because: string }[];
  readonly script: unknown;
}

export interface Told {
  readonly done: number;
  readonly calls: number;
  readonly faults: number;
  readonly broken: readonly Broken[];
}

/** So many in one share are enough: the rest of it is not run. */
export const BROKEN_MAX = 5;
