import type { ConverseCommandInput, GuardrailConfiguration } from '@aws-sdk/client-bedrock-runtime';
import type { OperationClass } from '../config/operation-types.ts';
import type { DirectConfig } from '../config/schema.ts';
import type { PathRequest } from './path.ts';

/** What a class of operations is sent with: its own settings over the common ones. */
export interface ModelSettings {
  /** The id as configured. */
  configuredModelId: string;
  /** The id that is called: the configured one, or the one in place of an ended model. */
  modelId: string;
  maxTokens: number;
  temperature: number | undefined;
  systemPrompt: string | undefined;
  guardrail: DirectConfig['guardrail'];
  latency: DirectConfig['latency'];
}

export function modelSettings(config: DirectConfig, operationClass: OperationClass): ModelSettings {
  const own = config.classes[operationClass];
  const configuredModelId = own?.modelId ?? config.modelId;
  const retired = Object.hasOwn(config.retiredModels, configuredModelId);
  return {
    configuredModelId,
    modelId: (retired ? config.retiredModels[configuredModelId] : undefined) ?? configuredModelId,
    maxTokens: own?.maxTokens ?? config.maxTokens,
    temperature: own?.temperature ?? config.temperature,
    systemPrompt: own?.systemPrompt ?? config.systemPrompt,
    guardrail: own?.guardrail ?? config.guardrail,
    latency: own?.latency ?? config.latency,
  };
}

/** The Converse call of an operation; ConverseStream takes the same input. */
export function converseInput(
  request: PathRequest,
  settings: ModelSettings,
): ConverseCommandInput & { guardrailConfig?: GuardrailConfiguration } {
  const { temperature, systemPrompt, guardrail, latency } = settings;
  return {
    modelId: settings.modelId,
    messages: request.messages.map(({ role, text }, index) => ({
      role,
      content: index === request.messages.length - 1 ? [...contextBlocks(request), { text }] : [{ text }],
    })),
    inferenceConfig: { maxTokens: settings.maxTokens, ...(temperature === undefined ? {} : { temperature }) },
    // Appears in Bedrock's invocation logs, so that a call there can be matched with an operation here.
    requestMetadata: { operation: request.type, operationId: request.operationId },
    ...(systemPrompt === undefined ? {} : { system: [{ text: systemPrompt }] }),
    ...(guardrail === undefined
      ? {}
      : { guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version } }),
    ...(latency === undefined ? {} : { performanceConfig: { latency } }),
  };
}

/** The facts of an operation stand before its question: not every model takes a system prompt. */
function contextBlocks({ context }: PathRequest): { text: string }[] {
  return Object.keys(context).length === 0 ? [] : [{ text: `Context (JSON):\n${JSON.stringify(context)}` }];
}
