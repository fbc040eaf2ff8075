import { ConnectButton } from "@pluggy-lambda/react";

import { Connections } from "./connections";

/** A component of the server. The parts that need a browser say so themselves. */
export default function Page() {
  return (
    <main>
      <h1>Minhas contas</h1>
      <Connections />
      <ConnectButton request={{ profile: "web" }} />
    </main>
  );
}
