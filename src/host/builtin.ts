/**
 * Built-in modules that a cheap command never needs, loaded at their first use: `child_process`, `tty` and `net` cost
 * milliseconds each at start.
 */
export const builtin = {
  childProcess: () => process.getBuiltinModule("node:child_process"),
  sqlite: () => process.getBuiltinModule("node:sqlite"),
  fsPromises: () => process.getBuiltinModule("node:fs/promises"),
  url: () => process.getBuiltinModule("node:url"),
  net: () => process.getBuiltinModule("node:net"),
  os: () => process.getBuiltinModule("node:os"),
};
