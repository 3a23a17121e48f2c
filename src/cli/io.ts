import type { OfficialSchemas } from "../engine/contract/official/schemas.ts";
import type { DoctorDeps } from "../gate/doctor.ts";
import type {
  AccessStore,
  AuditRecords,
  CallerReads,
  Clock,
  FetchPlan,
  LocalRepository,
  Notary,
  PullReview,
  RepositoryRef,
  StorageStanding,
  SummaryMemory,
} from "../gate/ports.ts";
import type { ServerDoctorDeps } from "../gate/server-doctor.ts";

/** What a command needs from the process that runs it. main.ts gives the real one, tests their own. */
export interface CliContext {
  readonly openRepository: (path: string) => Promise<LocalRepository>;
  /** GitHub as the holder of a token sees it. `baseUrl` is the root of its REST API. */
  readonly openGitHub: (options: { readonly token: string; readonly baseUrl: string }) => Promise<CallerReads>;
  /** Gives a review on GitHub as the holder of the token. Rejects with a TruthError. */
  readonly reviewPull: (
    options: { readonly token: string; readonly baseUrl: string },
    review: PullReview,
  ) => Promise<{ readonly url: string; readonly commit: string }>;
  /** Owner id -> id of the repository that holds the organisation's policy, as the server is told it. Rejects with a Refusal when that is unreadable. */
  readonly policyRepositories: () => Promise<ReadonlyMap<number, number>>;
  /** What was read of a repository's contracts in earlier runs. */
  readonly openSummaries: (repositoryRoot: string) => SummaryMemory;
  /** The schemas that standards publish; each is read when a contract of its standard is. */
  readonly schemas: OfficialSchemas;
  readonly serve: () => Promise<number>;
  /** Brings the database up to date; the exit code. */
  readonly migrate: () => Promise<number>;
  /** The logins of the database that the environment names; null = it names none. */
  readonly storage: () => Promise<StorageStanding | null>;
  /** GitHub as the caller may read it. Rejects with a Refusal without credentials, with a TruthError when they do not do. */
  readonly openDoctor: (repository: {
    readonly owner: string;
    readonly name: string;
    readonly appId: number | null;
  }) => Promise<{ readonly deps: DoctorDeps; readonly ref: RepositoryRef }>;
  /** The server that the environment configures, as its operator may look at it. */
  readonly openServerDoctor: () => Promise<{ readonly deps: ServerDoctorDeps; close(): Promise<void> }>;
  /** The server's own database, by its environment: whoever can open it is its operator. Rejects with a Refusal while it cannot be opened. */
  readonly openAccess: () => Promise<{ readonly access: AccessStore; close(): Promise<void> }>;
  /** Rejects with a TypeError for an address or a key that cannot be meant. */
  readonly fetchPlan: FetchPlan;
  /** The records of the server's database, and what seals them. Rejects with a Refusal when the configuration is wrong. */
  readonly openAudit: () => Promise<{ readonly records: AuditRecords; readonly notary: Notary; close(): Promise<void> }>;
  /** A new Ed25519 pair, PEM. */
  readonly generateKey: () => Promise<{ readonly privateKey: string; readonly publicKey: string; readonly keyId: string }>;
  readonly clock: Clock;
  /** Resolves after that many milliseconds, or when the process is asked to stop. */
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  /** Calls `stop` at the first Ctrl-C; the second ends the process as usual. Gives the way to forget it. Absent: nothing interrupts. */
  readonly onInterrupt?: (stop: () => void) => () => void;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 when unknown. */
  readonly columns: number;
}

/** Exit codes of interfaces.md. */
export const EXIT = {
  success: 0,
  validation: 1,
  config: 2,
  network: 3,
  auth: 4,
  notFound: 5,
  approvalRequired: 10,
  approvalRejected: 11,
  usage: 64,
  internal: 99,
  /** Stopped before the end, by Ctrl-C. */
  interrupted: 130,
} as const;

/** NO_COLOR wins, FORCE_COLOR next, else colours only on a terminal. */
export function wantsColor(context: CliContext): boolean {
  if (context.env["NO_COLOR"]) return false;
  if (context.env["FORCE_COLOR"]) return context.env["FORCE_COLOR"] !== "0";
  return context.stdout.isTerminal && context.env["TERM"] !== "dumb";
}
