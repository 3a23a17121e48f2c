import type { Contract } from "../model.ts";
import { type Change, change, contractPlace } from "./change.ts";

const RANK: Readonly<Record<string, number>> = {
  "": 0,
  none: 0,
  read: 0,
  select: 0,
  write: 1,
  readwrite: 1,
  "read-write": 1,
  update: 1,
  admin: 2,
  owner: 2,
  all: 2,
};

/** Roles are access: who came, who left, and who may do more or less than before. */
export function accessChanges(before: Contract, after: Contract): readonly Change[] {
  const old = grantsByName(before);
  const now = grantsByName(after);
  const more = after.roles.flatMap((role): readonly Change[] => {
    const place = contractPlace(before, after, role.pos);
    const was = old.get(role.name);
    if (was === undefined) return [change("access.granted", place, null, `${role.name} ${role.access}`.trim(), `\`${role.name}\``)];
    if (was.accesses.has(role.access) || was.highest > rankOf(role.access)) return [];
    if (was.ranks.has(rankOf(role.access)) && rankOf(role.access) < UNRANKED) return [];
    return [change("access.widened", place, was.told, role.access, `\`${role.name}\``)];
  });
  const less = [...old].flatMap(([name, was]): readonly Change[] => {
    const is = now.get(name);
    const place = contractPlace(before, after);
    // A standard without roles revokes nothing: a converter left them behind.
    if (is === undefined && before.format !== after.format) return [];
    if (is === undefined) return [change("access.revoked", place, `${name} ${was.told}`.trim(), null, `\`${name}\``)];
    return is.highest < was.highest ? [change("access.narrowed", place, was.told, is.told, `\`${name}\``)] : [];
  });
  return [...more, ...less];
}

const UNRANKED = 3;

/** An access word without a rank is above all ranks: nobody knows what it grants. */
function rankOf(access: string): number {
  return Object.hasOwn(RANK, access) ? RANK[access]! : UNRANKED;
}

function grantsByName({ roles }: Contract): ReadonlyMap<string, ReturnType<typeof grantsOf>> {
  return new Map([...Map.groupBy(roles, ({ name }) => name)].map(([name, own]) => [name, grantsOf(own)]));
}

/** What all roles of one name grant together. */
function grantsOf(roles: Contract["roles"]) {
  const accesses = new Set(roles.map(({ access }) => access));
  const ranks = new Set([...accesses].map(rankOf));
  const highest = [...ranks].reduce((most, rank) => Math.max(most, rank), 0);
  return { accesses, ranks, highest, told: roles.map(({ access }) => access).join(", ") };
}
