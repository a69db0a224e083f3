import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What NestJS says of its own assembly: the same forty lines at every start. */
const ASSEMBLY = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** nestjs-pino's logger without the framework's chatter. */
@Injectable()
export class ApplicationLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (ASSEMBLY.has(String(rest.at(-1)))) return;
    super.log(message, ...rest);
  }
}
