// What api.ts needs of its imports.
declare module "*.yaml" {
  const document: object;
  export default document;
}
declare module "redoc/bundles/redoc.standalone.js" {
  const redoc: { init(document: object, options: object, parent: HTMLElement | null): void };
  export default redoc;
}
