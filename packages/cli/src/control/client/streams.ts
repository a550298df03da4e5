/** Whole lines of a text that comes in pieces; a last one without a newline is one as well. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** The data of each message of an event stream (`text/event-stream`, WHATWG HTML), as the objects they are. Comments and other fields are passed over. */
export async function* eventsOf<Item>(chunks: AsyncIterable<string>): AsyncGenerator<Item, void, void> {
  let data: string[] = [];
  for await (const raw of linesOf(chunks)) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") {
      if (data.length > 0) yield JSON.parse(data.join("\n")) as Item;
      data = [];
    } else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
}
