import type { PGlite } from "@electric-sql/pglite";
import type { Scope } from "./scope.ts";
import type { Tx } from "./tx.ts";

/** Postgres, or the embedded database: the verbs do not know which. */
export interface Database {
  readonly driver: "postgres" | "pglite";
  readonly url: string | null;
  /** The login that migrates and owns the tables; null = the same as `url`. */
  readonly ownerUrl: string | null;
  readonly pglite: PGlite | null;
  /** Outside a transaction: sees no tenant's rows behind the walls. On PGlite's one session, using it inside one deadlocks. */
  readonly outer: Tx;
  /** Sees and writes the rows of these tenants only. */
  transaction<T>(scope: Scope, act: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for what only reads; on Postgres a statement that writes is refused. No transaction where no wall needs one. */
  read<T>(scope: Scope, act: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
