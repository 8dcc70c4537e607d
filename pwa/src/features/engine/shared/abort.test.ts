import { describe, expect, it } from "vitest";
import { unlessAborted } from "./abort";

describe("unlessAborted", () => {
  const never = new Promise<number>(() => undefined);
  it("gives the answer, or the failure, where nothing is aborted", async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(Promise.resolve(3), signal)).resolves.toBe(3);
    await expect(unlessAborted(Promise.reject(new Error("x")), signal)).rejects.toThrow("x");
  });
  it("ends the wait for a worker that will not answer", async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(never, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    await expect(unlessAborted(never, stop.signal)).rejects.toMatchObject({ code: "cancelled" });
  });
});
