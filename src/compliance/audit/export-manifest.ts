import { messageOf } from '../../config/errors.ts';
import { isPlainObject } from './canonical-json.ts';
import { type ExportManifest, exportFormat, exportVersion, manifestSchema, parseJson } from './export-format.ts';
import { parseTrustedKey, type TrustedKey } from './note-keys.ts';

/** Why nothing can be said of a file. */
export class Unreadable extends Error {}

/** Reads line 1, whatever its sum. @throws Unreadable */
export function parseManifest(text: string): ExportManifest {
  const value = parseJson(text);
  if (!isPlainObject(value) || value.format !== exportFormat)
    throw new Unreadable(`line 1 is not the manifest of an audit export ("format": "${exportFormat}")`);
  if (typeof value.version === 'number' && value.version > exportVersion)
    throw new Unreadable(
      `the export has version ${value.version}, this program reads version ${exportVersion}: use a newer one`,
    );
  const { sum: _, ...rest } = value;
  const manifest = manifestSchema.safeParse(rest);
  if (manifest.success) return manifest.data;
  const [issue] = manifest.error.issues;
  throw new Unreadable(`the manifest on line 1 is damaged: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** A key that the manifest names. @throws Unreadable */
export function ownKey(text: string): TrustedKey {
  try {
    return parseTrustedKey(text);
  } catch (cause) {
    throw new Unreadable(`the manifest on line 1 is damaged: publicKeys: ${messageOf(cause)}`, { cause });
  }
}
