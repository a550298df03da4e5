// packages/cli/man/vipcast.1, from the same tables that make the command line's --help and the completions.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Text that roff shows as it is. */
const plain = (text) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("…", "...")
    .replaceAll("§", "section ")
    .replace(/^([.'])/, "\\&$1");

const bold = (text) => `\\fB${plain(text)}\\fR`;
const italic = (text) => `\\fI${plain(text)}\\fR`;

/** Paragraphs are filled; what is indented stays as it is written. */
function prose(text) {
  const lines = [];
  let literal = false;
  for (const line of text.split("\n")) {
    const indented = line.startsWith("  ");
    if (indented !== literal && line !== "") {
      lines.push(indented ? ".EX" : ".EE");
      literal = indented;
    }
    if (line === "") lines.push(literal ? "" : ".PP");
    else lines.push(plain(line));
  }
  if (literal) lines.push(".EE");
  return lines;
}

function option({ name, short, value, summary, repeatable }) {
  const words = [...(short === undefined ? [] : [`\\-${short}`]), `\\-\\-${plain(name)}`].map(
    (word) => `\\fB${word}\\fR`,
  );
  const placeholder = value === undefined ? "" : ` ${italic(value)}`;
  const again = repeatable === true && !/repeatable/.test(summary) ? "; repeatable" : "";
  return [".TP", `${words.join(", ")}${placeholder}`, plain(`${summary}${again}`)];
}

function verb(spec) {
  const operands = spec.operandHelp.map(([name]) => ` ${italic(name)}`).join("");
  const lines = [`.SS vipcast ${plain(spec.name)}${operands}`, plain(spec.summary)];
  for (const [name, text] of spec.operandHelp) lines.push(".TP", italic(name), plain(text));
  let group = null;
  for (const one of spec.options) {
    if (one.group !== group) lines.push(".PP", italic(one.group));
    group = one.group;
    lines.push(...option(one));
  }
  return [...lines, ".PP", ...prose(spec.epilogue)];
}

/** `[file, text]`. */
export async function manPage(root) {
  const { verbSpecs } = await import(join(root, "packages/cli/dist/verb-specs.js"));
  const { verbs } = await import(join(root, "packages/cli/dist/verbs.js"));
  const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
  const lines = [
    '.\\" Made by npx pnpm@10 docs:build from the option tables of the verbs; do not edit.',
    `.TH VIPCAST 1 "" "vipcast ${version}" "User Commands"`,
    ".SH NAME",
    "vipcast \\- announce virtual IPs over BGP",
    ".SH SYNOPSIS",
    `.B vipcast\n${italic("command")} [${italic("options")}]`,
    ".SH DESCRIPTION",
    "vipcast binds virtual IPs on this host and announces them to BGP routers, which spread traffic over all hosts that do.",
    "An address is announced only while it is bound and healthy, and taken away only after the withdrawal.",
    ".SH COMMANDS",
    ...verbs.flatMap(({ name, summary }) => [".TP", bold(name), plain(summary)]),
    ".SH THE COMMANDS IN FULL",
    ...verbSpecs.flatMap(verb),
    ".SH EXIT STATUS",
    ...[
      ["0", "Done."],
      ["1", "Failed while running, or no daemon answers."],
      ["2", "Wrong usage or configuration; nothing was changed."],
      ["3", "status found that something is wrong."],
      ["75", "run wants to be started again (SIGUSR2 under a service manager)."],
    ].flatMap(([code, text]) => [".TP", bold(code), plain(text)]),
    ".SH ENVIRONMENT",
    ...[
      ["VIPCAST_PEER_PASSWORD", "announce: the TCP MD5 key of every peer without a file."],
      ["NO_COLOR", "When set and not empty, no output is coloured."],
      ["XDG_RUNTIME_DIR, XDG_STATE_HOME", "Without root, below which the control socket and the state are."],
      ["NOTIFY_SOCKET", "run: a service manager is told the state, and starts the next process of a restart."],
    ].flatMap(([name, text]) => [".TP", bold(name), plain(text)]),
    ".SH FILES",
    ...[
      ["/etc/vipcast/vipcast.yaml", "the configuration of run, with the folder conf.d beside it"],
      ["/var/lib/vipcast", "what is ours, what is drained, and the router id"],
      ["/run/vipcast/vipcast.sock", "the control socket"],
    ].flatMap(([name, text]) => [".TP", italic(name), plain(text)]),
    ".SH SEE ALSO",
    ".BR ip\\-address (8),\n.BR bird (8),\n.BR bgpd (8),\n.BR systemd.service (5)",
  ];
  return [join(root, "packages/cli/man/vipcast.1"), `${lines.join("\n")}\n`];
}
