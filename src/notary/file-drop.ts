import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "../engine/dsse.ts";
import type { CheckpointSink } from "../gate/ports/notary.ts";

const SIZE_DIGITS = 12;
const NAME = /^\d{12}\.json$/;

/** One file per checkpoint, `<folder>/<tenant id>/<size, twelve digits>.json`: to be mounted, synced or shipped elsewhere. */
export function createFileDrop(folder: string): CheckpointSink {
  const of = (tenantId: string) => join(folder, safeTenant(tenantId));
  return {
    name: "file",
    async latest(tenantId) {
      const names = (await listed(of(tenantId))).filter((name) => NAME.test(name)).sort();
      const newest = names.at(-1);
      return newest === undefined ? null : (JSON.parse(await readFile(join(of(tenantId), newest), "utf8")) as Envelope);
    },
    async publish({ tenantId, size }, envelope) {
      const place = of(tenantId);
      await mkdir(place, { recursive: true });
      const path = join(place, fileName(size));
      const draft = `${path}.draft`;
      const file = await open(draft, "w", 0o644);
      try {
        await file.writeFile(`${JSON.stringify(envelope)}\n`);
        // Before it is said to be there.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    },
  };
}

export function fileName(size: number): string {
  return `${String(size).padStart(SIZE_DIGITS, "0")}.json`;
}

/** Ids are ours; what looks otherwise names no folder. */
export function safeTenant(tenantId: string): string {
  if (!/^[0-9a-f-]{36}$/.test(tenantId)) throw new Error("not a tenant's id");
  return tenantId;
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
