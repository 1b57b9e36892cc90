/** @file Colours and weights on a terminal that wants them. */

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const;

export type Style = keyof typeof codes;

/** Styled text where stdout is a terminal and NO_COLOR is not set; the text itself otherwise. */
export function style(text: string, name: Style | undefined): string {
  if (name === undefined || !hasColour()) return text;
  const [on, off] = codes[name];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

function hasColour(): boolean {
  return process.stdout.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}
