import type { Finding } from './finding.ts';

// A quarter of confidence outweighs any length: a valid card number beats the longer phone-like run around it.
const tierOf = ({ confidence }: Finding): number => Math.floor(confidence * 4 + 1e-9);
const lengthOf = ({ start, end }: Finding): number => end - start;

/**
 * Findings without overlaps, by start: of those that overlap, the more confident tier wins, then the longer, then the
 * more confident, then the first. What the losers cover beyond the winner is dropped.
 */
export function merge(findings: readonly Finding[]): Finding[] {
  const sorted = isInOrder(findings) ? findings : [...findings].sort(inOrder);
  const result: Finding[] = [];
  let cluster: Finding[] = [];
  let reach = -1;
  for (const finding of sorted) {
    if (finding.start >= reach) {
      settle(cluster, result);
      cluster = [];
    }
    cluster.push(finding);
    reach = Math.max(reach, finding.end);
  }
  settle(cluster, result);
  return result;
}

const inOrder = (a: Finding, b: Finding): number => a.start - b.start || b.end - a.end;

/** Most findings come as they stand in the text. */
function isInOrder(findings: readonly Finding[]): boolean {
  return findings.every((finding, at) => {
    const before = findings[at - 1];
    return before === undefined || inOrder(before, finding) <= 0;
  });
}

function settle(cluster: Finding[], result: Finding[]): void {
  const [only] = cluster;
  if (cluster.length <= 1) {
    if (only !== undefined) result.push(only);
    return;
  }
  cluster.sort((a, b) => tierOf(b) - tierOf(a) || lengthOf(b) - lengthOf(a) || b.confidence - a.confidence);
  const taken: Finding[] = [];
  for (const finding of cluster) insert(taken, finding);
  result.push(...taken);
}

/** Puts the finding in its place unless it overlaps one that is there. */
function insert(taken: Finding[], finding: Finding): void {
  let low = 0;
  let high = taken.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((taken[middle]?.start ?? 0) < finding.start) low = middle + 1;
    else high = middle;
  }
  const before = taken[low - 1];
  const after = taken[low];
  if (before !== undefined && before.end > finding.start) return;
  if (after !== undefined && after.start < finding.end) return;
  taken.splice(low, 0, finding);
}
