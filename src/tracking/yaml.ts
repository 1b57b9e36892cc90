/** @file The little YAML that MLflow's meta.yaml files need: one flat mapping of scalars. */

export type YamlScalar = string | number | null;

/** Keys with scalars, lists and mappings of texts, one key a line. Texts are quoted so that none is read as a number. */
export function toYaml(
  record: Readonly<Record<string, YamlScalar | readonly string[] | Readonly<Record<string, string>>>>,
): string {
  const lines = Object.entries(record).map(([key, value]) => `${key}: ${flow(value)}\n`);
  return lines.join("");
}

/**
 * Reads the scalars of a flat mapping, as written by {@link toYaml} or by PyYAML, which folds long texts over
 * several lines. Nested values are left out.
 */
export function fromYaml(text: string): Record<string, YamlScalar> {
  // Entries, not assignments: a key may be "__proto__".
  const entries: [string, YamlScalar][] = [];
  for (const entry of unfold(text)) {
    const match = /^([\w.]+):(?:\s+(.*))?$/s.exec(entry);
    if (match === null) continue;
    const value = scalar((match[2] ?? "").trim());
    if (value !== undefined) entries.push([match[1], value]);
  }
  return Object.fromEntries(entries);
}

function flow(value: YamlScalar | readonly string[] | Readonly<Record<string, string>>): string {
  if (value === null) return "null";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(quoted).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, entry]) => `${quoted(key)}: ${quoted(entry)}`)
    .join(", ")}}`;
}

/** Double quotes with JSON's escapes are YAML too, but for characters beyond 16 bits, which YAML writes as `\U`. */
function quoted(text: string): string {
  let escaped = "";
  for (const character of JSON.stringify(text)) {
    const code = character.codePointAt(0) as number;
    if (code < 0x7f) escaped += character;
    else if (code > 0xffff) escaped += `\\U${code.toString(16).padStart(8, "0")}`;
    else escaped += `\\u${code.toString(16).padStart(4, "0")}`;
  }
  return escaped;
}

/** Joins continuation lines: they are indented, and inside quotes an empty line stands for a line break. */
function unfold(text: string): string[] {
  const entries: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const isContinuation = /^\s/.test(line) || line === "";
    if (!isContinuation) entries.push(line);
    else if (entries.length > 0) {
      const open = entries[entries.length - 1];
      // An escaped line break in double quotes joins without a space.
      const joint =
        open.endsWith("\\") && /: "/.test(open)
          ? open.slice(0, -1)
          : `${open}${open.endsWith("\n") ? "" : " "}`;
      entries[entries.length - 1] = line === "" ? `${open}\n` : joint + line.trim().replace(/^\\ /, " ");
    }
  }
  return entries.map((entry) => entry.trimEnd());
}

function scalar(text: string): YamlScalar | undefined {
  if (text === "" || text === "null" || text === "~") return null;
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text.startsWith('"')) return unescaped(text.slice(1, -1));
  if (text.startsWith("[") || text.startsWith("{") || text.startsWith("- ")) return undefined;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function unescaped(text: string): string {
  const simple: Record<string, string> = {
    n: "\n",
    t: "\t",
    r: "\r",
    b: "\b",
    f: "\f",
    e: "\u001b",
    "0": "\0",
  };
  return text.replace(/\\(U[0-9a-f]{8}|u[0-9a-f]{4}|x[0-9a-f]{2}|.)/gis, (_, code: string) =>
    /^[Uux]./.test(code) ? characterOf(Number.parseInt(code.slice(1), 16)) : (simple[code] ?? code),
  );
}

/** Beyond the last character of Unicode there is only the one that says so. */
function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
