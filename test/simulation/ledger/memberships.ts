import type { Facts } from "../../../src/engine/facts.ts";
import { membershipsOf, teamName } from "../../../src/engine/membership.ts";
import type { MembershipRecords } from "../../../src/gate/ports.ts";
import type { Rows, SubjectRow } from "./rows.ts";

/** Which members open pull requests were decided by. There is one organisation; digests are made when they are asked for. */
export function membershipVerbs(rows: Rows): MembershipRecords {
  const open = () => [...rows.counted].filter(([key]) => rows.subjects.get(key)!.open);
  return {
    async claimMemberships(everyMs) {
      const used = open();
      if (!used.some(([, { readAt }]) => readAt <= rows.clock() - everyMs)) return [];
      const subjects = used.map(([key]) => rows.subjects.get(key)!);
      const [newest] = subjects.sort((a, b) => b.dirtyAt - a.dirtyAt || (a.key < b.key ? -1 : 1));
      for (const each of rows.counted.values()) each.readAt = rows.clock();
      const names = new Set(used.flatMap(([, { people }]) => membershipsOf(people).map(({ name }) => name)));
      const prefix = teamName("");
      const teams = [...names].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])).sort();
      return [{ repository: newest!.repository, teams }];
    },
    async compareMemberships(_ownerId, now) {
      const digests = new Map(now.map(({ name, digest }) => [name, digest]));
      const stale = open().filter(([, { people }]) =>
        membershipsOf(people).some(({ name, digest }) => digests.has(name) && digests.get(name) !== digest),
      );
      for (const [key] of stale) rows.dirty(rows.subjects.get(key)!);
      return stale.length;
    },
  };
}

/** What the votes on this pull request were counted by: read a moment ago. */
export function keepMemberships(rows: Rows, { key, number }: SubjectRow, { people, subject }: Facts): void {
  if (people && number !== null && subject.ownerType === "Organization") rows.counted.set(key, { people, readAt: rows.clock() });
  else rows.counted.delete(key);
}
