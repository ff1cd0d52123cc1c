import { type PathName, pathNames } from '../config/operation-types.ts';
import type { RoutingConfig } from '../config/schema.ts';
import type { Path } from '../paths/path.ts';
import {
  type ComponentHealth,
  type ComponentName,
  type ComponentStatus,
  componentNames,
  componentOfPath,
  dependencies,
} from './components.ts';
import { type CallOutcome, judge, type PathHealthView, remember } from './path-health.ts';

interface Dependencies {
  paths: Record<PathName, Path>;
  config: RoutingConfig;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

export type OverallStatus = 'healthy' | 'degraded' | 'unhealthy';

/** A path by what calls have seen of it and by its configuration. */
export interface PathReport extends PathHealthView {
  configured: boolean;
  findings: readonly string[];
}

interface Judgement {
  status: ComponentStatus;
  cause: string | null;
  details: Readonly<Record<string, unknown>>;
}

/** Passive health: what real calls have seen of the two paths, and the five components that follow from it. */
export class HybridHealthMonitor {
  readonly #dependencies: Dependencies;
  readonly #windows: Record<PathName, CallOutcome[]> = { direct: [], mcp: [] };
  readonly #since = new Map<ComponentName, { status: ComponentStatus; at: number }>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  record(path: PathName, outcome: Omit<CallOutcome, 'at'>): void {
    this.#windows[path] = remember(this.#windows[path], { ...outcome, at: this.#dependencies.now() });
  }

  path(name: PathName): PathReport {
    const { paths, config, now } = this.#dependencies;
    const { configured, findings } = paths[name].state();
    return { ...judge(this.#windows[name], now(), config), configured, findings };
  }

  snapshot(): Record<PathName, PathReport> {
    return { direct: this.path('direct'), mcp: this.path('mcp') };
  }

  /** Healthy: both paths can answer; degraded: one of them; unhealthy: none. A path not tried yet is taken to work. */
  overall(): OverallStatus {
    const reports = Object.values(this.snapshot());
    const working = reports.filter(({ configured, status }) => configured && status !== 'unhealthy');
    if (working.length === 0) return 'unhealthy';
    const whole = reports.every(({ configured, status, findings }) => {
      return configured && findings.length === 0 && (status === 'healthy' || status === 'unknown');
    });
    return whole ? 'healthy' : 'degraded';
  }

  components(): ComponentHealth[] {
    return componentNames.map((name) => this.component(name));
  }

  component(name: ComponentName): ComponentHealth {
    const { status, cause, details } = this.#judge(name);
    return { name, status, since: this.#sinceWhen(name, status), cause, dependsOn: dependencies[name], details };
  }

  #judge(name: ComponentName): Judgement {
    const path = pathNames.find((candidate) => componentOfPath[candidate] === name);
    if (path) return this.#judgePath(path);
    if (name === 'hybrid-monitor') return { status: 'healthy', cause: null, details: { method: 'passive' } };
    const overall = this.overall();
    const causes = pathNames
      .map((candidate) => this.#judgePath(candidate))
      .filter(({ status }) => status !== 'healthy' && status !== 'unknown')
      .map(({ cause }) => cause);
    return { status: overall, cause: overall === 'healthy' ? null : causes.join(' | '), details: {} };
  }

  #judgePath(name: PathName): Judgement {
    const { configured, findings, status, cause, ...numbers } = this.path(name);
    const details = { ...numbers, ...this.#dependencies.paths[name].state().details };
    if (!configured) return { status: 'not_configured', cause: findings.join(' '), details };
    if (findings.length === 0) return { status, cause, details };
    const causes = [...findings, ...(cause === null || status === 'healthy' ? [] : [cause])];
    return { status: status === 'unhealthy' ? status : 'degraded', cause: causes.join(' '), details };
  }

  #sinceWhen(name: ComponentName, status: ComponentStatus): string {
    const known = this.#since.get(name);
    const at = known?.status === status ? known.at : this.#dependencies.wallClock();
    this.#since.set(name, { status, at });
    return new Date(at).toISOString();
  }
}
