// JSON as evidence needs it: one value, no ambiguity, byte offsets in refusals; and the canonical form of RFC 8785.

const jsonDepthMax = 64;
const jsonMembersMax = 10000;

/**
 * Strict reader: refuses invalid UTF-8, duplicate names, lone surrogates, noncharacters, inexact numbers, minus zero, depth over 64, trailing bytes.
 * @param {Uint8Array} bytes @param {string} what @param {boolean} [integersOnly] statements and manifests hold integers within 2^53 - 1 only
 */
function parseJson(bytes, what, integersOnly = true) {
  const source = text(bytes, what);
  let at = 0;
  let members = 0;

  const place = () => utf8(source.slice(0, at)).length;
  const refuse = (message) => {
    throw new Refusal(`${what}: ${message}`, place());
  };
  const space = () => {
    while (" \t\n\r".includes(source[at]) && at < source.length) {
      at++;
    }
  };

  const string = () => {
    let value = "";
    at++;
    for (;;) {
      const character = source[at];
      if (character === undefined) {
        refuse("string without end");
      } else if (character === '"') {
        at++;
        break;
      } else if (character < " ") {
        refuse("control character in a string");
      } else if (character !== "\\") {
        value += character;
        at++;
      } else {
        const escape = source[at + 1];
        const simple = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[escape];
        if (simple !== undefined) {
          value += simple;
          at += 2;
        } else {
          const digits = source.slice(at + 2, at + 6);
          if (escape !== "u" || !/^[0-9A-Fa-f]{4}$/.test(digits)) {
            refuse("unknown escape");
          }
          value += String.fromCharCode(parseInt(digits, 16));
          at += 6;
        }
      }
    }
    for (const character of value) {
      const code = character.codePointAt(0);
      if ((code >= 0xd800 && code <= 0xdfff) || (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)) {
        refuse("lone surrogate or noncharacter in a string");
      }
    }
    return value;
  };

  const number = () => {
    const token = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/.exec(source.slice(at, at + 400))?.[0];
    if (token === undefined) {
      refuse("expected a value");
    }
    const value = Number(token);
    if (integersOnly && !/^-?(?:0|[1-9][0-9]*)$/.test(token)) {
      refuse(`expected an integer, got ${token}`);
    }
    if (!Number.isFinite(value) || Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value)) || decimal(token) !== decimal(String(value))) {
      refuse(`number ${token} has no exact value`);
    }
    at += token.length;
    return value;
  };

  const value = (depth) => {
    if (depth > jsonDepthMax) {
      refuse(`nested deeper than ${jsonDepthMax}`);
    }
    space();
    const character = source[at];
    if (character === "{") {
      const result = Object.create(null);
      at++;
      space();
      if (source[at] === "}") {
        at++;
        return result;
      }
      for (;;) {
        space();
        if (source[at] !== '"') {
          refuse("expected a member name");
        }
        const name = string();
        if (name in result) {
          refuse(`duplicate member ${JSON.stringify(name)}`);
        }
        if (++members > jsonMembersMax && integersOnly === false) {
          refuse(`more than ${jsonMembersMax} members`);
        }
        space();
        if (source[at++] !== ":") {
          refuse("expected ':'");
        }
        result[name] = value(depth + 1);
        space();
        const next = source[at++];
        if (next === "}") {
          return result;
        }
        if (next !== ",") {
          refuse("expected ',' or '}'");
        }
      }
    }
    if (character === "[") {
      const result = [];
      at++;
      space();
      if (source[at] === "]") {
        at++;
        return result;
      }
      for (;;) {
        result.push(value(depth + 1));
        space();
        const next = source[at++];
        if (next === "]") {
          return result;
        }
        if (next !== ",") {
          refuse("expected ',' or ']'");
        }
      }
    }
    if (character === '"') {
      return string();
    }
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) {
      if (source.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    return number();
  };

  const result = value(1);
  space();
  if (at !== source.length) {
    refuse("bytes after the value");
  }
  return result;
}

/** Digits and exponent of a number token, equal exactly when the values are. @param {string} token */
function decimal(token) {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(token);
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "0" : `${sign}${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}

/** RFC 8785. JSON.stringify already writes strings and numbers as it asks; names sort by UTF-16 code units, as JavaScript compares. */
function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** A value that is accepted only in its canonical spelling. @param {Uint8Array} bytes @param {string} what @param {boolean} [integersOnly] */
function parseCanonical(bytes, what, integersOnly = true) {
  const value = parseJson(bytes, what, integersOnly);
  const expected = utf8(canonical(value));
  if (!same(expected, bytes)) {
    let at = 0;
    while (at < expected.length && expected[at] === bytes[at]) {
      at++;
    }
    throw new Refusal(`${what}: not canonical JSON (RFC 8785)`, at);
  }
  return value;
}

/** SHA-256 of the canonical form, as hex. */
function digestOf(value) {
  return hex(sha256(utf8(canonical(value))));
}
