import { generateKeyPairSync } from "node:crypto";
import { createEmulator, type Emulator } from "emulate";

export const EMULATED_APP_ID = 4242;
export const EMULATED_INSTALLATION_ID = 100;

export interface Emulated {
  readonly emulator: Emulator;
  readonly privateKey: string;
  /** A REST call as that person; rejects unless it succeeds. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of another program, read by the assertions of the tests.
  as(login: string, method: string, path: string, body?: unknown): Promise<any>;
  close(): Promise<void>;
}

/** A GitHub that we did not write: the organisation acme, owned by ana, with our app installed on one repository. */
export async function startEmulated(options: {
  readonly people: readonly string[];
  readonly repository: string;
  readonly webhook?: { readonly url: string; readonly secret: string };
}): Promise<Emulated> {
  const { people, repository, webhook } = options;
  const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }) as string;
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: Object.fromEntries(people.map((login) => [`token-of-${login}`, { login, scopes: ["repo", "user", "admin:org"] }])),
      github: {
        users: people.map((login) => ({ login })),
        orgs: [{ login: "acme", members: people.map((login) => ({ login, role: login === "ana" ? "admin" : "member" })) }],
        repos: [{ owner: "acme", name: repository, auto_init: true }],
        apps: [
          {
            app_id: EMULATED_APP_ID,
            slug: "countersign",
            name: "Countersign",
            private_key: privateKey,
            permissions: { checks: "write", pull_requests: "write", contents: "read", members: "read", issues: "write", metadata: "read" },
            events: ["*"],
            ...(webhook === undefined ? {} : { webhook_url: webhook.url, webhook_secret: webhook.secret }),
            installations: [{ installation_id: EMULATED_INSTALLATION_ID, account: "acme" }],
          },
        ],
      },
    },
  });
  return {
    emulator,
    privateKey,
    async as(login, method, path, body) {
      const headers = { authorization: `token token-of-${login}`, "content-type": "application/json" };
      const send = () => fetch(`${emulator.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
      // A server that starts in this process holds it up for longer than the emulator keeps the connection that both use.
      const answer = await send().catch(send);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      // Its delivery ids are milliseconds: two events in one would share an id.
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answer.status === 204 ? null : answer.json();
    },
    close: () => emulator.close(),
  };
}
