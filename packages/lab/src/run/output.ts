/** Where `runLab` writes; `process.stdout` is one. `isTTY` decides between the live view and plain lines. */
export interface LabOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}
