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

/** The raw body: by its header or as it streams in, never more than the cap, and never more than there is room for. */
export async function readBody(request: Request, room: BodyRoom): Promise<BodyReading> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > BODY_MAX_BYTES) return { status: "too_large" };
  if (request.body === null) return { status: "whole", body: Buffer.alloc(0), release: () => {} };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  const refuse = async (status: "too_large" | "busy"): Promise<BodyReading> => {
    room.give(size);
    await reader.cancel().catch(() => {});
    return { status };
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (size + value.length > BODY_MAX_BYTES) return await refuse("too_large");
      if (!room.take(value.length, size + value.length)) return await refuse("busy");
      size += value.length;
      chunks.push(value);
    }
  } catch {
    room.give(size);
    return { status: "cut_off" };
  }
  return { status: "whole", body: Buffer.concat(chunks), release: () => room.give(size) };
}
