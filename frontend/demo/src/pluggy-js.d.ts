// What scenarios.ts of the widget's stand-in needs of Pluggy's client.
export interface ConnectorCredential {
  name: string;
  options?: { value: string }[];
}
export interface Connector {
  id: number;
  hasMFA: boolean;
  credentials: ConnectorCredential[];
}
