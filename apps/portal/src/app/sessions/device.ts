/** The first that matches names the browser: most of them also claim to be those below. */
const BROWSERS: readonly [name: string, sign: RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/\d/u],
  ['Opera', /\b(?:OPR|OPiOS|OPT|Opera)\/\d/u],
  ['Samsung Internet', /\bSamsungBrowser\/\d/u],
  ['Vivaldi', /\bVivaldi\/\d/u],
  ['DuckDuckGo', /\b(?:Ddg|DuckDuckGo)\/\d/u],
  ['Firefox', /\b(?:Firefox|FxiOS)\/\d/u],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome|Chromium)\/\d/u],
  ['Safari', /\bVersion\/\d[\d.]* (?:Mobile\/\w+ )?Safari\//u],
];

/** Likewise: Android calls itself Linux too, and an iPhone is `like Mac OS X`. */
const SYSTEMS: readonly [name: string, sign: RegExp][] = [
  ['iPhone', /\biPhone\b/u],
  ['iPad', /\biPad\b/u],
  ['Android', /\bAndroid\b/u],
  ['ChromeOS', /\bCrOS\b/u],
  ['Windows', /\bWindows NT\b/u],
  ['Mac', /\bMac(?:intosh| OS X)\b/u],
  ['Linux', /\b(?:Linux|X11)\b/u],
];

/**
 * The device in a person's words: `Firefox on Windows`. Read off the `User-Agent` (RFC 9110 section 10.1.5), which
 * anybody may write: a hint to recognise one's own device by, and evidence of nothing.
 */
export function deviceName(userAgent: string | null): string {
  const browser = first(BROWSERS, userAgent) ?? 'Unknown browser';
  const system = first(SYSTEMS, userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}

function first(table: readonly [string, RegExp][], userAgent: string | null): string | undefined {
  return userAgent === null ? undefined : table.find(([, sign]) => sign.test(userAgent))?.[0];
}
