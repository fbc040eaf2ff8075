// The API's reference: the OpenAPI document as a page of static files. It sends no request.
import Redoc from "redoc/bundles/redoc.standalone.js";

import openapi from "../../../docs/reference/openapi.yaml";

const FONT = { fontFamily: "system-ui, sans-serif" };
const OPTIONS = {
  // The search needs a worker.
  disableSearch: true,
  hideDownloadButtons: true,
  nativeScrollbars: true,
  theme: { typography: { ...FONT, headings: FONT } },
};

Redoc.init(openapi, OPTIONS, document.getElementById("api"));
