import { describe, expect, it } from "vitest";
import {
  CeaseSubcode,
  FsmSubcode,
  HeaderSubcode,
  NotificationCode,
  notificationName,
  OpenSubcode,
  RouteRefreshSubcode,
  UpdateSubcode,
} from "../../src/iana/notification-codes.ts";

describe("notificationName", () => {
  it("has words for every code and subcode we can send", () => {
    const subcodes: [number, Record<string, number>][] = [
      [NotificationCode.MessageHeaderError, HeaderSubcode],
      [NotificationCode.OpenMessageError, OpenSubcode],
      [NotificationCode.UpdateMessageError, UpdateSubcode],
      [NotificationCode.FiniteStateMachineError, FsmSubcode],
      [NotificationCode.Cease, CeaseSubcode],
      [NotificationCode.RouteRefreshMessageError, RouteRefreshSubcode],
    ];
    for (const [code, table] of subcodes) {
      for (const subcode of Object.values(table)) expect(notificationName(code, subcode)).toMatch(/ \/ (?!subcode)/);
    }
    for (const code of Object.values(NotificationCode)) expect(notificationName(code, 0)).not.toMatch(/^error/);
  });

  it.each([
    [6, 2, "Cease / Administrative Shutdown"],
    [2, 9, "OPEN Message Error / subcode 9 (deprecated)"],
    [2, 11, "OPEN Message Error / Role Mismatch"],
    [6, 10, "Cease / BFD Down"],
    [8, 0, "Send Hold Timer Expired"],
    [9, 0, "Loss of LSDB Synchronization"],
    [4, 0, "Hold Timer Expired"],
    [6, 0, "Cease"],
    [6, 200, "Cease / subcode 200"],
    [4, 3, "Hold Timer Expired / subcode 3"],
    [200, 1, "error 200, subcode 1"],
  ])("names %i/%i", (code, subcode, name) => {
    expect(notificationName(code, subcode)).toBe(name);
  });
});
