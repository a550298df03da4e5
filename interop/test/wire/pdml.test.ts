import { describe, expect, test } from "vitest";
import { announcedIn, complaintsAbout, isEndOfRib, valuesOf, withdrawnIn } from "../../src/wire/messages.ts";
import { parsePdml } from "../../src/wire/pdml.ts";

const node = "10.0.0.1";
const peer = "10.0.0.254";

function packet(from: string, ...protos: readonly string[]): string {
  const to = from === node ? peer : node;
  return `<packet>
  <proto name="geninfo" pos="0" showname="General information" size="125">
    <field name="timestamp" pos="0" show="Jan  1, 2026" showname="Captured Time" value="1795182224.190406000" size="125"/>
  </proto>
  <proto name="ip" showname="Internet Protocol Version 4, Src: ${from}, Dst: ${to}" size="20" pos="14">
    <field name="filtered" value="ip" />
  </proto>
  <proto name="tcp" showname="Transmission Control Protocol, Src Port: 40000, Dst Port: 179, Seq: 1" size="32" pos="34">
    <field name="filtered" value="tcp" />
  </proto>
${protos.join("\n")}
</packet>
`;
}

function message(type: number, length: number, ...fields: readonly string[]): string {
  return `  <proto name="bgp" showname="Border Gateway Protocol" size="${length}" pos="66">
    <field name="bgp.length" showname="Length: ${length}" size="2" pos="82" show="${length}" value=""/>
    <field name="bgp.type" showname="Type (${type})" size="1" pos="84" show="${type}" value=""/>
${fields.join("\n")}
  </proto>`;
}

const field = (name: string, show: string): string =>
  `      <field name="${name}" showname="x: ${show}" size="1" pos="0" show="${show}" value=""/>`;
const expert = (kind: string, text: string): string =>
  `      <field name="_ws.expert" showname="Expert Info (${kind}): ${text}" size="0" pos="16">\n      </field>`;

describe("reading tshark's tree", () => {
  test("finds each message of a packet with its sender, time and prefixes", () => {
    const update = message(
      2,
      60,
      ...[field("bgp.prefix_length", "32"), field("bgp.nlri_prefix", "192.0.2.10")],
      ...[field("bgp.prefix_length", "24"), field("bgp.withdrawn_prefix", "198.51.100.0")],
      ...[
        field("bgp.update.path_attribute.mp_reach_nlri.prefix_length", "128"),
        field("bgp.mp_reach_nlri_ipv6_prefix", "2001:db8::10"),
      ],
    );
    const { messages, malformed } = parsePdml(packet(node, message(4, 19), update));
    expect(malformed).toEqual([]);
    expect(messages.map(({ type, from, to, toPort, at }) => [type, from, to, toPort, at])).toEqual([
      ["keepalive", node, peer, 179, 1795182224.190406],
      ["update", node, peer, 179, 1795182224.190406],
    ]);
    expect(announcedIn(messages[1]!)).toEqual(["192.0.2.10/32", "2001:db8::10/128"]);
    expect(withdrawnIn(messages[1]!)).toEqual(["198.51.100.0/24"]);
    expect(valuesOf(messages[1]!, "bgp.nlri_prefix")).toEqual(["192.0.2.10"]);
  });

  test("knows an End-of-RIB from an update", () => {
    const { messages } = parsePdml(packet(node, message(2, 23), message(2, 29)));
    expect(messages.every(isEndOfRib)).toBe(true);
  });

  test("decodes the entities of XML", () => {
    const { messages } = parsePdml(packet(node, message(2, 23, field("x", "&lt;a&gt; &amp;amp; &quot;b&quot;"))));
    expect(valuesOf(messages[0]!, "x")).toEqual(['<a> &amp; "b"']);
  });
});

describe("complaining about one side", () => {
  const ours = new Set([node]);

  test("takes warnings and errors, and leaves chats and notes", () => {
    const text = packet(
      node,
      message(2, 60, expert("Chat/Request", "fine")),
      message(2, 60, expert("Note/Sequence", "fine")),
      message(2, 60, expert("Warning/Protocol", "odd &amp; strange")),
      message(2, 60, expert("Error/Malformed", "broken")),
    );
    expect(complaintsAbout(parsePdml(text), ours)).toEqual([
      `tshark (warn) about a update from ${node}: odd & strange`,
      `tshark (error) about a update from ${node}: broken`,
    ]);
  });

  test("says nothing about the other side", () => {
    const text = packet(peer, message(2, 60, expert("Error/Malformed", "broken")));
    expect(complaintsAbout(parsePdml(text), ours)).toEqual([]);
  });

  test("takes a packet that is malformed as a whole", () => {
    const text = packet(
      node,
      '  <proto name="_ws.malformed" showname="Malformed Packet" size="0" pos="0">\n  </proto>',
    );
    expect(complaintsAbout(parsePdml(text), ours)).toEqual([
      `tshark calls a packet from ${node} malformed: Malformed Packet`,
    ]);
  });

  const long = `  <proto name="bgp" showname="Border Gateway Protocol" size="25043" pos="0">
    <field name="bgp.length" showname="Length: 25043" size="2" pos="16" show="25043" value="61d3">
      <field name="_ws.expert" showname="Expert Info (Error/Malformed): Length is invalid 25043" size="0" pos="16">
        <proto name="_ws.malformed" showname="Malformed Packet" hide="yes" size="0" pos="16"/>
      </field>
    </field>
  </proto>`;

  test("takes a message beyond 4,096 octets, unless both sides announced that they take it", () => {
    const extended = message(1, 53, field("bgp.cap.type", "6"));
    const without = parsePdml(packet(node, extended) + packet(peer, message(1, 53)) + packet(node, long));
    expect(complaintsAbout(without, ours)).not.toEqual([]);
    const both = parsePdml(packet(node, extended) + packet(peer, extended) + packet(node, long));
    expect(complaintsAbout(both, ours)).toEqual([]);
  });
});
