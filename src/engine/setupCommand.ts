/** @file What to type to complete an engine. */
import { fileURLToPath } from "node:url";

/**
 * The command of a setup: in a clone a script of npm, elsewhere the same script by its path.
 *
 * @param name of npm's script, after `setup:`.
 * @param words the file of the script, in `scripts/`, and its arguments.
 */
export function setupCommand(name: string, [file, ...words]: readonly [string, ...string[]]): string {
  if (import.meta.url.endsWith(".ts")) return `npm run setup:${name}`;
  const script = fileURLToPath(new URL(`../../../scripts/${file}`, import.meta.url));
  return ["node", /\s/.test(script) ? `'${script}'` : script, ...words].join(" ");
}
