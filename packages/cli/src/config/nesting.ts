import { Composer, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from "yaml";

/** Mappings and lists inside one another: a group of checks in groups has about twenty. */
const deepest = 100;

/** A text that is nested deeper than any configuration. */
export class TooDeep extends Error {
  override readonly name: string = "TooDeep";
  readonly offset: number;

  constructor(offset: number) {
    super("too deep");
    this.offset = offset;
  }
}

/**
 * What `parseDocument` of the package yaml does, for texts of any depth: throws {@link TooDeep} before the text is composed, which goes down the stack with each level. A stack
 * that overflows inside a regular expression is no exception there, but the end of the process.
 */
export function parseShallow(text: string, lines: LineCounter): Document {
  const composer = new Composer({ schema: "failsafe", lineCounter: lines, prettyErrors: false, merge: true });
  const [document, second] = composer.compose([...tokens(text, lines)], true, text.length);
  if (document === undefined) throw new Error("a text without a document");
  if (second !== undefined)
    document.errors.push(new YAMLParseError([second.range[0], second.range[1]], "MULTIPLE_DOCS", "a second document"));
  return document as Document;
}

function* tokens(text: string, lines: LineCounter): ReturnType<Parser["parse"]> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // The document itself is at the bottom.
    if (parser.stack.length - 1 > deepest) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}
