import { useConnect, useConnections } from "@pluggy-lambda/react";

import { Connection } from "./Connection";

// #region connections
/** Everything that the user has connected, also what was left half-way, and the widget for more. */
export function Connections() {
  const { status, items, error } = useConnections();
  const connect = useConnect({ request: { profile: "web" } });
  return (
    <>
      <ul aria-busy={status === "loading"}>
        {items.map((item) => (
          <Connection key={item.itemId} item={item} onOpen={connect.open} />
        ))}
      </ul>
      {error && <p role="status">Não foi possível atualizar a lista.</p>}
      <button onClick={() => connect.open()} aria-busy={connect.status === "opening"}>
        Conectar um banco
      </button>
      {connect.status === "hidden" && <button onClick={connect.show}>Voltar à conexão</button>}
      {connect.status === "failed" && <p role="alert">Não foi possível abrir a conexão. Tente novamente.</p>}
    </>
  );
}
// #endregion
