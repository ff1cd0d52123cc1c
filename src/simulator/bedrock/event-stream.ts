import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';
import type { STREAM_EXCEPTIONS } from '../faults.ts';

export interface StreamEvent {
  type: string;
  /** Sent as JSON; a string is sent as it stands. */
  payload: unknown;
}

const codec = new EventStreamCodec(toUtf8, fromUtf8);

function header(value: string): { type: 'string'; value: string } {
  return { type: 'string', value };
}

/** One frame of `application/vnd.amazon.eventstream`. */
export function encodeEvent({ type, payload }: StreamEvent): Uint8Array {
  return codec.encode({
    headers: {
      ':event-type': header(type),
      ':content-type': header('application/json'),
      ':message-type': header('event'),
    },
    body: fromUtf8(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  });
}

/** A frame that raises an exception in the client, in the middle of an answer that began with status 200. */
export function encodeException(exception: (typeof STREAM_EXCEPTIONS)[number]): Uint8Array {
  const details =
    exception === 'ModelStreamErrorException' ? { originalStatusCode: 500, originalMessage: 'simulated' } : {};
  return codec.encode({
    headers: {
      ':exception-type': header(exception.charAt(0).toLowerCase() + exception.slice(1)),
      ':content-type': header('application/json'),
      ':message-type': header('exception'),
    },
    body: fromUtf8(JSON.stringify({ ...details, message: `Simulated ${exception} in mid-stream.` })),
  });
}

/** The same frame with its last checksum bit turned: lengths are right, the CRC is not. */
export function corrupted(frame: Uint8Array): Uint8Array {
  const broken = Uint8Array.from(frame);
  const last = broken.length - 1;
  broken[last] = (broken[last] ?? 0) ^ 1;
  return broken;
}
