import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";

type Json = Record<string, unknown>;
type Operation = {
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
  readonly security?: readonly unknown[];
};

export interface ApiDescription {
  readonly document: Json;
  /** Every `METHOD /path/{template}`, sorted. */
  readonly routes: readonly { readonly name: string; readonly method: string; readonly template: string; readonly isOpen: boolean }[];
  /** Throws unless the document allows this answer to this request. */
  check(method: string, path: string, response: Response): Promise<void>;
}

/** What `/openapi.json` says, as a judge of answers. */
export function describeAnswers(document: Json): ApiDescription {
  const paths = document["paths"] as Record<string, Record<string, Operation>>;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  (addFormatsModule as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ ...document, $id: "api" });
  const compiled = new Map<string, ValidateFunction>();
  const routes = Object.entries(paths)
    .flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { security }]) => {
        const name = `${method.toUpperCase()} ${template}`;
        return { name, method: method.toUpperCase(), template, isOpen: security?.length === 0 };
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));

  async function check(method: string, path: string, response: Response): Promise<void> {
    const route = routes.find((one) => one.method === method && patternOf(one.template).test(path));
    const what = `${method} ${path} ${response.status}`;
    const text = await response.clone().text();
    const pointer = route === undefined ? null : ["paths", route.template, method.toLowerCase(), "responses", String(response.status)];
    const answer = route === undefined ? null : paths[route.template]![method.toLowerCase()]!.responses[response.status];
    if (pointer !== null && answer === undefined) throw new Error(`${what}: the document knows no such answer: ${text.slice(0, 300)}`);
    if (answer !== null && answer?.content === undefined) {
      if (text !== "") throw new Error(`${what}: the document knows no body here: ${text.slice(0, 300)}`);
      return;
    }
    const type = (response.headers.get("content-type") ?? "").split(";")[0];
    if (type !== "application/json") throw new Error(`${what}: is ${type}`);
    // What is no route answers with a problem as well.
    const where = pointer === null ? ["components", "schemas", "Problem"] : [...pointer, "content", "application/json", "schema"];
    const reference = `api#/${where.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D")).join("/")}`;
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
    if (!validate(JSON.parse(text))) throw new Error(`${what}: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`);
  }
  return { document, routes, check };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/[.+]/g, "\\$&").replace(/\{[^}]+\}/g, "[^/]+")}$`);
}

/**
 * The same app, with every answer of its API held to its own `/openapi.json`: a test that asks through it fails when an answer is not
 * what the document promises.
 */
export async function checkedApp(
  app: { request(url: string, init?: RequestInit, env?: object): Response | Promise<Response> },
  origin: string,
): Promise<{ readonly description: ApiDescription; request(path: string, init?: RequestInit, env?: object): Promise<Response> }> {
  const document = (await (await app.request(`${origin}/openapi.json`)).json()) as Json;
  const description = describeAnswers(document);
  return {
    description,
    async request(path, init = {}, env = {}) {
      const response = await app.request(`${origin}${path}`, init, env);
      const { pathname } = new URL(path, origin);
      const method = init.method ?? "GET";
      if (pathname.startsWith("/api/") && response.status !== 421) await description.check(method, pathname, response);
      return response;
    },
  };
}
