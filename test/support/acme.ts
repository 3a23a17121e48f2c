import type { Hub } from "../hub/hub.ts";

export const FILE = "contracts/customers.odcs.yaml";
export const CHECK = "countersign: main";
export const POLICY_CHECK = "countersign: main / repo/pii-change-policy";
const WAIT_MS = 60_000;

/** The organisation acme. alice writes; bob and carol are sec-ops; ana owns; dave is a plain member. */
export function populate(hub: Hub): void {
  hub.createOrg("acme");
  for (const login of ["alice", "bob", "carol", "ana", "dave"]) hub.createUser(login);
  for (const login of ["alice", "bob", "carol", "dave"]) hub.addOrgMember("acme", login);
  hub.addOrgMember("acme", "ana", { role: "admin" });
  hub.createTeam("acme", "sec-ops");
  for (const login of ["bob", "carol"]) hub.addMember("acme/sec-ops", login);
}

export async function until<T>(look: () => Promise<T | null> | T | null, what: () => string): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS / 1000} s for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
