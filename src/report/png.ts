/** @file An 8-bit PNG writer: density grids become small images instead of tens of thousands of rectangles. */
import { crc32, deflateSync } from "node:zlib";
import { check } from "../check/check.ts";

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** Rows from the top, `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  /** RGB triples, at most 256: with it `pixels` are indices and `channels` is 1. */
  readonly palette?: Uint8Array;
  /** 1 grey or indexed (default), 3 RGB, 4 RGBA. */
  readonly channels?: 1 | 3 | 4;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPE = { 1: 0, 3: 2, 4: 6 } as const;
const INDEXED = 3;

/** The bytes of a PNG file. @see W3C, Portable Network Graphics (PNG) Specification. */
export function encodePng(image: PngImage): Uint8Array {
  const { width, height, pixels, palette, channels = 1 } = image;
  check(
    Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0,
    () => `encodePng: width and height must be positive integers, got ${width} and ${height}.`,
  );
  check(
    pixels.length === width * height * channels,
    () => `encodePng: pixels must have ${width * height * channels} values, got ${pixels.length}.`,
  );
  check(
    palette === undefined ||
      (channels === 1 && palette.length % 3 === 0 && palette.length <= 768 && palette.length > 0),
    () => "encodePng: palette must hold 1 to 256 RGB triples and goes with one channel.",
  );
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = palette === undefined ? COLOUR_TYPE[channels] : INDEXED;
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    ...(palette === undefined ? [] : [chunk("PLTE", palette)]),
    chunk(
      "IDAT",
      deflateSync(filtered(pixels, { height, stride: width * channels, bytes: channels }), { level: 9 }),
    ),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** A `data:` address for `<image href>` and `<img src>`. */
export function pngDataUri(image: PngImage): string {
  return `data:image/png;base64,${Buffer.from(encodePng(image)).toString("base64")}`;
}

/** Every row with filter 1 (difference to the left neighbour), which suits smooth densities. */
function filtered(pixels: Uint8Array, shape: { height: number; stride: number; bytes: number }): Uint8Array {
  const { height, stride, bytes } = shape;
  const rows = new Uint8Array(height * (stride + 1));
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1);
    rows[start] = 1;
    for (let i = 0; i < stride; i++) {
      const left = i < bytes ? 0 : pixels[row * stride + i - bytes];
      rows[start + 1 + i] = pixels[row * stride + i] - left;
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
