import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileArtifact, sessionOf } from "../../src/engine/artifact.ts";
import { artifactInput, compiledContract } from "../support/compiled.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const example = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(ROOT, "docs", "plan.md"), "utf8"))?.[1] ?? "";

/** Runs it as a program that has installed the package: `countersign/runtime` is what package.json exports. */
function run(url: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const env = { ...process.env, COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_example" };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--input-type=module", "--eval", example], { cwd: ROOT, env }, (error, _, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stderr }),
    );
  });
}

test("the example of docs/plan.md runs with a published plan, and ends without one", async () => {
  const contract = compiledContract(0);
  const [object] = contract.objects;
  const fields = [{ path: "email", type: "string", tags: ["pii"], classification: null, masking: null }];
  const place = { agent: "acme/contracts", environment: "production" };
  const compiled = compileArtifact(artifactInput(0, { ...place, contracts: [{ ...contract, objects: [{ ...object!, fields }] }] }));
  let isPublished = true;
  const server = createServer((_, response) => {
    const plan = { ...place, status: "APPROVED", compiled_hash: compiled.compiledHash, compiled_session: sessionOf(compiled) };
    const refusal = { error: { code: "PLAN_NOT_FOUND", message: "no such agent and environment" } };
    response.writeHead(isPublished ? 200 : 404).end(JSON.stringify(isPublished ? plan : refusal));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await run(url)).toEqual({ code: 0, stderr: "" });
  isPublished = false;
  expect(await run(url)).toMatchObject({ code: 1, stderr: expect.stringContaining("not governed: 404 PLAN_NOT_FOUND") });
  server.close();
});
