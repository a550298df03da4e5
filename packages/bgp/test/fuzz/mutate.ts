import { Writer } from "../../src/bytes/writer.ts";
import { attributeSpecs } from "../../src/codec/attributes/table.ts";
import { capabilitySpecs } from "../../src/codec/capabilities/table.ts";
import { MessageType } from "../../src/codec/message.ts";
import type { Random } from "./random.ts";

const headerLength = 19;
const interesting = [0, 1, 2, 3, 4, 7, 8, 15, 16, 24, 31, 32, 33, 63, 64, 127, 128, 129, 254, 255];

/** A code and its octets: an attribute (with its flags) or a capability. */
interface Element {
  readonly flags: number;
  readonly code: number;
  readonly value: Uint8Array;
}

/**
 * Another input made from `input`, with parts of `other` where that is what the dice say. Most mutants keep every length in
 * the message right, so that what they change is looked at; the others change octets wherever they are.
 */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const flags = random.oneIn(16) ? input[0]! ^ (1 << random.below(4)) : (input[0] ?? 0);
  let octets: Uint8Array = input.slice(1);
  const rounds = 1 + random.below(4);
  for (let i = 0; i < rounds; i++) octets = mutateMessage(octets, other.slice(1), random);
  const mutant = new Uint8Array(1 + octets.length);
  mutant[0] = flags;
  mutant.set(octets, 1);
  return mutant;
}

function mutateMessage(octets: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (octets.length < headerLength || random.oneIn(12)) return mutateOctets(octets, random);
  if (random.oneIn(24)) return concat(octets, other);
  const type = octets[18]!;
  const body = octets.subarray(headerLength);
  if (type === MessageType.Update && !random.oneIn(8)) {
    const update = parseUpdate(body);
    if (update !== null) return withHeader(type, serialiseUpdate(mutateUpdate(update, other, random)));
  }
  if (type === MessageType.Open && !random.oneIn(8)) {
    const open = parseOpen(body);
    if (open !== null) return withHeader(type, mutateOpen(open, other, random));
  }
  return withHeader(random.oneIn(32) ? 1 + random.below(5) : type, mutateOctets(body, random));
}

/** Changes some octets, adds some, takes some out, or repeats a run of them. */
export function mutateOctets(octets: Uint8Array, random: Random): Uint8Array {
  const at = random.below(octets.length + 1);
  const count = Math.min(octets.length - at, 1 + random.below(random.oneIn(8) ? 64 : 4));
  switch (random.below(7)) {
    case 0:
    case 1: {
      const changed = octets.slice();
      if (changed.length > 0) changed[at % changed.length] = random.pick(interesting);
      return changed;
    }
    case 2: {
      const changed = octets.slice();
      if (changed.length > 0) changed[at % changed.length]! ^= 1 << random.below(8);
      return changed;
    }
    case 3: {
      const changed = octets.slice();
      if (changed.length > 0) changed[at % changed.length]! += random.oneIn(2) ? 1 : 255;
      return changed;
    }
    case 4: {
      const added = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
      return concat(octets.subarray(0, at), added, octets.subarray(at));
    }
    case 5:
      return concat(octets.subarray(0, at), octets.subarray(at + count));
    default: {
      const run = octets.subarray(at, at + count);
      const times = random.oneIn(16) ? 1 + random.below(200) : 1;
      return concat(octets.subarray(0, at), ...new Array<Uint8Array>(times).fill(run), octets.subarray(at));
    }
  }
}

interface Update {
  withdrawn: Uint8Array;
  readonly attributes: Element[];
  nlri: Uint8Array;
}

/** Null when the lengths do not fit. The last attribute may be cut off: it then gets the length it has. */
function parseUpdate(body: Uint8Array): Update | null {
  if (body.length < 4) return null;
  const withdrawnEnd = 2 + u16(body, 0);
  if (withdrawnEnd + 2 > body.length) return null;
  const end = withdrawnEnd + 2 + u16(body, withdrawnEnd);
  if (end > body.length) return null;
  const attributes: Element[] = [];
  for (let at = withdrawnEnd + 2; at + 3 <= end; ) {
    const flags = body[at]!;
    const long = (flags & 0x10) !== 0;
    const start = at + (long ? 4 : 3);
    const length = long ? u16(body, at + 2) : body[at + 2]!;
    attributes.push({ flags, code: body[at + 1]!, value: body.slice(start, Math.min(end, start + length)) });
    at = start + length;
  }
  return { withdrawn: body.slice(2, withdrawnEnd), attributes, nlri: body.slice(end) };
}

function serialiseUpdate({ withdrawn, attributes, nlri }: Update): Uint8Array {
  const w = new Writer();
  w.u16(withdrawn.length);
  w.copy(withdrawn);
  const lengthAt = w.length;
  w.u16(0);
  for (const { flags, code, value } of attributes) {
    const long = value.length > 0xff || (flags & 0x10) !== 0;
    w.u8(long ? flags | 0x10 : flags);
    w.u8(code);
    if (long) w.u16(value.length);
    else w.u8(value.length);
    w.copy(value);
  }
  w.patchU16(lengthAt, w.length - lengthAt - 2);
  w.copy(nlri);
  return w.slice();
}

