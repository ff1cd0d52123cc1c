import type { OperationContext } from './operation.ts';

/** What cannot be read from here, for a person to look at, where the direct path is not well. */
export function humanSteps({ health }: OperationContext): string[] {
  const { status, details } = health.component('direct-bedrock');
  if (status !== 'unhealthy' && status !== 'degraded') return [];
  const { region, endpoint } = details;
  const where = typeof endpoint === 'string' ? new URL(endpoint).host : 'the Bedrock Runtime endpoint';
  return [
    `AWS status: see whether Bedrock has an incident in ${region ?? 'the region'} (https://health.aws.amazon.com).`,
    `VPC: check route, endpoint and security group from this host to ${where}.`,
    'IAM: check that the credentials may call bedrock:InvokeModel on the models, and that access to them is granted.',
  ];
}
