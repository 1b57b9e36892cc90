/** @file Completion for bash, from version 3.2 on. */

import { type CommandOutline, placesOfValues, quoted, type Values } from "./outline.ts";

/** The script; `l2e completion bash > ~/.local/share/bash-completion/completions/l2e` installs it. */
export function bashCompletion(commands: readonly CommandOutline[]): string {
  const known = commands.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `# Completion of l2e for bash, made by: l2e completion bash

_l2e_reply() {
  local IFS=$'\\n'
  COMPREPLY+=($(IFS=' ' && compgen "$@" -- "$current"))
}

_l2e() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at='' key i
  COMPREPLY=()
  # bash takes path=value apart: what follows the equals sign is nobody's to guess.
  if [[ $previous == = || $current == = ]]; then return; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    key=\${at:+$at }\${COMP_WORDS[i]}
    case $key in
      ${known.join(" | ")}) at=$key ;;
    esac
  done
  case $at:$previous in
${placesOfValues(commands)
  .map(({ place, values }) => `    ${quoted(place)}) ${reply(values)}; return ;;`)
  .join("\n")}
  esac
  case $at in
${commands.map(branch).join("\n")}
  esac
}

complete -F _l2e l2e
`;
}

function branch({ at, commands, options, values }: CommandOutline): string {
  const flags = options.flatMap((option) => option.flags);
  const words = [...commands.map(({ name }) => name), ...values.words];
  return `    ${quoted(at)})
      if [[ $current == -* ]]; then _l2e_reply -W ${quoted(flags.join(" "))}
      else ${reply({ ...values, words })}; fi ;;`;
}

function reply({ words, paths }: Values): string {
  const parts = [
    ...(words.length === 0 ? [] : [`_l2e_reply -W ${quoted(words.join(" "))}`]),
    ...(words.some((word) => word.endsWith("=")) ? ["compopt -o nospace 2>/dev/null"] : []),
    ...(paths === "none"
      ? []
      : [`_l2e_reply ${paths === "files" ? "-f" : "-d"}`, "compopt -o filenames 2>/dev/null"]),
  ];
  return parts.length === 0 ? ":" : parts.join("; ");
}
