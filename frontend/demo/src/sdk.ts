// Pluggy's SDK, unchanged, at the address of the stand-in. The bundle has this module in place of the package.
import { PluggyConnect as Sdk } from "../node_modules/pluggy-connect-sdk";

let address: string | undefined;

/** Sets where the widget's page is. Undefined leaves it to the SDK, as in an app that is deployed. */
export function setWidgetAddress(url: string | undefined): void {
  address = url;
}

export class PluggyConnect extends Sdk {
  constructor(options: ConstructorParameters<typeof Sdk>[0]) {
    super(address === undefined ? options : { ...options, url: address });
  }
}
