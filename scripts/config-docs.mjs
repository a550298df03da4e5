// docs/config.md and the JSON Schema for editors, from the one schema that validates (packages/cli/src/config/schema).
import { join } from "node:path";

const top = `# Configuration

What \`vipcast run\` and \`vipcast check\` read. Every key of every section, made from the schema that validates: editors take the same as
JSON Schema, \`packages/cli/vipcast.schema.json\`. With the YAML language server, begin the file with
\`# yaml-language-server: $schema=vipcast.schema.json\`.

\`\`\`yaml
asn: 65001
timers: datacenter
peers:
  - address: 10.0.0.254
    asn: 65000
    passwordFile: /etc/vipcast/peer.key
vips:
  - prefix: 192.0.2.10/32
    check: { http: "https://127.0.0.1:6443/readyz", caFile: /etc/kubernetes/pki/ca.crt, interval: 1s, timeout: 500ms, rise: 2, fall: 3 }
    communities: ["65000:100"]
    drain: 10s
\`\`\`

- JSON is taken as well. Values are read as they are written: \`asn: 1.10\` is the AS number 65546, and \`no\` is no boolean.
- Times are in seconds or carry a unit: \`500ms\`, \`10s\`, \`2m\`, \`1h\`.
- All files together have at most 2 MiB, which is twice what ten thousand virtual IPs with a check need. From 64 KiB on a reload reads them in a thread of its own, and sessions
  do not wait for it.
- The files \`*.yaml\`, \`*.yml\` and \`*.json\` of a folder \`conf.d\` beside the file are read too, in the order of their names. Their \`peers\`, \`vips\` and
  \`listen\` are added; any other key may stand in one file only.
- A secret never stands in a file: \`passwordFile: PATH\`, or \`password: \${NAME}\` for an environment variable. Nothing else is expanded.
- All problems are reported at once, each as \`file:line:column: key value: rule; remedy.\` Nothing changes while there is one.
`;

const cell = (text) => String(text).replaceAll("|", "\\|");

/** A schema that refers to itself stands apart, and is referred to by its name. */
function resolved(schema) {
  const name = schema.$ref?.replace("#/$defs/", "");
  return name === undefined ? schema : resolved(definitions[name]);
}

let definitions = {};

function kind(written) {
  const schema = resolved(written);
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(kind).join(" or ");
  if (schema.type === "array") return `list of ${schema.items.enum === undefined ? kind(schema.items) : "words"}`;
  if (schema.type === "object") return "mapping";
  return [schema.type ?? "value"].flat().join(" or ");
}

/** Mappings inside a schema, which get tables of their own. */
function mappingIn(written) {
  if (written === undefined) return undefined;
  const schema = resolved(written);
  if (schema.type === "object") return schema.properties === undefined ? undefined : schema;
  return mappingIn(schema.items) ?? schema.anyOf?.map(mappingIn).find((found) => found !== undefined);
}

function table(name, schema, seen) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties).map(([key, value]) => {
    const inner = mappingIn(value);
    const text =
      value.description ??
      resolved(value).description ??
      definitions[value.$ref?.replace("#/$defs/", "")]?.description ??
      "";
    const fallback = value.default === undefined ? (required.has(key) ? "required" : "") : `\`${value.default}\``;
    const example = value.examples?.[0] === undefined ? "" : `\`${key}: ${value.examples[0]}\``;
    const link = inner === undefined ? "" : `, see [below](#${anchor(`${name}.${key}`)})`;
    return `| \`${key}\` | ${cell(kind(value))} | ${fallback} | ${cell(text)}${link} | ${cell(example)} |`;
  });
  const head = `| key | type | default | what it is | for example |\n| --- | --- | --- | --- | --- |\n`;
  const sections = Object.entries(schema.properties).flatMap(([key, value]) => {
    const inner = mappingIn(value);
    const full = `${name}.${key}`;
    const path = full.replace(/^\./, "");
    const same = inner === undefined ? undefined : seen.get(JSON.stringify(inner));
    if (inner === undefined) return [];
    if (same !== undefined) return [`## \`${path}\`\n\nThe same as [\`${same}\`](#${anchor(same)}).\n`];
    seen.set(JSON.stringify(inner), path);
    return [`## \`${path}\`\n\n${inner.description ?? ""}\n\n${table(full, inner, seen)}`];
  });
  return [`${head}${rows.join("\n")}\n`, ...sections].join("\n");
}

const anchor = (path) => path.replace(/^\./, "").replaceAll(".", "").toLowerCase();

/** `[file, text]` for both. */
export async function configDocs(root) {
  const { configJsonSchema } = await import(join(root, "packages/cli/dist/config/json-schema.js"));
  const schema = configJsonSchema();
  definitions = schema.$defs ?? {};
  const markdown = `${top}\n## The file\n\n${table("", schema, new Map())}`;
  return [
    [join(root, "docs/config.md"), markdown],
    [join(root, "packages/cli/vipcast.schema.json"), `${JSON.stringify(schema, null, 2)}\n`],
  ];
}
