import { type Document, isMap, isNode, isScalar, LineCounter, type Node } from "yaml";
import { parseShallow, TooDeep } from "./nesting.ts";
import type { ConfigProblem, Position } from "./problem.ts";

/** Keys and indexes from the root to a value. */
export type ConfigPath = readonly PropertyKey[];

/** One configuration file, read and parsed. Every scalar is the text that was written: what it means is the schema's affair. */
export interface ConfigDocument {
  readonly file: string;
  /** The root as mappings, lists and strings; null for an empty file. */
  readonly value: unknown;
  /** Where the value at `path` stands, or the nearest thing around it. */
  locate(path: ConfigPath): Position;
  /** Where the key `key` of the mapping at `path` stands. */
  locateKey(path: ConfigPath, key: string): Position;
}

/** A parsed file, or what is wrong with its syntax. */
export type ParsedDocument =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** How many aliases of YAML may be resolved: enough for shared settings, too few for a bomb. */
const maxAliases = 100;

/**
 * Parses YAML 1.2, of which JSON is a part, with the failsafe schema: `asn: 1.10` stays `1.10`, and `no` is no boolean.
 * Never throws.
 */
export function parseConfig(file: string, text: string): ParsedDocument {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fault = (offset: number, rule: string, remedy: string): ParsedDocument => ({
    ok: false,
    problems: [{ ...at(offset), path: "", value: null, rule, remedy }],
  });

  let document: Document;
  try {
    document = parseShallow(text, lines);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return fault(error.offset, "is nested deeper than any configuration", "correct it here or in the lines before");
  }
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map(({ pos, message, code }) => ({
        ...at(pos[0]),
        path: "",
        value: null,
        ...syntaxWords(code, message),
      })),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maxAliases }) as unknown;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fault(0, `cannot be read, ${lowered(message)}`, "write the values out instead of using aliases");
  }
  const empty = value === "" || value === null || value === undefined;
  return { ok: true, document: new YamlDocument(file, empty ? null : value, document, at) };
}

function syntaxWords(code: string, message: string): { readonly rule: string; readonly remedy: string } {
  if (code === "DUPLICATE_KEY")
    return { rule: "this key stands in the same mapping twice", remedy: "keep one of them" };
  if (code === "MULTIPLE_DOCS")
    return { rule: "a second document begins here", remedy: "leave the line --- out, or use the folder conf.d" };
  return { rule: `is not valid YAML, ${lowered(message)}`, remedy: "correct it here or in the lines before" };
}

/** What the parser says, without what it found there: that is the user's text, and may be a secret. */
function lowered(message: string): string {
  const [first = ""] = message
    .replace(/(escape sequence) .*/s, "$1")
    .replace(/^The .* tag has/s, "a tag has")
    .split(/\n|(?<=\S): |, so /);
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/[.:]$/, "");
}

class YamlDocument implements ConfigDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #at: (offset: number) => Position;

  constructor(file: string, value: unknown, document: Document, at: (offset: number) => Position) {
    this.file = file;
    this.value = value;
    this.#document = document;
    this.#at = at;
  }

  locate(path: ConfigPath): Position {
    for (let length = path.length; length >= 0; length--) {
      const position = this.#positionOf(this.#node(path.slice(0, length)));
      if (position !== null) return position;
    }
    return { file: this.file, line: 1, column: 1 };
  }

  locateKey(path: ConfigPath, key: string): Position {
    const node = this.#node(path);
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    return (isNode(pair?.key) ? this.#positionOf(pair.key) : null) ?? this.locate(path);
  }

  #node(path: ConfigPath): Node | null {
    const found: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    return isNode(found) ? found : null;
  }

  #positionOf(node: Node | null): Position | null {
    const offset = node?.range?.[0];
    return offset === undefined ? null : this.#at(offset);
  }
}
