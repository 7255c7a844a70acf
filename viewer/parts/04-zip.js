// The container: a zip in the one spelling that the exporter writes. Any other bytes refuse, even where unpackers would agree on the content.

const zipFilesMax = 65535; // what its counter of 16 bits holds
const zipPathMax = 160;
const zipBytesMax = 64 * 1024 * 1024; // of the browser; the format allows 1 GiB

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) {
    n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  }
  return n;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const value of bytes) {
    crc = crcTable[(crc ^ value) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const local = [0x04034b50, 30];
const central = [0x02014b50, 46];
const ending = [0x06054b50, 22];

/** The header fields that never vary: version 2.0, UTF-8 names, stored, 1980-01-01 00:00:00. */
const zipVersion = 20;
const zipFlags = 0x0800;
const zipTime = 0;
const zipDate = 0x0021;

/**
 * Reads the names and bytes of a bundle and proves that writing them again gives the same container.
 * @param {Uint8Array} bytes @returns {Map<string, Uint8Array>} in the order of the container
 */
function readZip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  demand(bytes.length <= zipBytesMax, "container: more than 64 MiB is too large for a browser");
  demand(bytes.length >= ending[1], "container: shorter than an empty zip", 0);
  const files = new Map();
  let at = 0;
  let previous = null;
  while (at + local[1] <= bytes.length && view.getUint32(at, true) === local[0]) {
    const size = view.getUint32(at + 18, true);
    const nameLength = view.getUint16(at + 26, true);
    demand(at + local[1] + nameLength + size <= bytes.length, "container: a file reaches beyond the end", at);
    const nameBytes = bytes.subarray(at + local[1], at + local[1] + nameLength);
    const name = text(nameBytes, "container: a file name");
    demand(isPath(name), `container: file name ${JSON.stringify(name)} is not allowed`, at + local[1]);
    demand(previous === null || compareBytes(previous, nameBytes) < 0, `container: ${name} is a duplicate or out of order`, at + local[1]);
    const start = at + local[1] + nameLength;
    files.set(name, bytes.subarray(start, start + size));
    demand(files.size <= zipFilesMax, `container: more than ${zipFilesMax} files`, at);
    previous = nameBytes;
    at = start + size;
  }
  demand(files.size > 0, "container: not a stored zip", 0);
  const written = writeZip(files, bytes.length);
  for (let i = 0; i < Math.max(written.length, bytes.length); i++) {
    demand(written[i] === bytes[i], "container: not the bytes that writing its content gives", i);
  }
  return files;
}

/** @param {Map<string, Uint8Array>} files @param {number} lengthMax stop early instead of growing past what was given */
function writeZip(files, lengthMax) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of files) {
    const nameBytes = utf8(name);
    const common = (view, at) => {
      view.setUint16(at, zipVersion, true);
      view.setUint16(at + 2, zipFlags, true);
      view.setUint16(at + 4, 0, true);
      view.setUint16(at + 6, zipTime, true);
      view.setUint16(at + 8, zipDate, true);
      view.setUint32(at + 10, crc32(content), true);
      view.setUint32(at + 14, content.length, true);
      view.setUint32(at + 18, content.length, true);
      view.setUint16(at + 22, nameBytes.length, true);
    };
    const head = new DataView(new ArrayBuffer(local[1]));
    head.setUint32(0, local[0], true);
    common(head, 4);
    const entry = new DataView(new ArrayBuffer(central[1]));
    entry.setUint32(0, central[0], true);
    entry.setUint16(4, zipVersion, true);
    common(entry, 6);
    entry.setUint32(42, offset, true);
    parts.push(new Uint8Array(head.buffer), nameBytes, content);
    directory.push(new Uint8Array(entry.buffer), nameBytes);
    offset += local[1] + nameBytes.length + content.length;
  }
  const directoryBytes = concat(...directory);
  const end = new DataView(new ArrayBuffer(ending[1]));
  end.setUint32(0, ending[0], true);
  end.setUint16(8, files.size, true);
  end.setUint16(10, files.size, true);
  end.setUint32(12, directoryBytes.length, true);
  end.setUint32(16, offset, true);
  demand(offset + directoryBytes.length + ending[1] === lengthMax, "container: not as long as its content needs", Math.min(offset, lengthMax));
  return concat(...parts, directoryBytes, new Uint8Array(end.buffer));
}

/** @param {string} name */
function isPath(name) {
  return name.length > 0 && name.length <= zipPathMax && /^[A-Za-z0-9._/-]+$/.test(name) && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function compareBytes(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      return a[i] - b[i];
    }
  }
  return a.length - b.length;
}
