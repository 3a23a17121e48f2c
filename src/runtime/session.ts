import { compiledHash } from "./canonical.ts";

export type Environment = "development" | "staging" | "production";

/** What was approved, for machines. Frozen. */
export interface GovernanceSession {
  readonly runtime_projection: {
    readonly agent: string;
    readonly environment: string;
    readonly policyDigest: string;
    readonly contracts: readonly GovernedContract[];
  };
  /** SHA-256 of the review that people read. */
  readonly review_hash: string;
  readonly compiler_version: string;
}

export interface GovernedContract {
  readonly file: string;
  readonly key: string;
  /** Since compiler version 3. */
  readonly retention?: { readonly days: number | null; readonly raw: string } | null;
  readonly objects: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly fields: readonly GovernedField[];
  }[];
}

export interface GovernedField {
  /** Nested names joined by dots. */
  readonly path: string;
  readonly type: string | null;
  readonly tags: readonly string[];
  /** The highest level that is declared for it; null = none is. Since compiler version 3. */
  readonly classification?: "public" | "internal" | "confidential" | "restricted" | null;
  /** How the contract says that it is to be masked; null = it does not. */
  readonly masking: string | null;
}

/** Shapes of the projections that this client reads. */
const COMPILER_VERSIONS: readonly string[] = ["1", "2", "3"];

/** The session, whole, frozen and what the hash stands for; or why it must not be used. */
export function verifySession(
  session: unknown,
  expected: { readonly hash: unknown; readonly agent: string; readonly environment: string },
): GovernanceSession | string {
  if (!isRecord(session) || !isRecord(session["runtime_projection"])) return "the plan is approved, and its session is missing";
  if (typeof expected.hash !== "string") return "the plan is approved, and its compiled hash is missing";
  const { runtime_projection: runtime, review_hash, compiler_version } = session;
  if (typeof review_hash !== "string" || typeof compiler_version !== "string") return "the session is not whole";
  if (!COMPILER_VERSIONS.includes(compiler_version))
    return `the session is of compiler version ${compiler_version.slice(0, 20)}; this client reads ${COMPILER_VERSIONS.join(", ")}`;
  try {
    if (compiledHash({ runtime_projection: runtime, review_hash, compiler_version }) !== expected.hash)
      return "the session is not what its compiled hash stands for";
  } catch {
    return "the session cannot be hashed";
  }
  if (!isFor(runtime["agent"], expected.agent) || runtime["environment"] !== expected.environment)
    return "the session was compiled for another agent or environment";
  if (!isListOf(runtime["contracts"], isContract)) return "the session has another shape than its compiler version says";
  return freeze({ runtime_projection: runtime, review_hash, compiler_version }) as unknown as GovernanceSession;
}

/** A second repository that names an agent which another one claimed has a workspace `<agent>#<repository id>`. */
function isFor(compiled: unknown, asked: string): boolean {
  return typeof compiled === "string" && (compiled === asked || asked.replace(/#\d+$/, "") === compiled);
}

function isContract({ file, key, objects }: Record<string, unknown>): boolean {
  return typeof file === "string" && typeof key === "string" && isListOf(objects, isObject);
}

function isObject({ name, tags, fields }: Record<string, unknown>): boolean {
  return typeof name === "string" && isWords(tags) && isListOf(fields, isField);
}

function isField({ path, tags, masking }: Record<string, unknown>): boolean {
  return typeof path === "string" && isWords(tags) && (masking === null || typeof masking === "string");
}

function isListOf(list: unknown, is: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(list) && list.every((each) => isRecord(each) && is(each));
}

function isWords(list: unknown): boolean {
  return Array.isArray(list) && list.every((each) => typeof each === "string");
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) freeze(each);
  }
  return value;
}
