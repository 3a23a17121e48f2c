import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Largest payload that GitHub sends: 25 MB. */
export const BODY_MAX_BYTES = 26_214_400;

/** What all bodies that are being received or worked on may hold together. */
export interface BodyRoom {
  /** Takes that many bytes more for a body that will then hold `total`; false = there is no room now. */
  take(bytes: number, total: number): boolean;
  give(bytes: number): void;
}

/** Usual payloads are smaller. */
const SMALL_BYTES = 262_144;
const ROOM_BYTES = 100_663_296;

/** Large bodies may fill half of the room, so that usual ones find some whatever is sent besides. */
export function createBodyRoom(roomBytes = ROOM_BYTES): BodyRoom {
  let held = 0;
  return {
    take(bytes, total) {
      if (held + bytes > (total > SMALL_BYTES ? roomBytes / 2 : roomBytes)) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

export type BodyReading =
  /** `release` when nothing holds the body any more. */
  { readonly status: "whole"; readonly body: Buffer; readonly release: () => void } | { readonly status: "too_large" | "busy" | "cut_off" };

/** By its header or as it comes in, never more than the cap, and never more than there is room for. `declared`: `Content-Length`. */
export async function readBody(chunks: AsyncIterable<Uint8Array>, declared: number, room: BodyRoom): Promise<BodyReading> {
  if (declared > BODY_MAX_BYTES) return { status: "too_large" };
  let held: Buffer = Buffer.alloc(0);
  let size = 0;
  const refuse = (status: "too_large" | "busy" | "cut_off"): BodyReading => {
    room.give(size);
    return { status };
  };
  try {
    for await (const chunk of chunks) {
      if (size + chunk.length > BODY_MAX_BYTES) return refuse("too_large");
      if (!room.take(chunk.length, size + chunk.length)) return refuse("busy");
      const at = size;
      size += chunk.length;
      held = roomier(held, at, size, declared);
      held.set(chunk, at);
    }
  } catch {
    return refuse("cut_off");
  }
  return { status: "whole", body: held.subarray(0, size), release: () => room.give(size) };
}

/** In one piece: where a body is sent byte by byte, each of its pieces would take two hundred, and the room count one. */
function roomier(held: Buffer, size: number, needed: number, declared: number): Buffer {
  if (needed <= held.length) return held;
  const most = declared >= needed ? declared : BODY_MAX_BYTES;
  const next = Buffer.allocUnsafe(Math.max(needed, Math.min(2 * held.length, most)));
  next.set(held.subarray(0, size));
  return next;
}

/**
 * As Node hears it, where the request comes over a socket: a web stream around it costs as much as checking and parsing what it brings.
 * What is left unread is for the server to drain, so that the refusal still gets its way.
 */
export function chunksOf(request: Request, incoming: IncomingMessage | undefined): AsyncIterable<Uint8Array> {
  return incoming?.iterator({ destroyOnReturn: false }) ?? request.body ?? Readable.from([]);
}
