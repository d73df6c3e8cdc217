import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Takes every connection and never says a word. */
export type MuteServer = { readonly port: number; readonly sockets: ReadonlySet<Socket>; end(): Promise<void> };

export async function startMute(): Promise<MuteServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    sockets,
    end: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
