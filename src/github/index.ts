export { createChecks } from "./checks.ts";
export { createGitHub, type GitHubApp, type GitHubOptions } from "./client.ts";
export { createConversation } from "./conversation.ts";
export { createPullRequests } from "./pull-requests.ts";
