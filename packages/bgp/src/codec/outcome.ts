/** What an error in an UPDATE costs, weakest first (RFC 7606 §2). The strongest of several wins. */
export const Outcome = {
  Ok: 0,
  /** The attribute is dropped, the routes are kept. */
  AttributeDiscard: 1,
  /** The routes of the UPDATE are handled as if they had been withdrawn. */
  TreatAsWithdraw: 2,
  /** The address family is no longer used on this session. */
  AfiSafiDisable: 3,
  /** A NOTIFICATION is sent and the session ends. */
  SessionReset: 4,
} as const;

/** One of the values of {@link Outcome}; compare with `<`, a greater one is stronger. */
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** One rule that a message broke. */
export interface Problem {
  /** Wire code of the attribute, or 0 when the fault is not inside one. */
  readonly attribute: number;
  /** Stable kebab-case name of the rule, for example `origin-value` or `attribute-flags`. */
  readonly rule: string;
  /** The sentence's address, for example `RFC 7606 §7.1`. */
  readonly rfc: string;
  readonly outcome: Outcome;
}

/** The body of a NOTIFICATION (RFC 4271 §4.5). */
export interface NotificationBody {
  /** 0..255; see `NotificationCode`. */
  readonly code: number;
  /** 0..255; its meaning depends on the code. */
  readonly subcode: number;
  /** The Data field, possibly empty. Owned by the holder. */
  readonly data: Uint8Array;
}
