/**
 * Offline verification of an exported trail of 10,000 events under 40 checkpoints: read from the file, parsed, chain, tree and signatures.
 * Measured in processor time. Run: npm run bench:audit; EVENTS=… for more.
 */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, gzipSync } from "node:zlib";
import { GENESIS, type SealedEvent, sealEvent } from "../src/engine/audit.ts";
import { canonicalJson } from "../src/engine/canonical.ts";
import { rootOf, signCheckpoint } from "../src/engine/checkpoint.ts";
import { generateKey, signerOf } from "../src/notary/signing-key.ts";
import { readBundle } from "../src/verifier/bundle.ts";
import { readKeys } from "../src/verifier/hashing.ts";
import { verifyBundle } from "../src/verifier/verify.ts";
import { median } from "./measure.ts";

const EVENTS = Number(process.env["EVENTS"] ?? 10_000);
const EVERY = 256;
const ROUNDS = 5;
const LIMIT_MS = 2000;
const tenantId = "01a2184c-3294-70e5-8c8e-57802c3b8ea3";

const pair = generateKey();
const signer = signerOf(pair.privateKey);
const events: SealedEvent[] = [];
const checkpoints: object[] = [];
const at = new Date(Date.UTC(2026, 0, 1)).toISOString();
for (let seq = 1; seq <= EVENTS; seq += 1) {
  const payload = {
    repositoryId: 7,
    pullRequest: seq,
    headSha: "a".repeat(40),
    because: `change ${seq} was merged while its decision was pending`,
  };
  events.push(
    sealEvent(tenantId, events.at(-1) ?? GENESIS, {
      type: "incident.bypass",
      severity: "critical",
      actor: "1",
      subject: `incident ${seq}`,
      payload,
      at,
    }),
  );
  if (seq % EVERY !== 0 && seq !== EVENTS) continue;
  const hashes = events.map(({ hash }) => hash);
  checkpoints.push({
    kind: "checkpoint",
    envelope: signCheckpoint({ tenantId, size: seq, head: hashes.at(-1)!, root: rootOf(hashes), at }, signer),
  });
}
const head = { seq: EVENTS, hash: events.at(-1)!.hash };
const lines = [
  { kind: "bundle", format: "countersign/audit-bundle/v1", tenantId, since: 1, head },
  ...events.map(({ tenantId: _same, ...event }) => ({ kind: "event", ...event })),
  ...checkpoints,
  { kind: "end", lines: EVENTS + checkpoints.length + 2 },
].map((line) => `${canonicalJson(line)}\n`);

const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
const path = join(folder, "bundle.ndjson.gz");
writeFileSync(path, gzipSync(lines.join("")));
const took: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const from = process.cpuUsage();
  const bundle = await readBundle(createInterface({ input: createReadStream(path).pipe(createGunzip()) }));
  const { faults } = verifyBundle(bundle, readKeys(pair.publicKey));
  const { user, system } = process.cpuUsage(from);
  took.push((user + system) / 1000);
  if (faults.length > 0) throw new Error(faults[0]!.because);
}
rmSync(folder, { recursive: true });
const middle = median(took);
console.log(
  `${EVENTS} events, ${checkpoints.length} checkpoints: verified in ${middle.toFixed(0)} ms (median of ${ROUNDS}); limit ${LIMIT_MS} ms`,
);
if (EVENTS <= 10_000 && middle > LIMIT_MS) process.exitCode = 1;
