/** @file Tensors survive the safetensors format bit for bit, and damaged files are refused by name. */

import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  readSafetensors,
  writeSafetensors,
} from "../../src/checkpoints/safetensors.ts";
import { testFolder } from "../files/folder.ts";

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const sized = (s: readonly number[]) => {
  const length = s.reduce((product, n) => product * n, 1);
  return { minLength: length, maxLength: length };
};
const tensor: fc.Arbitrary<HostTensor> = shape.chain((s) =>
  fc
    .oneof(
      fc.float32Array(sized(s)),
      fc.float64Array(sized(s)),
      fc.int32Array(sized(s)),
      fc.bigInt64Array(sized(s)),
    )
    .map((data) => ({ shape: s, data: data as HostTensor["data"] })),
);
const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "ü/𝛼", "a.b"));
const tensors = fc.dictionary(
  name.filter((key) => key !== "__metadata__"),
  tensor,
);

/** A file with a header of one's own. */
function fileOf(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

describe("safetensors", () => {
  it("gives back every tensor and text, whatever their names, types and shapes", () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (put, metadata) => {
        const got = decodeSafetensors(encodeSafetensors(put, metadata), "x");
        expect(Object.keys(got.tensors).sort()).toEqual(Object.keys(put).sort());
        for (const key of Object.keys(put)) expect(got.tensors[key]).toEqual(put[key]);
        expect(Object.entries(got.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });

  it("gives the same bytes in whatever order the tensors are named", () => {
    fc.assert(
      fc.property(tensors, (put) => {
        const reversed = Object.fromEntries(Object.entries(put).reverse());
        expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(put));
      }),
    );
  });

  it("aligns every tensor without gaps, so that reading makes views", () => {
    const put = {
      a: { shape: [3], data: Float32Array.of(1, 2, 3) },
      b: { shape: [], data: Float64Array.of(4) },
      c: { shape: [1], data: BigInt64Array.of(5n) },
      d: { shape: [1, 1], data: Int32Array.of(6) },
    };
    const bytes = encodeSafetensors(put);
    const got = decodeSafetensors(bytes, "x").tensors;
    for (const { data } of Object.values(got)) {
      expect(data.buffer).toBe(bytes.buffer);
      expect(data.byteOffset % data.BYTES_PER_ELEMENT).toBe(0);
    }
    const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(start % 8).toBe(0);
    expect(bytes.length).toBe(start + 12 + 8 + 8 + 4);
  });

  it("reads files whose data are not aligned, and bytes in the middle of a buffer", () => {
    const data = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    const file = fileOf(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} `, data);
    for (const shift of [0, 1, 2, 3]) {
      const buffer = new Uint8Array(file.length + shift);
      buffer.set(file, shift);
      const got = decodeSafetensors(buffer.subarray(shift), "x");
      expect(Array.from(got.tensors["w"].data as Float32Array)).toEqual([1.5, -2]);
    }
  });

  it("writes and reads files", async () => {
    const path = join(await testFolder(), "a", "w.safetensors");
    await expect(readSafetensors(path)).rejects.toThrow(`${path} does not exist.`);
    const put = { w: { shape: [2], data: Float32Array.of(1, 2) } };
    await writeSafetensors(path, put, { made: "by hand" });
    expect(await readSafetensors(path)).toEqual({ tensors: put, metadata: { made: "by hand" } });
  });
});

describe("safetensors refuses", () => {
  const complaint = (bytes: Uint8Array) => {
    try {
      decodeSafetensors(bytes, "w.safetensors");
      return "no error";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const entry = (change: object) => ({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...change } });
  const data = new Uint8Array(8);

  it("files cut off anywhere", () => {
    const whole = encodeSafetensors({
      a: { shape: [2], data: Float32Array.of(1, 2) },
      b: { shape: [3], data: Float64Array.of(1, 2, 3) },
    });
    for (let length = 0; length < whole.length; length++) {
      expect(complaint(whole.subarray(0, length))).toMatch(/truncated|is not a safetensors file/);
    }
    expect(complaint(whole.subarray(0, whole.length - 1))).toBe(
      'w.safetensors is truncated: tensor "a" ends at byte 32 of the data, and 31 are there.',
    );
  });

  it("headers that do not fit the data, naming the tensor", () => {
    expect(complaint(fileOf(entry({ dtype: "BF16" }), data))).toBe(
      'w.safetensors: tensor "w" has type BF16; F32, F64, I32, I64 can be read.',
    );
    expect(complaint(fileOf(entry({ dtype: "toString" }), data))).toContain("has type toString");
    expect(complaint(fileOf(entry({ shape: [3] }), data))).toBe(
      'w.safetensors: tensor "w", F32 of shape [3], takes 12 bytes; its data_offsets hold 8.',
    );
    expect(complaint(fileOf(entry({ shape: [-2] }), data))).toContain('tensor "w" has shape [-2]');
    expect(complaint(fileOf(entry({ data_offsets: [8, 0] }), data))).toContain(
      'tensor "w" has data_offsets [8,0]',
    );
    expect(complaint(fileOf(entry({ data_offsets: [4, 12] }), new Uint8Array(12)))).toBe(
      'w.safetensors: tensor "w" begins at byte 4 of the data, expected 0: tensors must follow one another without gaps.',
    );
    const overlapping = { ...entry({}), v: { dtype: "F32", shape: [2], data_offsets: [4, 12] } };
    expect(complaint(fileOf(overlapping, new Uint8Array(12)))).toContain('tensor "v" begins at byte 4');
    expect(complaint(fileOf(entry({}), new Uint8Array(9)))).toBe(
      "w.safetensors: 1 bytes follow the last tensor, and none are expected.",
    );
    expect(complaint(fileOf({ ...entry({}), __metadata__: { a: 1 } }, data))).toContain(
      "must hold texts only",
    );
    expect(complaint(fileOf({ w: null }, data))).toContain('tensor "w" has type undefined');
  });

  it("bytes of something else", () => {
    expect(complaint(fileOf("[]"))).toContain("its header is not a JSON object");
    expect(complaint(fileOf("{"))).toContain("its header is not a JSON object");
    expect(complaint(new Uint8Array(64).fill(0xff))).toContain(
      "is not a safetensors file: its header would have",
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(complaint(bytes)).toMatch(/^w\.safetensors/);
      }),
    );
  });

  it("to write a shape that does not hold the data, or the reserved name", () => {
    expect(() => encodeSafetensors({ w: { shape: [3], data: new Float32Array(2) } })).toThrow(
      'tensor "w": shape [3] must hold as many numbers as the data, got 2',
    );
    expect(() => encodeSafetensors({ __metadata__: { shape: [0], data: new Float32Array(0) } })).toThrow(
      "a tensor cannot be named __metadata__",
    );
  });
});
