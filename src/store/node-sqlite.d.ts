// Node 20's types know no `node:sqlite`; the package that stands in for it there has the same interface.
declare module 'node:sqlite' {
  export { DatabaseSync } from '@photostructure/sqlite';
}
