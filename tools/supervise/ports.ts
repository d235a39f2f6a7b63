import { createServer } from 'node:net';

/** Resolves with the port that was bound (port 0: a free one), rejects when it is taken. */
export function probePort(host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/** The wished port when it is free, else any free one. */
export async function freePort(host: string, wished: number): Promise<number> {
  try {
    return await probePort(host, wished);
  } catch {
    return probePort(host, 0);
  }
}
