import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createControlApp } from './control-app.ts';
import { closeServer, type DataListener, HOST, listen } from './data-listener.ts';
import type { Engine } from './engine.ts';

/** A simulator that listens. */
export interface RunningSimulator {
  /** Where clients send their calls. */
  url: string;
  controlUrl: string;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** Data port on 127.0.0.1; 0 takes a free one. Default 0. */
  port?: number;
  /** Control port on 127.0.0.1; 0 takes a free one. Default 0. */
  controlPort?: number;
  /** Seed of everything random: an integer, 0 to 4294967295. Default 1. */
  seed?: number;
}

interface Parts {
  engine: Engine;
  server: Server;
  listener: DataListener;
  /** Path of the data URL, such as `/mcp`. */
  path: string;
  stop?: () => Promise<void>;
}

/** Opens the data port and the control port of a simulator. */
export async function openSimulator(parts: Parts, options: SimulatorOptions): Promise<RunningSimulator> {
  const { engine, listener, path } = parts;
  await listener.open();
  const control = createServer(getRequestListener(createControlApp({ engine, listener }).fetch));
  const controlPort = await listen(control, options.controlPort ?? 0);
  return {
    url: `http://${HOST}:${listener.port}${path}`,
    controlUrl: `http://${HOST}:${controlPort}`,
    async close() {
      await parts.stop?.();
      await Promise.all([listener.close(), closeServer(control)]);
    },
  };
}
