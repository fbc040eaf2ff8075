import { isApiError, usePluggyClient } from "@pluggy-lambda/react";
import { useState } from "react";

/** Deletes a connection at Pluggy, with its data there. */
export function Disconnect({ itemId }: { itemId: string }) {
  const client = usePluggyClient();
  const [failure, setFailure] = useState<string>();
  // #region disconnect
  const disconnect = () =>
    client.disconnect(itemId).catch((error: unknown) => {
      // 409: Pluggy refuses at the moment, for example while it updates the connection.
      const isLater = isApiError(error) && error.status === 409;
      setFailure(isLater ? "Não é possível desconectar agora. Tente mais tarde." : "Não foi possível desconectar.");
    });
  // #endregion
  return (
    <>
      <button onClick={() => void disconnect()}>Desconectar</button>
      {failure && <p role="alert">{failure}</p>}
    </>
  );
}
