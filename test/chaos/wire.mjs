/** Bytes into messages: HTTP/1.1 with content-length, and WebSocket frames as a server sends them. */

const headEnd = Buffer.from('\r\n\r\n');

/** Cuts a byte stream into whole HTTP messages. `hasBody`: whether the next message may have one. */
export class HttpCutter {
  #bytes = Buffer.alloc(0);
  #startedMs = null;

  /** Whole messages that end in these bytes: `{ first, headers, body, raw, startedMs }`. */
  push(bytes, nowMs) {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const messages = [];
    while (this.#bytes.length > 0) {
      this.#startedMs ??= nowMs;
      const headAt = this.#bytes.indexOf(headEnd);
      if (headAt < 0) break;
      const [first, ...lines] = this.#bytes.subarray(0, headAt).toString('latin1').split('\r\n');
      const headers = new Map(
        lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      if (headers.has('transfer-encoding')) throw new Error(`cannot cut a chunked body: ${first}`);
      const bodyAt = headAt + headEnd.length;
      const end = bodyAt + Number(headers.get('content-length') ?? 0);
      if (this.#bytes.length < end) break;
      messages.push({
        first,
        headers,
        body: this.#bytes.subarray(bodyAt, end),
        raw: this.#bytes.subarray(0, end),
        startedMs: this.#startedMs,
      });
      this.#bytes = this.#bytes.subarray(end);
      this.#startedMs = null;
    }
    return messages;
  }

  /** What has not become a message, for whoever takes the stream over. */
  rest() {
    const bytes = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    return bytes;
  }
}

/** Cuts a byte stream into whole unmasked WebSocket frames. */
export class FrameCutter {
  #bytes = Buffer.alloc(0);

  /** `{ opcode, payload, raw }`. */
  push(bytes) {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const frames = [];
    while (this.#bytes.length >= 2) {
      const short = this.#bytes[1] & 0x7f;
      const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#bytes.length < headBytes) break;
      const size =
        short === 126
          ? this.#bytes.readUInt16BE(2)
          : short === 127
            ? Number(this.#bytes.readBigUInt64BE(2))
            : short;
      const end = headBytes + size;
      if (this.#bytes.length < end) break;
      frames.push({
        opcode: this.#bytes[0] & 0x0f,
        payload: this.#bytes.subarray(headBytes, end),
        raw: this.#bytes.subarray(0, end),
      });
      this.#bytes = this.#bytes.subarray(end);
    }
    return frames;
  }
}

const opcodes = { continuation: 0, text: 1, binary: 2 };

/** A frame as a server sends it. */
export function frameOf(payload, { opcode = 'text', isLast = true } = {}) {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = (isLast ? 0x80 : 0) | opcodes[opcode];
  if (size < 126) head[1] = size;
  else if (size < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
}

/** One message as frames of a byte each. */
export const inBytes = (payload) =>
  Buffer.concat(
    Array.from(payload, (_, at) =>
      frameOf(payload.subarray(at, at + 1), {
        opcode: at === 0 ? 'text' : 'continuation',
        isLast: at === payload.length - 1,
      }),
    ),
  );

/** A whole HTTP reply. */
export const replyOf = (status, body, headers = {}) =>
  Buffer.from(
    `HTTP/1.1 ${status} Told\r\n${Object.entries({
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n${body}`,
    'latin1',
  );
