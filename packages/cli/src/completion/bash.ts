import type { Completion } from "../arguments/option.ts";
import { type CompletionModel, completionOf, operandCompletionOf, type PeerKey, quoted } from "./model.ts";

/** How the bash function fills in one kind of value. */
function filling(completion: Completion): string {
  if (typeof completion !== "string") return `_vipcast_words ${quoted(completion.join(" "))}`;
  switch (completion) {
    case "file":
      return "_vipcast_paths -f";
    case "folder":
      return "_vipcast_paths -d";
    case "vip":
      return "_vipcast_names vips";
    case "peer":
      return "_vipcast_names peers";
    case "peer-keys":
      return "_vipcast_peer";
    case "interface":
      return "_vipcast_interfaces";
    case "nothing":
      return ":";
    default:
      return completion satisfies never;
  }
}

/** A completion script for bash 4 and later. It needs no bash-completion. */
export function bashScript(model: CompletionModel): string {
  const names = model.verbs.map(({ name }) => name);
  const verbs = model.verbs.map((verb) => {
    const withValues = verb.options.flatMap((option) => {
      const completion = completionOf(option);
      const words = [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
      return completion === null ? [] : [`        ${words.join("|")}) ${filling(completion)}; return ;;`];
    });
    const options = [...verb.options.map(({ name }) => `--${name}`), "--help"];
    const again = verb.options.filter(({ repeatable }) => repeatable === true).map(({ name }) => `--${name}`);
    return `    ${verb.name})
      options=${quoted(options.join(" "))} again=${quoted(again.join(" "))}
      case $before in
${withValues.length === 0 ? "        '') ;;" : withValues.join("\n")}
      esac
      [[ $current == -* ]] || { ${filling(operandCompletionOf(verb))}; } ;;`;
  });
  return `# bash completion for vipcast, made by: vipcast completion bash
# Words are told apart here and not by readline, which also divides at ":" and "=".

_vipcast_words() {
  local word
  while IFS= read -r word; do candidates+=("$lead$word"); done < <(compgen -W "$1" -- "$current")
}

_vipcast_paths() {
  local word
  while IFS= read -r word; do candidates+=("$lead$word"); done < <(compgen "$1" -- "$current")
  [[ -n $lead ]] || compopt -o filenames 2> /dev/null
}

_vipcast_interfaces() {
  local folder
  for folder in /sys/class/net/*; do
    [[ \${folder##*/} == "$current"* ]] && candidates+=("$lead\${folder##*/}")
  done
}

# What the running daemon knows; nothing where none answers.
_vipcast_names() {
  local word daemon=() index
  for ((index = 2; index < \${#words[@]} - 1; index++)); do
    case \${words[index]} in
      --socket | --instance | --config | -c) daemon+=("\${words[index]}" "\${words[index + 1]}") ;;
      --socket=* | --instance=* | --config=*) daemon+=("\${words[index]}") ;;
    esac
  done
  while IFS= read -r word; do
    [[ $word == "$current"* ]] && candidates+=("$lead$word")
  done < <("\${words[0]/#\\~/$HOME}" completion "$1" "\${daemon[@]}" 2> /dev/null)
}

# ADDR,key=value,key=value: only what stands behind the last comma is completed.
_vipcast_peer() {
  [[ $current == *,* ]] || { _vipcast_names peers; return; }
  lead+=\${current%,*},
  current=\${current##*,}
  if [[ $current == *=* ]]; then
    local key=\${current%%=*}
    lead+=$key=
    current=\${current#*=}
    case $key in
${model.peerKeys.flatMap(peerKeyCase).join("\n")}
    esac
    return
  fi
  local key
  for key in ${model.peerKeys.map(({ name, values }) => (values === null ? name : `${name}=`)).join(" ")}; do
    [[ $lead != *,"\${key%=}"[=,]* && $key == "$current"* ]] && candidates+=("$lead$key")
  done
  [[ \${#candidates[@]} -eq 1 && \${candidates[0]} == *= ]] && compopt -o nospace 2> /dev/null
}

_vipcast_verb() {
  local options again word given
  case \${words[1]} in
${verbs.join("\n")}
    help) _vipcast_words ${quoted(names.join(" "))}; return ;;
    *) return ;;
  esac
  [[ $current == -* ]] || return
  given=" \${words[*]:2:\${#words[@]}-3} "
  for word in $options; do
    [[ $word == "$current"* ]] || continue
    [[ $given == *" $word "* && " $again " != *" $word "* ]] || candidates+=("$word")
  done
}

_vipcast() {
  local words current before lead='' candidates=() line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[-1]}
  before=\${words[-2]}
  local whole=$current
  if ((\${#words[@]} <= 2)); then
    _vipcast_words ${quoted([...names, "help", "--help", "--version"].join(" "))}
  else
    if [[ $current == --*=* ]]; then
      before=\${current%%=*}
      lead=$before=
      current=\${current#*=}
    fi
    _vipcast_verb
  fi
  # readline replaces only what stands behind its own last divider.
  local dividers=\${COMP_WORDBREAKS//[^=:]/} kept=''
  [[ -n $dividers && $whole == *[$dividers]* ]] && kept=\${whole%"\${whole##*[$dividers]}"}
  COMPREPLY=("\${candidates[@]#"$kept"}")
}

complete -F _vipcast vipcast
`;
}

function peerKeyCase({ name, values }: PeerKey): string[] {
  return values === null || values === "nothing" ? [] : [`      ${name}) ${filling(values)} ;;`];
}
