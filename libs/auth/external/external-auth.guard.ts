import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';

@Injectable()
export class ExternalAuthGuard extends AuthGuard('external') {}
