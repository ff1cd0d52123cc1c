/**
 * The greatest of a sorted set that can only be asked for its first member above a number: at most about 40 questions
 * where a list of a million members would take a thousand pages.
 * @param from a member, from which the search begins
 * @param most no member is above it
 */
export async function greatest(
  from: number,
  most: number,
  firstAbove: (size: number) => Promise<number | null>,
): Promise<number> {
  let low = from;
  let high = most;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const found = await firstAbove(middle);
    if (found === null) high = middle;
    else low = found;
  }
  return low;
}
