import { type OperationClass, type PathName, pathNames } from '../config/operation-types.ts';
import type { Path } from '../paths/path.ts';
import type { RoutingSettings } from '../routing/routing-settings.ts';
import {
  type ComponentHealth,
  type ComponentName,
  type ComponentStatus,
  componentNames,
  componentOfPath,
  dependencies,
} from './components.ts';
import { PathHealth } from './path-health.ts';
import type { PathReport } from './path-report.ts';
import { shownBreakers, shownProbe } from './readable.ts';

interface Dependencies {
  paths: Record<PathName, Path>;
  settings: RoutingSettings;
  /** How what lasts stands: the state store and the audit log. */
  state: () => StateReport;
  /** Feature flags that are not as by default, for the router's details. */
  changedFlags?: () => Readonly<Record<string, boolean>>;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

export type OverallStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What is wrong with the state, as lines to show, and facts for the component's details. */
export interface StateReport {
  findings: readonly string[];
  details: Readonly<Record<string, unknown>>;
}

interface Judgement {
  status: ComponentStatus;
  cause: string | null;
  details: Readonly<Record<string, unknown>>;
}

/** What real calls and probes have seen of the two paths, and the five components that follow from it. */
export class HybridHealthMonitor {
  readonly #dependencies: Dependencies;
  readonly #paths: Record<PathName, PathHealth>;
  readonly #since = new Map<ComponentName, { status: ComponentStatus; at: number }>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { paths, settings, now } = dependencies;
    this.#paths = {
      direct: new PathHealth({ path: paths.direct, settings, now }),
      mcp: new PathHealth({ path: paths.mcp, settings, now }),
    };
  }

  /** What is known of one path; its calls and probes are recorded there. */
  path(name: PathName): PathHealth {
    return this.#paths[name];
  }

  /** Both paths, as operations of a class see them; without a class, as a whole. */
  snapshot(operationClass?: OperationClass): Record<PathName, PathReport> {
    return { direct: this.#paths.direct.report(operationClass), mcp: this.#paths.mcp.report(operationClass) };
  }

  /** The state store and the audit log: operations go on without them, and health says so. */
  state(): StateReport {
    return this.#dependencies.state();
  }

  /** Healthy: both paths can answer, and the state is whole; degraded: not all of it; unhealthy: no path. A path not tried yet is taken to work. */
  overall(): OverallStatus {
    const reports = Object.values(this.snapshot());
    const working = reports.filter(({ configured, status }) => configured && status !== 'unhealthy');
    if (working.length === 0) return 'unhealthy';
    if (this.state().findings.length > 0) return 'degraded';
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
    if (name === 'hybrid-monitor') return { status: 'healthy', cause: null, details: {} };
    const overall = this.overall();
    const causes = pathNames
      .map((candidate) => this.#judgePath(candidate))
      .filter(({ status }) => status !== 'healthy' && status !== 'unknown')
      .map(({ cause }) => cause);
    if (name === 'intelligent-router') {
      const flags = this.#dependencies.changedFlags?.() ?? {};
      const details = Object.keys(flags).length === 0 ? {} : { flags };
      return { status: overall, cause: overall === 'healthy' ? null : causes.join(' | ') || null, details };
    }
    const { findings, details } = this.state();
    const all = [...findings, ...causes].join(' | ');
    return { status: overall, cause: overall === 'healthy' ? null : all, details };
  }

  #judgePath(name: PathName): Judgement {
    const { configured, findings, status, cause, ...numbers } = this.#paths[name].report();
    const { details: facts, breakers } = this.#dependencies.paths[name].state();
    const { now, wallClock } = this.#dependencies;
    const probe = numbers.probe && shownProbe(numbers.probe, wallClock() - now());
    const details = { ...numbers, probe, breakers: shownBreakers(breakers), ...facts };
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
