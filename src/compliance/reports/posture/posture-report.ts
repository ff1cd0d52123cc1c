import { nextOf, statusCounts, worstOf } from '../control.ts';
import { readLogFacts } from '../log-facts.ts';
import { readOrCause } from '../read-or-cause.ts';
import type { Report, ReportBody, ReportSources } from '../report-body.ts';
import { folderMode } from '../state-folder-mode.ts';
import { assessPosture, type Posture } from './posture.ts';

/** The posture as things stand now. Goes on without the store. */
async function postureOf(sources: ReportSources): Promise<Posture> {
  const { config, auditStatus, lockdown, now } = sources;
  const { value: log, cause } = await readOrCause(() => readLogFacts(sources));
  const folder = await folderMode(sources.folder);
  return assessPosture({ config, auditStatus, lockdown, now, folder, log, cause });
}

export const postureReport: Report = async (sources) => postureBody(await postureOf(sources));

export function postureBody({ score, coverage, checks }: Posture): ReportBody {
  const unassessed = checks.filter(({ status }) => status === 'not_assessed');
  return {
    status: worstOf(checks),
    summary: [
      `Score ${score ?? 'not assessed'} of 100, over ${coverage} % of the weight (${statusCounts(checks)}).`,
      ...(unassessed.length > 0 ? [`Not assessed, so not passed: ${unassessed.map(({ id }) => id).join(', ')}.`] : []),
    ],
    controls: checks,
    rows: [{ score, coverage, checks: checks.length }],
    next: nextOf(checks),
  };
}
