import type { Sdk, WidgetCallbacks, WidgetOptions } from "@pluggy-lambda/client";

/** A stand-in for `pluggy-connect-sdk`, which records its widgets. The test loads them and calls their callbacks. */
export class SdkStandIn {
  readonly widgets: WidgetStandIn[] = [];
  readonly PluggyConnect: Sdk["PluggyConnect"];

  constructor() {
    const { widgets } = this;
    this.PluggyConnect = class extends WidgetStandIn {
      constructor(options: WidgetOptions & WidgetCallbacks) {
        super(options);
        widgets.push(this);
      }
    };
  }

  readonly load = (): Promise<Sdk> => Promise.resolve(this);

  /** The only widget. */
  get widget(): WidgetStandIn {
    const [widget, ...others] = this.widgets;
    if (!widget || others.length > 0) throw new Error(`there are ${this.widgets.length} widgets`);
    return widget;
  }

  /** How many widgets are on the page. */
  get shown(): number {
    return this.widgets.filter(({ frame }) => frame.isConnected).length;
  }
}

export class WidgetStandIn {
  readonly frame = document.createElement("iframe");
  /** Ends `init` as the SDK does when the widget's page has loaded, or has failed. */
  load!: () => void;
  fail!: (error: Error) => void;
  isHidden = false;

  readonly options: WidgetOptions & WidgetCallbacks;

  constructor(options: WidgetOptions & WidgetCallbacks) {
    this.options = options;
  }

  init(container: HTMLElement = document.body): Promise<void> {
    container.append(this.frame);
    this.options.onOpen();
    return new Promise((resolve, reject) => {
      this.load = resolve;
      this.fail = reject;
    });
  }

  show(): Promise<void> {
    this.isHidden = false;
    return Promise.resolve();
  }

  hide(): Promise<void> {
    this.isHidden = true;
    return Promise.resolve();
  }

  /** The user closes it. */
  close(): void {
    this.frame.remove();
    this.options.onClose();
  }
}
