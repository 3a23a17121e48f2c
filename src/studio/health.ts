import { Hono } from "hono";
import type { Ledger } from "../gate/ports.ts";

/** `/healthz`: the process answers. `/readyz`: it can do its work (database, GitHub App configured). */
export function createHealth(deps: { readonly ledger: Pick<Ledger, "ping">; readonly configured: boolean }): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", async (context) => {
    const database = await deps.ledger.ping().catch(() => false);
    const ready = database && deps.configured;
    return context.json(
      {
        status: ready ? "ready" : "not ready",
        database: database ? "ok" : "unreachable",
        github: deps.configured ? "configured" : "no APP_ID",
      },
      ready ? 200 : 503,
    );
  });
  return app;
}
