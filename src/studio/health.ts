import { Hono } from "hono";
import type { Readiness } from "../gate/readiness.ts";

/**
 * `/healthz`: the process answers. `/readyz`: it can do its work; 503 when it cannot store deliveries or has no app.
 * GitHub's silence is told and no 503: a server that is taken out of service for it would lose what GitHub still sends.
 */
export function createHealth(readiness: () => Promise<Readiness>): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", async (context) => {
    const found = await readiness();
    return context.json(found, found.status === "not ready" ? 503 : 200, { "Cache-Control": "no-store" });
  });
  return app;
}
