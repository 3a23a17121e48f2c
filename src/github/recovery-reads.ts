import { createAskAsApp } from "./as-app.ts";
import type { GitHubApp, GitHubOptions } from "./client.ts";
import { createHookLog } from "./hook-log.ts";
import { createInstalledApps } from "./installed.ts";
import { createPullLists } from "./listed-pulls.ts";

/** What recovery reads of GitHub: lists of pull requests, deliveries that failed, and where the app is installed. */
export function createRecoveryReads(server: GitHubOptions, client: GitHubApp) {
  const ask = createAskAsApp(server);
  return { lists: createPullLists(client), hooks: createHookLog(ask), installed: createInstalledApps(ask, client) };
}
