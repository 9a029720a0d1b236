/**
 * Replay tokens: a schedule as a short text.
 *
 * `s1:4k.7_2f:k3f9ab` is version, deviations, check. A deviation is the number of questions answered 0 since the last
 * one, in base 36; then `_` and the answer if that is not 1; then one character over what was chosen. Whatever is not
 * listed is answered 0: keep running. `s1e2` instead of `s1` says that up to two deadlines may come early. The first three characters of the check stand for the exploration the token
 * belongs to, the last three for the whole of its deviations. Only `[0-9a-z.:_]`, so that it survives every shell.
 *
 * @module
 */

/** Deviation is an answer other than 0. */
export interface Deviation {
  /** Which question, from 0. */
  readonly at: number;
  /** The answer, from 1. */
  readonly answer: number;
  /** What was chosen, in one character; "" if not known. */
  readonly check: string;
}

/** ScheduleToken is a token taken apart. */
export interface ScheduleToken {
  readonly deviations: readonly Deviation[];
  /** The exploration it belongs to: three characters. */
  readonly exploration: string;
  /** How many deadlines may come early in it: 0, unless it is given. */
  readonly earlyTimers?: number;
}

const VERSION = "s1";
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** A hash of `text` in `length` characters: FNV-1a. */
export function shortHash(text: string, length: number): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  hash = (hash ^ (hash >>> 13)) >>> 0;
  let result = "";
  for (let i = 0; i < length; i++) {
    result += DIGITS[hash % 36];
    hash = Math.floor(hash / 36);
  }
  return result;
}

/** Writes a token. */
export function encodeToken(
  { deviations, exploration, earlyTimers = 0 }: ScheduleToken,
): string {
  let last = -1;
  const parts = deviations.map(({ at, answer, check }) => {
    const gap = at - last - 1;
    last = at;
    return `${gap.toString(36)}${answer === 1 ? "" : `_${answer.toString(36)}`}${check || "0"}`;
  });
  const body = parts.join(".");
  const early = earlyTimers === 0 ? "" : `e${earlyTimers.toString(36)}`;
  return `${VERSION}${early}:${body}:${exploration}${shortHash(early + body, 3)}`;
}

/**
 * Reads a token.
 *
 * @throws {TypeError} If it is not a token, is of another version, or was changed.
 */
export function decodeToken(token: string): ScheduleToken {
  const quoted = JSON.stringify(String(token).slice(0, 80));
  const match = /^([a-z][0-9]+)(?:e([0-9a-z]))?:([0-9a-z._]*):([0-9a-z]{3})([0-9a-z]{3})$/.exec(
    token.trim(),
  );
  if (match === null) {
    throw new TypeError(
      `Cannot replay ${quoted}: not a replay token; expected something like "s1:4k.7_2f:k3f9ab", as a report prints it`,
    );
  }
  const [, version, early, body, exploration, check] = match as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
    string,
  ];
  if (version !== VERSION) {
    throw new TypeError(
      `Cannot replay ${quoted}: it is a token of version ${version}, and this is version ${VERSION}; ` +
        "replay it with the release that printed it",
    );
  }
  const prefix = early === undefined ? "" : `e${early}`;
  if (check !== shortHash(prefix + body, 3)) {
    throw new TypeError(
      `Cannot replay ${quoted}: the token is damaged; copy it again from the report`,
    );
  }
  let last = -1;
  const deviations = body === "" ? [] : body.split(".").map((part): Deviation => {
    const parsed = /^([0-9a-z]+?)(?:_([0-9a-z]+))?([0-9a-z])$/.exec(part);
    if (parsed === null) {
      throw new TypeError(`Cannot replay ${quoted}: "${part}" is not a deviation`);
    }
    const at = last + 1 + parseInt(parsed[1] as string, 36);
    last = at;
    return {
      at,
      answer: parsed[2] === undefined ? 1 : parseInt(parsed[2], 36),
      check: parsed[3] as string,
    };
  });
  return early === undefined
    ? { deviations, exploration }
    : { deviations, exploration, earlyTimers: parseInt(early, 36) };
}

/** The deviations of recorded answers, without checks. */
export function toDeviations(answers: readonly number[]): Deviation[] {
  const deviations: Deviation[] = [];
  answers.forEach((answer, at) => {
    if (answer !== 0) deviations.push({ at, answer, check: "" });
  });
  return deviations;
}
