import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { messageOf } from '../config/errors.ts';
import { type OperationClass, operationClasses } from '../config/operation-types.ts';
import type { DirectConfig } from '../config/schema.ts';
import { readConverse, readConverseStream } from './bedrock-answer.ts';
import { openBedrock } from './bedrock-connection.ts';
import { BedrockConnections, type Lease } from './bedrock-connections.ts';
import { bedrockError } from './bedrock-errors.ts';
import { applyGuardrail, type GuardrailFindings, type GuardrailQuestion } from './bedrock-guardrail.ts';
import { converseInput, modelSettings } from './bedrock-request.ts';
import { type BreakerSettings, PathBreaker } from './circuit-breaker.ts';
import type { CallOptions, Path, PathAnswer, PathRequest, PathState } from './path.ts';

interface Dependencies {
  config: DirectConfig;
  /** Signs with credentials that only the simulator takes. */
  simulate: boolean;
  env: Record<string, string | undefined>;
  now: () => number;
  breaker: BreakerSettings;
}

/** How long it is believed that no credentials were found, in ms; then the chain is asked again. */
const credentialsRecheckMs = 30_000;

/** The direct path: AWS Bedrock Runtime, by Converse, or by ConverseStream when the caller wants progress. */
export class DirectBedrockClient implements Path {
  readonly name = 'direct';
  readonly #dependencies: Dependencies;
  readonly #breaker: PathBreaker;
  readonly #connections: BedrockConnections;
  #region: string | undefined;
  #endpoint: string | null = null;
  #credentialsProblem: { message: string; checkedAt: number } | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#connections = new BedrockConnections(() => openBedrock(dependencies.config, dependencies.simulate));
    const probe = (signal: AbortSignal) => this.probe(signal, 'emergency');
    this.#breaker = new PathBreaker({ path: 'direct', name: 'Bedrock', probe, ...dependencies.breaker });
  }

  async call(request: PathRequest, { signal, onProgress }: CallOptions): Promise<PathAnswer> {
    const settings = modelSettings(this.#dependencies.config, request.class);
    const input = converseInput(request, settings);
    const answer = await this.#breaker.run(() => this.#converse(input, signal, onProgress), signal);
    return { ...answer, modelId: settings.modelId, upstream: null };
  }

  /** One word of one token: the smallest Converse call. */
  async probe(signal: AbortSignal, operationClass: OperationClass): Promise<void> {
    const modelId = this.probeTarget(operationClass);
    const messages = [{ role: 'user' as const, content: [{ text: 'ping' }] }];
    const inferenceConfig = { maxTokens: 1 };
    await this.#converse({ modelId, messages, inferenceConfig, requestMetadata: { operation: 'probe' } }, signal);
  }

  /**
   * What a guardrail finds in a text. Past the breaker, which judges calls of models: an ended model must not stop the
   * guard, nor a misconfigured guard the model. @throws PathError; the signal's reason where the signal ends it
   */
  async applyGuardrail(question: Omit<GuardrailQuestion, 'open'>): Promise<GuardrailFindings> {
    const findings = await this.#using((lease) => applyGuardrail({ ...question, open: () => this.#opened(lease) }));
    this.#credentialsProblem = undefined;
    return findings;
  }

  probeTarget(operationClass: OperationClass): string {
    return modelSettings(this.#dependencies.config, operationClass).modelId;
  }

  /** The region that is called: as configured, or as the SDK resolves it; null until then. */
  get region(): string | null {
    return this.#region ?? this.#dependencies.config.region ?? null;
  }

  resetBreakers(): void {
    this.#breaker.reset();
  }

  state(): PathState {
    const { config, now } = this.#dependencies;
    const problem = this.#credentialsProblem;
    if (problem && now() - problem.checkedAt > credentialsRecheckMs) {
      problem.checkedAt = now();
      void this.warmUp();
    }
    return {
      configured: config.enabled && !problem,
      available: this.#breaker.isClosed,
      breakers: { bedrock: this.#breaker.view() },
      findings: [
        ...(config.enabled ? [] : ['The direct path is off: set direct.enabled to true to use Bedrock.']),
        ...(problem ? [problem.message] : []),
        ...this.#retiredModelFindings(),
      ],
      details: {
        region: this.region,
        endpoint: config.endpoint === undefined ? this.#endpoint : new URL(config.endpoint).origin,
        models: Object.fromEntries(operationClasses.map((name) => [name, modelSettings(config, name).modelId])),
      },
    };
  }

  async warmUp(): Promise<void> {
    const { config, env, simulate, now } = this.#dependencies;
    if (!config.enabled) return;
    try {
      await this.#using(async (lease) => {
        const { client } = await this.#opened(lease);
        // A bearer token takes the place of credentials; asking the chain for them then would only be a false alarm.
        if (!env.AWS_BEARER_TOKEN_BEDROCK && !simulate) await client.config.credentials();
      });
      this.#credentialsProblem = undefined;
    } catch (thrown) {
      const cause = messageOf(thrown).split('\n', 1)[0];
      this.#credentialsProblem = {
        message: `No AWS credentials (${cause}): set AWS_BEARER_TOKEN_BEDROCK or AWS_PROFILE, or sign in, to use Bedrock.`,
        checkedAt: now(),
      };
    }
  }

  async restart(): Promise<void> {
    if (!this.#connections.isOpen) return;
    this.#connections.replace();
    await this.warmUp();
  }

  async close(): Promise<void> {
    this.#breaker.end();
    await this.#connections.close();
  }

  async #converse(input: ConverseCommandInput, signal: AbortSignal, onProgress?: (text: string) => void) {
    try {
      const answer = await this.#using(async (lease) => {
        const { client, ConverseCommand, ConverseStreamCommand } = await this.#opened(lease);
        signal.throwIfAborted();
        const send = { abortSignal: signal };
        return onProgress
          ? readConverseStream(await client.send(new ConverseStreamCommand(input), send), onProgress)
          : readConverse(await client.send(new ConverseCommand(input), send));
      });
      this.#credentialsProblem = undefined;
      return answer;
    } catch (thrown) {
      throw bedrockError(thrown);
    }
  }

  async #using<Result>(work: (lease: Lease) => Promise<Result>): Promise<Result> {
    const lease = this.#connections.lease();
    try {
      return await work(lease);
    } finally {
      lease.release();
    }
  }

  async #opened(lease: Lease) {
    const connection = await lease.connection;
    this.#region = connection.region;
    this.#endpoint = connection.endpoint;
    return connection;
  }

  #retiredModelFindings(): string[] {
    const { config } = this.#dependencies;
    const settings = operationClasses.map((name) => modelSettings(config, name));
    const retired = new Map(
      settings
        .filter(({ modelId, configuredModelId }) => modelId !== configuredModelId)
        .map(({ modelId, configuredModelId }) => [configuredModelId, modelId]),
    );
    return [...retired].map(
      ([from, to]) => `Model ${from} has ended; ${to} is called in its place. Set direct.modelId to a current model.`,
    );
  }
}
