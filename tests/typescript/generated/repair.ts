import type { ConnectApi, Item } from "./connect-api";
import { connectBank } from "./connect-web";

/** For the button beside a connection, where there is one. */
export async function repair(api: ConnectApi, item: Item, page: Parameters<typeof connectBank>[1]): Promise<void> {
  const wanted = item.nextAction.connectToken;
  if (wanted) await connectBank(api, page, wanted);
}
