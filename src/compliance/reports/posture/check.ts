import type { Control, Finding } from '../control.ts';
import type { LogFacts } from '../log-facts.ts';
import type { ReportSources } from '../report-body.ts';
import type { FolderMode } from '../state-folder-mode.ts';

/** What the posture is judged by. */
export interface PostureFacts extends Pick<ReportSources, 'config' | 'auditStatus' | 'lockdown' | 'now'> {
  folder: FolderMode;
  /** Null where the store could not be read; then `cause` says why. */
  log: LogFacts | null;
  cause: string | null;
}

/** One check with the share it has in the score. */
export interface PostureCheck extends Control {
  weight: number;
}

export interface CheckDefinition {
  id: string;
  title: string;
  /** Points; docs/compliance-reports.md says why. */
  weight: number;
  check: (facts: PostureFacts) => Finding;
}
