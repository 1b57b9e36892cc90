/** @file Text made safe for HTML and SVG, and small builders for both. */

/** Control characters (tab and line ends aside), lone surrogates and non-characters: what XML forbids. */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` for use as element content or inside a quoted attribute, in HTML and in XML. */
export function escapeText(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** JSON for a `<script type="application/json">` block: no `<`, so nothing in it can end the block or open a comment. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One element as a string. Attribute values are escaped, children are not: they are elements already, or text that
 * went through {@link escapeText}. `undefined` and `false` leave an attribute out; numbers are rounded to 2 decimals.
 */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(
      ([key, value]) =>
        ` ${key}="${value === true ? key : escapeText(attributeText(value as string | number))}"`,
    )
    .join("");
  const content = children.join("");
  return content === "" && SELF_CLOSING.has(name)
    ? `<${name}${written}/>`
    : `<${name}${written}>${content}</${name}>`;
}

/** Everything else gets a closing tag: in HTML `<p/>` would stay open. */
const SELF_CLOSING = new Set(["path", "rect", "circle", "image", "input"]);

function attributeText(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}
