import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import type { SummaryMemory } from "../gate/ports.ts";

/** Entries kept of earlier states of the repository; the newest win. */
const REMEMBERED_MAX = 50_000;

type Entries = Awaited<ReturnType<SummaryMemory["get"]>>;

/** Summaries in one file of the user's cache folder, for one repository. A file that cannot be read or written costs time only. */
export function openSummaryMemory(cacheFolder: string, repositoryRoot: string): SummaryMemory {
  const name = createHash("sha256").update(repositoryRoot).digest("hex").slice(0, 32);
  const file = join(cacheFolder, "countersign", `lineage-${name}.json`);
  let loaded: Promise<Entries> | null = null;
  const load = () => {
    loaded ??= readEntries(file);
    return loaded;
  };
  return {
    async get(keys) {
      if (keys.length === 0) return new Map();
      const known = await load();
      return new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key) ?? null] as const] : [])));
    },
    async put(entries) {
      const all = [...(await load()), ...entries].slice(-REMEMBERED_MAX);
      loaded = Promise.resolve(new Map(all));
      await writeWhole(file, JSON.stringify(all)).catch(() => {});
    },
  };
}

async function readEntries(file: string): Promise<Entries> {
  try {
    const entries: unknown = JSON.parse(await readFile(file, "utf8"));
    return new Map((entries as readonly (readonly [string, LineageSummary | null])[]).filter(([, entry]) => isWhole(entry)));
  } catch {
    return new Map();
  }
}

/** Of our own making, or of an older version: what is not whole is read anew. */
function isWhole(entry: LineageSummary | null): boolean {
  return entry === null || (typeof entry.file === "string" && [entry.objects, entry.tagged, entry.links].every(Array.isArray));
}

/** By renaming, so that another run never reads a half. */
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
