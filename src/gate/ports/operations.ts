/** What GitHub says about our own app, asked with the app's own signature. */
export type AppReading =
  | {
      readonly status: "ok";
      /** By name, `read` or `write`. */
      readonly permissions: Readonly<Record<string, string>>;
      readonly events: readonly string[];
      /** Milliseconds by which our clock is ahead of GitHub's; null = GitHub named no instant. */
      readonly aheadMs: number | null;
    }
  /** GitHub answered, and does not take the app's id with this key. */
  | { readonly status: "refused"; readonly because: string; readonly aheadMs: number | null }
  | { readonly status: "unreachable"; readonly because: string };

/** Webhook deliveries as GitHub lists them, newest first. */
export interface DeliveriesReading {
  readonly looked: number;
  readonly failed: number;
  /** ISO instant of the newest one that failed; null = none did. */
  readonly newestFailure: string | null;
}

/** An account that the app is installed on, and what it has granted. */
export interface AppInstallation {
  readonly installationId: number;
  readonly account: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly suspended: boolean;
}

/** Our app on GitHub, for the operator. */
export interface AppProbe {
  readonly enterprise: boolean;
  /** Never rejects. */
  read(): Promise<AppReading>;
  /** The newest page of deliveries. @throws TruthError */
  deliveries(): Promise<DeliveriesReading>;
  /** Every account that the app is installed on, up to some thousands. @throws TruthError */
  installations(): Promise<readonly AppInstallation[]>;
}

/** Whether the database can be worked with. A newer version's migrations do no harm: replicas are replaced one after the other. */
export type DatabaseReading = "ok" | "unreachable" | "not_migrated" | "read_only";

/** The work that is left and the debts that are open, counted over all tenants. Ages in seconds by the database's clock. */
export interface Vitals {
  readonly dirtySubjects: number;
  /** Of the subject that has waited longest; 0 = none waits. */
  readonly oldestDirtySeconds: number;
  readonly openOverrides: number;
  readonly openReviews: number;
  readonly overdueReviews: number;
  /** Of the accounts with watched repositories. */
  readonly installationIds: readonly number[];
}

/** The operator's look at the records. */
export interface OperatorReads {
  database(): Promise<DatabaseReading>;
  vitals(): Promise<Vitals>;
  /** Open pull requests by the state of the evaluation that stands. */
  openPulls(): Promise<Readonly<Record<string, number>>>;
  /** Open pull requests that have waited for approval longer than the shortest `sla_hours` of the policies that they match. */
  lateApprovals(): Promise<number>;
}

/** Told what happens while the server runs; whoever listens makes figures of it. Nothing here may throw. */
export interface Meter {
  /** A webhook was answered, in one of ingress's words. */
  webhook(outcome: string): void;
  /** `waitedSeconds`: from the oldest mark that it answers to its end; null = none was there. */
  evaluation(run: { readonly outcome: string; readonly seconds: number; readonly waitedSeconds: number | null }): void;
  /** A comparison of contracts was ended by its limits, and its thread with it. */
  sandboxEnded(): void;
  routineFailed(name: string): void;
  logLineLeftOut(): void;
  /** An attempt to send a message ended: sent, failed or gave_up. */
  notification(outcome: string): void;
}
