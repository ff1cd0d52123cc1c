import { type OperationType, operationClasses } from '../../config/operation-types.ts';
import type { Config } from '../../config/schema.ts';
import { modelSettings } from '../../paths/bedrock-request.ts';
import { assessDirect } from './assess-direct.ts';
import { assessUpstream } from './assess-upstream.ts';
import type { ReportedTarget } from './report.ts';

interface Dependencies {
  config: Pick<Config, 'direct' | 'mcp' | 'residency'>;
  /** The region that Bedrock is called in, as the SDK resolves it; null while nothing says. */
  region: () => string | null;
}

/** Every model and upstream that is configured, each with its verdict: assessed once, and again when the region is known. */
export class ResidencyTargets {
  readonly #dependencies: Dependencies;
  #assessed: { region: string | null; targets: readonly ReportedTarget[] } | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  all(): readonly ReportedTarget[] {
    const region = this.#dependencies.region();
    if (this.#assessed?.region !== region) this.#assessed = { region, targets: this.#assess(region) };
    return this.#assessed.targets;
  }

  /** What could answer an operation of this type. */
  of(type: OperationType, operationClass: (typeof operationClasses)[number]): readonly ReportedTarget[] {
    const upstreams = this.#dependencies.config.mcp.upstreams.filter(
      ({ operations }) => operations?.includes(type) ?? true,
    );
    return this.all().filter((target) =>
      target.path === 'direct' ? target.class === operationClass : upstreams.some(({ name }) => name === target.target),
    );
  }

  #assess(region: string | null): ReportedTarget[] {
    const { direct, mcp, residency: config } = this.#dependencies.config;
    const { endpoint } = direct;
    const models = direct.enabled ? operationClasses : [];
    return [
      ...models.map((name) => {
        const { modelId } = modelSettings(direct, name);
        const verdict = assessDirect({ modelId, region: region ?? undefined, endpoint, config });
        return { path: 'direct', class: name, target: modelId, verdict } as const;
      }),
      ...mcp.upstreams.map(({ name, location, url }) => {
        return {
          path: 'mcp',
          class: null,
          target: name,
          verdict: assessUpstream({ name, location, url, config }),
        } as const;
      }),
    ];
  }
}
