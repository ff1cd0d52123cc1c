/**
 * Bedrock model ids, as configuration defaults: every one can be replaced in `direct.modelId`, `direct.classes` and
 * `direct.retiredModels`. Looked up in AWS's and Anthropic's model tables in November 2026.
 */

/** Claude Sonnet 4.6 over EU regions, eu-central-1 among its source regions; served by Converse. */
export const defaultModelId = 'eu.anthropic.claude-sonnet-4-6';

/**
 * Ids that have ended and what answers in their place. The operations runbook (2025) still names Claude 3 Sonnet;
 * a call to an ended model fails, so the id is taken as an alias and health says that it should be changed.
 */
export const retiredModels: Record<string, string> = {
  'anthropic.claude-3-sonnet-20240229-v1:0': defaultModelId,
  'eu.anthropic.claude-3-sonnet-20240229-v1:0': defaultModelId,
  'anthropic.claude-3-7-sonnet-20250219-v1:0': defaultModelId,
  'eu.anthropic.claude-3-7-sonnet-20250219-v1:0': defaultModelId,
};
