/** Where `runLab` writes; `process.stdout` is one. `isTTY` decides between the live view and plain lines. */
export interface LabOutput {
  write(text: string): unknown;
  /** Where it exists: how the output says that nobody reads it any more. */
  on?(event: "error", listener: (error: Error) => void): unknown;
  /** Ends what `on` began. */
  removeListener?(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}
