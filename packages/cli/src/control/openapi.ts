import { z } from "zod";
import { type Endpoint, endpoints, type QueryParameter, type SchemaName } from "./resources/endpoints.ts";
import { schemas } from "./resources/schemas.ts";

type Json = Record<string, unknown>;

/** Schemas of what is sent to the daemon; all others are of what it answers. */
const inputs: readonly SchemaName[] = ["VipInput", "HealthInput", "ReloadInput", "StopInput"];

/** The control API as an OpenAPI 3.1 document, made from the table of endpoints and the schemas that check requests. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints as readonly Endpoint[]) {
    paths[endpoint.path] ??= {};
    const operations = paths[endpoint.path];
    if (operations !== undefined) operations[endpoint.method.toLowerCase()] = operation(endpoint);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "vipcast control API",
      version,
      description:
        "Over the Unix socket of the daemon, and over TCP where the configuration says so; see docs/control-api.md. Refusals are problem details (RFC 9457).",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://localhost", description: "over the Unix socket; the name does not matter there" }],
    paths,
    components: {
      schemas: { ...componentSchemas("output"), ...componentSchemas("input") },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "over TCP, where control.tokenFile is set" },
        certificate: { type: "mutualTLS", description: "over TCP, where control.tls.clientCaFile is set" },
      },
    },
    // None on the Unix socket.
    security: [{}, { token: [] }, { certificate: [] }],
  };
}

function operation({ id, path, summary, query = [], body, bodyRequired, answer, status, stream }: Endpoint): Json {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const content: Json = { "application/json": { schema: answer === "OpenApi" ? { type: "object" } : refer(answer) } };
  if (stream !== undefined) content[stream.type] = { schema: { type: "string" }, "x-item": refer(stream.item) };
  const success = { description: "done, or as asked for", content };
  return {
    operationId: id,
    summary,
    ...(names.length + query.length === 0
      ? {}
      : { parameters: [...names.map(pathParameter), ...query.map(queryParameter)] }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: bodyRequired === true,
            content: { "application/json": { schema: refer(body) } },
          },
        }),
    responses: {
      [status]: success,
      // A drain that was waited for is done.
      ...(status === 202 && query.some(({ name }) => name === "wait") ? { 200: success } : {}),
      default: {
        description: "why not",
        content: { "application/problem+json": { schema: refer("Problem") } },
      },
    },
  };
}

function pathParameter(name: string): Json {
  const description =
    name === "prefix"
      ? "192.0.2.10 or 192.0.2.10/32; the slash may be written %2F"
      : "the address of a peer, a link-local one with its zone";
  return { name, in: "path", required: true, description, schema: { type: "string" } };
}

function queryParameter({ name, type, description, min, max }: QueryParameter): Json {
  const range = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  return { name, in: "query", required: false, description, schema: { type, ...range } };
}

function refer(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function componentSchemas(io: "input" | "output"): Json {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(schemas))
    if (inputs.includes(name as SchemaName) === (io === "input")) registry.add(schema, { id: name });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      const facts = z.globalRegistry.get(zodSchema) ?? {};
      for (const key of ["description", "examples", "default", "type", "enum", "writeOnly"] as const)
        if (facts[key] !== undefined && jsonSchema[key] === undefined) Object.assign(jsonSchema, { [key]: facts[key] });
      delete jsonSchema.readOnly;
      // A newer daemon may say more.
      if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return hoisted(made.schemas, io === "input" ? "Input" : "");
}

const shared = "__shared";

/** What schemas have in common stands in a corner of its own, where no reader of OpenAPI looks: it becomes a schema as the others are. */
function hoisted(made: Readonly<Record<string, object>>, suffix: string): Json {
  const { [shared]: corner, ...rest } = made;
  const common = ((corner as { readonly $defs?: Json } | undefined)?.$defs ?? {}) as Record<string, object>;
  const nameOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}${suffix}`;
  const all = {
    ...rest,
    ...Object.fromEntries(Object.entries(common).map(([name, schema]) => [nameOf(name), schema])),
  };
  const cleaned = Object.entries(all).map(([name, schema]) => {
    const { $schema: _schema, $id: _id, id: _name, ...facts } = schema as Json;
    return [name, facts] as const;
  });
  const prefix = `#/components/schemas/${shared}#/$defs/`;
  return JSON.parse(JSON.stringify(Object.fromEntries(cleaned)), (key, value: unknown) =>
    key === "$ref" && typeof value === "string" && value.startsWith(prefix)
      ? `#/components/schemas/${nameOf(value.slice(prefix.length))}`
      : value,
  ) as Json;
}
