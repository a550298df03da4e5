import type { z } from "zod";
import { accept, refuse } from "../../arguments/problem.ts";
import { parseListen } from "../../values/listen.ts";
import { field, list, section } from "./field.ts";
import { path, text } from "./scalars.ts";

/** The control API: a Unix socket, and a TCP listener where one is asked for. */
export const controlSchema = section("the control API, which the other verbs use", {
  socket: path({
    description:
      "the Unix socket, or none (default: /run/vipcast/vipcast.sock, without root $XDG_RUNTIME_DIR/vipcast/vipcast.sock; with an instance, or a stateDir that is not the default, the socket is named after that)",
    examples: ["/run/vipcast/vipcast.sock"],
  }).optional(),
  group: field(
    {
      description: "group, by name or number, whose members may use the socket (default: that of the process)",
      type: ["string", "integer"],
      examples: ["adm"],
    },
    (value) =>
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(value)
        ? accept(value)
        : refuse("is no name and no number of a group", "write for example group: adm"),
  ).optional(),
  listen: field(
    {
      description:
        "also listen on this TCP address; needs tls.clientCaFile, or tokenFile, which needs tls on other than loopback addresses (default: not)",
      examples: ["127.0.0.1:9180"],
    },
    (value) =>
      /:\d{1,5}$/.test(value.replace(/^\[.*\]/, ""))
        ? parseListen(value, 'listen: 127.0.0.1:9180 or listen: "[::1]:9180"')
        : refuse("has no port", "write for example listen: 127.0.0.1:9180"),
  ).optional(),
  names: list(
    "names by which clients call this host over TCP, besides its addresses and localhost",
    text({ description: "a name", examples: ["node1.example.net"] }, 253),
  ).optional(),
  tokenFile: path({
    description:
      "file with the token that clients over TCP send, at least 16 characters; one newline at its end is ignored",
    examples: ["/etc/vipcast/control.token"],
  }).optional(),
  tls: section("TLS of the TCP listener", {
    certFile: path({ description: "certificate, PEM", examples: ["/etc/vipcast/control.pem"] }),
    keyFile: path({ description: "its key, PEM", examples: ["/etc/vipcast/control.key"] }),
    clientCaFile: path({
      description:
        "authority of client certificates, PEM: only clients that have one are let in (default: none is asked for)",
      examples: ["/etc/vipcast/clients.pem"],
    }).optional(),
  }).optional(),
});

/** `control` as written. */
export type ControlInput = z.output<typeof controlSchema>;
