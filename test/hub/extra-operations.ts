type Json = Record<string, unknown>;

function answer(schema: Json): Json {
  return { 200: { content: { "application/json": { schema } } } };
}

const name = { type: "string" };
const shortBranch = {
  type: "object",
  required: ["name", "commit", "protected"],
  properties: { name, commit: { type: "object", required: ["sha", "url"] }, protected: { type: "boolean" } },
};

const tokenBody = {
  content: {
    "application/json": { schema: { type: "object", required: ["access_token"], properties: { access_token: { type: "string" } } } },
  },
};

/** More operations that the slice left out, with the shapes of GitHub's documentation. */
export const EXTRA_OPERATIONS: Readonly<Record<string, Json>> = {
  "/repos/{owner}/{repo}/issues": {
    get: { operationId: "issues/list-for-repo", responses: answer({ type: "array", items: { $ref: "#/components/schemas/issue" } }) },
  },
  "/repos/{owner}/{repo}/issues/{issue_number}": {
    get: { operationId: "issues/get", responses: answer({ $ref: "#/components/schemas/issue" }) },
  },
  "/applications/{client_id}/token": {
    post: {
      operationId: "apps/check-token",
      requestBody: tokenBody,
      responses: answer({ type: "object", required: ["app", "user", "scopes"] }),
    },
    delete: { operationId: "apps/delete-token", requestBody: tokenBody, responses: { 204: {} } },
  },
  "/user/installations": {
    get: {
      operationId: "apps/list-installations-for-authenticated-user",
      responses: answer({
        type: "object",
        required: ["total_count", "installations"],
        properties: { installations: { type: "array", items: { $ref: "#/components/schemas/installation" } } },
      }),
    },
  },
  "/repos/{owner}/{repo}/branches": {
    get: { operationId: "repos/list-branches", responses: answer({ type: "array", items: shortBranch }) },
  },
};
