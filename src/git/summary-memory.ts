import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import type { SummaryMemory } from "../gate/ports.ts";
import { lineageFile, openLineageFile } from "./lineage-file.ts";

/** Entries kept of earlier states of the repository; the newest win. */
const REMEMBERED_MAX = 50_000;
/** Commits whose surroundings are kept. */
const COMMITS_MAX = 8;

type Entries = Awaited<ReturnType<SummaryMemory["get"]>>;

/** A folder of the user's cache for one repository. What cannot be read or written costs time only. */
export function openSummaryMemory(cacheFolder: string, repositoryRoot: string): SummaryMemory {
  const folder = join(cacheFolder, "countersign", createHash("sha256").update(repositoryRoot).digest("hex").slice(0, 32));
  const summaries = join(folder, "summaries.json");
  const commitFile = (key: string) => join(folder, `commit-${key.slice(0, 32)}.lineage`);
  let loaded: Promise<Entries> | null = null;
  const load = () => {
    loaded ??= readEntries(summaries);
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
      await writeWhole(folder, summaries, JSON.stringify(all)).catch(() => {});
    },
    async recall(key) {
      const bytes = await readFile(commitFile(key)).catch(() => null);
      return bytes === null ? null : openLineageFile(bytes);
    },
    async keep(key, lineage) {
      await writeWhole(folder, commitFile(key), lineageFile(lineage)).catch(() => {});
      await dropOldest(folder).catch(() => {});
    },
  };
}

async function readEntries(file: string): Promise<Entries> {
  const entries = await readJson(file);
  if (!Array.isArray(entries)) return new Map();
  return new Map(
    (entries as [string, LineageSummary | null][]).filter((pair) => Array.isArray(pair) && (pair[1] === null || isWhole(pair[1]))),
  );
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return null;
  }
}

/** Of our own making, or of an older version: what is not whole is read anew. */
function isWhole(entry: LineageSummary): boolean {
  return typeof entry?.file === "string" && [entry.objects, entry.tagged, entry.links].every(Array.isArray);
}

async function dropOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("commit-"));
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  for (const { name } of dated.sort((a, b) => b.at - a.at).slice(COMMITS_MAX)) await rm(join(folder, name), { force: true });
}

/** By renaming, so that another run never reads a half. */
async function writeWhole(folder: string, file: string, text: string | Buffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
