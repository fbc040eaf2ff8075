import { ApiError, type ConnectApi } from "./connect-api";

/** Deletes a connection at Pluggy, with its data there. It can be repeated safely. */
export async function disconnect(api: ConnectApi, itemId: string): Promise<void> {
  const { error, response } = await api.DELETE("/items/{itemId}", { params: { path: { itemId } } });
  if (!response.ok) throw new ApiError(response, error);
}
