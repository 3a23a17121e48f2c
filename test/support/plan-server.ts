import { createHash } from "node:crypto";
import { type ServerType, serve } from "@hono/node-server";
import { compileArtifact } from "../../src/engine/artifact.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { PlanWrite } from "../../src/gate/ports/plan.ts";
import type { RepositoryRef } from "../../src/gate/ports/pulls.ts";
import { createPlanReading } from "../../src/gate/read-plan.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { createApi, type Identify, identified } from "../../src/studio/api/api.ts";
import { registerPlan } from "../../src/studio/api/plan.ts";
import type { Scope } from "../../src/studio/api/principal.ts";
import { begin, evaluated, landed, newRepository, save } from "../store/sample.ts";
import { artifactInput } from "./compiled.ts";

export interface PlanServer {
  readonly url: string;
  readonly ledger: Ledger;
  /** A key of that tenant. */
  key(tenantId: string, scopes?: readonly Scope[]): string;
  /** An approved landing in a workspace of its own, in production. */
  approve(fields?: number, repository?: RepositoryRef, number?: number): Promise<Approved>;
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

export interface Approved {
  readonly write: PlanWrite;
  readonly agent: string;
  readonly compiledHash: string;
  readonly repository: RepositoryRef;
}

/** The real route over the real store, with keys that are known by their digest. */
export async function startPlanServer(db: Database): Promise<PlanServer> {
  const ledger = createLedger(db);
  const keys = new Map<string, { tenantId: string; scopes: readonly Scope[] }>();
  const digestOf = (key: string) => createHash("sha256").update(key).digest("hex");
  const identify: Identify = async (context) => {
    const given = /^Bearer (\S+)$/.exec(context.req.header("Authorization") ?? "")?.[1];
    const found = given === undefined ? undefined : keys.get(digestOf(given));
    return found === undefined ? null : { kind: "key", keyId: "k", name: "test", ...found };
  };
  const errors: unknown[] = [];
  const api = createApi((error) => errors.push(error));
  api.use("/api/*", identified(identify));
  registerPlan(api, { plans: createPlanReading(ledger) });
  const listening = Promise.withResolvers<number>();
  const server: ServerType = serve({ fetch: api.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => listening.resolve(port));
  return {
    url: `http://127.0.0.1:${await listening.promise}`,
    ledger,
    errors,
    key(tenantId, scopes = ["plan"]) {
      const key = `csk_${keys.size}_${crypto.randomUUID()}`;
      keys.set(digestOf(key), { tenantId, scopes });
      return key;
    },
    async approve(fields = 12, repository = newRepository(), number = 1) {
      const agent = `org/${repository.name}`;
      const work = await begin(ledger, repository, number);
      const evaluation = await save(ledger, evaluated(work));
      const compiled = compileArtifact(
        artifactInput(fields, { agent, environment: "production", policyDigest: `${number}`.padStart(64, "0") }),
      );
      const { approval, event } = await ledger.approveActiveDraft(landed(work, evaluation, { compiled }));
      const at = { tenantId: event.tenantId, workspaceId: approval.workspaceId, approvalId: approval.id };
      return {
        write: { ...at, how: "manual", actorId: 5, byAdmin: true, because: null },
        agent,
        compiledHash: compiled.compiledHash,
        repository,
      };
    },
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}
