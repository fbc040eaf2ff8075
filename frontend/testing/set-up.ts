import { createPluggyClient, type PluggyClient, type PluggyClientOptions } from "@pluggy-lambda/client";
import { afterEach, beforeEach } from "vitest";

import { Api } from "./api.ts";
import { Clock } from "./clock.ts";

export interface Testbed {
  api: Api;
  clock: Clock;
  client: (options?: Partial<PluggyClientOptions>) => PluggyClient;
}

/** Gives each test of the file an API and a clock of its own. */
export function setUp(): Testbed {
  const testbed = {
    client: (options) =>
      createPluggyClient({
        baseUrl: testbed.api.url,
        userToken: () => "user-token",
        fetch: testbed.clock.fetch,
        ...options,
      }),
  } as Testbed;
  beforeEach(async () => {
    testbed.api = await Api.start();
    testbed.clock = new Clock();
  });
  afterEach(async () => {
    testbed.clock.stop();
    await testbed.api.stop();
  });
  return testbed;
}
