import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { needed } from "../browser.ts";

/** A running sandbox with the widget and the demo page. */
export interface Sandbox {
  /** The address of Pluggy's API, which is also the widget's. */
  url: string;
  demoUrl: string;
  stop: () => Promise<void>;
}

/** Fast enough for a test, slow enough for a person's answer to an MFA prompt: 24 seconds. */
const TIME_SCALE = 5;

/** Starts the sandbox as `sandbox --demo` does it, on a free port. */
export async function startSandbox({ timeScale = TIME_SCALE } = {}): Promise<Sandbox> {
  const options = ["--demo", "--widget", needed("WIDGET"), "--listen", "127.0.0.1:0", "--time-scale", String(timeScale)];
  const process = spawn(needed("SANDBOX"), options, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(process, "exit");
  const stop = async (): Promise<void> => {
    process.kill();
    await ended;
  };
  // The log is read to its end: a full pipe would stop the sandbox.
  const lines = createInterface(process.stdout);
  let url: string | undefined;
  return await new Promise((resolve, reject) => {
    ended.then(() => reject(new Error("the sandbox did not start")), reject);
    lines.on("line", (line) => {
      url ??= /serving at (\S+)/.exec(line)?.[1];
      const demoUrl = /open (\S+) in a browser/.exec(line)?.[1];
      if (url !== undefined && demoUrl !== undefined) resolve({ url, demoUrl, stop });
    });
  });
}

/** Calls a control of the sandbox. */
export async function control(
  sandbox: Sandbox,
  method: "GET" | "PUT" | "POST" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Response> {
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
  return response;
}
