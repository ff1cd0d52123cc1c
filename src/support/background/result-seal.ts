import { randomBytes } from 'node:crypto';
import type { SubjectRegistry } from '../../compliance/subjects/subject-registry.ts';
import { type KeyRing, seal, unseal } from '../../store/key-ring.ts';
import { type OperationResult, operationResultSchema } from '../operation.ts';

interface Dependencies {
  keys: Pick<KeyRing, 'named'>;
  subjects: Pick<SubjectRegistry, 'enter' | 'byId'>;
}

const keyName = 'background-operations';
const keyBytes = 32;

/**
 * Results at rest: under the key of the person whom the operation names, so that the person's erasure takes them too, else
 * under a key of this state.
 */
export class ResultSeal {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The surrogate of the person whom an operation names; null where it names nobody. @throws StoreError, HybridRoutingError */
  async ownerOf(identifier: string | undefined): Promise<string | null> {
    return identifier === undefined ? null : (await this.#dependencies.subjects.enter(identifier)).id;
  }

  /** Null where the person has been erased. @throws StoreError, HybridRoutingError */
  async seal(result: OperationResult, owner: string | null): Promise<string | null> {
    const text = JSON.stringify(result);
    if (owner === null) return seal(await this.#key(), text, contextOf(result.operationId));
    return (await this.#dependencies.subjects.byId(owner))?.seal(text) ?? null;
  }

  /** Null where the person has been erased, or it is another operation's. @throws StoreError, HybridRoutingError */
  async open(sealed: string, { id, owner }: { id: string; owner: string | null }): Promise<OperationResult | null> {
    const text =
      owner === null
        ? unseal(await this.#key(), sealed, contextOf(id)).toString('utf8')
        : ((await this.#dependencies.subjects.byId(owner))?.open(sealed) ?? null);
    if (text === null) return null;
    const result = operationResultSchema.parse(JSON.parse(text));
    return result.operationId === id ? result : null;
  }

  #key(): Promise<Buffer> {
    return this.#dependencies.keys.named(keyName, () => randomBytes(keyBytes));
  }
}

function contextOf(id: string): string {
  return `background:${id}`;
}
