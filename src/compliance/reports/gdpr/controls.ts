import { type Control, control, type Finding } from '../control.ts';
import { recordKeeping, retention, transparency } from './ai-act.ts';
import { erasure, lawfulBasis } from './data-subjects.ts';
import type { GdprFacts } from './facts.ts';
import { accountability, byDesign, minimisation, storageLimitation } from './principles.ts';
import { processors, records, transfers } from './recipients.ts';
import { breaches, measures } from './security.ts';

/** The rules of the GDPR and of the AI Act (Regulation (EU) 2024/1689) that concern a router, in the order of their articles. */
const definitions: readonly [id: string, title: string, judge: (facts: GdprFacts) => Finding][] = [
  ['GDPR Art. 5(1)(c)', 'Data minimisation', minimisation],
  ['GDPR Art. 5(1)(e)', 'Storage limitation', storageLimitation],
  ['GDPR Art. 5(2)', 'Accountability', accountability],
  ['GDPR Art. 6, 7', 'Lawful basis and consent', lawfulBasis],
  ['GDPR Art. 17', 'Right to erasure', erasure],
  ['GDPR Art. 25', 'Data protection by design and by default', byDesign],
  ['GDPR Art. 28', 'Processors', processors],
  ['GDPR Art. 30', 'Records of processing', records],
  ['GDPR Art. 32', 'Security of processing', measures],
  ['GDPR Art. 33', 'Breach notification', breaches],
  ['GDPR Art. 44-49', 'Transfers to third countries', transfers],
  ['AI Act Art. 12', 'Record-keeping', recordKeeping],
  ['AI Act Art. 26(6)', 'Logs kept for six months', retention],
  ['AI Act Art. 50', 'Transparency', transparency],
];

/** Each rule held against what was measured. Pure: nothing is passed that nothing measures. */
export function gdprControls(facts: GdprFacts): Control[] {
  return definitions.map(([id, title, judge]) => control(id, title, judge(facts)));
}
