import { stageWord } from "../lifecycle.ts";
import type { Contract } from "../model.ts";
import { accessChanges } from "./access-changes.ts";
import { type Change, change, contractPlace } from "./change.ts";
import { contractExampleChanges } from "./example-changes.ts";
import { comparable } from "./field-changes.ts";
import { qualityChanges } from "./quality-changes.ts";

/** What a contract says about itself: where the data lives, who may read it, for what and how long. */
export function changedTerms(before: Contract, after: Contract): readonly Change[] {
  if (hasNoTerms(before) && hasNoTerms(after)) return [];
  const place = contractPlace(before, after);
  return [
    ...serverChanges(before, after),
    ...accessChanges(before, after),
    ...retentionChanges(before, after),
    ...slaChanges(before, after),
    ...(samePurpose(before, after) ? [] : [change("purpose.changed", place, before.purpose, after.purpose)]),
    ...without(after.consumers, before.consumers).map((each) => change("consumer.added", place, null, each)),
    ...without(before.consumers, after.consumers).map((each) => change("consumer.removed", place, each, null)),
    ...statusChanges(before, after),
    ...without(before.owners, after.owners).map((each) => change("owner.removed", place, each, null)),
    ...without(after.owners, before.owners).map((each) => change("owner.added", place, null, each)),
    ...contractExampleChanges(before, after),
    ...qualityChanges(before.quality, after.quality, comparable(before, after), place),
  ];
}

/** Languages of schemas say nothing about the contract as a whole. */
function hasNoTerms({ servers, roles, retention, slas, purpose, consumers, status, owners, examples, quality }: Contract): boolean {
  const lists = servers.length + roles.length + consumers.length + owners.length + examples.length + quality.length;
  return lists === 0 && retention === null && purpose === null && status === null && Object.keys(slas).length === 0;
}

function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const there = new Set(others);
  return items.filter((each) => !there.has(each));
}

/** Between standards a converter may leave the usage notes behind; the purpose itself must be the same. */
function samePurpose(before: Contract, after: Contract): boolean {
  if (before.purpose === after.purpose) return true;
  const [was, is] = [before.purpose ?? "", after.purpose ?? ""];
  return before.format !== after.format && is !== "" && (was.startsWith(`${is} / `) || is.startsWith(`${was} / `));
}

/** A server is the same by name, or, when it was renamed or the standard had no names, by what identifies it. */
function serverChanges(before: Contract, after: Contract): readonly Change[] {
  const whereIs = (server: Contract["servers"][number]) => JSON.stringify([server.identity, server.region]);
  const byName = Map.groupBy(before.servers, ({ name }) => name);
  const byPlace = Map.groupBy(before.servers, whereIs);
  const kept = new Set<Contract["servers"][number]>();
  const found = after.servers.flatMap((now): readonly Change[] => {
    const place = contractPlace(before, after, now.pos);
    const was = (byName.get(now.name) ?? byPlace.get(whereIs(now)))?.[0];
    if (was === undefined) return [change("server.added", place, null, describe(now), `\`${now.name}\` added`)];
    kept.add(was);
    return [
      ...(was.region === now.region ? [] : [change("server.region_changed", place, was.region, now.region, `\`${now.name}\``)]),
      ...(was.identity === now.identity
        ? []
        : [change("server.added", place, was.identity, now.identity, `\`${now.name}\` now points elsewhere`)]),
    ];
  });
  const gone = before.servers.filter((was) => !kept.has(was));
  return [...found, ...gone.map((was) => change("server.removed", contractPlace(before, after), describe(was), null, `\`${was.name}\``))];
}

function describe(server: Contract["servers"][number]): string {
  return [server.name, server.region, server.identity].filter((part) => part !== null && part !== "").join(" ");
}

function retentionChanges(before: Contract, after: Contract): readonly Change[] {
  const [was, is] = [before.retention, after.retention];
  if (was?.raw === is?.raw || (was !== null && was.days !== null && was.days === is?.days)) return [];
  const place = contractPlace(before, after, is?.pos);
  // Without one, data is kept for ever.
  const shortened = was === null || (was.days !== null && is !== null && is.days !== null && is.days < was.days);
  return [change(shortened ? "retention.shortened" : "retention.lengthened", place, was?.raw ?? null, is?.raw ?? null)];
}

function statusChanges(before: Contract, after: Contract): readonly Change[] {
  const [was, is] = [stageWord(before.status), stageWord(after.status)];
  // Where one side says nothing, no stage was left.
  if (was === is || was === null || is === null) return [];
  return [change("status.changed", contractPlace(before, after), before.status, after.status)];
}

const MORE_IS_BETTER = /availab|throughput|uptime/i;
const LESS_IS_BETTER = /latency|frequency|error|time.?to|freshness|delay/i;

function slaChanges(before: Contract, after: Contract): readonly Change[] {
  const place = contractPlace(before, after);
  const now = new Map(Object.entries(after.slas).map(([name, value]) => [name.toLowerCase(), value]));
  const old = new Map(Object.entries(before.slas).map(([name, value]) => [name.toLowerCase(), value]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name) => {
    const [was, is] = [old.get(name) ?? null, now.get(name) ?? null];
    if (was === is) return [];
    return [change(was === null || isStricter(name, was, is) ? "sla.tightened" : "sla.relaxed", place, was, is, name)];
  });
}

/** Only numbers of one unit can be shown to be stricter; everything else counts as relaxed. */
function isStricter(name: string, before: string, after: string | null): boolean {
  const [, was, unit] = /^([\d.]+)(.*)$/.exec(before) ?? [];
  const [, is, unitNow] = /^([\d.]+)(.*)$/.exec(after ?? "") ?? [];
  if (was === undefined || is === undefined || unit !== unitNow) return false;
  if (MORE_IS_BETTER.test(name)) return Number(is) > Number(was);
  return LESS_IS_BETTER.test(name) && Number(is) < Number(was);
}
