/** @file The PNG writer against an independent reading of its bytes. */
import { crc32, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../src/report/png.ts";

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  readonly palette: Uint8Array | undefined;
  readonly pixels: Uint8Array;
}

/** Reads chunks, checks every checksum, and undoes filters 0 to 2. */
function decodePng(bytes: Uint8Array, channels: number): Decoded {
  const file = Buffer.from(bytes);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()].at(-1)).toBe("IEND");
  const header = chunks.get("IHDR") as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect(header[8]).toBe(8);
  const raw = inflateSync(chunks.get("IDAT") as Buffer);
  const stride = width * channels;
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)];
    expect(filter).toBeLessThan(3);
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : pixels[row * stride + i - channels];
      const above = row === 0 ? 0 : pixels[(row - 1) * stride + i];
      pixels[row * stride + i] = raw[row * (stride + 1) + 1 + i] + [0, left, above][filter];
    }
  }
  return { width, height, colourType: header[9], palette: chunks.get("PLTE"), pixels };
}

describe("encodePng", () => {
  it.each([
    { name: "grey", channels: 1 as const, colourType: 0 },
    { name: "RGB", channels: 3 as const, colourType: 2 },
    { name: "RGBA", channels: 4 as const, colourType: 6 },
  ])("gives back every byte of a $name image", ({ channels, colourType }) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat(255)),
        (width, height, stream) => {
          const pixels = Uint8Array.from([...stream.take(width * height * channels)]);
          const decoded = decodePng(encodePng({ width, height, channels, pixels }), channels);
          expect(decoded).toMatchObject({ width, height, colourType });
          expect([...decoded.pixels]).toEqual([...pixels]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("writes a palette beside indices", () => {
    const palette = Uint8Array.of(255, 255, 255, 10, 20, 30);
    const decoded = decodePng(encodePng({ width: 2, height: 1, pixels: Uint8Array.of(1, 0), palette }), 1);
    expect(decoded.colourType).toBe(3);
    expect([...(decoded.palette as Uint8Array)]).toEqual([...palette]);
    expect([...decoded.pixels]).toEqual([1, 0]);
  });

  it("refuses pixels that do not fill the image", () => {
    expect(() =>
      encodePng({ width: 2, height: 2, pixels: new Uint8Array(3) }),
    ).toThrowErrorMatchingInlineSnapshot(`[InputError: encodePng: pixels must have 4 values, got 3.]`);
  });
});
