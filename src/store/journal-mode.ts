/**
 * WAL where this SQLite has the fix of the WAL-reset bug (3.51.3, 3.50.7, 3.44.6 or later in line), which can lose commits
 * of several processes; a rollback journal elsewhere.
 * @param version as `sqlite_version()` gives it, such as 3.51.3
 */
export function journalMode(version: string): 'WAL' | 'TRUNCATE' {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const fixedIn = new Map([
    [44, 6],
    [50, 7],
    [51, 3],
  ]);
  const fixed = major > 3 || (major === 3 && (minor > 51 || patch >= (fixedIn.get(minor) ?? Number.POSITIVE_INFINITY)));
  return fixed ? 'WAL' : 'TRUNCATE';
}
