import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { AuditRecord, Page } from '@cutover/contracts';
import { AuditPages } from '@cutover/operations';
import { RequireRole } from '@cutover/sessions';
import type { PageRequest } from '../people/people.service';
import { auditPageSchema, pageRequestSchema } from '../rollout.schemas';

@ApiTags('admin')
@ApiBearerAuth()
@RequireRole('admin')
@Controller('api/admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditPages) {}

  @Get()
  @ApiOperation({ summary: 'Who did what, the newest first.' })
  @ApiResponse({ status: 200, standardSchema: auditPageSchema })
  page(@Query({ schema: pageRequestSchema }) request: PageRequest): Promise<Page<AuditRecord>> {
    return this.audit.page(request);
  }
}
