// In place of a package that only a build knows, such as `server-only`.
export {};
