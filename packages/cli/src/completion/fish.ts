import type { Completion } from "../arguments/option.ts";
import { type CompletionModel, completionOf, headingOf, operandCompletionOf } from "./model.ts";

/** The words after `complete` that fill in a value. */
function filling(completion: Completion): string {
  if (typeof completion !== "string") return ` -x -a ${fishQuoted(completion.join(" "))}`;
  switch (completion) {
    case "file":
      return " -r -F";
    case "folder":
      return " -x -a '(__fish_complete_directories)'";
    case "vip":
      return " -x -a '(__vipcast_names vips)'";
    case "peer":
      return " -x -a '(__vipcast_names peers)'";
    case "peer-keys":
      return " -x -a '(__vipcast_peer)'";
    case "interface":
      return " -x -a '(__vipcast_interfaces)'";
    case "nothing":
      return " -x";
    default:
      return completion satisfies never;
  }
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** A completion script for fish 3. */
export function fishScript(model: CompletionModel): string {
  const lines: string[] = [];
  for (const verb of model.verbs)
    lines.push(`complete -c vipcast -n __vipcast_no_verb -a ${verb.name} -d ${fishQuoted(headingOf(verb))}`);
  lines.push("complete -c vipcast -n __vipcast_no_verb -a help -d 'the options of a command'");
  const names = model.verbs.map(({ name }) => name).join(" ");
  lines.push(`complete -c vipcast -n '__vipcast_verb help' -a ${fishQuoted(names)}`);
  lines.push("complete -c vipcast -n __vipcast_no_verb -s V -l version -d 'print the version'");
  lines.push("complete -c vipcast -s h -l help -d 'print the help'");
  for (const verb of model.verbs) {
    const begin = `complete -c vipcast -n '__vipcast_verb ${verb.name}'`;
    for (const option of verb.options) {
      const completion = completionOf(option);
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      const value = completion === null ? "" : filling(completion);
      lines.push(`${begin}${short} -l ${option.name}${value} -d ${fishQuoted(option.summary)}`);
    }
    const operand = operandCompletionOf(verb);
    if (operand === "file") lines.push(`${begin} -F`);
    else if (operand !== "nothing") lines.push(`${begin}${filling(operand).replace(" -x", "")}`);
  }
  const keys = model.peerKeys.map(({ name, values }) => (values === null ? name : `${name}=`)).join(" ");
  const words = model.peerKeys.flatMap(({ name, values }) => {
    if (values === null || values === "nothing") return [];
    if (values === "file")
      return [`            case ${name}`, '                set found (__fish_complete_path "$value")'];
    if (values === "interface") return [`            case ${name}`, "                set found (__vipcast_interfaces)"];
    return [`            case ${name}`, `                set found ${[values].flat().join(" ")}`];
  });
  return `# fish completion for vipcast, made by: vipcast completion fish

function __vipcast_no_verb
    test (count (commandline -opc)) -lt 2
end

function __vipcast_verb
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = $argv[1]
end

function __vipcast_interfaces
    for folder in /sys/class/net/*
        basename $folder
    end
end

# What the running daemon knows; nothing where none answers.
function __vipcast_names
    set -l words (commandline -opc)
    set -l daemon
    for index in (seq 2 (count $words))
        switch $words[$index]
            case --socket --instance --config -c
                test $index -lt (count $words); and set -a daemon $words[$index] $words[(math $index + 1)]
            case '--socket=*' '--instance=*' '--config=*'
                set -a daemon $words[$index]
        end
    end
    command $words[1] completion $argv[1] $daemon 2>/dev/null
end

# ADDR,key=value,key=value: only what stands behind the last comma is completed.
function __vipcast_peer
    set -l current (commandline -ct | string replace -r '^--peer=' '')
    if not string match -q '*,*' -- $current
        __vipcast_names peers
        return
    end
    set -l lead (string replace -r '[^,]*$' '' -- $current)
    set -l last (string replace -r '^.*,' '' -- $current)
    if string match -q '*=*' -- $last
        set -l key (string replace -r '=.*$' '' -- $last)
        set -l value (string replace -r '^[^=]*=' '' -- $last)
        set -l found
        switch $key
${words.join("\n")}
        end
        for one in $found
            echo $lead$key=$one
        end
        return
    end
    for key in ${keys}
        echo $lead$key
    end
end

complete -c vipcast -f
${lines.join("\n")}
`;
}
