export { DESCRIBED_API } from './testing/described-api';
export { type Answering, answerWith } from './testing/answering-server';
export { startStandIn, type StandInProcess } from './testing/stand-in-process';
export {
  type StandInControl,
  type StandInFaults,
  type StandInPerson,
  type StandInState,
} from './testing/stand-in-control';
export { standInEnvironment } from './testing/stand-in-environment';
export { TokenProvider } from './testing/token-provider';
export { until } from './testing/until';
