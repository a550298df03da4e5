// The package ships no types.
declare module "@openpgp/unbzip2-stream" {
  /** Unpacks bzip2 streams; the result fails on broken data. It must not be cancelled. */
  export default function unbzip2Stream(input: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
}
