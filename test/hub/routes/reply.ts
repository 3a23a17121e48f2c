import type { Call, Reply } from "../server.ts";

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

/** One page of a list, drawn only as far as it is sent. `wrap` puts it under a name with its total. */
export function list<T>(
  call: Call,
  items: readonly T[],
  render: (item: T) => unknown,
  wrap?: (page: unknown[], total: number) => unknown,
): Reply {
  const perPage = Math.min(100, Math.max(1, Number(call.query.get("per_page") ?? 30) || 30));
  const page = Math.max(1, Number(call.query.get("page") ?? 1) || 1);
  const rows = items.slice((page - 1) * perPage, page * perPage).map(render);
  const last = String(Math.ceil(items.length / perPage));
  return { status: 200, body: wrap ? wrap(rows, items.length) : rows, headers: { "x-hub-last-page": last } };
}

/** A text field of the body. */
export function text(call: Call, key: string): string | undefined {
  const value = call.body[key];
  return typeof value === "string" ? value : undefined;
}
