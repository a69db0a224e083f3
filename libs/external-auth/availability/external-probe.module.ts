import { Module } from '@nestjs/common';
import { ExternalAuthModule } from '../external-auth.module';
import { KeysRefresh } from '../tokens/keys-refresh';
import { ExternalProbe } from './external-probe';

/** What goes on in the background, for the API only: a command that runs for a second has no use for it. */
@Module({ imports: [ExternalAuthModule], providers: [ExternalProbe, KeysRefresh] })
export class ExternalProbeModule {}
