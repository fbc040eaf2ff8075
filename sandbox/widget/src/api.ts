import Pluggy, { type Connector, type Item, type ListResponse } from "pluggy-js";
import type { PluggyConnectProps } from "pluggy-connect-sdk/dist/module/pluggy-connect";

import type { Values } from "./scenarios.ts";

/** Pluggy's own client, with the widget's token, at the address that serves this page. */
export type Api = Pluggy;

export function connectTo(connectToken: string): Api {
  return new Pluggy(connectToken, location.origin);
}

/** Returns the banks that the app wants to offer. */
export async function fetchBanks(api: Api, props: PluggyConnectProps): Promise<Connector[]> {
  const { countries, connectorTypes, connectorIds, connectorSortAlphabetically, includeSandbox } = props;
  const filters = { sandbox: includeSandbox === true, ...(countries && { countries }), ...(connectorTypes && { types: connectorTypes }) };
  const { results }: ListResponse<Connector> = await api.fetchConnectors(filters);
  const banks = results.filter(({ id }) => !connectorIds || connectorIds.includes(id));
  return connectorSortAlphabetically ? banks.sort((one, other) => one.name.localeCompare(other.name)) : banks;
}

/** Creates the item, or updates the one that exists. */
export function submit(
  api: Api,
  of: { item?: Item | undefined; bank: Connector },
  values: Values | undefined,
  props: PluggyConnectProps,
): Promise<Item> {
  if (of.item) return api.updateItem(of.item.id, values);
  return api.createItem(of.bank.id, values ?? {}, undefined, props.products);
}

/** What a request failed with. */
export interface Problem {
  /** Absent if there was no response. */
  status?: number | undefined;
  code: string;
  message: string;
  /** The refusals of single fields. */
  fields: Values;
  retryAt?: Date | undefined;
}

export function problemOf(error: unknown): Problem {
  const response = member(error, "response");
  const body = member(response, "data");
  const status = member(response, "status");
  const details = member(body, "details");
  const retryAt = member(member(body, "data"), "canRetryAfterDate");
  const fields = (Array.isArray(details) ? details : []).map((detail) => [
    text(member(detail, "parameter")),
    text(member(detail, "message")),
  ]);
  return {
    status: typeof status === "number" ? status : undefined,
    code: text(member(body, "codeDescription")),
    message: text(member(body, "message")) || text(member(error, "message")),
    fields: Object.fromEntries(fields),
    retryAt: retryAt instanceof Date ? retryAt : undefined,
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
