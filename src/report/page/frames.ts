/** @file Positions of a cloud at its frames, and between them. */
/// <reference lib="dom" />

import type { PlayerData } from "../player.ts";
import { packLevels } from "./format.ts";

export type PlayerCloud = PlayerData["clouds"][number];

/** Undoes `packFrames`: one array of window shares for each frame, all first coordinates before all second ones. */
export async function unpackFrames(
  cloud: PlayerCloud,
  frames: number,
  dimension: number,
): Promise<Float32Array[]> {
  const packed = Uint8Array.from(atob(cloud.packed), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = cloud.count * dimension;
  const current = new Int32Array(size);
  return Array.from({ length: frames }, (_, f) => {
    for (let i = 0; i < size; i++) {
      const zigzag = bytes[f * size + i] + 256 * bytes[(frames + f) * size + i];
      current[i] += zigzag & 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    }
    return Float32Array.from(current, (level) => (2 * level) / packLevels - 0.5);
  });
}

/** Between two frames: particles on straight lines where they follow each other, else the nearer frame. */
export function between(frames: readonly Float32Array[], at: number, follows: boolean): Float32Array {
  const from = Math.min(frames.length - 1, Math.floor(at));
  const share = at - from;
  if (share === 0) return frames[from];
  if (!follows) return frames[share < 0.5 ? from : from + 1];
  const next = frames[from + 1];
  return frames[from].map((value, i) => value + share * (next[i] - value));
}
