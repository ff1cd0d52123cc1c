import type { Plan } from './plan.ts';

/** What is written about confirmations, while nobody else writes. */
export interface PlanEntries {
  plan(id: string): Promise<Plan | null>;
  plans(): Promise<[id: string, plan: Plan][]>;
  putPlan(id: string, plan: Plan): Promise<void>;
  /** Marks a token as used, until it expires. @returns false where it was used before */
  spend(id: string, expiresAt: number): Promise<boolean>;
}

/** Where plans and used tokens are kept. */
export interface PlanBook {
  /** What the work writes stands together, or not at all. @throws StoreError where it is kept in a store that is away */
  change<Result>(work: (entries: PlanEntries) => Promise<Result>): Promise<Result>;
  read<Result>(work: (entries: Pick<PlanEntries, 'plan' | 'plans'>) => Promise<Result>): Promise<Result>;
}
