import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { LRUCache } from "lru-cache";

const KEPT_BYTES = 8 * 1024 * 1024;
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
  readonly body: Packed;
  readonly link: string | null;
}

/** A text, or what it is deflated to, one character for each byte: a short string costs less beside it than a buffer. */
interface Packed {
  readonly deflated: boolean;
  readonly text: string;
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
    sizeCalculation: (one, address) => 300 + address.length + (one.body.deflated ? 1 : 2) * one.body.text.length,
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
      return one === null || one.etag !== etag ? null : { data: JSON.parse(unpack(one.body)), link: one.link };
    },
    keep(address, token, etag, { text, link }) {
      if (typeof etag !== "string" || etag === "" || text === null || text.length > ANSWER_BYTES_MAX || BY_ID.test(address))
        return void kept.delete(address);
      kept.set(address, { etag, reader: readerOf(token), body: pack(text), link });
    },
  };
}

/** GitHub repeats itself: a pull request of 20 KB is 1.3 KB. What is shorter than this is not worth the time. */
const DEFLATED_FROM = 1024;

function pack(text: string): Packed {
  if (text.length < DEFLATED_FROM) return { deflated: false, text };
  return { deflated: true, text: deflateRawSync(text, { level: 1 }).toString("latin1") };
}

function unpack({ deflated, text }: Packed): string {
  return deflated ? inflateRawSync(Buffer.from(text, "latin1")).toString("utf8") : text;
}

/** Weakly: GitHub marks a tag as weak when it compresses the answer. */
export function isSameTag(left: unknown, right: string): boolean {
  const bare = (tag: string) => tag.replace(/^W\//, "");
  return typeof left !== "string" || bare(left) === bare(right);
}
