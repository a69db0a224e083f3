export * from './problem';
export * from './problem-error';
export * from './wire';
export * from './stand-in';
export * from './request-errors';
