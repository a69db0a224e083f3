/** Apart from the rest of this lib, which loads what tracing has to watch from the first moment. */
export { startTracing } from './tracing/start-tracing';
