/** One way in which tshark reads messages otherwise than the decoder, and the sentence that says who is right. */
export interface Disagreement {
  readonly why: string;
  /** Names of fixtures, each with the fields that differ. */
  readonly fixtures: Readonly<Record<string, readonly string[]>>;
}

/** Everything on which tshark 4.0 and the decoder differ. An entry that no longer applies fails the test as much as one that is missing. */
export const disagreements: readonly Disagreement[] = [
  {
    why: 'RFC 7911 §5: a speaker "MUST follow the procedures defined in [RFC4271] [...] unless" both ends announced ADD-PATH; tshark guesses from the octets',
    fixtures: {
      "Withdrawn routes, with lengths of 0, 1, 8, 17 and 32 bits": ["withdrawn"],
      "Bits past the prefix length": ["withdrawn"],
      "IPv6 routes with a global next hop": ["mp_reach_nlri nlri"],
      "A prefix longer than its address": ["nlri"],
      "A path identifier with nothing behind it": ["nlri"],
      // In VPN families it never looks for path identifiers.
      "VPN-IPv4 with two labels and path identifiers": ["mp_reach_nlri nlri"],
      "VPN-IPv4 with path identifiers": ["mp_reach_nlri nlri"],
      "VPN-IPv4, withdrawn with a path identifier": ["mp_unreach_nlri nlri"],
      "VPN-IPv6 with path identifiers": ["mp_reach_nlri nlri"],
      "VPN-IPv6, withdrawn with a path identifier": ["mp_unreach_nlri nlri"],
    },
  },
  {
    why: "RFC 5492 §4: the length of a capability says where it ends; tshark lets the names inside of one say so",
    fixtures: { "OPEN with newer capabilities whose values cannot be read": ["capabilities"] },
  },
  {
    why: "RFC 9072 §2: an Optional Parameter of type 255 announces lengths of two octets; tshark 4.0 does not know the format",
    fixtures: {
      "OPEN in the extended format although the classic one would do": ["capabilities"],
      "OPEN in the extended format with a classic length that is not 255": ["capabilities"],
      "OPEN with more than 255 octets of capabilities": ["capabilities"],
    },
  },
  {
    why: 'RFC 7606 §4: "the Total Attribute Length MUST be relied upon to enable the beginning of the NLRI field to be located"; tshark gives up at the attribute',
    fixtures: {
      "Two octets where an attribute header needs three": ["nlri"],
      "Three octets where an attribute header with Extended Length needs four": ["nlri"],
    },
  },
  {
    why: "RFC 4271 §4.3: the Attribute Length says where an attribute ends, whatever is wrong inside; tshark gives up at the segment",
    fixtures: {
      "AS_PATH with one octet behind its segments": ["nlri", "3 header", "3 value"],
      "AS4_PATH of seven octets": ["nlri"],
      "PMSI_TUNNEL without a value": ["nlri"],
      "Tunnel Encapsulation of three octets": ["nlri"],
      "Tunnel Encapsulation with a TLV that overruns it": ["nlri"],
      "Tunnel Encapsulation with half a TLV header behind a whole one": ["nlri"],
      "BGP Prefix-SID with an SRv6 service that overruns it": ["nlri"],
      "ATTR_SET with two octets behind its attributes": ["nlri"],
    },
  },
  {
    why: 'RFC 8277 §2.2: the S bit of a single label "MUST be ignored on reception"; tshark looks for one that is set',
    fixtures: {
      "IPv4 labelled unicast, a label without the bottom-of-stack bit and with reserved ones": ["mp_reach_nlri nlri"],
    },
  },
  {
    why: "RFC 8277 §2.4: a withdrawal has three octets for a label, whatever is in them; tshark reads on for the bottom of the stack",
    fixtures: { "IPv4 labelled unicast, withdrawn with the label it had": ["mp_unreach_nlri nlri"] },
  },
  {
    why: "RFC 4364 §4.2 defines types 0 to 2 of route distinguishers; of another we show the octets and tshark the number",
    fixtures: { "VPN-IPv4 with every type of route distinguisher": ["mp_reach_nlri nlri"] },
  },
  {
    why: 'RFC 8092 §3: "A receiving speaker MUST silently remove redundant" large communities; tshark shows what is on the wire',
    fixtures: { "A large community that is there twice": ["32 value"] },
  },
  {
    why: 'RFC 8669 §6: "unknown TLVs MUST be retained"; tshark 4.0 loses its place behind one',
    fixtures: { "BGP Prefix-SID with an SRv6 L3 service and a TLV of an unknown type": ["nlri"] },
  },
  {
    why: 'RFC 7311 §3.2: an AIGP "MUST NOT be considered to be malformed […] because it contains TLVs of unknown types"; tshark 4.0 stops at one',
    fixtures: {
      "AIGP with a metric beyond what a double holds, another one and a TLV of another type": ["26 value"],
    },
  },
  {
    why: 'RFC 8669 §6: "all the occurrences of the TLV other than the first one SHALL be discarded"; tshark shows what is on the wire',
    fixtures: { "BGP Prefix-SID with a repeated label index": ["40 value"] },
  },
];
