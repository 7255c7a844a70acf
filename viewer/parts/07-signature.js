// Signatures: always by WebCrypto. What the browser cannot do is "not checked", never passed.

/** The browser lacks an algorithm. */
class Unsupported extends Error {}

const ed25519Order = (1n << 252n) + 27742317777372353535851937790883648493n;
const ed25519Prime = (1n << 255n) - 19n;

/** Points of small order, as y coordinates: with them one signature fits many messages, and libraries disagree. */
const ed25519SmallOrder = [0n, 1n, ed25519Prime - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n];

const littleEndian = (bytes) => bytes.reduceRight((sum, value) => (sum << 8n) | BigInt(value), 0n);

/**
 * Ed25519 as the plane's library takes it (RFC 8032, cofactorless): before WebCrypto is asked, encodings on which libraries differ refuse -
 * scalars that are not reduced, coordinates that are not, points of small order.
 * @param {Uint8Array} key 32 bytes @param {Uint8Array} message @param {Uint8Array} signature 64 bytes
 */
async function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) {
    return false;
  }
  for (const point of [key, signature.subarray(0, 32)]) {
    const y = littleEndian(point) & ((1n << 255n) - 1n);
    if (y >= ed25519Prime || ed25519SmallOrder.includes(y)) {
      return false;
    }
  }
  if (littleEndian(signature.subarray(32)) >= ed25519Order) {
    return false;
  }
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (fault) {
    if (fault?.name === "NotSupportedError") {
      throw new Unsupported("this browser has no Ed25519");
    }
    return false;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

/** @param {Uint8Array} spki the 91 bytes of an uncompressed P-256 key @param {Uint8Array} message @param {Uint8Array} raw r || s */
async function verifyP256(spki, message, raw) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch (fault) {
    if (fault?.name === "NotSupportedError") {
      throw new Unsupported("this browser has no ECDSA P-256");
    }
    return false;
  }
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, raw, message);
}

const spkiPrefix = Uint8Array.of(0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04);

/** A P-256 public key in its one DER form. @param {string} encoded standard base64 @param {string} what */
function parseSpki(encoded, what) {
  const bytes = fromBase64(encoded, what);
  demand(bytes.length === 91 && same(bytes.subarray(0, 27), spkiPrefix), `${what}: not an uncompressed P-256 key`);
  return bytes;
}

/** RFC 7638 thumbprint of a P-256 key. @param {Uint8Array} spki */
function thumbprint(spki) {
  return base64url(sha256(utf8(canonical({ crv: "P-256", kty: "EC", x: base64url(spki.slice(27, 59)), y: base64url(spki.slice(59, 91)) }))));
}

/** Strict DER of an ECDSA signature to r || s. @param {Uint8Array} der @param {string} what */
function derToRaw(der, what) {
  const raw = new Uint8Array(64);
  let at = 2;
  demand(der.length >= 8 && der.length <= 72 && der[0] === 0x30 && der[1] === der.length - 2, `${what}: not a DER signature`);
  for (const target of [0, 32]) {
    const length = der[at + 1];
    demand(der[at] === 0x02 && length >= 1 && length <= 33 && at + 2 + length <= der.length, `${what}: not a DER signature`);
    let number = der.subarray(at + 2, at + 2 + length);
    demand(number[0] < 0x80 && !(number[0] === 0 && length > 1 && number[1] < 0x80), `${what}: a number of the signature is not in its shortest form`);
    number = number[0] === 0 ? number.subarray(1) : number;
    demand(number.length <= 32, `${what}: a number of the signature is too long`);
    raw.set(number, target + 32 - number.length);
    at += 2 + length;
  }
  demand(at === der.length, `${what}: bytes after the signature`);
  return raw;
}

/** DSSE 1.0.2: what is signed. @param {Uint8Array} body */
function preAuthentication(type, body) {
  return concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body);
}
