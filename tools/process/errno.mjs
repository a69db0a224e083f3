/** @param {unknown} error @param {string} code such as EADDRINUSE */
export const isErrno = (error, code) =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
