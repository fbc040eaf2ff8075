import { vi } from "vitest";

/** A clock that the test moves, and a `fetch` that really sends and that the clock waits for. */
export class Clock {
  #underWay = 0;

  constructor() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  }

  readonly fetch: typeof fetch = async (...request) => {
    this.#underWay += 1;
    try {
      const response = await fetch(...request);
      const body = await response.arrayBuffer();
      return new Response(body.byteLength > 0 ? body : null, response);
    } finally {
      this.#underWay -= 1;
    }
  };

  /** Waits until everything has been done that needs no more time. */
  async settle(): Promise<void> {
    do for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    while (this.#underWay > 0);
  }

  /** Lets time pass, in steps, and everything happen that is due. */
  async pass(seconds: number, step = 0.5): Promise<void> {
    await this.settle();
    for (let passed = 0; passed < seconds; passed += step) {
      vi.advanceTimersByTime(step * 1000);
      await this.settle();
    }
  }

  stop(): void {
    vi.useRealTimers();
  }
}
