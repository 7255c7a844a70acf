// SHA-256 (FIPS 180-4), synchronous: an awaited WebCrypto digest costs two to three times as much per tree node.
// At start it is compared with WebCrypto; signatures are never checked by code of this file alone.

const sha256Constants = (() => {
  const constants = new Uint32Array(64);
  const start = new Uint32Array(8);
  let count = 0;
  for (let candidate = 2; count < 64; candidate++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
      prime = prime && candidate % divisor !== 0;
    }
    if (prime) {
      const fraction = (root) => Math.floor((root - Math.floor(root)) * 0x100000000);
      if (count < 8) {
        start[count] = fraction(Math.sqrt(candidate));
      }
      constants[count++] = fraction(Math.cbrt(candidate));
    }
  }
  return { constants, start };
})();

/** @param {...Uint8Array} parts @returns {Uint8Array} 32 bytes */
function sha256(...parts) {
  const { constants, start } = sha256Constants;
  const message = parts.length === 1 ? parts[0] : concat(...parts);
  const blocks = (message.length + 9 + 63) >> 6;
  const state = Uint32Array.from(start);
  const words = new Uint32Array(64);
  const tail = new Uint8Array(128);
  const tailStart = (message.length >> 6) << 6;
  const tailBlocks = blocks - (tailStart >> 6);
  tail.set(message.subarray(tailStart));
  tail[message.length - tailStart] = 0x80;
  const tailView = new DataView(tail.buffer);
  tailView.setUint32(tailBlocks * 64 - 8, Math.floor(message.length / 0x20000000));
  tailView.setUint32(tailBlocks * 64 - 4, (message.length << 3) >>> 0);
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  for (let block = 0; block < blocks; block++) {
    const inTail = block * 64 >= tailStart;
    const source = inTail ? tailView : view;
    const offset = inTail ? block * 64 - tailStart : block * 64;
    for (let i = 0; i < 16; i++) {
      words[i] = source.getUint32(offset + i * 4);
    }
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15];
      const y = words[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, i) => out.setUint32(i * 4, word));
  return digest;
}

/** Throws unless both implementations agree on lengths around the block size. */
async function testSha256() {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const sample = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
    if (!same(sha256(sample), new Uint8Array(await crypto.subtle.digest("SHA-256", sample)))) {
      throw new Error(`SHA-256 self-test failed at length ${length}`);
    }
  }
}
