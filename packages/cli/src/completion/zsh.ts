import type { Completion, OptionSpec, VerbSpec } from "../arguments/option.ts";
import { type CompletionModel, completionOf, headingOf, operandCompletionOf, quoted } from "./model.ts";

function filling(completion: Completion): string {
  if (typeof completion !== "string") return `(${completion.join(" ")})`;
  switch (completion) {
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "vip":
      return "_vipcast_names vips";
    case "peer":
      return "_vipcast_names peers";
    case "peer-keys":
      return "_vipcast_peer";
    case "interface":
      return "_vipcast_interfaces";
    case "nothing":
      return " ";
    default:
      return completion satisfies never;
  }
}

/** Text inside the brackets of an option of `_arguments`. */
function described(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
}

function argument({ name, short, value, summary, repeatable, ...rest }: OptionSpec): string[] {
  const completion = completionOf({ name, summary, ...(value === undefined ? {} : { value }), ...rest });
  const end = completion === null ? "" : `:${described((value ?? "").replace(/\[.*/, ""))}:${filling(completion)}`;
  const words = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
  const once = repeatable === true ? "*" : `(${words.join(" ")})`;
  return words.map((word) => {
    const mark = completion === null ? word : word.startsWith("--") ? `${word}=` : `${word}+`;
    return quoted(`${once}${mark}[${described(summary)}]${end}`);
  });
}

function verbCase(verb: VerbSpec): string {
  const completion = operandCompletionOf(verb);
  const operand = verb.operandHelp.length === 0 ? [] : [quoted(`*:operand:${filling(completion)}`)];
  const lines = [...verb.options.flatMap(argument), quoted("(- *)--help[print this help]"), ...operand];
  return `        ${verb.name})
          _arguments -s -S \\
${lines.map((line) => `            ${line}`).join(" \\\n")} ;;`;
}

/** A completion function for zsh 5. */
export function zshScript(model: CompletionModel): string {
  const verbs = model.verbs.map((verb) => quoted(`${verb.name}:${headingOf(verb)}`));
  const keyCases = model.peerKeys.flatMap(({ name, values }) => {
    if (values === null || values === "nothing") return [];
    if (typeof values !== "string") return [`      ${name}) compadd -q -- ${values.join(" ")} ;;`];
    return [`      ${name}) ${filling(values)} ;;`];
  });
  return `#compdef vipcast
# zsh completion for vipcast, made by: vipcast completion zsh

# What the running daemon knows; nothing where none answers.
_vipcast_names() {
  local -a daemon names
  local -i index
  for ((index = 1; index < CURRENT; index++)); do
    case $words[index] in
      --socket|--instance|--config|-c) daemon+=($words[index] $words[index+1]) ;;
      --socket=*|--instance=*|--config=*) daemon+=($words[index]) ;;
    esac
  done
  names=(\${(f)"$(_call_program names \${(q)_vipcast_program} completion $1 \${(q)daemon} 2>/dev/null)"})
  compadd -a names
}

_vipcast_interfaces() {
  local -a names
  names=(/sys/class/net/*(N:t))
  compadd -a names
}

# ADDR,key=value,key=value: only what stands behind the last comma is completed.
_vipcast_peer() {
  if ! compset -P '*,'; then
    _vipcast_names peers
    return
  fi
  local key
  if [[ $PREFIX == *=* ]]; then
    key=\${PREFIX%%=*}
    compset -P '*='
    case $key in
${keyCases.join("\n")}
    esac
    return
  fi
  compadd -S '' -- ${model.peerKeys
    .filter(({ values }) => values !== null)
    .map(({ name }) => `${name}=`)
    .join(" ")}
  compadd -- ${model.peerKeys
    .filter(({ values }) => values === null)
    .map(({ name }) => name)
    .join(" ")}
}

_vipcast() {
  local curcontext=$curcontext state line _vipcast_program=$words[1]
  local -a verbs
  verbs=(
    ${[...verbs, quoted("help:the options of a command")].join("\n    ")}
  )
  _arguments -C '(- *)'{-h,--help}'[print the commands]' '(- *)'{-V,--version}'[print the version]' \\
    '1:command:->verb' '*::argument:->rest'
  case $state in
    verb) _describe -t commands command verbs ;;
    rest)
      case $words[1] in
${model.verbs.map(verbCase).join("\n")}
        help) _describe -t commands command verbs ;;
      esac ;;
  esac
}

if [[ $funcstack[1] == _vipcast ]]; then
  _vipcast "$@"
else
  compdef _vipcast vipcast
fi
`;
}
