// Bytes and their texts. Every decoder here has exactly one accepted spelling and says what it refused.

/** A statement of this file that does not hold: expected, got and where. Everything else that is thrown is a bug of the viewer. */
class Refusal extends Error {
  /** @param {string} message @param {number} [offset] byte offset in the file being read */
  constructor(message, offset) {
    super(offset === undefined ? message : `${message} (byte ${offset})`);
    this.offset = offset;
  }
}

/** @param {boolean} condition @param {string} message @param {number} [offset] */
function demand(condition, message, offset) {
  if (!condition) {
    throw new Refusal(message, offset);
  }
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} text @returns {Uint8Array} */
function utf8(text) {
  return utf8Encoder.encode(text);
}

/** Strict: malformed UTF-8 and a byte order mark refuse. @param {Uint8Array} bytes @param {string} what @returns {string} */
function text(bytes, what) {
  demand(!(bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf), `${what}: byte order mark`, 0);
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    throw new Refusal(`${what}: not UTF-8`);
  }
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** @param {...Uint8Array} parts */
function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (value) => value.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Standard alphabet with padding; decoded, encoded again and compared, so that nothing has two spellings. @param {string} value @param {string} what */
function fromBase64(value, what) {
  demand(typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0, `${what}: not base64`);
  const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  demand(base64(bytes) === value, `${what}: base64 with stray bits`);
  return bytes;
}

/** @param {string} value @param {string} what */
function fromBase64url(value, what) {
  demand(typeof value === "string" && /^[A-Za-z0-9_-]*$/.test(value), `${what}: not base64url`);
  const padded = value.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (value.length % 4)) % 4);
  demand(padded.length % 4 === 0 && !padded.endsWith("==="), `${what}: not base64url`);
  return fromBase64(padded, what);
}
