import { describe, openWidget, type PluggyClient } from "@pluggy-lambda/client";

// #region plain
/** Opens the widget, and shows the state of the connection in an element of the page. */
export function connectBank(client: PluggyClient, message: HTMLElement): void {
  let leave = () => {};
  openWidget(client, () => import("pluggy-connect-sdk"), {
    request: { profile: "web" },
    onItem(itemId) {
      const connection = client.connection(itemId);
      const show = () => {
        const { item } = connection.getSnapshot();
        if (item) message.textContent = describe(item).message;
      };
      // Called for each news of an item: one subscription is enough.
      leave();
      leave = connection.subscribe(show);
      show();
    },
    onError: () => {
      message.textContent = "Não foi possível abrir a conexão. Tente novamente.";
    },
  });
}
// #endregion
