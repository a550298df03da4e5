/** What a shell completes a word with: files, folders, names that the running daemon knows, interfaces of this host, fixed words, or nothing. */
export type Completion = "file" | "folder" | "vip" | "peer" | "peer-keys" | "interface" | "nothing" | readonly string[];

/** One option of a verb. The table of them makes the parser, the help and the suggestions. */
export interface OptionSpec {
  /** The long name without dashes. A name that starts with `no-` is a switch that turns something off. */
  readonly name: string;
  /** One letter, for those that are typed every day. */
  readonly short?: string;
  /** The placeholder of its value in the help; absent: the option is a switch. */
  readonly value?: string;
  /** What a shell may complete its value with; default: told from `value`, see `completionOf`. */
  readonly complete?: Completion;
  /** It may be given several times. */
  readonly repeatable?: boolean;
  /** One line for the help, with the default. */
  readonly summary: string;
  /** The heading it stands under in the help. */
  readonly group: string;
}

/** One verb of the CLI as its command line sees it. */
export interface VerbSpec {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The operands: `<prefix...>` and what it means. Empty for none. */
  readonly operandHelp: readonly (readonly [name: string, text: string])[];
  /** What a shell may complete an operand with; default: files where the operand is a FILE. */
  readonly completeOperand?: Completion;
  /** Whether a word behind an option nobody knows can be an operand. */
  readonly looksLikeOperand: (word: string) => boolean;
  readonly options: readonly OptionSpec[];
  /** Options that are announced for later, with what to do until then; they take a value. */
  readonly later?: ReadonlyMap<string, string>;
  /** Printed after the options; ends with an example that works as written. */
  readonly epilogue: string;
}

/** What was on the command line, not yet understood. */
export interface RawArguments {
  readonly operands: readonly string[];
  /** By option name, in the order given. A switch that was given holds an empty string. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}
