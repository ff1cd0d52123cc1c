/** A long job tells how far it is each tenth of its way: `audit log: 40,000 of 100,000 rows verified`. */
export function progressOf(
  tell: ((text: string) => void) | undefined,
  what: string,
): ((rows: number, of: number) => void) | undefined {
  if (!tell) return undefined;
  let told = 0;
  return (rows, of) => {
    const tenth = of === 0 ? 10 : Math.floor((10 * rows) / of);
    if (tenth <= told) return;
    told = tenth;
    tell(`audit log: ${rows} of ${of} ${what}`);
  };
}
