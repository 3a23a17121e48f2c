import type { Comment } from "../state.ts";

const kept = new WeakMap<Comment, string[]>();

export function addReaction(comment: Comment, content: string): void {
  const all = reactionsOf(comment);
  if (!all.includes(content)) kept.set(comment, [...all, content]);
}

export function reactionsOf(comment: Comment): readonly string[] {
  return kept.get(comment) ?? [];
}
