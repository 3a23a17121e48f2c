import type { Field, InnerTag } from "../model.ts";
import type { Definition } from "../readers/schema/inside.ts";
import { unfollowed } from "../tags.ts";
import { protects } from "./change.ts";
import { type ResolvedType, sharedTags, type TypeForm, type TypePool } from "./type-pool.ts";
import type { UnknownTypes } from "./unknown-types.ts";

/**
 * What a type tags itself, and the types that it leads on to. Where several files define it, nobody knows which of them is meant: all that any
 * of them protects counts at the base, and what all of them protect at the head.
 */
export function definitionOf(type: ResolvedType, pool: TypePool, unknown: UnknownTypes, side: "base" | "head"): Definition {
  const defining = type.defining.map((form) => formOf(form, pool, unknown));
  const extending = type.extending.map((form) => formOf(form, pool, unknown));
  const meant = side === "head" && defining.length > 1 ? [inAll(defining)] : defining;
  return {
    own: [...meant, ...extending].flatMap(({ own }) => own),
    edges: [...meant, ...extending].flatMap(({ edges }) => edges),
  };
}

function formOf({ file, object, type }: TypeForm, pool: TypePool, unknown: UnknownTypes): Definition {
  const own: InnerTag[] = (object?.tags ?? type?.tags ?? []).filter(protects).map((tag) => ({ at: "", tag }));
  const edges: { at: string; ref: string }[] = [];
  const take = (field: Field, at: string) => {
    own.push(...field.tags.filter(protects).map((tag) => ({ at, tag })));
    for (const ref of pool.refsOf(file, field.object, field)) {
      const found = pool.resolve(file, field.object, ref);
      own.push(...unknown.reasons(file, ref, found).map((reason) => ({ at, tag: unfollowed(reason, field.pos, []) })));
      if (found === null) continue;
      // As if the scalar stood in the same file, where it is a tag of the field.
      const shared = found.isOwn ? [] : sharedTags(found).filter(protects);
      own.push(...shared.map((tag) => ({ at, tag })));
      if (shared.length === 0) edges.push({ at, ref: found.id });
    }
  };
  for (const field of object?.fields ?? []) take(field, field.path.join("."));
  return { own, edges };
}

function inAll(forms: readonly Definition[]): Definition {
  const [first, ...others] = forms;
  const owns = others.map(({ own }) => new Set(own.map(({ at, tag }) => JSON.stringify([at, tag.key]))));
  const edges = others.map((form) => new Set(form.edges.map(({ at, ref }) => JSON.stringify([at, ref]))));
  return {
    own: first!.own.filter(({ at, tag }) => owns.every((some) => some.has(JSON.stringify([at, tag.key])))),
    edges: first!.edges.filter(({ at, ref }) => edges.every((some) => some.has(JSON.stringify([at, ref])))),
  };
}
