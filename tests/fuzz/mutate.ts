/** @file Inputs made from other inputs: bytes that are changed, texts with words that have hurt somebody, JSON with wrong members. */

/** A stream of draws that a seed determines. */
export interface Draws {
  /** A whole number from 0 to `bound − 1`. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Marsaglia's xorshift: thousands of draws a case, of which nothing but variety is asked. */
export function draws(seed: number): Draws {
  let state = (seed * 2654435761) >>> 0 || 1;
  const below = (bound: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return { below, pick: (list) => list[below(list.length)] };
}

const words = [
  ...[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "../",
    "..\\",
    "/etc/passwd",
    "C:\\x",
    "CON",
  ],
  ...[
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "-0",
    "1e-400",
    "9007199254740993",
    "1099511627776",
    "2147483648",
    "-1",
    "0",
    "1.5",
  ],
  ...[
    "null",
    "true",
    "[]",
    "{}",
    "[[[[",
    '""',
    "\\u0000",
    "\u0000",
    "\ufeff",
    "\ud800",
    "ü",
    "\r\n",
    "\n",
    "\t",
    "'",
    '"',
    "=",
    ",",
    ".",
    ":",
    "%s",
    "$(id)",
    "`",
  ],
];

const values: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1, 1.5, 1e308, 2 ** 31, 2 ** 40, 2 ** 53, -(2 ** 53), Number.MIN_VALUE],
  ...["", "x", "../../x", "/etc/passwd", "__proto__", "NaN", "Infinity", "1", "\u0000", "a".repeat(5000)],
  ...[[], {}, [[]], [null], [1, 2, 3], { kind: "x" }, { length: 2 ** 32 }, new Array(1000).fill(1)],
];

/** Changes some bytes: bits, numbers of interest, pieces that are lost, doubled, moved or taken from another input. */
export function mutatedBytes(input: Uint8Array, other: Uint8Array, random: Draws): Uint8Array {
  let bytes = Uint8Array.from(input);
  for (let change = random.below(random.pick([1, 2, 6])); change >= 0; change--) {
    const at = random.below(bytes.length + 1);
    const length = random.below(Math.min(64, bytes.length - at) + 1);
    switch (random.below(8)) {
      case 0:
        if (at < bytes.length) bytes[at] ^= 1 << random.below(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
        break;
      case 2: {
        const width = random.pick([4, 8]);
        const view = new DataView(bytes.buffer);
        if (at + width > bytes.length) break;
        const number = random.pick([-1, 0, 1, 2 ** 31 - 1, -(2 ** 31), bytes.length, random.below(2 ** 30)]);
        if (width === 4) view.setInt32(at, number, true);
        else view.setBigInt64(at, BigInt(number) * random.pick([1n, 2n ** 10n, 2n ** 30n]), true);
        break;
      }
      case 3:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + length));
        break;
      case 4:
        bytes = joined(bytes.subarray(0, at + length), bytes.subarray(at));
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      case 6: {
        const from = random.below(other.length + 1);
        bytes = joined(bytes.subarray(0, at), other.subarray(from, from + 256), bytes.subarray(at + length));
        break;
      }
      default:
        bytes = joined(
          bytes.subarray(0, at),
          new TextEncoder().encode(random.pick(words)),
          bytes.subarray(at + length),
        );
    }
  }
  return bytes;
}

/** Changes some members of a JSON document: other values, members that are lost, doubled, renamed or put elsewhere. */
export function mutatedJson(text: string, random: Draws): string {
  const root: unknown[] = [JSON.parse(text)];
  for (let change = random.below(3); change >= 0; change--) {
    const [holder, name] = random.pick(members(root));
    const record = holder as Record<string, unknown>;
    switch (random.below(6)) {
      case 0:
        if (Array.isArray(holder)) holder.splice(Number(name), 1);
        else delete record[name];
        break;
      case 1:
        if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(name)]));
        else define(record, random.pick(words), record[name]);
        break;
      case 2: {
        const [from, key] = random.pick(members(root));
        define(record, name, structuredClone((from as Record<string, unknown>)[key]));
        break;
      }
      case 3:
        if (typeof record[name] === "string") define(record, name, `${record[name]}${random.pick(words)}`);
        else if (typeof record[name] === "number")
          define(record, name, (record[name] as number) * random.pick([-1, 0.5, 2, 1e9, 1e-9]));
        break;
      default:
        define(record, name, random.pick(values));
    }
  }
  return JSON.stringify(root[0]) ?? "";
}

/** Also `__proto__` becomes a member, and no change of what all objects inherit. */
function define(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

function members(value: unknown): (readonly [object, string])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => [[value, name] as const, ...members(entry)]);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
