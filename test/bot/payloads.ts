import { createHmac } from "node:crypto";

export const SECRET = "a-secret-of-the-current-app-0001";
export const HEAD = "a".repeat(40);

export const repository = { id: 7, name: "data", default_branch: "main", owner: { id: 3, login: "acme" } };
export const installation = { id: 11 };
export const here = { id: 7, owner: "acme", name: "data", ownerId: 3, installationId: 11 };
export const about = { repository, installation, organization: { id: 3 }, sender: { id: 1, login: "alice" } };
export const pullRequest = { number: 5, head: { sha: HEAD, ref: "strip" }, base: { ref: "main", sha: "b".repeat(40) } };

export function sign(body: string | Uint8Array, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
