import { Module } from '@nestjs/common';
import { ExternalAuthModule } from '../external-auth.module';
import { ExternalProbe } from './external-probe';

/** For the API only: a command that runs for a second has no use for a background probe. */
@Module({ imports: [ExternalAuthModule], providers: [ExternalProbe] })
export class ExternalProbeModule {}
