/** As a POSIX shell reads it back as one argument. */
export function asArgument(name: string): string {
  const quoted = /^[\w.@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
  return name.startsWith('-') ? `-- ${quoted}` : quoted;
}
