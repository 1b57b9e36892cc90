/** @file Completion for zsh. */

import { type CommandOutline, placesOfValues, quoted, type Values } from "./outline.ts";

/** The script: a file `_l2e` in a folder of `$fpath`, or `source <(l2e completion zsh)`. */
export function zshCompletion(commands: readonly CommandOutline[]): string {
  const known = commands.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `#compdef l2e
# Completion of l2e for zsh, made by: l2e completion zsh

_l2e() {
  local at='' key i
  local -a described
  for ((i = 2; i < CURRENT; i++)); do
    key=\${at:+$at }\${words[i]}
    case $key in
      (${known.join("|")}) at=$key ;;
    esac
  done
  case $at:\${words[CURRENT-1]} in
${placesOfValues(commands)
  .map(({ place, values }) => `    (${quoted(place)}) ${reply(values)}; return ;;`)
  .join("\n")}
  esac
  case $at in
${commands.map(branch).join("\n")}
  esac
}

# As a file of $fpath this is the function's own body; sourced, it only says whom the function serves.
if [[ \${funcstack[1]} == _l2e ]]; then _l2e "$@"; else compdef _l2e l2e; fi
`;
}

function branch({ at, commands, options, values }: CommandOutline): string {
  const flags = options.flatMap((option) => option.flags.map((flag) => described(flag, option.description)));
  const children = commands.map(({ name, summary }) => described(name, summary));
  const subcommands =
    children.length === 0 ? "" : `described=(${children.join(" ")}); _describe command described; `;
  return `    (${quoted(at)})
      if [[ \${words[CURRENT]} == -* ]]; then described=(${flags.join(" ")}); _describe option described
      else ${subcommands}${reply(values)}; fi ;;`;
}

function described(name: string, description: string): string {
  return quoted(`${name}:${description}`);
}

function reply({ words, paths }: Values): string {
  const unfinished = words.some((word) => word.endsWith("="));
  const parts = [
    ...(words.length === 0 ? [] : [`compadd ${unfinished ? "-S '' " : ""}-- ${words.map(quoted).join(" ")}`]),
    ...(paths === "none" ? [] : [paths === "files" ? "_files" : "_files -/"]),
  ];
  return parts.length === 0 ? ":" : parts.join("; ");
}
