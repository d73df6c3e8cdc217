import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A real HTTP proxy on the loopback: forwards plain requests, and tunnels after CONNECT. */
export type TinyProxy = {
  readonly url: string;
  /** What it was asked for, in order: `POST http://…` or `CONNECT host:port`. */
  readonly asked: string[];
  end(): Promise<void>;
};

/** @param hosts names that only the proxy knows, and the `host:port` behind each */
export async function startProxy(hosts: Readonly<Record<string, string>> = {}): Promise<TinyProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const addressOf = (host: string): string => hosts[host] ?? host;
  const server = createServer((message: IncomingMessage, response: ServerResponse) => {
    const url = new URL(message.url ?? '');
    asked.push(`${message.method} ${url.href}`);
    const [hostname, port] = addressOf(url.host).split(':');
    const options = {
      hostname,
      port,
      path: url.pathname + url.search,
      method: message.method,
      headers: message.headers,
    };
    const onward = forward(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    message.pipe(onward);
  });
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('connect', (message, socket: Socket) => {
    asked.push(`CONNECT ${message.url}`);
    const [host, port] = addressOf(message.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    end: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
