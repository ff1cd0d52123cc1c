export const controlStatuses = ['pass', 'warn', 'fail', 'not_assessed', 'not_applicable'] as const;

export interface Control {
  article: string;
  title: string;
  status: (typeof controlStatuses)[number];
  /** What the status rests on, or why there is none. */
  reason: string;
}

const unmeasured = (article: string, title: string, reason: string): Control => ({
  article,
  title,
  status: 'not_assessed',
  reason,
});

/** The GDPR controls that concern a router, each with what is known of it. Nothing is passed that nothing measures. */
export function gdprStatus(): Control[] {
  return [
    unmeasured('Art. 6, 7', 'Lawful basis and consent', 'No consent records are kept by this version.'),
    unmeasured(
      'Art. 5, 25',
      'Data minimisation: redaction',
      'Personal data is not detected or redacted by this version.',
    ),
    unmeasured('Art. 17', 'Erasure', 'No operation content is stored; stores outside this server were not looked at.'),
    unmeasured(
      'Art. 28, 44-49',
      'Processors and transfers',
      'Destination regions of models and upstreams are not known.',
    ),
    unmeasured('Art. 30', 'Records of processing', 'No audit trail is written by this version.'),
    unmeasured('Art. 32', 'Security of processing', 'No security posture is measured by this version.'),
    unmeasured('Art. 33', 'Breach notification', 'No breach detection is built into this version.'),
  ];
}

/** The status of the whole: a failure outweighs a warning, and both outweigh what nobody has looked at. */
export function worstOf(controls: readonly Control[]): Control['status'] {
  const order = ['fail', 'warn', 'not_assessed'] as const;
  return order.find((status) => controls.some((control) => control.status === status)) ?? 'pass';
}