function mutateUpdate(update: Update, other: Uint8Array, random: Random): Update {
  switch (random.below(8)) {
    case 0:
      return { ...update, nlri: mutateOctets(update.nlri, random) };
    case 1:
      return { ...update, withdrawn: mutateOctets(update.withdrawn, random) };
    case 2: {
      const donor = other[18] === MessageType.Update ? parseUpdate(other.subarray(headerLength)) : null;
      if (donor === null) return update;
      if (random.oneIn(3)) return { ...update, nlri: donor.nlri };
      return { ...update, attributes: insert(update.attributes, donor.attributes, random) };
    }
    case 3: {
      const known = random.pick(attributeSpecs);
      const value = Uint8Array.from({ length: random.pick(interesting) % 65 }, () => random.below(256));
      return {
        ...update,
        attributes: insert(update.attributes, [{ flags: known.kind, code: known.code, value }], random),
      };
    }
    default:
      return { ...update, attributes: mutateElements(update.attributes, random) };
  }
}

interface Open {
  readonly head: Uint8Array;
  readonly capabilities: Element[];
}

/** Null unless it has the classic format, whole. */
function parseOpen(body: Uint8Array): Open | null {
  if (body.length < 10 || body.length !== 10 + body[9]!) return null;
  const capabilities: Element[] = [];
  for (let at = 10; at + 2 <= body.length; at += 2 + body[at + 1]!) {
    const end = Math.min(body.length, at + 2 + body[at + 1]!);
    for (let next = at + 2; next + 2 <= end; next += 2 + body[next + 1]!) {
      const value = body.slice(next + 2, Math.min(end, next + 2 + body[next + 1]!));
      capabilities.push({ flags: 0, code: body[next]!, value });
    }
  }
  return { head: body.slice(0, 9), capabilities };
}

function mutateOpen({ head, capabilities }: Open, other: Uint8Array, random: Random): Uint8Array {
  let changed: readonly Element[] = capabilities;
  const donor = other[18] === MessageType.Open ? parseOpen(other.subarray(headerLength)) : null;
  if (random.oneIn(4) && donor !== null) {
    changed = insert(capabilities, donor.capabilities, random);
  } else if (random.oneIn(4)) {
    const value = Uint8Array.from({ length: random.below(20) }, () => random.below(256));
    changed = insert(capabilities, [{ flags: 0, code: random.pick(capabilitySpecs).code, value }], random);
  } else changed = mutateElements(capabilities, random);
  const values = changed.map(({ code, value }) =>
    Uint8Array.of(code, Math.min(255, value.length), ...value.slice(0, 255)),
  );
  const parameters = random.oneIn(3) ? values : [concat(...values)];
  const octets = parameters.reduce((sum, parameter) => sum + 2 + parameter.length, 0);
  const extended = octets > 255 || parameters.some(({ length }) => length > 255) || random.oneIn(8);
  const w = new Writer();
  w.copy(random.oneIn(6) ? mutateOctets(head, random).slice(0, 9) : head);
  if (extended) {
    w.u16(0xffff);
    w.u16(octets + parameters.length);
  } else w.u8(octets);
  for (const parameter of parameters) {
    w.u8(random.oneIn(64) ? random.below(256) : 2);
    if (extended) w.u16(parameter.length);
    else w.u8(parameter.length);
    w.copy(parameter);
  }
  return w.slice();
}

function mutateElements(elements: readonly Element[], random: Random): Element[] {
  const changed = [...elements];
  if (changed.length === 0) return changed;
  const at = random.below(changed.length);
  const element = changed[at]!;
  switch (random.below(8)) {
    case 0:
      changed.splice(at, 1);
      break;
    case 1:
      changed.splice(random.below(changed.length + 1), 0, element);
      break;
    case 2: {
      const second = random.below(changed.length);
      changed[at] = changed[second]!;
      changed[second] = element;
      break;
    }
    case 3:
      changed[at] = { ...element, flags: element.flags ^ (1 << random.below(8)) };
      break;
    case 4:
      changed[at] = { ...element, code: random.below(256) };
      break;
    default:
      changed[at] = { ...element, value: mutateOctets(element.value, random) };
  }
  return changed;
}

/** One of `donors` put somewhere among the elements. */
function insert(elements: readonly Element[], donors: readonly Element[], random: Random): Element[] {
  const at = random.below(elements.length + 1);
  const donor = donors.length === 0 ? [] : [random.pick(donors)];
  return [...elements.slice(0, at), ...donor, ...elements.slice(at)];
}

/** A message with a right header, cut off where the length field ends. */
function withHeader(type: number, body: Uint8Array): Uint8Array {
  const length = Math.min(0xffff, headerLength + body.length);
  const octets = new Uint8Array(length).fill(0xff, 0, 16);
  octets[16] = length >> 8;
  octets[17] = length;
  octets[18] = type;
  octets.set(body.subarray(0, length - headerLength), headerLength);
  return octets;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const w = new Writer();
  for (const part of parts) w.copy(part);
  return w.slice();
}
