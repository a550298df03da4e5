/** A configuration file that is no good. */
export interface BrokenFile {
  readonly text: string;
  /** Everything that is said of it. */
  readonly sentences: readonly string[];
}
