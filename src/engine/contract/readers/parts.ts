import type { AccessRole, Position, Server } from "../model.ts";
import { canonical, child, isNull, looseMaps, type MapNode, textAt, textsOf } from "../source/node.ts";
import { pairsOf } from "./build.ts";

const NOT_IDENTITY = new Set([
  "server",
  "name",
  "id",
  "environment",
  "description",
  "roles",
  "customProperties",
  "tags",
  "type",
  "port",
  "region",
]);

export function serverOf(map: MapNode, name: string): Server {
  const place = pairsOf(map).filter(([key, value]) => !NOT_IDENTITY.has(key) && !isNull(value));
  const host = textAt(map, "host");
  const port = textAt(map, "port");
  const identity = place
    .filter(([key]) => key !== "host")
    .map(([key, value]) => `${key}=${canonical(value)}`)
    .concat(host === null ? [] : [`host=${JSON.stringify(port === null ? host : `${host}:${port}`)}`])
    .sort()
    .join(" ");
  return {
    name,
    environment: textAt(map, "environment"),
    region: textAt(map, "region", "location_region", "regionName"),
    identity,
    pos: map.pos,
  };
}

/** Access roles of one list (`role` in ODCS, `name` in the Data Contract Specification). */
export function rolesOf(map: MapNode): readonly AccessRole[] {
  return looseMaps(child(map, "roles")).flatMap((role) => {
    const name = textAt(role, "role", "name");
    return name === null ? [] : [{ name, access: textAt(role, "access")?.toLowerCase() ?? "", pos: role.pos }];
  });
}

export function retentionOf(words: string, pos: Position): { days: number | null; raw: string; pos: Position } {
  return { days: daysOf(words), raw: words, pos };
}

const UNIT_DAYS: Readonly<Record<string, number>> = {
  y: 365,
  yr: 365,
  year: 365,
  m: 30,
  mo: 30,
  month: 30,
  w: 7,
  week: 7,
  d: 1,
  day: 1,
  h: 1 / 24,
  hour: 1 / 24,
};

/** `P1Y6M`, `3 y`, `90 days`; null when the words cannot be read. */
function daysOf(words: string): number | null {
  const iso = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/i.exec(words);
  if (iso !== null && words.length > 1) {
    const [, years, months, weeks, days] = iso.map((part) => Number(part ?? 0));
    return years! * 365 + months! * 30 + weeks! * 7 + days!;
  }
  const plain = /^(\d+(?:\.\d+)?)\s*([a-z]+?)s?$/i.exec(words);
  const unit = plain === null ? undefined : UNIT_DAYS[plain[2]!.toLowerCase()];
  return unit === undefined ? null : Number(plain![1]) * unit;
}

/** People with an owner's role who have not left; the team's own name when no member is listed. */
export function ownersOf(root: MapNode): readonly string[] {
  const team = child(root, "team", "stakeholders");
  const members = team?.kind === "map" ? looseMaps(child(team, "members")) : looseMaps(team);
  const owners = members
    .filter((member) => /owner/i.test(textAt(member, "role") ?? "") && textAt(member, "dateOut") === null)
    .flatMap((member) => textAt(member, "username", "name") ?? []);
  if (members.length === 0 && team !== null) return team.kind === "map" ? textsOf(child(team, "name")) : textsOf(team);
  return [...new Set(owners)].sort();
}

export function consumersOf(root: MapNode): readonly string[] {
  const node = child(root, "consumers");
  if (node === null) return [];
  if (node.kind === "seq")
    return node.items
      .map((item) => (item.kind === "map" ? (textAt(item, "name", "id", "team") ?? canonical(item)) : canonical(item)))
      .sort();
  return node.kind === "map" ? [...node.entries.keys()].sort() : textsOf(node);
}

/** ODCS `slaProperties`: property -> value with unit. Several of one property are kept together. */
export function slasOf(root: MapNode): {
  slas: Record<string, string>;
  retention: { days: number | null; raw: string; pos: Position } | null;
} {
  const found = new Map<string, string[]>();
  let retention: { days: number | null; raw: string; pos: Position } | null = null;
  for (const item of looseMaps(child(root, "slaProperties"))) {
    const property = textAt(item, "property");
    if (property === null) continue;
    const value = textAt(item, "value") ?? "";
    const unit = textAt(item, "unit") ?? "";
    const words = value.endsWith(unit) ? value : `${value}${unit}`;
    if (/^retention$/i.test(property)) retention = longer(retention, retentionOf(words, item.pos));
    else found.set(property, [...(found.get(property) ?? []), words.replace(/\s+/g, "")]);
  }
  return { slas: Object.fromEntries([...found].map(([property, values]) => [property, values.sort().join(", ")])), retention };
}

type Retention = { days: number | null; raw: string; pos: Position };

function longer(a: Retention | null, b: Retention): Retention {
  if (a === null) return b;
  return a.days === null || (b.days !== null && b.days <= a.days) ? a : b;
}

/** The Data Contract Specification's `servicelevels`, under the names that ODCS uses. */
export function serviceLevelsOf(levels: MapNode | null): { slas: Record<string, string>; retention: Retention | null } {
  const slas: Record<string, string> = {};
  let retention: Retention | null = null;
  for (const { key, keyPos, value } of levels?.entries.values() ?? []) {
    if (value.kind !== "map") continue;
    const words = textAt(value, "period", "percentage", "threshold", "interval", "time", "cron", "value");
    if (key === "retention")
      retention =
        textAt(value, "unlimited") === "true"
          ? { days: null, raw: "unlimited", pos: keyPos }
          : words === null
            ? null
            : retentionOf(words, keyPos);
    else slas[key] = (words ?? canonical(value)).replace(/\s+/g, "");
  }
  return { slas, retention };
}
