import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

const KEPT_BYTES = 16 * 1024 * 1024;
const ANSWER_BYTES_MAX = 1024 * 1024;
/** Git objects by id never change: they are kept as objects, without a question to GitHub. */
const BY_ID = /\/(?:git\/(?:commits|trees|blobs)|compare)\//;

export interface Answer {
  readonly data: unknown;
  readonly link: string | null;
}

interface Kept {
  readonly etag: string;
  /** Whose token it was read with, hashed: GitHub's tags hold for one token. */
  readonly reader: string;
  readonly body: string;
  readonly link: string | null;
}

/** What GitHub answered before, to be asked whether it would answer the same now. Never an answer by itself. */
export interface KeptAnswers {
  /** The tag to send for this address; null = nothing is kept that this token read. */
  tagOf(address: string, token: string): string | null;
  /** After GitHub said 304 to `etag`; null = what is kept is not what it spoke of. */
  unchanged(address: string, token: string, etag: string): Answer | null;
  /** `text`: the JSON as it came, so that nobody who was handed an answer can change what is kept; null = it was none. */
  keep(address: string, token: string, etag: unknown, answer: { readonly text: string | null; readonly link: string | null }): void;
}

/** Bounded by bytes, in memory. `address`: installation, method and whole URL. */
export function createKeptAnswers(maxBytes = KEPT_BYTES): KeptAnswers {
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: (one, address) => 300 + 2 * (one.body.length + address.length),
  });
  // Asked about several times with each call, mostly for one installation after another.
  let last = { token: "", reader: "" };
  const readerOf = (token: string) => {
    if (last.token !== token) last = { token, reader: createHash("sha256").update(token).digest("base64") };
    return last.reader;
  };
  const ofReader = (address: string, token: string) => {
    const one = kept.get(address);
    return one !== undefined && one.reader === readerOf(token) ? one : null;
  };
  return {
    tagOf: (address, token) => ofReader(address, token)?.etag ?? null,
    unchanged(address, token, etag) {
      const one = ofReader(address, token);
      return one === null || one.etag !== etag ? null : { data: JSON.parse(one.body), link: one.link };
    },
    keep(address, token, etag, { text, link }) {
      if (typeof etag !== "string" || etag === "" || text === null || text.length > ANSWER_BYTES_MAX || BY_ID.test(address))
        return void kept.delete(address);
      kept.set(address, { etag, reader: readerOf(token), body: text, link });
    },
  };
}

/** Weakly: GitHub marks a tag as weak when it compresses the answer. */
export function isSameTag(left: unknown, right: string): boolean {
  const bare = (tag: string) => tag.replace(/^W\//, "");
  return typeof left !== "string" || bare(left) === bare(right);
}
