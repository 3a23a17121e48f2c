export type Fault =
  /** Answers at once, without effect. */
  | { readonly kind: "status"; readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers, without effect. */
  | { readonly kind: "hang" }
  /** Does the work, then never answers. */
  | { readonly kind: "effect-then-hang" }
  | { readonly kind: "html" }
  /** Does the work, then sends half of the JSON. */
  | { readonly kind: "truncated" };

export interface FaultMatch {
  readonly method?: string;
  /** Pattern on the path, or an exact template or part of the path. */
  readonly path?: RegExp | string;
}

export interface Faults {
  readonly planned: { readonly match: FaultMatch; readonly fault: Fault; times: number }[];
}

/** Takes the first planned fault that fits this call. */
export function takeFault(faults: Faults, method: string, template: string, path: string): Fault | null {
  for (const plan of faults.planned) {
    if (plan.times <= 0 || (plan.match.method !== undefined && plan.match.method.toUpperCase() !== method)) continue;
    if (!pathMatches(plan.match.path, template, path)) continue;
    plan.times -= 1;
    return plan.fault;
  }
  return null;
}

function pathMatches(wanted: RegExp | string | undefined, template: string, path: string): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === "string") return wanted === template || path.includes(wanted);
  return wanted.test(path);
}
