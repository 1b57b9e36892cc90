/** @file Frames come out as they went in, however the stream is cut. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeFrame, frameParser, LONGEST_HEAD } from "../../src/ranks/frames.ts";

const frame = fc.record({
  head: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
  payload: fc.float32Array({ maxLength: 20 }),
});

it("gives back any frames, in any pieces", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(200)), (frames, cuts) => {
      const bytes = Uint8Array.from(frames.flatMap(({ head, payload }) => [...encodeFrame(head, payload)]));
      const parser = frameParser();
      parser.trust();
      const ends = [...new Set(cuts.filter((cut) => cut < bytes.length)), bytes.length].sort((a, b) => a - b);
      const parsed = ends.flatMap((end, i) => parser.push(Buffer.from(bytes.slice(ends[i - 1] ?? 0, end))));
      expect(parsed.map(({ head }) => head)).toEqual(
        frames.map(({ head }) => JSON.parse(JSON.stringify(head))),
      );
      parsed.forEach(({ payload }, i) => {
        expect(new Uint8Array(payload.buffer)).toEqual(new Uint8Array(frames[i].payload.slice().buffer));
      });
    }),
  );
});

it("refuses what is no frame before it takes memory for it", () => {
  const lengths = (head: number, payload: number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, head, true);
    view.setUint32(4, payload, true);
    return new Uint8Array(view.buffer);
  };
  const refusal = /what came is not the protocol of ranks/;
  expect(() => frameParser().push(lengths(LONGEST_HEAD + 1, 0))).toThrow(refusal);
  expect(() => frameParser().push(lengths(0, 0))).toThrow(refusal);
  expect(() => frameParser().push(lengths(2, 4))).toThrow(refusal);
  expect(() => frameParser().push(encodeFrame("x").map((byte, i) => (i < 8 ? byte : 0xff)))).toThrow(refusal);
  const trusted = frameParser();
  trusted.trust();
  expect(() => trusted.push(lengths(2, 3))).toThrow(refusal);
  expect(() => trusted.push(lengths(2, 2 ** 28 + 4))).toThrow(refusal);
});
