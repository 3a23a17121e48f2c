import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { sealAudit } from "../../src/gate/seal-audit.ts";
import { createNotary } from "../../src/notary/index.ts";
import { generateKey } from "../../src/notary/signing-key.ts";
import { openDatabase } from "../../src/store/index.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { countersign } from "../support/cli.ts";
import { asAdmin, databaseOn } from "../support/migrated.ts";
import { startCluster, stopCluster } from "../support/postgres-cluster.ts";
import { type Stage, startScene, until } from "../support/scene.ts";

/** The folder of a server's programs that has pg_dump of the same version; null = none is installed. */
const PROGRAMS =
  ["17", "16", "15"].map((version) => `/usr/lib/postgresql/${version}/bin`).find((bin) => existsSync(join(bin, "pg_dump"))) ?? null;
const run = promisify(execFile);

async function merged(scene: Awaited<ReturnType<typeof startScene>>, stage: Stage): Promise<number> {
  const { number, head } = stage.open();
  await stage.reaches(head, "action_required");
  scene.hub.review(stage.repository, number, { actor: "bob", state: "APPROVED" });
  await stage.reaches(head, "success");
  scene.hub.merge(stage.repository, number, { actor: "alice", method: "squash" });
  await until(
    () => scene.server.ledger.approvalOf(stage.repositoryId, number),
    () => "the approval",
  );
  return number;
}

const NAME = "backup and restore (docs/operations.md)";
const SKIPPED = `${NAME} SKIPPED: no pg_dump of Postgres 15, 16 or 17 under /usr/lib/postgresql`;

describe.skipIf(PROGRAMS === null)(PROGRAMS === null ? SKIPPED : NAME, () => {
  test("pg_dump of a running server, restored: records stand, the trail verifies, forgotten deliveries are taken again, and work goes on", async () => {
    const cluster = await startCluster(PROGRAMS!);
    const folder = await mkdtemp(join(tmpdir(), "countersign-restore-"));
    const databaseUrl = databaseOn(cluster.url, "countersign");
    await asAdmin(cluster.url, (sql) => sql.unsafe("create database countersign"));
    const { privateKey, publicKey } = generateKey();
    const scene = await startScene({
      databaseUrl,
      config: { notary: { signingKey: privateKey, checkpointDir: null, checkpointGit: null } },
    });
    try {
      const stage = scene.stage();
      const kept = await merged(scene, stage);
      await scene.settled();
      const before = await scene.server.ledger.approvalOf(stage.repositoryId, kept);
      const dump = join(folder, "countersign.dump");
      await run(join(PROGRAMS!, "pg_dump"), ["--format=custom", `--file=${dump}`, databaseUrl]);
      const other = scene.stage();
      const lost = await merged(scene, other);
      await scene.settled();
      await scene.stop();

      await asAdmin(cluster.url, async (sql) => {
        await sql.unsafe("drop database countersign with (force)");
        await sql.unsafe("create database countersign");
      });
      await run(join(PROGRAMS!, "pg_restore"), ["--no-owner", "--exit-on-error", `--dbname=${databaseUrl}`, dump]);
      await scene.start();
      expect(await scene.server.ledger.approvalOf(stage.repositoryId, kept)).toEqual(before);
      expect(await scene.server.ledger.approvalOf(other.repositoryId, lost)).toBeNull();
      // GitHub is asked again for what it sent meanwhile; ids that were forgotten are taken as new.
      const again = scene.hub.hooks.sent.filter(({ repositoryId }) => repositoryId === other.repositoryId);
      const taken = [];
      for (const { guid } of again) taken.push((await scene.hub.hooks.duplicate(guid)).statusCode);
      expect(new Set(taken)).toEqual(new Set([202]));
      await scene.settled();
      const next = await merged(scene, scene.stage());
      expect(next).toBeGreaterThan(0);

      const openAudit = async () => {
        const database = await openDatabase({ databaseUrl, dataDir: null });
        const notary = createNotary({ signingKey: privateKey, checkpointDir: null, checkpointGit: null });
        return { records: createLedger(database), notary, close: () => database.close() };
      };
      // What the server's own routine does when a trail has waited for five minutes.
      const { records, notary, close } = await openAudit();
      const later = (now: string) => new Date(Date.parse(now) + 600_000).toISOString();
      const chainStates = async () => (await records.chainStates()).map((state) => ({ ...state, now: later(state.now) }));
      await sealAudit({ ledger: { ...records, chainStates }, notary }).finally(close);
      await writeFile(join(folder, "key.pub"), publicKey);
      expect(await countersign(folder, ["audit", "export", "--tenant", "acme"], {}, { openAudit })).toMatchObject({ code: 0, stderr: "" });
      const verified = await countersign(folder, ["audit", "verify", "countersign-audit.ndjson.gz", "--key", "key.pub"]);
      expect([verified.code, verified.stderr, verified.stdout]).toEqual([0, "", expect.any(String)]);
    } finally {
      await scene.close();
      await stopCluster(cluster);
      await rm(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
