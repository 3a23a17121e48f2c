/** Serves the pages on hand-made decisions, to look at them: `npm run build && node test/studio/preview.ts`, then open the printed link. */
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { createStudio } from "../../dist/studio/app.js";
import { pageLedger, pagesOf } from "./fixtures.ts";

const port = Number(process.env["PORT"] ?? 4601);
const publicUrl = `http://127.0.0.1:${port}`;
const token = process.env["PREVIEW_TOKEN"] ?? randomBytes(16).toString("hex");
const studio = createStudio(pagesOf(pageLedger(), { token }, publicUrl));
serve({ fetch: studio.fetch, hostname: "127.0.0.1", port });
console.log(`${publicUrl}/dev-login?token=${token}&next=/pulls/acme/contracts/1`);
