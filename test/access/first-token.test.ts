import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstToken } from '../../src/access/first-token.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { ownStateFolder } from '../support-files/config.ts';
import { thrownBy } from '../support-files/thrown.ts';

const start = (folder: string) => firstToken({ folder, random: randomBytes });
const refusal = (folder: string) => thrownBy(ConfigError, () => start(folder));
const posix = process.platform !== 'win32';

function folderWith(text: string, mode: number): { folder: string; file: string } {
  const folder = ownStateFolder();
  const file = join(folder, 'admin-token');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { folder, file };
}

describe('the first token', () => {
  it('is random, and kept for its owner alone', async () => {
    const folder = ownStateFolder();
    const { token, file } = await start(folder);
    expect(token).toMatch(/^hrm_[\w-]{43}$/);
    expect(file).toBe(join(folder, 'admin-token'));
    expect(readFileSync(file, 'utf8')).toBe(`${token}\n`);
    if (posix) expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
    expect((await start(ownStateFolder())).token).not.toBe(token);
  });

  it('is the same at the next start', async () => {
    const folder = ownStateFolder();
    expect(await start(folder)).toEqual(await start(folder));
  });

  it('is one for all who start at the same time', async () => {
    const folder = ownStateFolder();
    const started = await Promise.all(Array.from({ length: 20 }, () => start(folder)));
    expect(new Set(started.map(({ token }) => token)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['admin-token']);
  });

  it('is the other’s where another process makes one meanwhile', async () => {
    const folder = ownStateFolder();
    const other = `hrm_${'o'.repeat(43)}`;
    const random = (length: number) => {
      writeFileSync(join(folder, 'admin-token'), other, { mode: 0o600 });
      return randomBytes(length);
    };
    expect((await firstToken({ folder, random })).token).toBe(other);
  });

  it.runIf(posix).each([0o640, 0o604, 0o620, 0o666])('is not taken from a file of mode %o', async (mode) => {
    const { folder, file } = folderWith(`hrm_${'x'.repeat(43)}\n`, mode);
    const { message, remedy } = await refusal(folder);
    expect(message).toBe(`${file} may be read or written by others (mode ${mode.toString(8)}), and is not trusted`);
    expect(remedy).toContain(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect((await start(folder)).token).toBe(`hrm_${'x'.repeat(43)}`);
  });

  it.each(['', 'hrm_short', `hrm_${'x'.repeat(44)}`])('is not taken from a file that holds %j', async (text) => {
    const { folder, file } = folderWith(text, 0o600);
    expect(await refusal(folder)).toMatchObject({ message: `${file} holds no token` });
  });

  it('has the operator told where it cannot be written', async () => {
    const { file } = folderWith('', 0o600);
    const { message, remedy } = await refusal(join(file, 'below'));
    expect(message).toContain('ENOTDIR');
    expect(remedy).toContain('HYBRID_ROUTING_ADMIN_TOKEN');
  });
});
