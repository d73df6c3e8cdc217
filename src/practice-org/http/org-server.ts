import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../errors.js';
import type { Desk } from './desk.js';
import { faultReply, isCut, worksFirst } from './fault-replies.js';
import type { RequestFault } from './faults.js';
import type { JournalEntry } from './journal.js';
import { jsonReply, send, sendHalf } from './reply.js';
import type { Reply } from './reply.js';
import { checkSize, readBody, readHead } from './wire-request.js';
import type { WireRequest } from './wire-request.js';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
/** Larger than the org's own limit, so that the org and not Node answers 414 and 431. */
const MAX_HEADER_BYTES = 128 * 1024;

export type Latency = {
  /** milliseconds every API call takes */
  perRequest?: number;
  /** milliseconds more for each record of its body */
  perRecord?: number;
};

/** Answers requests under /practice-org; undefined = not its path. */
export type Control = (request: WireRequest, message: IncomingMessage) => Reply | undefined;

const closeSocket = (response: ServerResponse): void => {
  response.socket?.resetAndDestroy();
};

/** Never keeps the process alive: what nobody waits for any more need not end. */
const wait = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });

const isApi = (path: string): boolean => path.startsWith('/services/') || path.startsWith('/id/');

/** The loopback HTTP server: reads requests, applies scripted faults and latency, lets the desk do the work. */
export class OrgServer {
  readonly #desk: Desk;
  readonly #control: Control;
  readonly #latency: Latency;
  #server: Server | undefined;

  public constructor(desk: Desk, control: Control, latency: Latency) {
    this.#desk = desk;
    this.#control = control;
    this.#latency = latency;
  }

  /** @returns the URL, without slash at the end. @throws Error if the host is not the loopback, or the port is taken */
  public async start(port: number, host: string): Promise<string> {
    if (!LOOPBACK.includes(host)) throw new Error(`A practice org listens on the loopback only, not on ${host}`);
    if (this.#server) throw new Error('The practice org is already running');
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (message, response) => {
      this.#serve(message, response).catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        if (!response.headersSent)
          send(response, jsonReply(500, [{ message: text, errorCode: 'UNKNOWN_EXCEPTION' }]), '');
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.#server = server;
    const { port: actual } = server.address() as AddressInfo;
    return `http://${host === '::1' ? '[::1]' : host}:${actual}`;
  }

  /** Closes every connection at once, answers under way included. */
  public async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request: WireRequest = { ...readHead(message), bodyText: '' };
    let refusal: ApiError | undefined;
    try {
      checkSize(message);
      request.bodyText = await readBody(message);
    } catch (error) {
      if (!(error instanceof ApiError)) return; // the client went away while it was sending
      refusal = error;
    }
    const control = this.#control(request, message);
    if (control) return send(response, control, '');
    const entry = this.#desk.open(request);
    const reply = refusal ? jsonReply(refusal.status, refusal.errors) : await this.#work(request, entry, response);
    if (!reply) return undefined;
    entry.status = reply.status;
    const accepts = this.#desk.org.behaviour.gzip ? (request.headers['accept-encoding'] ?? '') : '';
    return send(response, request.method === 'HEAD' ? { ...reply, text: undefined } : reply, accepts);
  }

  /** @returns the answer; undefined if the connection was cut */
  async #work(request: WireRequest, entry: JournalEntry, response: ServerResponse): Promise<Reply | undefined> {
    if (!isApi(request.path)) return jsonReply(404, ApiError.notFound().errors);
    const fault = this.#desk.takeFault(request, entry);
    await this.#delay(request, entry);
    if (fault?.kind === 'slow' && fault.afterCommit !== true) await wait(fault.ms);
    const reply = !fault || worksFirst(fault) ? this.#desk.answer(request, entry) : undefined;
    return fault ? this.#spoil(fault, reply, response) : reply;
  }

  async #spoil(fault: RequestFault, reply: Reply | undefined, response: ServerResponse): Promise<Reply | undefined> {
    if (isCut(fault)) {
      closeSocket(response);
      return undefined;
    }
    if (fault.kind === 'hang') return undefined;
    if (fault.kind === 'halfBody') {
      if (reply) sendHalf(response, reply, () => fault.then === 'cut' && closeSocket(response));
      return undefined;
    }
    if (fault.kind === 'slow' && fault.afterCommit === true) await wait(fault.ms);
    return faultReply(fault, reply);
  }

  async #delay({ path }: WireRequest, { body }: JournalEntry): Promise<void> {
    const { perRequest = 0, perRecord = 0 } = this.#latency;
    if (perRequest + perRecord === 0 || !path.startsWith('/services/data/')) return;
    const records = perRecord === 0 ? 0 : (JSON.stringify(body)?.match(/"attributes":/g)?.length ?? 0);
    await wait(perRequest + records * perRecord);
  }
}
